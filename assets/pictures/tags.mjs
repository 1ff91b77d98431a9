/* SVG as text: a still picture is parsed at once, in less time than its elements would take one by one. */

/** @import { Font } from "./model.mjs" */

/**
 * Write a coordinate.
 * @param {number} value
 */
export const coordinate = (value) => value.toFixed(2);

/** @param {string} words */
const escape = (words) => words.replace(/[&<>"]/g, (letter) => `&#${letter.charCodeAt(0)};`);

/**
 * Return an element; attributes that are undefined are left out.
 * @param {string} name
 * @param {Record<string, string | number | undefined>} attributes
 * @param {string} [inner]
 */
export function tag(name, attributes, inner = "") {
  const said = Object.entries(attributes).map(([key, value]) => (value === undefined ? "" : ` ${key}="${value}"`));
  return `<${name}${said.join("")}>${inner}</${name}>`;
}

/**
 * Return words at a place.
 * @param {string} words
 * @param {number} x
 * @param {number} y
 * @param {{anchor: "start" | "middle" | "end", font: Font, transform?: string, className?: string}} how
 */
export function text(words, x, y, { anchor, font, transform, className }) {
  const place = { class: className, x: coordinate(x), y: coordinate(y), "text-anchor": anchor };
  return tag("text", { ...place, fill: font.color, "font-size": font.size, transform }, escape(words));
}
