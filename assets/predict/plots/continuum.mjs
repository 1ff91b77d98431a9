/* The continuum of the Predict page: bins that can be dragged, and the predicted lines.
 *
 * It redraws within a frame. Colours are CSS variables, so that a change of the scheme needs no redrawing.
 */
import { Picture, el, fixed, set, ticks } from "../../pictures/svg.mjs";
import { tidy } from "../../shell/numbers.mjs";
import { Handle } from "./handle.mjs";
import { peakOf, profileOf } from "./profile.mjs";

/** @import { Line } from "../../network/types.mjs" */
/** @import { Seen } from "../manifest.mjs" */

const HEADROOM = 1.4; // least height of the plot over the brightest bin, so that a bin can be dragged up
const HIGHEST = 2.1; // greatest height over the brightest bin; higher lines are clipped and labelled
const BEYOND = 1.25; // share of the height up to which a bin can be dragged
const LEAST = 0.002; // share of the height down to which a bin can be dragged
const LEAST_EW = 0.02; // Å; weaker lines are not drawn
const GAP = 1.5; // CSS pixels between the steps

/**
 * @typedef {object} Options
 * @property {number[]} edges                                of the bins [Å]
 * @property {Line[]} lines
 * @property {(bin: number, flux: number) => void} onChange
 * @property {() => void} onSettle                           called when a bin is released
 *
 * @typedef {object} Data
 * @property {number[]} flux                    one per bin
 * @property {ArrayLike<number> | null} ew      one per line [Å]
 * @property {Seen | null} seen                 an uploaded spectrum
 */

/**
 * The bins as steps that can be dragged, and the predicted lines in their colours.
 * @augments {Picture<Data>}
 */
export class Continuum extends Picture {
  #options;
  #frame = el("g", { class: "axes", "aria-hidden": "true" });
  #fill = el("path", { class: "starlight-fill" });
  #steps = el("path", { class: "starlight-steps" });
  #seen = el("path", { class: "seen" });
  #over = el("g", { class: "overflow", "aria-hidden": "true" });
  #clip = el("rect");
  #glow;
  #handles;
  #ceiling = 1;
  /** @type {{bin: number, offset: number} | null} the bin that is being dragged */
  #held = null;
  /** height and size for which the axes were drawn */
  #axes = "";
  #left = 46;
  #right = 0;
  #top = 24;
  #bottom = 0;

