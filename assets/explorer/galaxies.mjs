/* The galaxies of the catalogue as panels need them: in draw order, placed in planes, with a code for their colour. */
import { arrange, shuffledOrder } from "../raster/order.mjs";
import { histogram } from "../raster/scales.mjs";
import { Pending } from "../shell/requests.mjs";
import { Columns } from "./panels/columns.mjs";
import { Plane } from "./panels/plane.mjs";

/** @import { Manifest, State } from "./manifest.mjs" */
/** @import { PlannedPanel } from "./panels/panels.mjs" */

/** @typedef {Pick<State, "noise" | "seed">} Draw   which realisation of the noise */

const PLANES_KEPT = 9;

/** @type {(name: string, draw: Draw) => Partial<Draw>} */
const drawOf = (name, { noise, seed }) => (name.endsWith("_NOISY") ? { noise, seed } : {});

/** What has been asked for of a catalogue. */
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
   * Return the plane of two quantities; places are asked for once.
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
   * Return what colours a panel's galaxies.
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
