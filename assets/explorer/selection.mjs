/* Populations drawn in the explorer's panels: an outline becomes a gate, and the galaxies inside it a selection. */
import { arrange } from "../raster/order.mjs";
import { inside } from "../raster/picking.mjs";
import { simplify } from "../raster/shapes.mjs";
import { fromBase64, toBase64 } from "../shell/base64.mjs";
import { paintPanel } from "./panels/painter.mjs";
import { viewOf } from "./panels/panels.mjs";

/** @import { Point } from "../raster/shapes.mjs" */
/** @import { Explorer } from "./explorer.mjs" */
/** @import { Gate, Selection } from "./manifest.mjs" */
/** @import { Panel } from "./panels/panel.mjs" */
/** @import { Plane } from "./panels/plane.mjs" */

const VERSION = 1;
const TOLERANCE = 1.5; // CSS pixels by which a simplified lasso may deviate from the drawn one
/** @type {Record<string, string>} */
const TITLES = {
  map: "the map",
  colour: "colour and luminosity",
  bpt: "the BPT diagram",
  whan: "the WHAN diagram",
  xy: "two quantities",
};

/**
 * Return the rows of a selection.
 * @param {Selection} selection
 */
export function rowsOf({ rows }) {
  return new Uint32Array(fromBase64(rows).buffer);
}

/**
 * Draw an unfinished lasso or box, given in pixels of a panel; when it is done, select its galaxies.
 * @param {Explorer} explorer
 * @param {Panel} panel
 * @param {Point[]} path
 * @param {boolean} done
 */
export function outline(explorer, panel, path, done) {
  const { raster } = panel;
  if (!raster?.view) return;
  const { width, height } = panel.canvas.getBoundingClientRect();
  const { x0, x1, y0, y1 } = raster.view;
  const scale = [(x1 - x0) / width, (y1 - y0) / height];
  /** @type {(at: Point) => Point} */
  const inPlane = ([x, y]) => [x0 + x * scale[0], y1 - y * scale[1]];
  if (!done) {
    explorer.outline = path.length ? { panel, path: path.map(inPlane) } : null;
    paintPanel(explorer, panel);
    return;
  }
  explorer.outline = null;
  const polygon = simplify(path, TOLERANCE).map((at) => inPlane(at).map((value) => Number(value.toPrecision(5))));
  if (polygon.length < 3) explorer.redraw();
  else gateOf(explorer, { x: panel.axes[0], y: panel.axes[1], polygon }, raster);
}

/**
 * Select the galaxies in a polygon, whose axes may differ from those shown.
 * @param {Explorer} explorer
 * @param {Gate} gate
 * @param {Plane | null} [shown]
 */
export async function gateOf(explorer, { x, y, polygon }, shown = null) {
  const rows = inside(shown ?? (await explorer.planeOf([x, y])), polygon);
  const view = viewOf(x, y);
  const gate = { view, x, y, polygon };
  explorer.tell.selection({ version: VERSION, name: `Drawn on ${TITLES[view]}`, count: rows.length, rows: toBase64(rows), gate });
}

/**
 * Show a selection in all panels; null shows all galaxies.
 * @param {Explorer} explorer
 * @param {Selection | null} selection
 */
export function choose(explorer, selection) {
  explorer.selection = selection;
  explorer.gate = selection?.gate ?? null;
  explorer.chosen = null;
  if (selection) {
    const mask = new Uint8Array(explorer.manifest.n);
    for (const row of rowsOf(selection)) mask[row] = 1;
    explorer.chosen = arrange(explorer.order, mask);
  }
  explorer.page.dataset.selected = selection ? String(selection.count) : "";
  explorer.redraw();
}
