/* A panel: its place in the grid, its elements, and what it is painted with. */
import { contextOf, node } from "../../shell/dom.mjs";

/** @import { Range, Scale, Stretch } from "../../raster/scales.mjs" */
/** @import { Codes } from "./columns.mjs" */
/** @import { PlannedPanel } from "./panels.mjs" */
/** @import { Plane } from "./plane.mjs" */

/**
 * How a panel's values become colours.
 * @typedef {object} Colouring
 * @property {boolean} diverging
 * @property {Stretch} stretch
 * @property {Range} range
 * @property {string[]} palette
 * @property {Uint32Array} table       256 pixels, one a code
 * @property {Uint32Array} dimTable    of galaxies outside the selection
 * @property {Uint32Array} cellTable   of the medians behind
 */

/** One panel of the grid. */
export class Panel {
  /** @type {Plane | null} where its galaxies are */
  raster = null;
  /** @type {Codes | null} the quantity that colours it, a code a row */
  scale = null;
  /** @type {Uint8Array | null} the same codes in draw order */
  codes = null;
  /** @type {Uint32Array} how many galaxies have each code */
  counts = new Uint32Array(256);
  /** @type {{scale: Scale, counts: Uint32Array} | null} the quantity whose percentiles end the colours */
  end = null;
  /** @type {Colouring | null} */
  coloring = null;

  /**
   * @param {PlannedPanel} planned
   * @param {string} description   for those who do not see the panel
   */
  constructor(planned, description) {
    this.planned = planned;
    this.canvas = node("canvas");
    this.canvas.setAttribute("role", "img");
    this.canvas.setAttribute("aria-label", description);
    this.context = contextOf(this.canvas);
    this.count = node("span", "panel-count");
    this.rings = { hovered: node("span", "ring ring-hovered"), selected: node("span", "ring ring-selected") };
    for (const ring of Object.values(this.rings)) ring.hidden = true;
    this.box = node("div", "panel", this.canvas, this.count, this.rings.hovered, this.rings.selected);
    this.box.id = planned.id;
  }

  /**
   * Take what colours its galaxies.
   * @param {{scale: Codes, codes: Uint8Array, counts: Uint32Array, end: {scale: Scale, counts: Uint32Array}}} colors
   */
  take({ scale, codes, counts, end }) {
    this.scale = scale;
    this.codes = codes;
    this.counts = counts;
    this.end = end;
  }

  get name() {
    return this.planned.name;
  }

  get axes() {
    return this.planned.axes;
  }
}
