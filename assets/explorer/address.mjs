/* Write the panels' state as an address. components/explorer/view.py defines its fields and reads addresses. */

/** @import { Field, Gate, State } from "./manifest.mjs" */

const VERSION = 2;

/** @type {(value: number) => string} */
const digits = (value) => Number(value.toPrecision(5)).toString();

/**
 * Return one field as text, or null if it has its default.
 * @param {Field} field
 * @param {any} value
 */
function write({ kind, allowed, default: fallback }, value) {
  if (value === null || value === undefined || JSON.stringify(value) === JSON.stringify(fallback)) return null;
  if (kind === "several") return value.map((/** @type {string} */ each) => letterOf(allowed, each)).join("");
  if (kind === "flag") return value ? "1" : "0";
  if (kind === "numbers") return value.map(digits).join(",");
  return kind === "number" ? digits(value) : String(value);
}

/**
 * @param {[string, string][]} allowed
 * @param {string} value
 */
function letterOf(allowed, value) {
  const found = allowed.find(([, name]) => name === value);
  if (!found) throw new Error(`An address has no letter for “${value}”.`);
  return found[0];
}

/**
 * Return the query of an address: catalogue, fields that differ from their defaults, galaxy, gate and search.
 * @param {Field[]} fields
 * @param {State} state
 * @param {{catalogue?: string, galaxy?: string, gate?: Gate | null, find?: string}} [more]
 */
export function query(fields, state, { catalogue, galaxy, gate, find } = {}) {
  /** @type {[string, string][]} */
  const parts = [];
  for (const field of fields) {
    const text = write(field, state[field.name]);
    if (text !== null) parts.push([field.key, text]);
  }
  if (galaxy) parts.push(["galaxy", galaxy]);
  if (gate) parts.push(["gate", writeGate(gate)]);
  if (find) parts.push(["find", find]);
  if (parts.length) parts.unshift(["v", String(VERSION)]);
  if (catalogue) parts.unshift(["catalogue", catalogue]);
  const text = parts.map(([key, value]) => `${key}=${encodeURIComponent(value).replace(/%2C/g, ",")}`).join("&");
  return text ? `?${text}` : "";
}

/** @param {Gate} gate */
function writeGate({ x, y, polygon }) {
  return [x, y, ...polygon.map((corner) => corner.map(digits).join(","))].join("~");
}
