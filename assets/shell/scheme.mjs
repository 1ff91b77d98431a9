/* The colour scheme that the page shows. */
import { noUpdate } from "./dash.mjs";

/** @typedef {"dark" | "light"} Scheme */

/** @returns {Scheme | null} the scheme that Mantine has put on the page */
function chosen() {
  const { mantineColorScheme: shown } = document.documentElement.dataset;
  return shown === "dark" || shown === "light" ? shown : null;
}

/** @returns {Scheme} the scheme on the page, the system's before there is one */
export function colorScheme() {
  return chosen() ?? (matchMedia("(prefers-color-scheme: light)").matches ? "light" : "dark");
}

/**
 * Dash: tell the scheme on the page, where Mantine's switch, which reports its own default until it is clicked, differs.
 * @param {string} reported
 */
export function scheme(reported) {
  const shown = chosen();
  return shown && shown !== reported ? shown : noUpdate();
}
