/* What Dash calls of the selected population and of the tour. */
import { byId } from "../shell/dom.mjs";
import { show } from "../tables/population.mjs";
import { currentJoin } from "./join.mjs";
import { rowsOf } from "./selection.mjs";

/** @import { Selection } from "./manifest.mjs" */

/**
 * Show the population's cards and table, and light its name among the named ones.
 * @param {Selection | null} selection
 */
export function mark(selection) {
  const cards = document.getElementById("population-cards");
  if (!cards) return;
  cards.classList.toggle("is-empty", !selection);
  const join = currentJoin();
  if (selection && join) {
    const { manifest, explorer } = join;
    show(rowsOf(selection), { manifest, select: (row) => explorer.select(row), say: (sentence) => join.say(sentence) });
  }
  for (const chip of document.querySelectorAll(".chips [aria-pressed]")) {
    chip.setAttribute("aria-pressed", String(chip.textContent === selection?.name));
  }
}

/**
 * Show or hide the tour's card; focus goes with it, so that a keyboard can walk on.
 * @param {number} step   -1: the tour is over
 */
export function tour(step) {
  const card = document.getElementById("tour-card");
  if (!card) return;
  const closed = step < 0;
  const holdsFocus = card.contains(document.activeElement);
  if (closed && holdsFocus) byId("tour-start").focus();
  card.classList.toggle("is-empty", closed);
  if (!closed && !holdsFocus) byId("tour-next").focus();
}
