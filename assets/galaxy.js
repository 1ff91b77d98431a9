/* The chosen galaxy: its cards come with it and go with it, names of galaxies lead to them. */
(function () {
  "use strict";

  const SELECTED = "explorer-selected";
  const DETAILS = "galaxy-details";
  const BESIDE = "explorer";

  document.addEventListener("click", (event) => {
    const link = event.target.closest && event.target.closest("[data-row]");
    if (link) window.dash_clientside.set_props(SELECTED, { data: { row: Number(link.dataset.row) } });
  });

  const show = (id, shown) => {
    const cards = document.getElementById(id);
    if (cards) cards.classList.toggle("is-empty", !shown);
  };

  window.dash_clientside = Object.assign({}, window.dash_clientside, {
    galaxy: {
      /** Show or hide what tells of a galaxy; true once one has been chosen. */
      open(selected, opened) {
        show(DETAILS, selected);
        if (!selected) show(BESIDE, false);
        return selected && !opened ? true : window.dash_clientside.no_update;
      },
      fill(answer) {
        if (!answer) return;
        show(BESIDE, true);
        window.dash_clientside.answer.fill(answer);
      },
    },
  });
})();
