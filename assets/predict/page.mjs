/* The Predict page.
 *
 * The form holds texts and a few choices. Valid numbers are predicted in the browser within a frame. When input pauses,
 * the store `predict-state` gets the texts, and the server adds what the browser cannot compute.
 */
import { setProps } from "../shell/dash.mjs";
import { byId } from "../shell/dom.mjs";
import { requestJson } from "../shell/requests.mjs";
import { copy } from "../shell/sharing.mjs";
import { Steps } from "../shell/steps.mjs";
import { Predictions } from "./predictions.mjs";
import { Continuum } from "./plots/continuum.mjs";
import { BADGES, judge } from "../network/domain.mjs";
import { Form, inRange } from "./form.mjs";
import { intrinsicOf, widthsOf } from "./answer.mjs";
import { domainScore, intrinsic, place, predict } from "../network/network.mjs";
import { under } from "../network/safetensors.mjs";
import { sensitivity } from "../network/sensitivity.mjs";
import { link, python } from "./share.mjs";
import { OWN, Weights } from "../network/weights.mjs";

/** @import { Others, Prediction } from "./predictions.mjs" */
/** @import { Form as FormState, Galaxy, Kind, Known, Manifest, Seen } from "./manifest.mjs" */
/** @import { Net } from "../network/safetensors.mjs" */

const REST = 180; // ms without input before the store is set
/** @type {Known} for a continuum that is not, or no longer, that of a file's galaxy */
const NOTHING_KNOWN = { name: "", measured: null, ivar: null, covered: null, spectrum: false, answer: null };

/** Measurement: duration of the last frame [ms]. */
export const timings = { frame: 0 };

/** @type {(value: number) => string} */
const short = (value) => String(Number(value.toPrecision(4)));

