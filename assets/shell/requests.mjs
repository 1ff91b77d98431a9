/* Requests to the server, and a cache of promises. */

/**
 * Return a response; throw an error with its text if the request failed.
 * @param {string} address
 * @param {AbortSignal} [signal]
 */
export async function request(address, signal) {
  const answer = await fetch(address, { signal });
  if (!answer.ok) throw new Error(await answer.text());
  return answer;
}

/**
 * Return the JSON of a response.
 * @param {string} address
 * @param {AbortSignal} [signal]
 */
export async function requestJson(address, signal) {
  return (await request(address, signal)).json();
}

/**
 * A cache of promises by key. Failed values are removed; beyond `most` values the oldest is removed.
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
   * Return the value of a key, and call `make` for it if it is not in the cache.
   * @param {string} key
   * @param {() => Promise<Value>} make
   * @returns {Promise<Value>}
   */
  get(key, make) {
    const known = this.#kept.get(key);
    if (known) return known;
    const value = make();
    value.catch(() => this.#kept.delete(key));
    this.#kept.set(key, value);
    if (this.#kept.size > this.#most) this.#kept.delete(this.keys()[0]);
    return value;
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
