/* The spectrum: starlight, and the lines on it. */
import { el, fixed, set, ticks } from "../../pictures/svg.mjs";
import { tidy } from "../../shell/numbers.mjs";
import { Frame } from "./frame.mjs";

/** @import { Line } from "../../network/types.mjs" */

const HEADROOM = 1.12; // height over the starlight
const LINES_UP = 2.2; // greatest height over the starlight; higher lines are cut and named
const LEAST_HEIGHT = 0.05; // over the starlight of a line that is named, as a share of it
const ROOM = 34; // between names [CSS pixels]
const SPAN = /** @type {const} */ ([3400, 7000]); // Å

/**
 * @typedef {{wavelength: Float64Array, starlight: Float64Array, spectrum: Float64Array, redshift: number}} Data   [Å], [Lsun/Å]
 */

/** @augments {Frame<Data>} */
export class Spectrum extends Frame {
  #lines;
  #tell;
  #starlight = el("path", { class: "starlight-steps" });
  #glow = el("path", { class: "spectrum-lines" });
  #names = el("g");
  #cursor = el("line", { class: "cursor", visibility: "hidden" });
  #clip = el("rect");
  /** brightest flux in the frame */
  #ceiling = 1;

  /**
   * @param {HTMLElement} box
   * @param {Line[]} lines
   * @param {(text: string) => void} tell   called with what is under the pointer
   */
  constructor(box, lines, tell) {
    super(box, "Spectrum");
    this.#lines = lines;
    this.#tell = tell;
    const clip = el("clipPath", { id: "synthesize-clip" }, this.#clip);
    const light = el("g", { "clip-path": "url(#synthesize-clip)" }, this.#glow, this.#starlight);
    this.marks.append(el("defs", {}, clip), light, this.#names, this.#cursor);
    box.addEventListener("pointermove", (event) => this.#read(event));
    box.addEventListener("pointerleave", () => {
      set(this.#cursor, { visibility: "hidden" });
      tell("");
    });
    this.resize();
  }

  layout() {
    super.layout();
    const { left, right, top, bottom } = this;
    set(this.#clip, { x: left, y: top, width: Math.max(right - left, 0), height: Math.max(bottom - top, 0) });
  }

  /** @param {number} wavelength */
  #x(wavelength) {
    return this.left + ((wavelength - SPAN[0]) / (SPAN[1] - SPAN[0])) * (this.right - this.left);
  }

  /** @param {number} flux */
  #y(flux) {
    return this.bottom - (flux / this.#ceiling) * (this.bottom - this.top);
  }

  /** @param {PointerEvent} event */
  #read(event) {
    if (!this.data) return;
    const { wavelength, spectrum, redshift } = this.data;
    const share = (event.clientX - this.svg.getBoundingClientRect().left - this.left) / (this.right - this.left);
    if (!(share >= 0 && share <= 1)) return;
    const rest = SPAN[0] + share * (SPAN[1] - SPAN[0]);
    const pixel = Math.min(Math.max(wavelength.findIndex((w) => w >= rest), 0), wavelength.length - 1);
    const near = this.#lines.find((line) => line.wavelengths.some((w) => Math.abs(w - rest) < 8));
    const x = this.#x(rest);
    set(this.#cursor, { x1: x, x2: x, y1: this.top, y2: this.bottom, visibility: "visible" });
    const observed = (rest * (1 + redshift)).toFixed(0);
    this.#tell(`${rest.toFixed(0)} Å rest, ${observed} Å observed: ${tidy(Number(spectrum[pixel].toPrecision(3)))} L☉/Å${near ? ` · ${near.label}` : ""}`);
  }

  /** @param {Data} data */
  draw(data) {
    super.draw(data);
    if (!this.width) return;
    const { wavelength, starlight, spectrum } = data;
    const [brightest, peak] = [starlight, spectrum].map((flux) => flux.reduce((top, value) => Math.max(top, value), 0));
    this.#ceiling = Math.max(HEADROOM * brightest, Math.min(1.06 * peak, LINES_UP * brightest));
    const power = Math.floor(Math.log10(this.#ceiling));
    const up = ticks(this.#ceiling, 4).map((value) => ({ at: value / this.#ceiling, text: tidy(value / 10 ** power) }));
    const across = [3500, 4000, 4500, 5000, 5500, 6000, 6500, 7000].map((value) => ({
      at: (value - SPAN[0]) / (SPAN[1] - SPAN[0]),
      text: String(value),
    }));
    this.drawAxes(this.width < 500 ? across.filter((_, i) => i % 2) : across, up, "rest wavelength [Å, vacuum]", `10${superscript(power)} L☉/Å`);
    set(this.#starlight, { d: this.#outline(wavelength, starlight) });
    set(this.#glow, { d: this.#outline(wavelength, spectrum) });
    this.#names.replaceChildren(...this.#labels(wavelength, spectrum));
  }

  /**
   * Return a path with the lowest and highest flux in each column of CSS pixels.
   * @param {Float64Array} wavelength
   * @param {Float64Array} flux
   */
  #outline(wavelength, flux) {
    /** @type {[number, number][]} */
    const points = [];
    let [column, low, high] = [-1, 0, 0];
    const close = () => points.push([column, this.#y(low)], [column, this.#y(high)]);
    for (let i = 0; i < flux.length; i++) {
      if (wavelength[i] < SPAN[0] || wavelength[i] > SPAN[1]) continue;
      const at = Math.round(this.#x(wavelength[i]));
      if (at === column) [low, high] = [Math.min(low, flux[i]), Math.max(high, flux[i])];
      else {
        if (column >= 0) close();
        [column, low, high] = [at, flux[i], flux[i]];
      }
    }
    if (column >= 0) close();
    return this.path(points);
  }

  /**
   * Return the names of the lines that stand out, where they do not overlap, and an arrow on those that are cut.
   * @param {Float64Array} wavelength
   * @param {Float64Array} spectrum
   */
  #labels(wavelength, spectrum) {
    const { starlight } = /** @type {Data} */ (this.data);
    const peaks = this.#lines.map((line) => {
      const first = wavelength.findIndex((w) => w > line.wavelength - 4);
      const [peak, level] = [spectrum, starlight].map((flux) => Math.max(...flux.subarray(first, first + 12)));
      return { line, peak, x: this.#x(line.wavelength), height: peak / level - 1 };
    });
    /** @type {typeof peaks} */
    const named = [];
    for (const each of peaks.sort((a, b) => b.height - a.height)) {
      if (each.height > LEAST_HEIGHT && named.every(({ x }) => Math.abs(x - each.x) > ROOM)) named.push(each);
    }
    return named.map(({ line, peak, x }) => {
      const y = Math.max(this.#y(peak) - 5, this.top + 10);
      const attributes = { class: "line-mark", style: `--accent: var(--${line.accent})`, "text-anchor": "middle" };
      return el("text", { ...attributes, x: fixed(x, 1), y: fixed(y, 1) }, `${line.symbol}${peak > this.#ceiling ? " ↑" : ""}`);
    });
  }
}

/** @param {number} power */
const superscript = (power) => String(power).replace(/\d/g, (digit) => "⁰¹²³⁴⁵⁶⁷⁸⁹"[Number(digit)]).replace("-", "⁻");
