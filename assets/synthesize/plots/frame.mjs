/* A plot with two linear axes, on which the page's curves are drawn. */
import { Picture, el, fixed } from "../../pictures/svg.mjs";

/** @typedef {{at: number, text: string}} Tick */

/**
 * @template Data
 * @augments {Picture<Data>}
 */
export class Frame extends Picture {
  axes = el("g", { class: "axes", "aria-hidden": "true" });
  marks = el("g", { "aria-hidden": "true" });
  left = 44;
  right = 0;
  top = 14;
  bottom = 0;

  /**
   * @param {HTMLElement} box
   * @param {string} label
   */
  constructor(box, label) {
    super(box, label, "img");
    this.svg.append(this.axes, this.marks);
  }

  layout() {
    this.right = this.width - 8;
    this.bottom = this.height - 30;
  }

  /**
   * Draw the axes with ticks at shares of the frame.
   * @param {Tick[]} across
   * @param {Tick[]} up
   * @param {string} xTitle
   * @param {string} yTitle
   */
  drawAxes(across, up, xTitle, yTitle) {
    const { left, right, top, bottom } = this;
    const [x, y] = [(/** @type {number} */ s) => left + s * (right - left), (/** @type {number} */ s) => bottom - s * (bottom - top)];
    this.axes.replaceChildren(
      ...up.map(({ at }) => el("line", { class: "rule", x1: left, x2: right, y1: y(at), y2: y(at) })),
      ...up.map(({ at, text }) => el("text", { x: left - 6, y: y(at) + 4, "text-anchor": "end" }, text)),
      ...across.map(({ at, text }) => el("text", { x: x(at), y: bottom + 14, "text-anchor": "middle" }, text)),
      el("text", { x: (left + right) / 2, y: this.height - 3, "text-anchor": "middle" }, xTitle),
      el("text", { x: left, y: 10 }, yTitle),
    );
  }

  /**
   * Return a path through points in CSS pixels.
   * @param {[number, number][]} points
   */
  path(points) {
    return points.length ? `M${points.map(([x, y]) => `${fixed(x, 1)},${fixed(y, 1)}`).join("L")}` : "";
  }
}
