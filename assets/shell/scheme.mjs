/* The colour scheme that the page shows. */
import { noUpdate } from "./dash.mjs";

/** @typedef {"dark" | "light"} Scheme */

/** @returns {Scheme | null} the scheme that Mantine has set on the page */
function chosen() {
  const { mantineColorScheme: shown } = document.documentElement.dataset;
  return shown === "dark" || shown === "light" ? shown : null;
}

/** @returns {Scheme} the scheme of the page, or that of the system before Mantine has set one */
export function colorScheme() {
  return chosen() ?? (matchMedia("(prefers-color-scheme: light)").matches ? "light" : "dark");
}

/**
 * Callback of Dash: return the scheme of the page if it differs from the reported one. Until it is clicked, Mantine's
 * switch reports its own default.
 * @param {string} reported
 */
export function scheme(reported) {
  const shown = chosen();
  return shown && shown !== reported ? shown : noUpdate();
}
