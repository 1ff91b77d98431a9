/* Clientside callbacks of Dash for the selected population and the tour. */
import { byId } from "../shell/dom.mjs";
import { show } from "../tables/population.mjs";
import { currentJoin } from "./join.mjs";
import { rowsOf } from "./selection.mjs";

/** @import { Selection } from "./manifest.mjs" */

/**
 * Show the population's cards and table, and mark its button among the named populations.
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
 * Show or hide the tour's card, and move the keyboard focus with it.
 * @param {number} step   -1 when the tour has ended
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
