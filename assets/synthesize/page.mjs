/* The Synthesize page: a galaxy from its stars, made in the browser.
 *
 * The server only draws lines, when a slider rests, because the joint distribution stays there.
 */
import { fromBase64, toBase64 } from "../shell/base64.mjs";
import { setProps } from "../shell/dash.mjs";
import { around, byId } from "../shell/dom.mjs";
import { request, requestJson } from "../shell/requests.mjs";
import { copy } from "../shell/sharing.mjs";
import { Steps } from "../shell/steps.mjs";
import { parseSafetensors, under } from "../network/safetensors.mjs";
import { Weights } from "../network/weights.mjs";
import { Crowd } from "./crowd.mjs";
import { csv, link, python } from "./share.mjs";
import { Sliders } from "./sliders.mjs";
import { Maker } from "./stars/galaxy.mjs";
import { Grid } from "./stars/grid.mjs";
import { Bands } from "./stars/magnitudes.mjs";
import { Populations } from "./stars/populations.mjs";
import { Views } from "./views.mjs";

/** @import { Kind } from "./population.mjs" */
/** @import { Manifest, Name, Stars } from "./manifest.mjs" */
/** @import { Galaxy } from "./stars/galaxy.mjs" */

const REST = 180; // ms without input before draws are asked for
const QUENCHED = 3; // Gyr that the animation shows
const DURATION = 4000; // of the animation [ms]

/** @typedef {"free" | "anchored"} DrawKind */
/** @typedef {{number: number, ew: string}} Drawn   base64 of float32 (draw, line) */

/** Measurement: duration of the last frame [ms]. */
export const timings = { frame: 0 };

/** An open Synthesize page. */
export class SynthesizePage {
  stop = new AbortController();
  #sliders;
  #stars;
  /** @type {Steps<Stars>} */
  #steps;
  /** @type {{maker: Maker, views: Views, populations: Populations, bands: Bands, grid: Grid, crowd: Crowd} | null} */
  #ready = null;
  /** @type {Galaxy | null} the galaxy that is shown */
  #shown = null;
  /** @type {Float32Array[]} */
  #draws = [];
  /** @type {DrawKind} */
  #drawKind = "free";
  /** @type {Kind} */
  #kind = "broad";
  #asked = 0;
  #frame = 0;
  #animation = 0;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #timer;

  /**
   * @param {Manifest} manifest
   * @param {HTMLElement} root
   */
  constructor(manifest, root) {
    const { signal } = this.stop;
    this.manifest = manifest;
    this.root = root;
    this.#stars = { ...manifest.opened };
    this.#steps = new Steps({ ...this.#stars });
    this.#sliders = new Sliders(manifest.sliders, (name, value) => this.#set(name, value), () => this.#rest(0));
    this.#sliders.show(this.#stars);
    root.addEventListener("click", (event) => {
      const { synthesize, value } = around(event, "[data-synthesize]")?.dataset ?? {};
      if (synthesize) this.#press(synthesize, value ?? "");
    }, { signal });
    const themed = new MutationObserver(() => this.redraw());
    themed.observe(document.documentElement, { attributeFilter: ["data-mantine-color-scheme"] });
    signal.addEventListener("abort", () => themed.disconnect());
    this.#mark();
    this.#load();
  }

