/* The menu of catalogues. */
import { noUpdate } from "./dash.mjs";

/**
 * Dash: return the address of the chosen catalogue. What else the address said belonged to the other one.
 * @param {string | null} name
 */
export function go(name) {
  const asked = new URLSearchParams(window.location.search).get("catalogue");
  return name && name !== asked ? `?catalogue=${encodeURIComponent(name)}` : noUpdate();
}
