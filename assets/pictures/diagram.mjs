/* A diagram of two line ratios: one galaxy over medians of real galaxies. */
import { Picture, el, fixed } from "./svg.mjs";
import { tidy } from "../shell/numbers.mjs";

/** @import { Stroke } from "../raster/diagrams.mjs" */
/** @import { Point } from "../raster/shapes.mjs" */

/**
 * @typedef {[number, number]} Range
 *
 * @typedef {object} Look
 * @property {string} label
 * @property {Range} xRange
 * @property {Range} yRange
 * @property {string} xTitle
 * @property {string} yTitle
 * @property {Stroke[]} curves
 * @property {[number, number, number][]} background   x, y and weight, 0 to 1
 *
 * @typedef {{place: Point, words: string, others?: Point[], cross?: Point, line?: Point[]}} Shown   others: galaxies of a
 *   table, or draws; cross: what physics expects; line: a curve
 */

const CROWD = 1000; // other galaxies from which their points are smaller
const FINE = 0.01; // dex between the points of a curve

/** @type {(value: number, range: Range) => number} */
const clamp = (value, [low, high]) => Math.min(Math.max(value, low), high);

/** @type {(value: number, range: Range) => boolean} */
const within = (value, [low, high]) => value >= low && value <= high;

/** @type {(range: Range) => number[]} ticks at halves, or at whole numbers on long axes */
const ticksOf = ([low, high]) => {
  const step = high - low > 4 ? 1 : 0.5;
  const first = Math.ceil(low / step);
  return Array.from({ length: Math.floor(high / step) - first + 1 }, (_, i) => (first + i) * step);
};

/** @augments {Picture<Shown>} */
export class Diagram extends Picture {
  #look;
  #still = el("g");
  #moving = el("g");
  #left = 30;
  #right = 0;
  #top = 8;
  #bottom = 0;

  /**
   * @param {HTMLElement} box
   * @param {Look} look
   */
  constructor(box, look) {
    super(box, look.label, "img");
    this.#look = look;
    this.svg.append(this.#still, this.#moving);
    this.resize();
  }

  /** @param {number} value */
  #x(value) {
    const [low, high] = this.#look.xRange;
    return this.#left + ((value - low) / (high - low)) * (this.#right - this.#left);
  }

  /** @param {number} value */
  #y(value) {
    const [low, high] = this.#look.yRange;
    return this.#bottom - ((value - low) / (high - low)) * (this.#bottom - this.#top);
  }

  layout() {
    this.#right = this.width - 6;
    this.#bottom = this.height - 30;
    const { xRange, yRange, xTitle, yTitle, curves, background } = this.#look;
    const cells = background
      .filter(([x, y]) => within(x, xRange) && within(y, yRange))
      .map(([x, y, weight]) => el("circle", { class: "cell", cx: fixed(this.#x(x), 1), cy: fixed(this.#y(y), 1), r: fixed(0.9 + weight, 1) }));
    const strokes = curves.map(({ points, dashed }) => el("path", { class: dashed ? "curve dashed" : "curve", d: this.#path(points) }));
    const across = ticksOf(xRange).map((tick) =>
      el("text", { x: this.#x(tick), y: this.#bottom + 13, "text-anchor": "middle" }, tidy(tick)),
    );
    const up = ticksOf(yRange).map((tick) =>
      el("text", { x: this.#left - 5, y: this.#y(tick) + 4, "text-anchor": "end" }, tidy(tick)),
    );
    const middle = (this.#left + this.#right) / 2;
    const size = { x: this.#left, y: this.#top, width: Math.max(0, this.#right - this.#left), height: Math.max(0, this.#bottom - this.#top) };
    this.#still.replaceChildren(
      ...cells,
      ...strokes,
      ...across,
      ...up,
      el("text", { x: middle, y: this.height - 3, "text-anchor": "middle" }, xTitle),
      el("text", { x: this.#left + 5, y: this.#top + 9 }, yTitle),
      el("rect", { class: "frame", ...size, rx: 4 }),
    );
  }

  /**
   * Return the part of a curve within the frame as a path.
   * @param {Point[]} points
   */
  #path(points) {
    const { xRange, yRange } = this.#look;
    const inside = refined(points).filter(([x, y]) => within(x, xRange) && within(y, yRange));
    return inside.length ? `M${inside.map(([x, y]) => `${fixed(this.#x(x))},${fixed(this.#y(y))}`).join("L")}` : "";
  }

  /** @param {Shown} data */
  draw(data) {
    super.draw(data);
    if (!this.width) return;
    const { place: [x, y], words, others = [], cross, line } = data;
    const { xRange, yRange, label } = this.#look;
    const known = Number.isFinite(x) && Number.isFinite(y);
    const parts = [];
    const shown = others.filter(([a, b]) => within(a, xRange) && within(b, yRange));
    if (shown.length) {
      const d = shown.map(([a, b]) => `M${fixed(this.#x(a), 1)},${fixed(this.#y(b), 1)}h0`).join("");
      parts.push(el("path", { class: "others", d, "stroke-width": others.length > CROWD ? 1.6 : 4 }));
    }
    if (line?.length) parts.push(el("path", { class: "expected-line", d: this.#path(line) }));
    if (cross?.every(Number.isFinite)) {
      const [a, b] = [this.#x(clamp(cross[0], xRange)), this.#y(clamp(cross[1], yRange))];
      parts.push(el("path", { class: "cross", d: `M${a - 6},${b}h12M${a},${b - 6}v12` }));
    }
    if (known) parts.push(el("circle", { class: "here", cx: this.#x(clamp(x, xRange)), cy: this.#y(clamp(y, yRange)), r: 6 }));
    this.#moving.replaceChildren(...parts);
    this.svg.setAttribute("aria-label", `${label}: ${known ? `${tidy(x)}, ${tidy(y)}: ${words}` : "no ratio"}`);
  }
}

/**
 * Insert points into a path, so that it can be clipped anywhere with a precision of `FINE`.
 * @param {Point[]} points
 * @returns {Point[]}
 */
function refined(points) {
  return points.flatMap(([x, y], i) => {
    if (!i) return [[x, y]];
    const [x0, y0] = points[i - 1];
    const steps = Math.max(1, Math.ceil(Math.hypot(x - x0, y - y0) / FINE));
    return Array.from({ length: steps }, (_, k) => [x0 + ((x - x0) * (k + 1)) / steps, y0 + ((y - y0) * (k + 1)) / steps]);
  });
}
