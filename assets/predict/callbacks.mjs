/* The Predict page's clientside callbacks of Dash; they do nothing while the page is not open. */
import { noUpdate, setProps } from "../shell/dash.mjs";
import { PredictPage } from "./page.mjs";
import { OWN } from "../network/weights.mjs";

/** @import { Others } from "./predictions.mjs" */
/** @import { Galaxy, Manifest } from "./manifest.mjs" */
/** @import { Asked } from "../network/weights.mjs" */

/** @type {PredictPage | null} */
let page = null;

/**
 * Start the page, unless it has been started for this layout.
 * @param {Manifest} manifest
 */
export function mount(manifest) {
  const root = document.getElementById("predict");
  if (root && page?.root !== root) {
    page?.end();
    page = new PredictPage(manifest, root);
  }
  return noUpdate();
}

/**
 * Use another network.
 * @param {string} name
 */
export function model(name) {
  if (page && name && name !== page.model) page.choose(name);
}

/**
 * Read a visitor's own weights, which stay in the page. Return a sentence on them, and an empty upload.
 * @param {string | null} contents   data: URL with base64
 * @param {string} name
 */
export function weights(contents, name) {
  if (!contents || !page) return [noUpdate(), noUpdate()];
  try {
    page.weights.adopt(contents);
  } catch (error) {
    return [`${name}: ${error instanceof Error ? error.message : error}`, null];
  }
  const models = [...page.manifest.choices, { value: OWN, label: `Yours: ${name}` }];
  setProps("predict-model", { data: models, value: OWN });
  // Predictions for a table by the visitor's previous network are no longer valid.
  setProps("predict-own", { data: null });
  page.choose(OWN);
  return [`${name} is in use, but only on this page.`, null];
}

/**
 * Predict a table with the visitor's own network.
 * @param {Asked | null} asked
 */
export function table(asked) {
  if (page && asked) page.weights.table(asked).then((data) => setProps("predict-own", { data }));
}

/**
 * Show a realisation from the server.
 * @param {number[] | null} values
 */
export function drawn(values) {
  if (!page) return;
  page.drawn = values;
  page.redraw();
}

/**
 * Show a row of the uploaded table, or a neighbour.
 * @param {Galaxy | null} row
 */
export function open(row) {
  if (page && row) page.fill({ redshift: "", ...row });
}

/**
 * Show the galaxies of an uploaded table behind the one in the form.
 * @param {Others | null} points
 */
export function others(points) {
  if (!page) return;
  page.others = points;
  page.redraw();
}

/**
 * Return the files of an upload, without the contents of files beyond the limit. The server would refuse a request with
 * them before the app could show an error, so the page checks the sizes first.
 * @param {string[] | null} contents   data: URLs with base64
 * @param {string[]} names
 * @param {number} limit               [bytes]
 */
export function admit(contents, names, limit) {
  if (!contents) return [noUpdate(), noUpdate()];
  const files = contents.map((content, i) => {
    const bytes = Math.floor((content.length - content.indexOf(",") - 1) * 0.75);
    return { name: names[i], bytes, contents: bytes > limit ? null : content };
  });
  const all = files.reduce((sum, file) => sum + file.bytes, 0);
  return [all > limit ? files.map((file) => ({ ...file, contents: null })) : files, null];
}
