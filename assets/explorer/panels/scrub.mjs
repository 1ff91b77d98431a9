/* The strip below the panels, which shows starlight and lines of the galaxy under the pointer, drawn from columns.
 * Ghosts are the noisy predictions for its nearest neighbours: they show the scatter of lines at equal starlight. */
import { decode } from "../../raster/scales.mjs";
import { contextOf } from "../../shell/dom.mjs";

/** @import { Codes, Columns } from "./columns.mjs" */
/** @import { Manifest } from "../manifest.mjs" */

export const GHOSTS = 6;

const HALF_WIDTH = 11; // Å, half width of a drawn line
const GLOW = [[14, 0.05], [10, 0.07], [6.5, 0.1], [3.5, 0.16], [1, 1]]; // widths and opacities; a blur takes 30 ms
const SHARP = [[1, 1]];
const TICKS = [3500, 4000, 4500, 5000, 5500, 6000, 6500]; // Å
const STARLIGHT = 0.34; // share of the height for the starlight

/**
 * @typedef {{bins: Codes[], predicted: Codes[], observed: Codes[], noisy: Codes[]}} Kept   a column per bin or line
 *
 * @typedef {object} Strip   geometry and colours of the strip
 * @property {number} w
 * @property {number} h
 * @property {number} density
 * @property {(wavelength: number) => number} px
 * @property {(flux: number) => number} py
 * @property {(token: string) => string} color
 */

/** @type {(columns: Codes[], row: number) => number[]} */
const valuesOf = (columns, row) => columns.map((column) => (column.codes[row] ? decode(column, column.codes[row]) : NaN));

/** A canvas that shows one galaxy. */
export class Scrub {
  #canvas;
  #context;
  #manifest;
  #columns;
  /** @type {Promise<void> | null} */
  #loading = null;
  /** @type {Kept | null} null until the columns are loaded */
  kept = null;
  #row = -1;
  /** @type {number[]} */
  #neighbours = [];

  /**
   * @param {HTMLCanvasElement} canvas
   * @param {Manifest} manifest
   * @param {Columns} columns
   */
  constructor(canvas, manifest, columns) {
    this.#canvas = canvas;
    this.#context = contextOf(canvas);
    this.#manifest = manifest;
    this.#columns = columns;
  }

