/* Weights of the Predict page: those of the server's networks, fetched once, and a reader's own file, which stays here. */
import { fromBase64, toBase64 } from "../../shell/base64.mjs";
import { Pending, request } from "../../shell/requests.mjs";
import { predict } from "./network.mjs";
import { parseSafetensors, under } from "./safetensors.mjs";

/** @import { Manifest, Variant } from "../manifest.mjs" */
/** @import { Net } from "./safetensors.mjs" */

/**
 * @typedef {{net: Net, summary: Net | null}} Ready   summary: of the intrinsic distribution, where there is one
 * @typedef {Ready & {luminosity: number | null, words: string}} Chosen   the network that answers, and what it predicts from
 */

export const OWN = "yours";

const OWN_BYTES = 32 * 2 ** 20;
/** @type {Variant[]} */
const VARIANTS = ["colors", "luminosity"];
const TRIAL_LUMINOSITY = 6;
const BREATH = 40; // ms of a table between two chances for the page to do something else

/** @type {(text: string) => Float32Array} */
const floats = (text) => new Float32Array(fromBase64(text).buffer);

/** The networks that the page can predict with. */
export class Weights {
  #manifest;
  #signal;
  /** @type {Pending<Net>} */
  #fetched = new Pending();
  /** @type {Map<string, Ready>} by model and variant */
  #ready = new Map();

  /**
   * @param {Manifest} manifest
   * @param {AbortSignal} signal
   */
  constructor(manifest, signal) {
    this.#manifest = manifest;
    this.#signal = signal;
  }

  /**
   * Return the tensors of a file.
   * @param {string} address
   */
  tensors(address) {
    return this.#fetched.get(address, async () => parseSafetensors(await (await request(address, this.#signal)).arrayBuffer()));
  }

  /**
   * Fetch one variant of a network, where it has it.
   * @param {string} model
   * @param {Variant} variant
   */
  async load(model, variant) {
    const address = this.#manifest.models[model]?.[variant];
    if (!address) return;
    const all = await this.tensors(address);
    const summary = under(all, "summary");
    this.#ready.set(`${model}/${variant}`, { net: under(all, "net"), summary: summary.softening ? summary : null });
  }

  /**
   * Take a reader's own file: it stays in this page.
   * @param {string} contents   data: address in base64
   */
  adopt(contents) {
    const text = contents.slice(contents.indexOf(",") + 1);
    if (text.length * 0.75 > OWN_BYTES) throw new Error(`The file is larger than ${OWN_BYTES >> 20} MB, the limit here.`);
    const all = parseSafetensors(fromBase64(text).buffer);
    const found = VARIANTS.filter((variant) => all[`${variant}/feature_mean`]);
    if (!found.length) throw new Error("The file has no tensors colors/… or luminosity/… as cli.py train writes them.");
    const { lines, edges } = this.#manifest;
    for (const variant of VARIANTS) {
      const key = `${OWN}/${variant}`;
      const net = under(all, variant);
      this.#ready.delete(key);
      if (!found.includes(variant)) continue;
      const flat = new Array(edges.length - 1).fill(1);
      const trial = predict(net, flat, variant === "luminosity" ? TRIAL_LUMINOSITY : null).ew;
      if (trial.length !== lines.length || !trial.every(Number.isFinite)) {
        throw new Error(`The ${variant} network does not give ${lines.length} finite numbers.`);
      }
      this.#ready.set(key, { net, summary: null });
    }
  }

  /**
   * Return the network that can answer: without a luminosity network the colours answer, and the page says so.
   * @param {string} model
   * @param {number | null} luminosity
   * @returns {Chosen | null}   null while it is on its way
   */
  network(model, luminosity) {
    const [without, withL] = VARIANTS.map((variant) => this.#ready.get(`${model}/${variant}`));
    if (luminosity !== null && withL) return { ...withL, luminosity, words: "colours + luminosity" };
    return without ? { ...without, luminosity: null, words: "colours" } : null;
  }

  /**
   * Put a whole table through the reader's own network.
   * @param {{flux: string, luminosity: string}} asked   float32 in base64; NaN: unknown
   */
  async table(asked) {
    const [flux, luminosity] = [asked.flux, asked.luminosity].map(floats);
    const [n, lines, bins] = [luminosity.length, this.#manifest.lines.length, this.#manifest.edges.length - 1];
    const ew = new Float32Array(3 * n * lines).fill(NaN);
    let pause = performance.now() + BREATH;
    for (let row = 0; row < n; row++) {
      const own = flux.subarray(bins * row, bins * (row + 1));
      const mean = own.reduce((sum, f) => sum + f / bins, 0);
      const chosen = mean > 0 ? this.network(OWN, Number.isNaN(luminosity[row]) ? null : luminosity[row]) : null;
      if (!chosen) continue;
      const answer = predict(chosen.net, Float64Array.from(own, (f) => f / mean), chosen.luminosity);
      [answer.ew, answer.p16, answer.p84].forEach((values, part) => ew.set(values, (part * n + row) * lines));
      if (performance.now() > pause) {
        await new Promise((done) => setTimeout(done));
        pause = performance.now() + BREATH;
      }
    }
    return { ew: toBase64(ew), variants: VARIANTS.filter((variant) => this.#ready.has(`${OWN}/${variant}`)) };
  }
}
