/* How Hα changes with each parameter: two bars a row, around zero. */
import { Picture, el } from "../../pictures/svg.mjs";

/** @import { Slope } from "../stars/galaxy.mjs" */

/** @typedef {{slopes: (Slope & {label: string, per: string})[], accent: string}} Data   changes [Å] by a step */

const NAMES = 168; // width of the names [CSS pixels]
const NUMBERS = 96;

/** @type {(value: number) => string} */
const signed = (value) => `${value >= 0 ? "+" : "−"}${Math.abs(value).toFixed(Math.abs(value) >= 10 ? 0 : Math.abs(value) >= 1 ? 1 : 2)}`;

/** @augments {Picture<Data>} */
export class Slopes extends Picture {
  /** @param {HTMLElement} box */
  constructor(box) {
    super(box, "Change of Hα with each parameter", "img");
    this.resize();
  }

  /** @param {Data} data */
  draw(data) {
    super.draw(data);
    if (!this.width) return;
    const { slopes, accent } = data;
    const largest = Math.max(...slopes.flatMap(({ halpha, expected }) => [Math.abs(halpha), Math.abs(expected)]), 1e-3);
    const [left, right] = [NAMES, this.width - NUMBERS];
    const zero = (left + right) / 2;
    const row = this.height / slopes.length;
    const length = (/** @type {number} */ value) => (Math.sqrt(Math.abs(value) / largest) * (right - left)) / 2;
    const rows = slopes.flatMap(({ label, per, halpha, expected }, i) => {
      const y = (i + 0.5) * row;
      const [ours, theirs] = [halpha, expected].map((value) => ({ x: value < 0 ? zero - length(value) : zero, width: length(value) }));
      const style = `--accent: var(--${accent})`;
      return [
        el("text", { x: 0, y: y + 4 }, label, el("tspan", { class: "muted" }, ` ${per}`)),
        el("rect", { class: "bar", style, ...ours, y: y - 7, height: 6, rx: 2 }),
        el("rect", { class: "bar-physics", ...theirs, y: y + 1, height: 6, rx: 2 }),
        el("text", { x: this.width, y: y + 4, "text-anchor": "end" }, `${signed(halpha)}, ${signed(expected)}`),
      ];
    });
    this.svg.replaceChildren(el("line", { class: "zero", x1: zero, x2: zero, y1: 0, y2: this.height }), ...rows);
    const words = slopes.map(({ label, per, halpha, expected }) => `${label} ${per}: ${signed(halpha)} Å, of the stars’ own ${signed(expected)} Å`);
    this.svg.setAttribute("aria-label", `Change of Hα. ${words.join("; ")}`);
  }
}
