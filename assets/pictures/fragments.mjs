/* Markup and figures of the server's answers, put where they belong (components/answer.py). The server has escaped the
 * markup. The browser parses a table in less time than Dash needs to mount one component. */
import { draw } from "./figure.mjs";

/** @import { Figure } from "./model.mjs" */

/**
 * @typedef {object} Fragments
 * @property {Record<string, string>} html        markup by the id of its place
 * @property {Record<string, Figure>} figures     figures by the id of their place
 */

/**
 * Fill every place of an answer that the page has.
 * @param {Fragments | null | undefined} answer
 */
export function fill(answer) {
  for (const [id, html] of Object.entries(answer?.html ?? {})) {
    const place = document.getElementById(id);
    if (place) place.innerHTML = html;
  }
  for (const [id, figure] of Object.entries(answer?.figures ?? {})) {
    const place = document.getElementById(id);
    if (place) draw(place, figure);
  }
}
