/* Convert numbers to base64, little-endian, and back. */

const CHUNK = 0x8000; // bytes per call of fromCharCode

/**
 * Return the bytes of a base64 text.
 * @param {string} text
 */
export function fromBase64(text) {
  return Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
}

/**
 * Return numbers as base64.
 * @param {Uint32Array | Float32Array | Uint8Array} values
 */
export function toBase64(values) {
  const bytes = new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
  const parts = [];
  for (let at = 0; at < bytes.length; at += CHUNK) parts.push(String.fromCharCode(...bytes.subarray(at, at + CHUNK)));
  return btoa(parts.join(""));
}
