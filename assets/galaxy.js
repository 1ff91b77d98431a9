/* The chosen galaxy: the server's markup goes where it belongs, names of galaxies lead to them.
 *
 * What a click redraws and no callback listens to travels as strings of HTML, escaped on the server
 * (components/markup.py): the browser parses a table in less time than it mounts one component.
 */
(function () {
  "use strict";

  const SELECTED = "explorer-selected";
  const DETAILS = "galaxy-details";

  document.addEventListener("click", (event) => {
    const link = event.target.closest && event.target.closest("[data-row]");
    if (link) window.dash_clientside.set_props(SELECTED, { data: { row: Number(link.dataset.row) } });
  });

  window.dash_clientside = Object.assign({}, window.dash_clientside, {
    galaxy: {
      /** Show or hide what tells of a galaxy; true once one has been chosen. */
      open(selected, opened) {
        const details = document.getElementById(DETAILS);
        if (details) details.classList.toggle("is-empty", !selected);
        return selected && !opened ? true : window.dash_clientside.no_update;
      },
      fill(markup) {
        for (const [id, html] of Object.entries(markup || {})) {
          const place = document.getElementById(id);
          if (place) place.innerHTML = html;
        }
      },
    },
  });
})();
