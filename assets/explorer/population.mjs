/* The selected population: its cards appear with it, and its name is lit among the named ones. */
(function () {
  "use strict";

  window.dash_clientside = Object.assign({}, window.dash_clientside, {
    population: {
      mark(selection) {
        const cards = document.getElementById("population-cards");
        if (!cards) return;
        cards.classList.toggle("is-empty", !selection);
        window.galacticNeon.populationTable.show(selection);
        for (const chip of document.querySelectorAll(".chips [aria-pressed]")) {
          chip.setAttribute("aria-pressed", String(Boolean(selection) && chip.textContent === selection.name));
        }
      },
      /** The tour's card comes and goes; focus goes with it, so that a keyboard can walk on. */
      tour(step) {
        const card = document.getElementById("tour-card");
        if (!card) return;
        const closed = step < 0;
        if (closed && card.contains(document.activeElement)) document.getElementById("tour-start").focus();
        card.classList.toggle("is-empty", closed);
        if (!closed && !card.contains(document.activeElement)) document.getElementById("tour-next").focus();
      },
    },
  });
})();
