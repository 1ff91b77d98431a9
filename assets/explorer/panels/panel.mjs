/* A panel: its plan, its elements, and the data with which it is painted. */
import { contextOf, node } from "../../shell/dom.mjs";

/** @import { Range, Scale, Stretch } from "../../raster/scales.mjs" */
/** @import { Codes } from "./columns.mjs" */
/** @import { PlannedPanel } from "./panels.mjs" */
/** @import { Plane } from "./plane.mjs" */

/**
 * The conversion of a panel's values to colours.
 * @typedef {object} Colouring
 * @property {boolean} diverging
 * @property {Stretch} stretch
 * @property {Range} range
 * @property {string[]} palette
 * @property {Uint32Array} table       256 pixels, one per code
 * @property {Uint32Array} dimTable    the same for galaxies outside the selection
 * @property {Uint32Array} cellTable   the same for medians of cells
 */

/** One panel of the grid. */
export class Panel {
  /** @type {Plane | null} positions of its galaxies */
  raster = null;
  /** @type {Codes | null} scale and codes, by row, of the quantity that colours it */
  scale = null;
  /** @type {Uint8Array | null} the same codes in draw order */
  codes = null;
  /** @type {Uint32Array} number of galaxies with each code */
  counts = new Uint32Array(256);
  /** @type {{scale: Scale, counts: Uint32Array} | null} of the quantity whose percentiles limit the colours */
  end = null;
  /** @type {Colouring | null} */
  coloring = null;

  /**
   * @param {PlannedPanel} planned
   * @param {string} description   for screen readers
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
   * Set the data that colour its galaxies.
   * @param {{scale: Codes, codes: Uint8Array, counts: Uint32Array, end: {scale: Scale, counts: Uint32Array}}} colors
   */
  setColors({ scale, codes, counts, end }) {
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
