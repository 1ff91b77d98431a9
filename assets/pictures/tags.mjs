/* Write SVG as text, because parsing it once is faster than creating its elements one by one. */

/** @import { Font } from "./schema.mjs" */

/**
 * Return a coordinate as text.
 * @param {number} value
 */
export const coordinate = (value) => value.toFixed(2);

/** @param {string} words */
const escape = (words) => words.replace(/[&<>"]/g, (letter) => `&#${letter.charCodeAt(0)};`);

/**
 * Return an element as text, without undefined attributes.
 * @param {string} name
 * @param {Record<string, string | number | undefined>} attributes
 * @param {string} [inner]
 */
export function tag(name, attributes, inner = "") {
  const written = Object.entries(attributes).map(([key, value]) => (value === undefined ? "" : ` ${key}="${value}"`));
  return `<${name}${written.join("")}>${inner}</${name}>`;
}

/**
 * Return a text element as text, with its words escaped.
 * @param {string} words
 * @param {number} x
 * @param {number} y
 * @param {{anchor: "start" | "middle" | "end", font: Font, transform?: string, className?: string}} how
 */
export function text(words, x, y, { anchor, font, transform, className }) {
  const place = { class: className, x: coordinate(x), y: coordinate(y), "text-anchor": anchor };
  return tag("text", { ...place, fill: font.color, "font-size": font.size, transform }, escape(words));
}
