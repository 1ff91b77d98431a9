/* Columns of a catalogue, fetched once each; a header of the response holds the scale. */
import { Pending, request } from "../../shell/requests.mjs";

/** @import { Scale } from "../../raster/scales.mjs" */
/** @import { Manifest } from "../manifest.mjs" */

/**
 * @typedef {Scale & {codes: Uint8Array}} Codes                                 one byte per galaxy, for colours
 * @typedef {Scale & {codes: Uint16Array, home: [number, number]}} PlaceCodes   two bytes, and the axis's initial range
 * @typedef {{bits?: 8 | 16, noise?: string, seed?: number}} Draw               noise and seed: of "_NOISY" columns
 */

const MOST_NOISY = 120; // noisy columns in the cache

/**
 * @param {string} address
 * @param {AbortSignal} [signal]
 * @returns {Promise<any>}
 */
async function fetchColumn(address, signal) {
  const answer = await request(address, signal);
  const scale = JSON.parse(answer.headers.get("Column-Scale") ?? "{}");
  const Type = address.includes("bits=16") ? Uint16Array : Uint8Array;
  return { ...scale, codes: new Type(await answer.arrayBuffer()) };
}

/** @type {Map<string, Promise<any>>} */
const preloaded = new Map();

/** Fetch the columns that the page's head preloads, while the page's other scripts are being loaded. */
export function fetchPreloads() {
  for (const link of document.querySelectorAll('link[rel="preload"][as="fetch"]')) {
    const address = link.getAttribute("href") ?? "";
    const column = fetchColumn(address);
    column.catch(() => {}); // `#fetch` fetches the column again
    preloaded.set(address, column);
  }
}

/** The columns of one catalogue. */
export class Columns {
  #base;
  #version;
  #signal;
  /** @type {Pending<any>} */
  #columns = new Pending();

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
   * Return the address of a column; it must equal those of the preload links (server/routes/columns.py).
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
   * Return a column for colours.
   * @param {string} name
   * @param {Draw} [draw]
   * @returns {Promise<Codes>}
   */
  get(name, draw = {}) {
    const address = this.address(name, draw);
    const column = this.#columns.get(address, () => this.#fetch(address));
    this.#dropOldRealisations();
    return column;
  }

  /**
   * Return a column for coordinates.
   * @param {string} name
   * @param {Draw} [draw]
   * @returns {Promise<PlaceCodes>}
   */
  places(name, draw = {}) {
    const address = this.address(name, { ...draw, bits: 16 });
    return this.#columns.get(address, () => this.#fetch(address));
  }

  /** @param {string} address */
  #fetch(address) {
    const early = preloaded.get(address);
    preloaded.delete(address);
    return early ? early.catch(() => fetchColumn(address, this.#signal)) : fetchColumn(address, this.#signal);
  }

  #dropOldRealisations() {
    const noisy = this.#columns.keys().filter((address) => address.includes("seed="));
    for (const address of noisy.slice(0, Math.max(0, noisy.length - MOST_NOISY))) this.#columns.delete(address);
  }
}
