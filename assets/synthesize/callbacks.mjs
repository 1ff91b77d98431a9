/* The Synthesize page's clientside callbacks of Dash; they do nothing while the page is not open. */
import { noUpdate } from "../shell/dash.mjs";
import { SynthesizePage } from "./page.mjs";

/** @import { Manifest } from "./manifest.mjs" */
/** @import { Drawn } from "./page.mjs" */

/** @type {SynthesizePage | null} */
let page = null;

/**
 * Start the page, unless it has been started for this layout.
 * @param {Manifest} manifest
 */
export function mount(manifest) {
  const root = document.getElementById("synthesize");
  if (root && page?.root !== root) {
    page?.end();
    page = new SynthesizePage(manifest, root);
  }
  return noUpdate();
}

/**
 * Show draws of the galaxy.
 * @param {Drawn | null} answer
 */
export function drawn(answer) {
  if (page && answer) page.drawn(answer);
}

/**
 * Show draws of the population.
 * @param {Drawn | null} answer
 */
export function population(answer) {
  if (page && answer) page.population(answer);
}
