/* Columns of a catalogue as they travel: one request each, remembered, the scale in a header. */
import { Pending, request } from "../../shell/requests.mjs";

/** @import { Scale } from "../../raster/scales.mjs" */
/** @import { Manifest } from "../manifest.mjs" */

/**
 * @typedef {Scale & {codes: Uint8Array}} Codes                                 one byte a galaxy, for colours
 * @typedef {Scale & {codes: Uint16Array, home: [number, number]}} PlaceCodes   two bytes, and the axis's first range
 * @typedef {{bits?: 8 | 16, noise?: string, seed?: number}} Draw               noise and seed: of a column with noise
 */

const MOST_NOISY = 120; // columns of old realisations that are kept

/**
 * @param {string} address
 * @param {AbortSignal} [signal]
 * @returns {Promise<any>}
 */
async function ask(address, signal) {
  const answer = await request(address, signal);
  const scale = JSON.parse(answer.headers.get("Column-Scale") ?? "{}");
  const Type = address.includes("bits=16") ? Uint16Array : Uint8Array;
  return { ...scale, codes: new Type(await answer.arrayBuffer()) };
}

/** @type {Map<string, Promise<any>>} */
const ahead = new Map();

/** Take in the columns that the page's head preloads while the page's other scripts are still on their way. */
export function takeAhead() {
  for (const link of document.querySelectorAll('link[rel="preload"][as="fetch"]')) {
    const address = link.getAttribute("href") ?? "";
    const coming = ask(address);
    coming.catch(() => {}); // the first to want the column asks again
    ahead.set(address, coming);
  }
}

/** The columns of one catalogue. */
export class Columns {
  #base;
  #version;
  #signal;
  /** @type {Pending<any>} */
  #asked = new Pending();

  /**
   * @param {Pick<Manifest, "columns" | "version">} manifest
   * @param {AbortSignal} [signal]
   */
  constructor({ columns, version }, signal) {
    this.#base = columns;
    this.#version = version;
    this.#signal = signal;
  }

  /**
   * Return the address of a column; the server names the same addresses when it preloads them (server/columns.py).
   * @param {string} name
   * @param {Draw} [draw]
   */
  address(name, { bits = 8, noise = "observed", seed = 1 } = {}) {
    let query = `?v=${this.#version}`;
    if (bits === 16) query += "&bits=16";
    if (name.endsWith("_NOISY")) query += `&noise=${noise}&seed=${seed}`;
    return `${this.#base}${name}.bin${query}`;
  }

  /**
   * Return a column for colours; it is asked for once.
   * @param {string} name
   * @param {Draw} [draw]
   * @returns {Promise<Codes>}
   */
  get(name, draw = {}) {
    const address = this.address(name, draw);
    const coming = this.#asked.get(address, () => this.#take(address));
    this.#forget();
    return coming;
  }

  /**
   * Return a column for places; it is asked for once.
   * @param {string} name
   * @param {Draw} [draw]
   * @returns {Promise<PlaceCodes>}
   */
  places(name, draw = {}) {
    const address = this.address(name, { ...draw, bits: 16 });
    return this.#asked.get(address, () => this.#take(address));
  }

  /** @param {string} address */
  #take(address) {
    const early = ahead.get(address);
    ahead.delete(address);
    return early ? early.catch(() => ask(address, this.#signal)) : ask(address, this.#signal);
  }

  #forget() {
    const noisy = this.#asked.keys().filter((address) => address.includes("seed="));
    for (const address of noisy.slice(0, Math.max(0, noisy.length - MOST_NOISY))) this.#asked.delete(address);
  }
}
