/* Histograms of a table's equivalent widths, one per leading line: predicted as an area, measured as an outline. */
import { el } from "../../pictures/svg.mjs";
import { node } from "../../shell/dom.mjs";

/** @import { Line } from "../../network/types.mjs" */

/**
 * @typedef {object} Counted
 * @property {number} n                     galaxies
 * @property {number[]} edges               [Å]
 * @property {number[]} predicted           galaxies per bin
 * @property {number[] | null} [measured]
 */

const MARGIN = { side: 2, top: 6, bottom: 18 };

/** The histogram of one line, which follows the size of its box. */
class Histogram {
  #label;
  #counted;
  #box = node("div", "histogram");
  #watch = new ResizeObserver(() => this.#draw());

  /**
   * @param {Line} line
   * @param {Counted} counted
   */
  constructor({ label, accent }, counted) {
    this.#label = label;
    this.#counted = counted;
    const dot = node("span", "dot");
    dot.style.background = `var(--${accent})`;
    this.#box.style.setProperty("--accent", `var(--${accent})`);
    const n = node("span", "muted", `${counted.n.toLocaleString("en")} galaxies`);
    this.element = node("div", "", node("h3", "", dot, label, n), this.#box);
    this.#watch.observe(this.#box);
  }

  #draw() {
    const { edges, predicted, measured, n } = this.#counted;
    const { width: wide, height: high } = this.#box.getBoundingClientRect();
    if (!wide) return;
    const [left, right, top, bottom] = [MARGIN.side, wide - MARGIN.side, MARGIN.top, high - MARGIN.bottom];
    const most = Math.max(1, ...predicted, ...(measured ?? []));
    /** @type {(i: number) => number} */
    const x = (i) => left + (i * (right - left)) / predicted.length;
    /** @type {(count: number) => number} */
    const y = (count) => bottom - (count / most) * (bottom - top);
    /** @type {(counts: number[]) => string} */
    const path = (counts) => {
      const steps = counts.map((count, i) => `L${x(i)},${y(count)}L${x(i + 1)},${y(count)}`);
      return `M${left},${bottom}${steps.join("")}L${right},${bottom}`;
    };
    /** @type {SVGElement[]} */
    const parts = [el("path", { class: "said", d: `${path(predicted)}Z` })];
    if (measured) parts.push(el("path", { class: "found", d: path(measured) }));
    parts.push(el("line", { class: "base", x1: left, x2: right, y1: bottom, y2: bottom }));
    const last = edges.length - 1;
    for (const i of [0, Math.round(last / 3), Math.round((2 * last) / 3), last]) {
      const anchor = i === 0 ? "start" : i === last ? "end" : "middle";
      const text = `${edges[i] < 10 ? Number(edges[i].toPrecision(2)) : Math.round(edges[i])}${i === last ? " Å" : ""}`;
      parts.push(el("text", { x: x(i), y: high - 4, "text-anchor": anchor }, text));
    }
    const words = measured ? "predicted and measured" : "predicted";
    const label = `${this.#label}: ${words} EWs of ${n} galaxies, 0 to ${edges[last]} Å`;
    this.#box.replaceChildren(el("svg", { viewBox: `0 0 ${wide} ${high}`, class: "picture", role: "img", "aria-label": label }, ...parts));
  }

  stop() {
    this.#watch.disconnect();
  }
}

/** @type {Histogram[]} */
let pictures = [];

/**
 * Draw the histograms of the leading lines.
 * @param {Element} box
 * @param {Counted[]} counted   one per line
 * @param {Line[]} lines
 * @param {string[]} leading    names
 */
export function drawHistograms(box, counted, lines, leading) {
  for (const picture of pictures) picture.stop();
  pictures = leading.map((name) => {
    const place = lines.findIndex((line) => line.name === name);
    return new Histogram(lines[place], counted[place]);
  });
  const words = counted.some((one) => one.measured)
    ? "Filled: predicted as catalogued. Outlined: measured in your file, for the same galaxies. "
    : "Predicted as catalogued. ";
  const note = node("p", "muted footnote", `${words}The bins have equal steps in arcsinh(EW); the last bin also holds all larger values.`);
  box.replaceChildren(...pictures.map((picture) => picture.element), note);
}
