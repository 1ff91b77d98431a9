/* Requests to the server, and answers that are kept. */

/**
 * Return an answer; throw the server's sentence where it refuses.
 * @param {string} address
 * @param {AbortSignal} [signal]
 */
export async function request(address, signal) {
  const answer = await fetch(address, { signal });
  if (!answer.ok) throw new Error(await answer.text());
  return answer;
}

/**
 * Return an answer's JSON.
 * @param {string} address
 * @param {AbortSignal} [signal]
 */
export async function requestJson(address, signal) {
  return (await request(address, signal)).json();
}

/**
 * Values on their way or there, by key. A value that failed may be asked for again; beyond `most` the oldest goes.
 * @template Value
 */
export class Pending {
  /** @type {Map<string, Promise<Value>>} */
  #kept = new Map();
  #most;

  /** @param {number} [most] */
  constructor(most = Infinity) {
    this.#most = most;
  }

  /**
   * Return the value of a key, made by `make` where nobody has asked for it yet.
   * @param {string} key
   * @param {() => Promise<Value>} make
   * @returns {Promise<Value>}
   */
  get(key, make) {
    const known = this.#kept.get(key);
    if (known) return known;
    const coming = make();
    coming.catch(() => this.#kept.delete(key));
    this.#kept.set(key, coming);
    if (this.#kept.size > this.#most) this.#kept.delete(this.keys()[0]);
    return coming;
  }

  keys() {
    return [...this.#kept.keys()];
  }

  /** @param {string} key */
  delete(key) {
    this.#kept.delete(key);
  }

  clear() {
    this.#kept.clear();
  }
}