  /** Load the columns of continua and lines, once; called when the pointer first enters the panels. */
  prepare() {
    this.#loading ??= this.#load().catch(() => {
      this.#loading = null;
    });
    return this.#loading;
  }

  async #load() {
    const { bins, lines } = this.#manifest;
    const shapes = Array.from({ length: bins.count }, (_, i) => `shape_${String(i).padStart(2, "0")}`);
    /** @type {(suffix: string) => string[]} */
    const widths = (suffix) => Object.keys(lines).map((name) => name + suffix);
    const asked = [shapes, widths("_EW_PREDICTED"), widths("_EW"), widths("_EW_NOISY")];
    const all = await Promise.all(asked.map((names) => Promise.all(names.map((name) => this.#columns.get(name)))));
    this.kept = { bins: all[0], predicted: all[1], observed: all[2], noisy: all[3] };
    if (this.#row >= 0) this.show(this.#row, this.#neighbours);
  }

  /**
   * Draw a galaxy, -1 for none.
   * @param {number} row
   * @param {number[]} neighbours   rows of the ghosts
   */
  show(row, neighbours) {
    this.#row = row;
    this.#neighbours = neighbours;
    const canvas = this.#canvas;
    const density = window.devicePixelRatio || 1;
    const { width, height } = canvas.getBoundingClientRect();
    const [w, h] = [width, height].map((side) => Math.round(side * density));
    if (canvas.width !== w || canvas.height !== h) {
      canvas.width = w;
      canvas.height = h;
    }
    this.#context.clearRect(0, 0, w, h);
    if (this.kept && row >= 0) this.#draw(this.kept, w, h, density);
  }

  /**
   * @param {Kept} kept
   * @param {number} w
   * @param {number} h
   * @param {number} density
   */
  #draw(kept, w, h, density) {
    const { bins: { blue, red }, lines } = this.#manifest;
    const row = this.#row;
    const style = getComputedStyle(document.documentElement);
    const bins = valuesOf(kept.bins, row);
    const top = Math.max(...bins);
    const base = h - 16 * density;
    /** @type {Strip} */
    const strip = {
      w,
      h,
      density,
      px: (wavelength) => ((wavelength - blue) / (red - blue)) * w,
      py: (flux) => base - (flux / top) * STARLIGHT * h,
      color: (token) => style.getPropertyValue(`--${token}`).trim(),
    };
    const smooth = curve(bins, blue, red);
    const starlight = this.#fillStarlight(strip, base, top, (x) => smooth(blue + (x / w) * (red - blue)));
    const [predicted, observed] = [valuesOf(kept.predicted, row), valuesOf(kept.observed, row)];
    const ghosts = this.#neighbours.slice(0, GHOSTS).map((each) => valuesOf(kept.noisy, each));
    const sigma = Math.max(1.5 * density, (HALF_WIDTH / (red - blue)) * w * 0.5);
    // A line's height is proportional to arcsinh(EW / 2 Å), so that weak and strong lines are both visible.
    /** @type {(ew: number) => number} */
    const lift = (ew) => Math.asinh(Math.max(ew, 0) / 2) * 0.13 * h;
    Object.values(lines).forEach(({ wavelength, accent }, i) => {
      const [x, ground] = [strip.px(wavelength), strip.py(smooth(wavelength))];
      for (const ghost of ghosts) if (ghost[i] > 0) this.#peak(strip, x, ground, lift(ghost[i]), sigma, accent, 0.22, SHARP);
      if (predicted[i] >= 0) this.#peak(strip, x, ground, lift(predicted[i]), sigma, accent, 1, GLOW);
      if (observed[i] >= 0) this.#dot(strip, x, ground - lift(observed[i]));
    });
    this.#context.strokeStyle = strip.color("starlight");
    this.#context.lineWidth = 1.6 * density;
    this.#context.stroke(starlight);
    this.#writeTicks(strip, style.getPropertyValue("--font"));
  }

  /**
   * Fill the area below the starlight and return its curve.
   * @param {Strip} strip
   * @param {number} base
   * @param {number} top
   * @param {(x: number) => number} fluxAt
   */
  #fillStarlight({ w, density, py, color }, base, top, fluxAt) {
    const line = new Path2D();
    const filled = new Path2D();
    filled.moveTo(0, base);
    for (let x = 0; x <= w; x += 2 * density) {
      const y = py(fluxAt(x));
      if (x) line.lineTo(x, y);
      else line.moveTo(x, y);
      filled.lineTo(x, y);
    }
    filled.lineTo(w, base);
    const fade = this.#context.createLinearGradient(0, py(top), 0, base);
    fade.addColorStop(0, `${color("starlight")}44`);
    fade.addColorStop(1, `${color("starlight")}05`);
    this.#context.fillStyle = fade;
    this.#context.fill(filled);
    return line;
  }

  /**
   * Draw a line as a Gaussian above the starlight, filled if the strokes are `GLOW`.
   * @param {Strip} strip
   * @param {number} x
   * @param {number} ground
   * @param {number} height
   * @param {number} sigma
   * @param {string} accent
   * @param {number} alpha
   * @param {number[][]} strokes   widths and opacities
   */
  #peak({ density, color }, x, ground, height, sigma, accent, alpha, strokes) {
    const context = this.#context;
    const path = new Path2D();
    path.moveTo(x - 4 * sigma, ground);
    for (let step = -4; step <= 4.01; step += 0.25) path.lineTo(x + step * sigma, ground - height * Math.exp(-0.5 * step * step));
    context.save();
    context.globalAlpha = alpha;
    context.fillStyle = color(accent);
    context.strokeStyle = color(accent);
    if (strokes === GLOW) context.fill(path);
    for (const [width, share] of strokes) {
      context.lineWidth = width * density;
      context.globalAlpha = alpha * share;
      context.stroke(path);
    }
    context.restore();
  }

  /**
   * @param {Strip} strip
   * @param {number} x
   * @param {number} y
   */
  #dot({ density, color }, x, y) {
    const context = this.#context;
    context.fillStyle = color("text");
    context.beginPath();
    context.arc(x, y, 1.8 * density, 0, 7);
    context.fill();
  }

  /**
   * @param {Strip} strip
   * @param {string} font
   */
  #writeTicks({ h, density, px, color }, font) {
    const context = this.#context;
    context.font = `${10.5 * density}px ${font}`;
    context.fillStyle = color("muted");
    context.textAlign = "center";
    for (const wavelength of TICKS) context.fillText(`${wavelength} Å`, px(wavelength), h - 4 * density);
  }
}

/**
 * Return a smooth curve through bin means (Catmull-Rom through the bins' centres, constant beyond them).
 * @param {number[]} bins
 * @param {number} blue   lower edge of the first bin [Å]
 * @param {number} red    upper edge of the last bin [Å]
 * @returns {(wavelength: number) => number}
 */
export function curve(bins, blue, red) {
  const width = (red - blue) / bins.length;
  return (wavelength) => {
    const at = Math.min(bins.length - 1, Math.max(0, (wavelength - blue) / width - 0.5));
    const k = Math.min(Math.floor(at), bins.length - 2);
    const t = at - k;
    const [a, b, c, d] = [-1, 0, 1, 2].map((step) => bins[Math.min(bins.length - 1, Math.max(0, k + step))]);
    return 0.5 * (2 * b + (c - a) * t + (2 * a - 5 * b + 4 * c - d) * t * t + (3 * b - a - 3 * c + d) * t * t * t);
  };
}
