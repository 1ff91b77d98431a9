/* Base of the interactive SVG plots: elements, round numbers, and a class that follows the size of its box. */

/** @typedef {Record<string, string | number>} Attributes */

const SVG = "http://www.w3.org/2000/svg";

/**
 * Return an SVG element.
 * @template {keyof SVGElementTagNameMap} Name
 * @param {Name} name
 * @param {Attributes} [attributes]
 * @param {...(Node | string)} children
 * @returns {SVGElementTagNameMap[Name]}
 */
export function el(name, attributes = {}, ...children) {
  const made = document.createElementNS(SVG, name);
  set(made, attributes);
  made.append(...children);
  return made;
}

/**
 * Set attributes of an element.
 * @param {Element} element
 * @param {Attributes} attributes
 */
export function set(element, attributes) {
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, String(value));
}

/**
 * Return about `count` round numbers from 0 to `top`.
 * @param {number} top
 * @param {number} [count]
 */
export function ticks(top, count = 5) {
  const rough = top / count;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = ([1, 2, 5].find((s) => s * power >= rough) ?? 10) * power;
  return Array.from({ length: Math.floor(top / step) + 1 }, (_, i) => Number((i * step).toPrecision(12)));
}

/**
 * Return a coordinate as text.
 * @param {number} value
 * @param {number} [digits]
 */
export const fixed = (value, digits = 2) => value.toFixed(digits);

/**
 * A plot in CSS pixels that follows the size of its box.
 * @template Data
 */
export class Picture {
  width = 0;
  height = 0;
  /** @type {Data | null} the data drawn last */
  data = null;
  #watch = new ResizeObserver(() => this.resize());

  /**
   * @param {HTMLElement} box
   * @param {string} label   for screen readers
   * @param {"group" | "img"} role
   */
  constructor(box, label, role) {
    this.box = box;
    this.svg = el("svg", { role, "aria-label": label, class: "picture" });
    box.replaceChildren(this.svg);
    this.#watch.observe(box);
  }

  resize() {
    const { width, height } = this.box.getBoundingClientRect();
    if (!width || (width === this.width && height === this.height)) return;
    this.width = width;
    this.height = height;
    set(this.svg, { viewBox: `0 0 ${width} ${height}` });
    this.layout();
    if (this.data) this.draw(this.data);
  }

  /** Draw what depends only on the size; called when the size changes. */
  layout() {}

  /**
   * Draw data, or keep them until the plot has a size.
   * @param {Data} data
   */
  draw(data) {
    this.data = data;
  }

  stop() {
    this.#watch.disconnect();
  }
}
