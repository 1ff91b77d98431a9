/* The menu of catalogues. */
import { noUpdate } from "./dash.mjs";

/**
 * Callback of Dash: return the query for the chosen catalogue, without parameters of the other catalogue.
 * @param {string | null} name
 */
export function go(name) {
  const current = new URLSearchParams(window.location.search).get("catalogue");
  return name && name !== current ? `?catalogue=${encodeURIComponent(name)}` : noUpdate();
}
