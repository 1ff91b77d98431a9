/* Weights of the Predict page: the server's networks, fetched once, and a visitor's own file, which is not sent. */
import { fromBase64, toBase64 } from "../shell/base64.mjs";
import { Pending, request } from "../shell/requests.mjs";
import { predict } from "./network.mjs";
import { parseSafetensors, under } from "./safetensors.mjs";

/** @import { Source, Variant } from "./types.mjs" */
/** @import { Net } from "./safetensors.mjs" */

/**
 * @typedef {{net: Net, summary: Net | null, diluted: Net | null}} Ready   summary: percentiles of the intrinsic
 *   distribution; diluted: for networks of noise-free continua, the network whose continua were as noisy as the summary's
 * @typedef {Ready & {given: number[], words: string}} Chosen   a network, and the quantities that it uses
 * @typedef {{flux: string, luminosity: string, redshift: string}} Asked   float32 as base64; NaN where unknown
 */

export const OWN = "yours";

const OWN_BYTES = 32 * 2 ** 20;
/** @type {Variant[]} each uses one quantity more than the one before */
const VARIANTS = ["colors", "luminosity", "redshift"];
/** @type {Record<Variant, string>} */
const WORDS = { colors: "colours", luminosity: "colours + luminosity", redshift: "colours + luminosity + redshift" };
const TRIAL = [6, 0.15]; // log luminosity and redshift
const BREATH = 40; // ms of predictions between pauses in which the page can respond

/** @type {(text: string) => Float32Array} */
const floats = (text) => new Float32Array(fromBase64(text).buffer);

/** The networks that the page can predict with. */
export class Weights {
  #source;
  #signal;
  /** @type {Pending<Net>} */
  #fetched = new Pending();
  /** @type {Map<string, Ready>} by "model/variant" */
  #ready = new Map();

  /**
   * @param {Source} source
   * @param {AbortSignal} signal
   */
  constructor(source, signal) {
    this.#source = source;
    this.#signal = signal;
  }

  /**
   * Return the tensors of a file, fetched once.
   * @param {string} address
   */
  tensors(address) {
    return this.#fetched.get(address, async () => parseSafetensors(await (await request(address, this.#signal)).arrayBuffer()));
  }

  /**
   * Fetch the richest variant of a network that these quantities allow.
   * @param {string} model
   * @param {number} count   of quantities besides the colours
   */
  async load(model, count) {
    const addresses = this.#source.models[model] ?? {};
    const variant = VARIANTS.slice(0, count + 1).reverse().find((name) => addresses[name]);
    const address = variant && addresses[variant];
    if (!address) return;
    const all = await this.tensors(address);
    const summary = under(all, "summary");
    const diluted = under(all, "diluted");
    this.#ready.set(`${model}/${variant}`, {
      net: under(all, "net"),
      summary: summary.softening ? summary : null,
      diluted: diluted.feature_mean ? diluted : null,
    });
  }

  /**
   * Use a visitor's own file, after checking it; throw if it is invalid.
   * @param {string} contents   data: URL with base64
   */
  adopt(contents) {
    const text = contents.slice(contents.indexOf(",") + 1);
    if (text.length * 0.75 > OWN_BYTES) throw new Error(`The file is larger than ${OWN_BYTES >> 20} MB, the limit here.`);
    const all = parseSafetensors(fromBase64(text).buffer);
    const found = VARIANTS.filter((variant) => all[`${variant}/feature_mean`]);
    if (!found.length) throw new Error("The file has no tensors colors/…, luminosity/… or redshift/… as the command train writes them.");
    const { lines, edges } = this.#source;
    for (const variant of VARIANTS) {
      const key = `${OWN}/${variant}`;
      const net = under(all, variant);
      this.#ready.delete(key);
      if (!found.includes(variant)) continue;
      const flat = new Array(edges.length - 1).fill(1);
      const trial = predict(net, flat, TRIAL.slice(0, VARIANTS.indexOf(variant)), null).ew;
      if (trial.length !== lines.length || !trial.every(Number.isFinite)) {
        throw new Error(`The ${variant} network does not give ${lines.length} finite numbers.`);
      }
      this.#ready.set(key, { net, summary: null, diluted: null });
    }
  }

  /**
   * Return the richest network that is loaded and uses no more than these quantities.
   * @param {string} model
   * @param {number[]} given    log luminosity, then redshift, as far as they are known
   * @returns {Chosen | null}   null until one is loaded
   */
  network(model, given) {
    for (let count = given.length; count >= 0; count--) {
      const ready = this.#ready.get(`${model}/${VARIANTS[count]}`);
      if (ready) return { ...ready, given: given.slice(0, count), words: WORDS[VARIANTS[count]] };
    }
    return null;
  }

  /**
   * Predict a whole table with the visitor's own network.
   * @param {Asked} asked
   */
  async table(asked) {
    const [flux, luminosity, redshift] = [asked.flux, asked.luminosity, asked.redshift].map(floats);
    const [n, lines, bins] = [luminosity.length, this.#source.lines.length, this.#source.edges.length - 1];
    const ew = new Float32Array(3 * n * lines).fill(NaN);
    const domain = under(await this.tensors(this.#source.shared), "domain");
    let pause = performance.now() + BREATH;
    for (let row = 0; row < n; row++) {
      const own = flux.subarray(bins * row, bins * (row + 1));
      const mean = own.reduce((sum, f) => sum + f / bins, 0);
      const known = [luminosity[row], redshift[row]];
      const unknown = known.findIndex(Number.isNaN);
      const chosen = mean > 0 ? this.network(OWN, unknown < 0 ? known : known.slice(0, unknown)) : null;
      if (!chosen) continue;
      const answer = predict(chosen.net, Float64Array.from(own, (f) => f / mean), chosen.given, domain);
      [answer.ew, answer.p16, answer.p84].forEach((values, part) => ew.set(values, (part * n + row) * lines));
      if (performance.now() > pause) {
        await new Promise((done) => setTimeout(done));
        pause = performance.now() + BREATH;
      }
    }
    return { ew: toBase64(ew), variants: VARIANTS.filter((variant) => this.#ready.has(`${OWN}/${variant}`)) };
  }
}
