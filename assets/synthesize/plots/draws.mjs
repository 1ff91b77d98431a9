/* Draws of the ten lines as strips, with the 68 % interval and the Hα that the stars ionise. */
import { Picture, el, fixed } from "../../pictures/svg.mjs";
import { number } from "../../shell/numbers.mjs";

/** @import { Line } from "../../network/types.mjs" */
/** @import { Intrinsic } from "../../network/network.mjs" */

/** @typedef {{free: Intrinsic, expected: number, draws: Float32Array[]}} Data   one array a draw [Å] */

const NAMES = 84; // width of the names [CSS pixels]
const TICKS = [0, 1, 3, 10, 30, 100, 300, 1000]; // Å
const FOOT = 28;

/** @augments {Picture<Data>} */
export class Draws extends Picture {
  #lines;
  #halpha;

  /**
   * @param {HTMLElement} box
   * @param {Line[]} lines
   * @param {number} halpha   index of the line
   */
  constructor(box, lines, halpha) {
    super(box, "Draws of the lines", "img");
    this.#lines = lines;
    this.#halpha = halpha;
    this.resize();
  }

  /** @param {Data} data */
  draw(data) {
    super.draw(data);
    if (!this.width) return;
    const { free, expected, draws } = data;
    const top = Math.asinh(1.1 * Math.max(3, expected, ...free.p84, ...draws.flatMap((draw) => Math.max(...draw))));
    const [left, right] = [NAMES, this.width - 10];
    const row = (this.height - FOOT) / this.#lines.length;
    /** @type {(ew: number) => number} */
    const x = (ew) => left + (Math.asinh(Math.max(ew, 0)) / top) * (right - left);
    const shown = TICKS.filter((tick) => Math.asinh(tick) < top);
    const axis = shown.flatMap((tick) => [
      el("line", { class: "rule", x1: x(tick), x2: x(tick), y1: 0, y2: this.height - FOOT }),
      el("text", { x: x(tick), y: this.height - FOOT + 13, "text-anchor": "middle" }, String(tick)),
    ]);
    const strips = this.#lines.flatMap((line, i) => {
      const y = (i + 0.5) * row;
      const style = `--accent: var(--${line.accent})`;
      const [low, high] = [x(free.p16[i]), x(free.p84[i])];
      const dots = draws.map((draw, k) => `M${fixed(x(draw[i]), 1)},${fixed(y + ((k % 8) - 3.5) * Math.min(row / 12, 2), 1)}h0`).join("");
      return [
        el("text", { x: 0, y: y + 4 }, line.label),
        el("rect", { class: "interval", style, x: low, y: y - 5, width: Math.max(high - low, 1), height: 10, rx: 3 }),
        el("path", { class: "dots", style, d: dots }),
      ];
    });
    const y = (this.#halpha + 0.5) * row;
    const mark = el("path", { class: "expected", d: `M${x(expected) - 6},${y}l6,-7l6,7l-6,7Z` });
    const title = el("text", { x: (left + right) / 2, y: this.height - 1, "text-anchor": "middle" }, "equivalent width [Å]");
    this.svg.replaceChildren(...axis, ...strips, mark, title);
    const words = this.#lines.map(({ label }, i) => `${label} ${number(free.p50[i])}`);
    this.svg.setAttribute("aria-label", `${draws.length} draws about ${words.join(", ")} Å; the stars ionise Hα of ${number(expected)} Å`);
  }
}