  /**
   * @param {HTMLElement} box
   * @param {Options} options
   */
  constructor(box, options) {
    super(box, "Continuum: twelve bins that can be dragged", "group");
    this.#options = options;
    const { lines, edges } = options;
    this.#glow = lines.map((line) => el("path", { class: "glow", style: `--accent: var(--${line.accent})` }));
    this.#handles = edges.slice(0, -1).map((edge, bin) => this.#handle(`Flux ${edge}–${edges[bin + 1]} Å`, bin));
    const light = el("g", { "aria-hidden": "true", "clip-path": "url(#predict-clip)" });
    light.append(this.#fill, this.#seen, ...this.#glow, this.#steps);
    const clip = el("defs", {}, el("clipPath", { id: "predict-clip" }, this.#clip));
    this.svg.append(clip, this.#frame, light, this.#over, ...this.#handles.map((handle) => handle.group));
    this.resize();
  }

  /**
   * @param {string} label
   * @param {number} bin
   */
  #handle(label, bin) {
    const { onChange, onSettle } = this.#options;
    return new Handle(label, {
      grab: (event) => {
        if (!this.data) return;
        this.#held = { bin, offset: this.#y(this.data.flux[bin]) - this.#pointerY(event) };
        this.#handles[bin].hold(true);
      },
      drag: (event) => {
        if (!this.#held) return;
        const y = this.#pointerY(event) + this.#held.offset;
        const share = (this.#bottom - y) / (this.#bottom - this.#top);
        onChange(this.#held.bin, Math.min(Math.max(share, LEAST), BEYOND) * this.#ceiling);
      },
      release: () => {
        if (!this.#held) return;
        this.#handles[this.#held.bin].hold(false);
        this.#held = null;
        if (this.data) this.draw(this.data);
        onSettle();
      },
      walk: (by) => this.#handles[Math.min(Math.max(bin + by, 0), this.#handles.length - 1)].focus(),
      change: (by) => {
        if (!this.data) return;
        onChange(bin, this.data.flux[bin] * (1 + by));
        onSettle();
      },
    });
  }

  /** @param {PointerEvent} event */
  #pointerY(event) {
    return event.clientY - this.svg.getBoundingClientRect().top;
  }

  layout() {
    this.#right = this.width - 8;
    this.#bottom = this.height - 24;
    const [width, height] = [this.#right - this.#left, this.#bottom - this.#top].map((side) => Math.max(side, 0));
    set(this.#clip, { x: this.#left, y: this.#top, width, height });
  }

  /** @param {number} wavelength */
  #x(wavelength) {
    const { edges } = this.#options;
    const share = (wavelength - edges[0]) / (edges[edges.length - 1] - edges[0]);
    return this.#left + share * (this.#right - this.#left);
  }

  /** @param {number} flux */
  #y(flux) {
    return this.#bottom - (flux / this.#ceiling) * (this.#bottom - this.#top);
  }

  /** @param {Data} data */
  draw(data) {
    super.draw(data);
    if (!this.width) return;
    const { flux, ew, seen } = data;
    const { lines, edges } = this.#options;
    const profiles = lines.map((line, i) => (ew && ew[i] > LEAST_EW ? profileOf(line, flux, ew[i], edges) : []));
    const peaks = profiles.map(peakOf);
    // While a bin is dragged the scale is fixed, so that the bin stays under the pointer.
    if (!this.#held) {
      const brightest = Math.max(...flux);
      this.#ceiling = Math.max(HEADROOM * brightest, Math.min(1.06 * Math.max(0, ...peaks), HIGHEST * brightest));
    }
    this.#drawAxes();
    this.#drawBins(flux);
    const points = (seen?.wavelength ?? []).map((wavelength, i) => `${fixed(this.#x(wavelength))},${fixed(this.#y(seen?.flux[i] ?? 0))}`);
    set(this.#seen, { d: points.length ? `M${points.join("L")}` : "" });
    profiles.forEach((profile, i) => set(this.#glow[i], { d: this.#area(profile) }));
    this.#over.replaceChildren(...lines.filter((_, i) => peaks[i] > this.#ceiling).map((line) => this.#cutName(line)));
  }

  /** @param {number[]} flux */
  #drawBins(flux) {
    const { edges } = this.#options;
    const corners = flux.map((f, i) => [this.#x(edges[i]), this.#x(edges[i + 1]), this.#y(f)]);
    const outline = corners.map(([a, b, y]) => `L${fixed(a)},${fixed(y)}L${fixed(b)},${fixed(y)}`).join("");
    set(this.#fill, { d: `M${this.#left},${this.#bottom}${outline}L${fixed(this.#right)},${this.#bottom}Z` });
    set(this.#steps, { d: corners.map(([a, b, y]) => `M${fixed(a + GAP)},${fixed(y)}L${fixed(b - GAP)},${fixed(y)}`).join("") });
    corners.forEach(([a, b, y], bin) => {
      const shown = Math.min(Math.max(y, this.#top), this.#bottom);
      this.#handles[bin].place(a, b, shown, flux[bin], this.#ceiling * BEYOND);
    });
  }

  /** @param {import("./profile.mjs").Pixel[]} profile */
  #area(profile) {
    if (!profile.length) return "";
    const low = profile.map(({ wavelength, starlight }) => `${fixed(this.#x(wavelength))},${fixed(this.#y(starlight))}`);
    const high = profile.map(({ wavelength, light }) => `${fixed(this.#x(wavelength))},${fixed(this.#y(light))}`);
    return `M${low.join("L")}L${high.reverse().join("L")}Z`;
  }

  /** @param {Line} line   higher than the plot */
  #cutName({ wavelength, accent, symbol }) {
    const place = { x: this.#x(wavelength) - 6, y: this.#top + 10, "text-anchor": "end" };
    return el("text", { ...place, style: `--accent: var(--${accent})` }, `${symbol} ↑`);
  }

  #drawAxes() {
    const key = `${this.#ceiling}|${this.width}|${this.height}`;
    if (this.#axes === key) return;
    this.#axes = key;
    const { edges } = this.#options;
    const [first, last] = [edges[0], edges[edges.length - 1]];
    const parts = ticks(this.#ceiling).flatMap((value) => {
      const y = Number(fixed(this.#y(value), 1));
      const label = el("text", { x: this.#left - 8, y: y + 4, "text-anchor": "end" }, tidy(value));
      return [el("line", { x1: this.#left, x2: this.#right, y1: y, y2: y }), label];
    });
    const every = this.width < 480 ? 1200 : 600;
    for (let wave = first; wave <= last; wave += every) {
      const anchor = wave === last ? "end" : wave === first ? "start" : "middle";
      parts.push(el("text", { x: this.#x(wave), y: this.#bottom + 17, "text-anchor": anchor }, String(wave)));
    }
    parts.push(el("text", { x: this.#left, y: 12 }, "mean flux per bin, any unit"));
    if (this.width > 380) parts.push(el("text", { x: this.#right, y: 12, "text-anchor": "end" }, "rest frame, vacuum Å"));
    this.#frame.replaceChildren(...parts);
  }
}