  async #load() {
    const { manifest } = this;
    const { signal } = this.stop;
    const weights = new Weights(manifest, signal);
    try {
      const [file, shared, background] = await Promise.all([
        request(manifest.stars, signal).then((response) => response.arrayBuffer()),
        weights.tensors(manifest.shared),
        requestJson(manifest.background, signal),
        weights.load(manifest.model, 0),
      ]);
      const net = weights.network(manifest.model, []);
      if (!net) throw new Error("The network is missing.");
      const tensors = parseSafetensors(file);
      const { constants, diagrams } = manifest;
      const populations = new Populations(tensors, constants);
      const grid = new Grid(constants, manifest.edges);
      const map = under(shared, "map");
      const { halpha } = diagrams.lines;
      const maker = new Maker({ populations, grid, constants, net, map, domain: under(shared, "domain"), halpha });
      const views = new Views(manifest, background);
      const crowd = new Crowd({ manifest, populations, grid, tensors, map, show: (all) => views.drawAll(all) });
      this.#ready = { maker, views, populations, bands: new Bands(tensors, constants, grid), grid, crowd };
      this.redraw();
      this.root.dataset.ready = "";
      this.#rest(0);
    } catch (error) {
      if (signal.aborted) return;
      this.root.dataset.failed = "";
      byId("synthesize-reason").textContent = `The stars could not be loaded. Reload the page to try again. (${error instanceof Error ? error.message : error})`;
    }
  }

  // ---- input ------------------------------------------------------------------------------------------------------

  /**
   * @param {Name} name
   * @param {number} value
   */
  #set(name, value) {
    this.#halt();
    this.#stars = { ...this.#stars, [name]: value };
    this.redraw();
    this.#rest();
  }

  /** @param {Stars} stars */
  #fill(stars) {
    this.#halt();
    this.#stars = { ...stars };
    this.redraw();
    this.#rest(0);
  }

  /**
   * @param {string} what
   * @param {string} value
   */
  #press(what, value) {
    const { presets, start, sliders } = this.manifest;
    const note = byId("synthesize-note");
    const preset = presets.find(({ name }) => name === value);
    const address = link(window.location.pathname, this.#stars, start, sliders);
    if (what === "preset" && preset) this.#fill(preset.stars);
    else if (what === "reset") this.#fill(start);
    else if (what === "undo") this.#undo();
    else if (what === "link") copy(address, note, "Link copied");
    else if (what === "python") copy(python(this.#stars), note, "Python copied");
    else if (what === "download") this.#download();
    else if (what === "quench") this.#quench();
    else if (what === "draws") {
      this.#drawKind = value === "anchored" ? "anchored" : "free";
      this.#mark();
      this.#ask();
    } else if (what === "kind") {
      this.#kind = value === "near" ? "near" : "broad";
      this.#mark();
    } else if (what === "population") this.#ready?.crowd.make(this.#kind, this.#stars, this.#drawKind === "anchored");
    else if (what === "cancel") this.#ready?.crowd.cancel();
  }

  /** Mark the buttons that are on. */
  #mark() {
    const same = this.manifest.presets.find(({ stars }) => JSON.stringify(stars) === JSON.stringify({ ...stars, ...this.#stars }));
    /** @type {Record<string, string>} */
    const on = { preset: same?.name ?? "", draws: this.#drawKind, kind: this.#kind };
    for (const button of /** @type {NodeListOf<HTMLElement>} */ (this.root.querySelectorAll("[data-synthesize]"))) {
      const chosen = on[button.dataset.synthesize ?? ""];
      if (chosen === undefined) continue;
      button.classList.toggle("segment-on", button.dataset.value === chosen);
      button.setAttribute("aria-pressed", String(button.dataset.value === chosen));
    }
  }

  #undo() {
    const before = this.#steps.move(-1);
    if (!before) return;
    this.#halt();
    this.#stars = { ...before };
    this.redraw();
    this.#publish();
  }

  // ---- the galaxy -------------------------------------------------------------------------------------------------

  /** Draw in the next frame. */
  redraw() {
    if (this.#frame) return;
    this.#frame = requestAnimationFrame(() => {
      this.#frame = 0;
      const start = performance.now();
      this.#draw();
      timings.frame = performance.now() - start;
    });
  }

  #draw() {
    this.#sliders.show(this.#stars);
    if (!this.#ready) return;
    const { maker, views, bands, grid, populations } = this.#ready;
    const galaxy = maker.make(this.#stars);
    const magnitudes = bands.magnitudes(galaxy.starlight, galaxy.listed.ew, this.#stars.redshift);
    this.#shown = galaxy;
    const shown = { ...galaxy, magnitudes, wavelength: grid.wavelength };
    views.draw(shown, this.#stars, this.#draws, populations.regions(galaxy.logOh));
  }

  /** Stop the animation. */
  #halt() {
    cancelAnimationFrame(this.#animation);
    this.#animation = 0;
    this.#draws = [];
    this.#ready?.views.drawTrail([]);
  }

  /** Stop the star formation of the galaxy, and show what becomes of it; without motion where the visitor wants none. */
  #quench() {
    if (!this.#ready) return;
    const { maker, views } = this.#ready;
    this.#halt();
    if (matchMedia("(prefers-reduced-motion: reduce)").matches) {
      this.#fill({ ...this.#stars, quenched: QUENCHED });
      return;
    }
    const [begin, first] = [performance.now(), { ...this.#stars, quenched: 0 }];
    /** @type {[number, number][]} */
    const trail = [maker.make(first).place.position];
    const step = () => {
      const share = Math.min((performance.now() - begin) / DURATION, 1);
      this.#stars = { ...first, quenched: Number((QUENCHED * share ** 2).toFixed(3)) };
      this.#draw();
      if (this.#shown) trail.push(this.#shown.place.position);
      views.drawTrail(trail);
      this.#animation = share < 1 ? requestAnimationFrame(step) : 0;
      if (share >= 1) this.#rest(0);
    };
    this.#animation = requestAnimationFrame(step);
  }

  #download() {
    if (!this.#shown || !this.#ready) return;
    const { starlight, spectrum } = this.#shown;
    const text = csv(this.#ready.grid.wavelength, starlight, spectrum, this.#stars);
    const anchor = document.createElement("a");
    anchor.href = URL.createObjectURL(new Blob([text], { type: "text/csv" }));
    anchor.download = "galactic_neon_synthetic_spectrum.csv";
    anchor.click();
    setTimeout(() => URL.revokeObjectURL(anchor.href), REST);
  }

  // ---- draws ------------------------------------------------------------------------------------------------------

  #rest(wait = REST) {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#publish(), wait);
  }

  /** Record an undo step, write the address, show the slopes and ask for draws. */
  #publish() {
    const { start, sliders } = this.manifest;
    if (this.#steps.push({ ...this.#stars })) {
      const address = link(window.location.pathname, this.#stars, start, sliders);
      window.history.replaceState(window.history.state, "", address);
    }
    /** @type {HTMLButtonElement} */ (byId("synthesize-undo")).disabled = !this.#steps.can(-1);
    this.#mark();
    this.#ask();
    this.#ready?.views.drawSlopes(this.#ready.maker.slopes(this.#stars, sliders.filter(({ per }) => per)));
  }

  #ask() {
    if (!this.#ready) return;
    const { bins, expected, logOh } = this.#ready.maker.make(this.#stars);
    this.#asked += 1;
    byId("synthesize-draws-note").textContent = "drawing …";
    const galaxies = toBase64(Float32Array.of(...bins, expected, logOh));
    setProps("synthesize-asked", { data: { number: this.#asked, galaxies, anchored: this.#drawKind === "anchored" } });
  }

  /**
   * Show draws from the server, unless the galaxy has changed since.
   * @param {Drawn} drawn
   */
  drawn({ number, ew }) {
    if (number !== this.#asked || this.#animation) return;
    const all = new Float32Array(fromBase64(ew).buffer);
    const n = this.manifest.lines.length;
    byId("synthesize-draws-note").textContent = `${all.length / n} draws`;
    this.#draws = Array.from({ length: all.length / n }, (_, i) => all.subarray(i * n, (i + 1) * n));
    this.redraw();
  }

  /**
   * Show the draws of a population.
   * @param {Drawn} drawn
   */
  population(drawn) {
    this.#ready?.crowd.drawn(drawn);
  }

  end() {
    this.stop.abort();
    clearTimeout(this.#timer);
    this.#halt();
    this.#ready?.crowd.cancel();
    this.#ready?.views.stop();
  }
}
