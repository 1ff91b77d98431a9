/* What Dash calls of the Predict page; without the page these do nothing. */
import { noUpdate, setProps } from "../shell/dash.mjs";
import { PredictPage } from "./page.mjs";
import { OWN } from "./network/weights.mjs";

/** @import { Others } from "./answer.mjs" */
/** @import { Galaxy, Manifest } from "./manifest.mjs" */

/** @type {PredictPage | null} */
let page = null;

/**
 * Start the page, once per layout.
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
 * Predict with another network.
 * @param {string} name
 */
export function model(name) {
  if (page && name && name !== page.model) page.choose(name);
}

/**
 * Read a reader's own weights: the file stays in the page. Return a sentence on it, and an empty upload.
 * @param {string | null} contents   data: address in base64
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
  // What another network of the reader's said of a table is no answer of this one.
  setProps("predict-own", { data: null });
  page.choose(OWN);
  return [`${name} is in use, but only on this page.`, null];
}

/**
 * Put a table through the reader's own network.
 * @param {{flux: string, luminosity: string} | null} asked
 */
export function table(asked) {
  if (page && asked) page.weights.table(asked).then((data) => setProps("predict-own", { data }));
}

/**
 * Show one draw from the server.
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
 * Show the places of an uploaded table behind the galaxy.
 * @param {Others | null} points
 */
export function others(points) {
  if (!page) return;
  page.others = points;
  page.redraw();
}

/**
 * Return the files of an upload without the contents of those beyond the limit: the server refuses those without a word
 * to the page, so the page looks first.
 * @param {string[] | null} contents   data: addresses in base64
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
