/* The order in which galaxies are painted. */

/**
 * Return the numbers below n in an order that depends only on the seed (Fisher-Yates shuffle, mulberry32 generator), so
 * that the same galaxies are on top each time.
 * @param {number} n
 * @param {number} [seed]
 */
export function shuffledOrder(n, seed = 1) {
  const order = new Uint32Array(n);
  let state = seed >>> 0;
  for (let i = 0; i < n; i++) {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    const j = ((t ^ (t >>> 14)) >>> 0) % (i + 1);
    order[i] = order[j];
    order[j] = i;
  }
  return order;
}

/**
 * Return codes, one per galaxy, in draw order and of the same type.
 * @template {Uint8Array | Uint16Array} Codes
 * @param {Uint32Array} order
 * @param {Codes} codes
 * @returns {Codes}
 */
export function arrange(order, codes) {
  const arranged = new /** @type {new (length: number) => Codes} */ (codes.constructor)(order.length);
  for (let i = 0; i < order.length; i++) arranged[i] = codes[order[i]];
  return arranged;
}
