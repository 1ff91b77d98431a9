/* The galaxies of a catalogue for panels: in draw order, with positions in planes and codes of colours. */
import { arrange, shuffledOrder } from "../raster/order.mjs";
import { histogram } from "../raster/scales.mjs";
import { Pending } from "../shell/requests.mjs";
import { Columns } from "./panels/columns.mjs";
import { Plane } from "./panels/plane.mjs";

/** @import { Manifest, State } from "./manifest.mjs" */
/** @import { PlannedPanel } from "./panels/panels.mjs" */

/** @typedef {Pick<State, "noise" | "seed">} Draw   a realisation of the noise */

const PLANES_KEPT = 9;

/** @type {(name: string, draw: Draw) => Partial<Draw>} */
const drawOf = (name, { noise, seed }) => (name.endsWith("_NOISY") ? { noise, seed } : {});

/** The planes and columns of a catalogue, each loaded once. */
export class Galaxies {
  /** @type {Pending<Plane>} */
  #planes = new Pending(PLANES_KEPT);
  /** @type {WeakMap<Uint8Array, Uint8Array>} */
  #arranged = new WeakMap();

  /**
   * @param {Manifest} manifest
   * @param {AbortSignal} signal
   */
  constructor(manifest, signal) {
    this.order = shuffledOrder(manifest.n);
    this.columns = new Columns(manifest, signal);
  }

  /**
   * Return the plane of two quantities.
   * @param {string[]} axes
   * @param {Draw} draw
   */
  planeOf(axes, draw) {
    const key = axes.map((name) => this.columns.address(name, { bits: 16, ...drawOf(name, draw) })).join(" ");
    return this.#planes.get(key, async () => {
      const [x, y] = await Promise.all(axes.map((name) => this.columns.places(name, drawOf(name, draw))));
      return new Plane(this.order, axes, x, y);
    });
  }

  /**
   * Return the codes that colour a panel's galaxies, and the scale and counts that end its colours.
   * @param {PlannedPanel} panel
   * @param {Draw} draw
   */
  async colorsOf({ name, against }, draw) {
    const [scale, end] = await Promise.all([name, against].map((each) => this.columns.get(each, drawOf(each, draw))));
    return {
      scale,
      codes: this.#arrange(scale.codes),
      counts: histogram(scale.codes),
      end: { scale: end, counts: histogram(end.codes) },
    };
  }

  /** @param {Uint8Array} codes */
  #arrange(codes) {
    const known = this.#arranged.get(codes);
    if (known) return known;
    const arranged = arrange(this.order, codes);
    this.#arranged.set(codes, arranged);
    return arranged;
  }
}
