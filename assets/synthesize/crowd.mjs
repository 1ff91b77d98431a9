/* Make a population in pieces, between which the page responds, and show it. */
import { place } from "../network/network.mjs";
import { bptPlace } from "../raster/diagrams.mjs";
import { fromBase64, toBase64 } from "../shell/base64.mjs";
import { setProps } from "../shell/dash.mjs";
import { byId } from "../shell/dom.mjs";
import { Quick, member, randomNumbers } from "./population.mjs";

/** @import { Net } from "../network/safetensors.mjs" */
/** @import { Point } from "../raster/shapes.mjs" */
/** @import { Manifest, Stars } from "./manifest.mjs" */
/** @import { Kind, Member } from "./population.mjs" */
/** @import { Grid } from "./stars/grid.mjs" */
/** @import { Populations } from "./stars/populations.mjs" */
/** @import { All } from "./views.mjs" */

const BREATH = 30; // ms of work between pauses in which the page can respond
const COLUMN = 0.5; // dex of specific star formation over which medians are taken
const LEAST = 20; // galaxies of a median

/** Makes populations and shows them. */
export class Crowd {
  #parts;
  /** @type {Quick | null} */
  #quick = null;
  /** @type {{member: Member, position: [number, number]}[]} */
  #members = [];
  #number = 0;

  /**
   * @param {object} parts
   * @param {Manifest} parts.manifest
   * @param {Populations} parts.populations
   * @param {Grid} parts.grid
   * @param {Net} parts.tensors
   * @param {Net} parts.map
   * @param {(all: All) => void} parts.show
   */
  constructor(parts) {
    this.#parts = parts;
  }

  /**
   * Make a population, and ask the server for its lines.
   * @param {Kind} kind
   * @param {Stars} stars
   * @param {boolean} anchored
   */
  async make(kind, stars, anchored) {
    const { manifest, populations, grid, tensors, map } = this.#parts;
    const { sliders, constants, diagrams, population: n } = manifest;
    const number = ++this.#number;
    this.#busy(true);
    await pause();
    const most = sliders.find(({ name }) => name === "av")?.high ?? 1;
    this.#quick ??= new Quick(populations, grid, constants, tensors, diagrams.lines.halpha, most);
    const uniform = randomNumbers(1);
    this.#members = [];
    let until = performance.now() + BREATH;
    while (this.#members.length < n) {
      const one = this.#quick.make(member(kind, stars, sliders, uniform));
      const mean = one.bins.reduce((sum, flux) => sum + flux, 0) / one.bins.length;
      this.#members.push({ member: one, position: place(map, Array.from(one.bins, (flux) => flux / mean)).position });
      if (performance.now() < until) continue;
      this.#progress(n);
      await pause();
      if (number !== this.#number) return;
      until = performance.now() + BREATH;
    }
    this.#say("drawing their lines …");
    const fields = this.#members[0].member.bins.length + 2;
    const values = new Float32Array(n * fields);
    this.#members.forEach(({ member: { bins, expected, logOh } }, i) => values.set([...bins, expected, logOh], i * fields));
    setProps("synthesize-population-asked", { data: { number, galaxies: toBase64(values), anchored } });
  }

  /** Stop making. */
  cancel() {
    this.#number += 1;
    this.#busy(false);
    this.#say("");
  }

  /**
   * Show the galaxies with their lines.
   * @param {{number: number, ew: string}} drawn
   */
  drawn({ number, ew }) {
    if (number !== this.#number) return;
    const all = new Float32Array(fromBase64(ew).buffer);
    const { diagrams, lines } = this.#parts.manifest;
    const { halpha } = diagrams.lines;
    const draws = this.#members.map((_, i) => all.subarray(i * lines.length, (i + 1) * lines.length));
    this.#busy(false);
    const members = this.#members.map((each) => each.member);
    const off = members.filter(({ expected }, i) => Math.abs(Math.log10((expected + 3) / (draws[i][halpha] + 3))) > 0.3).length;
    this.#say(
      `${members.length.toLocaleString("en")} galaxies; the drawn Hα of ${Math.round((100 * off) / members.length)} % is a factor of two off what ` +
        "their stars ionise (3 Å added to both). Line: median of what the stars ionise.",
    );
    this.#parts.show({
      map: this.#members.map(({ position }) => position),
      bpt: draws.map((draw) => bptPlace(diagrams, draw)),
      ssfr: draws.map((draw, i) => [members[i].logSsfr, Math.log10(draw[halpha])]),
      expected: medianLine(members.map(({ logSsfr, expected }) => [logSsfr, Math.log10(expected)])),
    });
  }

  /** @param {number} n */
  #progress(n) {
    const done = this.#members.length;
    /** @type {HTMLProgressElement} */ (byId("synthesize-progress")).value = done;
    this.#say(`${done.toLocaleString("en")} of ${n.toLocaleString("en")} galaxies …`);
  }

  /** @param {string} text */
  #say(text) {
    byId("synthesize-population-note").textContent = text;
  }

  /** @param {boolean} on */
  #busy(on) {
    for (const name of ["progress", "cancel"]) byId(`synthesize-${name}`).hidden = !on;
    /** @type {HTMLButtonElement} */ (byId("synthesize-make")).disabled = on;
  }
}

const pause = () => new Promise((done) => setTimeout(done));

/**
 * Return the medians of y in columns of x.
 * @param {Point[]} points
 * @returns {Point[]}
 */
export function medianLine(points) {
  /** @type {Map<number, number[]>} */
  const columns = new Map();
  for (const [x, y] of points) {
    const column = Math.floor(x / COLUMN);
    columns.set(column, [...(columns.get(column) ?? []), y]);
  }
  return [...columns]
    .filter(([, values]) => values.length >= LEAST)
    .sort(([a], [b]) => a - b)
    .map(([column, values]) => [(column + 0.5) * COLUMN, values.sort((a, b) => a - b)[values.length >> 1]]);
}
