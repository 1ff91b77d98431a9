/* Colours as 32-bit numbers, little-endian RGBA. */

export const FULL = 255;

/** @type {Map<string, number>} numbers by "#rrggbb", cached because Dash's polyfill makes parseInt slow */
const parsed = new Map();

/**
 * Return the pixel of "#rrggbb".
 * @param {string} hex
 * @param {number} [alpha]
 */
export function pixel(hex, alpha = FULL) {
  let rgb = parsed.get(hex);
  if (rgb === undefined) parsed.set(hex, (rgb = parseInt(hex.slice(1), 16)));
  return ((alpha << 24) | ((rgb & 0xff) << 16) | (rgb & 0xff00) | (rgb >> 16)) >>> 0;
}

/**
 * Return a table of 256 pixels, whose entry 0 is the colour `missing`, or transparent if that is null.
 * @param {string[]} colors
 * @param {string | null} missing
 * @param {number} [alpha]
 */
export function colorTable(colors, missing, alpha = FULL) {
  const table = new Uint32Array(256);
  for (let i = 1; i < 256; i++) table[i] = pixel(colors[i], alpha);
  table[0] = missing ? pixel(missing, alpha) : 0;
  return table;
}

/**
 * Return the table mixed with another colour, for galaxies outside a selection.
 * @param {Uint32Array} table
 * @param {string} toward
 * @param {number} share   of the other colour, 0 to 1
 */
export function dimmed(table, toward, share) {
  const veil = pixel(toward);
  return table.map((color) => (color === 0 ? 0 : (0xff000000 | mix(color, veil, Math.round(share * 256))) >>> 0));
}

/**
 * Return the mixture of two pixels in red, green and blue.
 * @param {number} a
 * @param {number} b
 * @param {number} share   of the second, 0 to 256
 */
export function mix(a, b, share) {
  const rest = 256 - share;
  const even = (((a & 0xff00ff) * rest + (b & 0xff00ff) * share) / 256) & 0xff00ff;
  const odd = (((a & 0xff00) * rest + (b & 0xff00) * share) / 256) & 0xff00;
  return even | odd;
}

/**
 * Return a pixel with a colour of partial coverage over it.
 * @param {number} below
 * @param {number} above
 * @param {number} cover   0 to 255
 */
export function blend(below, above, cover) {
  const old = below >>> 24;
  if (old === 0) return ((above & 0xffffff) | (cover << 24)) >>> 0;
  const alpha = old + ((FULL - old) * cover) / FULL;
  return ((alpha << 24) | mix(below, above, Math.min(256, Math.round((256 * cover) / alpha)))) >>> 0;
}
