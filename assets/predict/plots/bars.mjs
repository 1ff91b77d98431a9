/* The plot of a line's sensitivity: one bar per bin, around zero. */
import { Picture, el } from "../../pictures/svg.mjs";

/**
 * @typedef {object} Change
 * @property {number[]} change     Å per 1 % more light, one per bin
 * @property {string} accent
 * @property {number[]} edges      of the bins [Å]
 * @property {string} name         of the line
 */

const ROOM_FOR_NUMBERS = 22; // least width of a bin with a number [CSS pixels]

/** @type {(change: number, digits: number) => string} */
const signed = (change, digits) => `${change >= 0 ? "+" : "−"}${Math.abs(change).toFixed(digits)}`;

/** @augments {Picture<Change>} */
export class Bars extends Picture {
  /** @param {HTMLElement} box */
  constructor(box) {
    super(box, "Change of the line for 1 % more light in each bin", "img");
    this.resize();
  }

  /** @param {Change} data */
  draw(data) {
    super.draw(data);
    if (!this.width) return;
    const { change, accent, edges, name } = data;
    const largest = Math.max(...change.map(Math.abs), 1e-6);
    const digits = largest >= 2 ? 1 : largest >= 0.2 ? 2 : 3;
    const [high, low] = [Math.max(...change, 0.15 * largest), Math.max(-Math.min(...change), 0.15 * largest)];
    const [top, bottom, left, right] = [18, this.height - 18, 46, this.width - 8];
    const scale = (bottom - top) / (high + low);
    const zero = top + high * scale;
    const step = (right - left) / change.length;
    const bars = change.flatMap((value, bin) => {
      const x = left + (bin + 0.14) * step;
      const height = Math.abs(value) * scale;
      const y = value >= 0 ? zero - height : zero;
      const style = `--accent: var(--${accent})`;
      const bar = el("rect", { class: value >= 0 ? "bar" : "bar falling", x, y, width: step * 0.72, height, rx: 2, style });
      if (step <= ROOM_FOR_NUMBERS) return [bar];
      const above = value >= 0 ? y - 5 : y + height + 12;
      return [bar, el("text", { x: x + step * 0.36, y: above, "text-anchor": "middle" }, signed(value, digits))];
    });
    this.svg.replaceChildren(el("line", { class: "zero", x1: left, x2: right, y1: zero, y2: zero }), ...bars);
    const words = change.map((value, bin) => `${edges[bin]} Å: ${signed(value, digits)}`);
    this.svg.setAttribute("aria-label", `${name} EW, Å per 1 % more light in a bin: ${words.join(", ")}`);
  }
}