/** An open Predict page. */
export class PredictPage {
  stop = new AbortController();
  /** @type {number[] | null} one realisation from the server */
  drawn = null;
  /** @type {Others | null} the galaxies of a table */
  others = null;
  #form;
  #continuum;
  #line;
  /** @type {Kind} */
  #kind = "catalogued";
  /** @type {FormState} */
  #state;
  /** @type {Steps<FormState>} states that were sent to the store */
  #steps;
  /** @type {Seen | null} the uploaded spectrum; not part of the state, because the state is sent after every pause */
  #seen = null;
  /** @type {{map: Net, domain: Net} | null} null until the weights are loaded */
  #shared = null;
  /** @type {Predictions | null} */
  #predictions = null;
  /** @type {{flux: number[], prediction: Prediction} | null} */
  #last = null;
  #frame = 0;
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
    this.model = manifest.model;
    this.weights = new Weights(manifest, signal);
    this.#line = manifest.diagrams.lines.halpha;
    this.#state = structuredClone(manifest.opened);
    this.#steps = new Steps(structuredClone(this.#state));
    this.#continuum = new Continuum(byId("predict-continuum"), {
      edges: manifest.edges,
      lines: manifest.lines,
      onChange: (bin, value) => this.#set(bin, short(value)),
      onSettle: () => this.#rest(0),
    });
    this.#form = new Form(root, manifest, {
      bin: (bin, text) => this.#set(bin, text),
      bins: (bins) => this.fill({ bins }),
      field: (field, text) => {
        this.#state[field] = text;
        this.#state.answer = null;
        this.#fetch();
        this.redraw();
        this.#rest();
      },
      press: (what, value) => this.#press(what, value),
    }, signal);
    const themed = new MutationObserver(() => this.redraw());
    themed.observe(document.documentElement, { attributeFilter: ["data-mantine-color-scheme"] });
    signal.addEventListener("abort", () => themed.disconnect());
    this.#form.show(this.#state);
    this.#load();
  }

  // ---- weights ----------------------------------------------------------------------------------------------------

  async #load() {
    const { shared, background } = this.manifest;
    try {
      const [tensors, medians] = await Promise.all([
        this.weights.tensors(shared),
        requestJson(background, this.stop.signal),
        this.weights.load(this.model, 0),
        this.weights.load(this.model, this.#given().length), // a link may contain a luminosity
      ]);
      this.#shared = { map: under(tensors, "map"), domain: under(tensors, "domain") };
      this.#predictions = new Predictions(this.manifest, medians, (line) => {
        this.#line = line;
        this.redraw();
      });
      this.redraw();
      this.root.dataset.ready = "";
      this.#rest(0);
    } catch {
      if (this.stop.signal.aborted) return;
      this.root.dataset.failed = "";
      byId("predict-lines").textContent = "The network could not be loaded. Reload the page to try again.";
    }
  }

  /**
   * Use another network.
   * @param {string} model
   */
  async choose(model) {
    this.model = model;
    await this.weights.load(model, this.#given().length);
    this.redraw();
    this.#rest(0);
  }

  // ---- input ------------------------------------------------------------------------------------------------------

  /**
   * @param {string} what
   * @param {string} value
   */
  #press(what, value) {
    const { presets, start } = this.manifest;
    const note = byId("predict-copied");
    if (what === "preset") this.fill({ bins: presets[Number(value)].bins });
    else if (what === "reset") this.fill({ ...start });
    else if (what === "undo") this.#undo();
    else if (what === "kind") this.#setKind(/** @type {Kind} */ (value));
    else if (what === "link") copy(this.#link(), note, "Link copied");
    else if (what === "python") copy(this.#python(), note, "Python copied");
  }

  /**
   * @param {number} bin
   * @param {string} text
   */
  #set(bin, text) {
    const bins = this.#state.bins.map((each, i) => (i === bin ? text : each));
    this.#state = { ...this.#state, ...NOTHING_KNOWN, bins };
    this.redraw();
    this.#rest();
  }

  /**
   * Fill the form with a preset, pasted numbers, or a row of a file.
   * @param {Galaxy} galaxy
   */
  fill({ seen, ...change }) {
    this.#state = { ...this.#state, ...NOTHING_KNOWN, ...structuredClone(change), spectrum: Boolean(seen) };
    if (seen) this.#seen = { ...seen, name: this.#state.name };
    this.#form.show(this.#state);
    this.#fetch();
    this.redraw();
    this.#rest(0);
  }

  #undo() {
    const before = this.#steps.move(-1);
    if (!before) return;
    this.#state = structuredClone(before);
    this.#form.show(this.#state);
    this.#fetch();
    this.redraw();
    this.#publish();
  }

  /** @param {Kind} kind */
  #setKind(kind) {
    this.#kind = kind;
    this.#form.showKind(kind, this.manifest.kinds[kind]);
    this.redraw();
  }

  /** Fetch the network that the fields allow. */
  #fetch() {
    this.weights.load(this.model, this.#given().length).then(() => this.redraw(), () => {});
  }

  // ---- predictions ------------------------------------------------------------------------------------------------

  /**
   * Return the number of a field: null if the field is empty, NaN if its text is invalid.
   * @param {"luminosity" | "redshift"} field
   */
  #value(field) {
    const text = this.#state[field];
    return text.trim() ? inRange(text, this.manifest.limits[field]) : null;
  }

  /**
   * Return the quantities to predict from besides the colours, as `answer` in analysis/answers does: the luminosity, and
   * with it a redshift of the training sample.
   * @returns {number[]}
   */
  #given() {
    const [luminosity, redshift] = [this.#value("luminosity"), this.#value("redshift")];
    if (luminosity === null || Number.isNaN(luminosity)) return [];
    const [near, far] = this.manifest.limits.trained.redshift ?? [-Infinity, Infinity];
    return redshift !== null && redshift >= near && redshift <= far ? [luminosity, redshift] : [luminosity];
  }

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
    const { manifest } = this;
    const state = this.#state;
    const flux = state.bins.map((text) => inRange(text, manifest.limits.flux));
    const values = { luminosity: this.#value("luminosity"), redshift: this.#value("redshift") };
    this.#form.mark(state, flux, values, manifest.presets.map(({ bins }) => bins.join()));
    if ([...flux, values.luminosity, values.redshift].some(Number.isNaN)) return;
    const given = this.#given();
    // Only ratios matter. A mean of 1 avoids underflow for fluxes in erg/s/cm²/Å.
    const mean = flux.reduce((sum, f) => sum + f, 0) / flux.length;
    const scaled = flux.map((f) => f / mean);
    const prediction = this.#predict(scaled, given);
    const seen = state.spectrum && this.#seen?.name === state.name ? this.#seen : null;
    this.#continuum.draw({ flux, ew: prediction && prediction.ew, seen });
    const used = this.weights.network(this.model, given);
    if (!prediction || !used || !this.#predictions) return;
    const slope = sensitivity(used.net, scaled, used.given, this.#line);
    this.#last = { flux, prediction };
    this.#predictions.draw(prediction, Array.from(slope, (s) => s / 100), this.#line, this.others);
    this.#showVerdict(prediction.score, values.luminosity);
    byId("predict-variant").textContent = used.words;
  }

  /**
   * @param {number[]} flux
   * @param {number[]} given
   * @returns {Prediction | null}   null until the weights are loaded
   */
  #predict(flux, given) {
    const chosen = this.weights.network(this.model, given);
    if (!chosen || !this.#shared) return null;
    const answer = this.#state.answer?.model === this.model ? this.#state.answer : null;
    const listed = answer ? widthsOf(answer) : predict(chosen.net, flux, chosen.given, this.#shared.domain);
    const free = answer ? intrinsicOf(answer) : intrinsic(chosen, flux, chosen.given);
    const shown = this.#kind === "intrinsic" && free ? { ew: free.p50, p16: free.p16, p84: free.p84 } : listed;
    return {
      ...shown,
      listed,
      free,
      pDetected: free && free.pDetected,
      drawn: this.drawn,
      measured: this.#state.measured ?? null,
      place: place(this.#shared.map, flux),
      score: domainScore(this.#shared.domain, flux),
    };
  }

  /**
   * @param {number} score
   * @param {number | null} luminosity
   */
  #showVerdict(score, luminosity) {
    const { limits } = this.manifest;
    const { words, tone } = BADGES[judge(limits, score, luminosity, inRange(this.#state.redshift, limits.redshift))];
    const badge = byId("predict-verdict");
    badge.textContent = words;
    badge.className = `badge badge-${tone}`;
  }

  // ---- Dash -------------------------------------------------------------------------------------------------------

  #rest(wait = REST) {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#publish(), wait);
  }

  /** Record an undo step, write the address, and set the store, from which the server computes the rest. */
  #publish() {
    const state = this.#state;
    if (this.#steps.push(structuredClone(state))) {
      this.drawn = null;
      // Draw now, because `own` below must be the prediction for this continuum.
      if (this.#predictions) this.#draw();
      window.history.replaceState(window.history.state, "", this.#link());
    }
    /** @type {HTMLButtonElement} */ (byId("predict-undo")).disabled = !this.#steps.can(-1);
    // A visitor's own weights stay in the page; the server gets their predictions.
    const listed = this.model === OWN ? this.#last?.prediction.listed : null;
    const own = listed ? [listed.ew, listed.p16, listed.p84].map((values) => Array.from(values)) : null;
    setProps("predict-state", { data: { ...state, answer: undefined, model: this.model, own } });
  }

  #link() {
    const { start, limits } = this.manifest;
    return link(window.location.pathname, this.#state, start, (text) => !Number.isNaN(inRange(text, limits.flux)));
  }

  #python() {
    const flux = this.#last?.flux ?? this.#state.bins.map(Number);
    return python(flux, this.#given(), this.model === OWN ? "your.safetensors" : this.model);
  }

  end() {
    this.stop.abort();
    clearTimeout(this.#timer);
    this.#continuum.stop();
    this.#predictions?.stop();
  }
}
