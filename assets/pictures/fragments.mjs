/* Insert HTML and figures from the server (components/widgets/fragments.py). The server has escaped all text in the
 * HTML. Parsing a table takes less time than Dash needs to mount one component. */
import { draw } from "./figure.mjs";

/** @import { Figure } from "./schema.mjs" */

/**
 * @typedef {object} Fragments
 * @property {Record<string, string>} html        by the id of the element
 * @property {Record<string, Figure>} figures     by the id of the element
 */

/**
 * Fill those elements of an answer that exist in the page.
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
