/* The pictures and texts of the Synthesize page. */
import { bptClass, bptPlace, predictedClass, strokesOf, whanClass, whanPlace } from "../raster/diagrams.mjs";
import { Diagram } from "../pictures/diagram.mjs";
import { SkyMap } from "../pictures/map.mjs";
import { BADGES, judge } from "../network/domain.mjs";
import { byId, node } from "../shell/dom.mjs";
import { NOTHING, number } from "../shell/numbers.mjs";
import { colorScheme } from "../shell/scheme.mjs";
import { medians } from "../pictures/background.mjs";
import { PredictedLines } from "../tables/predicted_lines.mjs";
import { Draws } from "./plots/draws.mjs";
import { HistoryPlot } from "./plots/history.mjs";
import { Slopes } from "./plots/slopes.mjs";
import { Spectrum } from "./plots/spectrum.mjs";

/** @import { Background } from "../network/types.mjs" */
/** @import { Point } from "../raster/shapes.mjs" */
/** @import { Manifest, Stars } from "./manifest.mjs" */
/** @import { Galaxy, Slope } from "./stars/galaxy.mjs" */
/** @import { Magnitude } from "./stars/magnitudes.mjs" */

/** @type {[number, number]} */
const RATIO_RANGE = [-2.2, 0.6];
/** @type {[number, number]} */
const SSFR_RANGE = [-14, -7.5];
const VERDICTS = /** @type {const} */ (["inside", "edge", "outside"]);

/**
 * @typedef {Galaxy & {magnitudes: Magnitude[], wavelength: Float64Array}} Shown
 * @typedef {{map: Point[], bpt: Point[], ssfr: Point[], expected: Point[]}} All   of a population; expected: medians of
 *   the Hα that the stars ionise
 */

/** Draws everything. */
export class Views {
  #manifest;
  #spectrum;
  #history;
  #lines;
  #draws;
  #slopes;
  #map;
  #bpt;
  #whan;
  /** @type {{map: SkyMap, bpt: Diagram, ssfr: Diagram} | null} made with the first population */
  #all = null;
  #background;
  #painted = "";
  /** texts of the table of magnitudes */
  #listed = "";

  /**
   * @param {Manifest} manifest
   * @param {Background} background
   */
  constructor(manifest, background) {
    const { lines, diagrams } = manifest;
    this.#manifest = manifest;
    this.#background = background;
    this.#spectrum = new Spectrum(byId("synthesize-spectrum"), lines, (text) => (byId("synthesize-readout").textContent = text));
    this.#history = new HistoryPlot(byId("synthesize-history"));
    this.#lines = new PredictedLines(byId("synthesize-lines"), lines, null);
    this.#draws = new Draws(byId("synthesize-draws"), lines, diagrams.lines.halpha);
    this.#slopes = new Slopes(byId("synthesize-slopes"));
    this.#map = new SkyMap(byId("synthesize-map"), background);
    this.#bpt = this.#diagram("synthesize-bpt", "bpt");
    this.#whan = this.#diagram("synthesize-whan", "whan");
  }

  /**
   * @param {string} id
   * @param {"bpt" | "whan"} name
   */
  #diagram(id, name) {
    const { diagrams } = this.#manifest;
    const placeOf = name === "bpt" ? bptPlace : whanPlace;
    return new Diagram(byId(id), {
      label: name === "bpt" ? "BPT diagram" : "WHAN diagram",
      xRange: RATIO_RANGE,
      yRange: name === "bpt" ? [-1.1, 1.25] : [-0.8, 2.8],
      xTitle: "log [N II]/Hα",
      yTitle: name === "bpt" ? "log [O III]/Hβ" : "log EW(Hα)",
      curves: strokesOf(diagrams, name),
      background: medians(this.#background, (ew) => placeOf(diagrams, ew)),
    });
  }

  /**
   * @param {Shown} galaxy
   * @param {Stars} stars
   * @param {Float32Array[]} draws
   * @param {[number, number]} regions   log ratios of H II regions of this metallicity
   */
  draw(galaxy, stars, draws, regions) {
    const { diagrams, lines } = this.#manifest;
    const { wavelength, starlight, spectrum, free, expected } = galaxy;
    this.#spectrum.draw({ wavelength, starlight, spectrum, redshift: stars.redshift });
    this.#history.draw({ history: galaxy.history, logMass: stars.log_mass });
    byId("synthesize-rate").textContent = `log sSFR ${galaxy.logSsfr.toFixed(2).replace("-", "−")} /yr in the last 10 Myr`;
    const shown = { ew: free.p50, p16: free.p16, p84: free.p84 };
    const { halpha } = diagrams.lines;
    const measured = lines.map((_, i) => (i === halpha ? expected : null));
    this.#lines.draw({ ...shown, pDetected: free.pDetected, drawn: null, measured }, halpha);
    this.#draws.draw({ free, expected, draws });
    this.#paint();
    this.#map.draw(galaxy.place, undefined);
    const [n2, o3] = regions;
    const [bpt, whan] = [bptPlace(diagrams, shown.ew), whanPlace(diagrams, shown.ew)];
    const words = [predictedClass(diagrams, bptClass, bptPlace, shown), predictedClass(diagrams, whanClass, whanPlace, shown)];
    this.#bpt.draw({ place: bpt, words: words[0], others: draws.map((ew) => bptPlace(diagrams, ew)), cross: [n2, o3] });
    this.#whan.draw({ place: whan, words: words[1], others: draws.map((ew) => whanPlace(diagrams, ew)), cross: [n2, Math.log10(expected)] });
    byId("synthesize-bpt-class").textContent = words[0];
    byId("synthesize-whan-class").textContent = words[1];
    this.#judge(galaxy, stars);
    this.#magnitudes(galaxy.magnitudes, stars.redshift);
  }

  #paint() {
    const scheme = colorScheme();
    if (this.#painted === scheme) return;
    this.#painted = scheme;
    const { halpha } = this.#manifest.diagrams.lines;
    const top = this.#map.paint(halpha, this.#manifest.colors[scheme]);
    byId("synthesize-map-title").textContent = `median ${this.#manifest.lines[halpha].label} EW of real galaxies`;
    byId("synthesize-map-top").textContent = number(top);
    this.#all?.map.paint(halpha, this.#manifest.colors[scheme]);
  }

  /**
   * Say whether the stars agree with the lines that DESI's galaxies of this starlight have.
   * @param {Shown} galaxy
   * @param {Stars} stars
   */
  #judge({ score, off, expected, free }, stars) {
    const { limits, diagrams, constants } = this.#manifest;
    const { halpha } = diagrams.lines;
    const color = judge(limits, score, null, stars.redshift);
    const level = Math.max(VERDICTS.indexOf(color), off);
    const { words, tone } = BADGES[VERDICTS[level]];
    const badge = byId("synthesize-verdict");
    badge.textContent = words;
    badge.className = `badge badge-${tone}`;
    const [low, middle, high] = [free.p16, free.p50, free.p84].map((part) => number(part[halpha]));
    const ratio = (expected + constants.expectation.floor) / (free.p50[halpha] + constants.expectation.floor);
    const change = off ? (ratio > 1 ? `, ${ratio.toPrecision(2)} times more` : `, ${(1 / ratio).toPrecision(2)} times less`) : "";
    const agree = off ? "The two disagree: a mock with these lines contradicts its own star formation." : "The two agree.";
    const rare = color === "inside" ? "" : ` ${color === "edge" ? "Few" : "No"} galaxies of the training sample have such colours or redshifts.`;
    byId("synthesize-reason").textContent = `The stars ionise Hα of ${number(expected)} Å${change}; DESI’s galaxies with this starlight have ${middle} Å (68 %: ${low}–${high}). ${agree}${rare}`;
  }

  /**
   * @param {Magnitude[]} magnitudes
   * @param {number} redshift
   */
  #magnitudes(magnitudes, redshift) {
    const covered = magnitudes.filter(({ starlight }) => Number.isFinite(starlight));
    const texts = covered.map(({ name, starlight, change }) => {
      return [name, (starlight + change).toFixed(2), starlight.toFixed(2), `${(Math.round(1000 * change) || 0).toFixed(0).replace("-", "−")} mmag`];
    });
    if (this.#listed === JSON.stringify([texts, redshift])) return;
    this.#listed = JSON.stringify([texts, redshift]);
    const rows = texts.map(([name, ...cells]) => {
      const head = node("th", "", name);
      head.scope = "row";
      return node("tr", "", head, ...cells.map((text) => node("td", "", text)));
    });
    const heads = ["Band", "with lines", "starlight", "lines"].map((text) => {
      const cell = node("th", "", text);
      cell.scope = "col";
      return cell;
    });
    const table = node("table", "line-table", node("thead", "", node("tr", "", ...heads)), node("tbody", "", ...rows));
    byId("synthesize-magnitudes").replaceChildren(table);
    const missing = magnitudes.filter(({ starlight }) => !Number.isFinite(starlight)).map(({ name }) => name);
    byId("synthesize-bands-note").textContent = missing.length
      ? `The spectrum ends at ${Math.round(7058 * (1 + redshift))} Å: it does not cover ${missing.join(", ") || NOTHING}.`
      : "";
  }

  /**
   * @param {Slope[]} slopes
   */
  drawSlopes(slopes) {
    const { sliders, lines, diagrams } = this.#manifest;
    const rows = slopes.map((slope) => {
      const slider = sliders.find(({ name }) => name === slope.name);
      const per = slider?.per ?? 1;
      const step = slope.name === "burst" ? "1 % of mass" : `${per} ${slider?.unit ?? ""}`;
      return { ...slope, halpha: slope.halpha * per, expected: slope.expected * per, label: slider?.label ?? slope.name, per: step };
    });
    this.#slopes.draw({ slopes: rows, accent: lines[diagrams.lines.halpha].accent });
  }

  /** @param {All} all */
  drawAll({ map, bpt, ssfr, expected }) {
    byId("synthesize-population").hidden = false;
    if (!this.#all) {
      const look = { label: "Hα against specific star formation", xRange: SSFR_RANGE, xTitle: "log sSFR [1/yr]", yTitle: "log EW(Hα)" };
      /** @type {[number, number]} */
      const yRange = [-0.8, 3.2];
      this.#all = {
        map: new SkyMap(byId("synthesize-all-map"), this.#background),
        bpt: this.#diagram("synthesize-all-bpt", "bpt"),
        ssfr: new Diagram(byId("synthesize-all-ssfr"), { ...look, yRange, curves: [], background: [] }),
      };
      this.#painted = "";
      this.#paint();
    }
    const words = `${map.length} galaxies`;
    /** @type {[number, number]} */
    const nowhere = [NaN, NaN];
    this.#all.map.draw({ position: nowhere, spread: nowhere }, map);
    this.#all.bpt.draw({ place: nowhere, words, others: bpt });
    this.#all.ssfr.draw({ place: nowhere, words, others: ssfr, line: expected });
  }

  /** @param {Point[]} points   where a galaxy was */
  drawTrail(points) {
    this.#map.trail(points);
  }

  stop() {
    for (const picture of [this.#spectrum, this.#history, this.#draws, this.#slopes, this.#bpt, this.#whan]) picture.stop();
    this.#all?.bpt.stop();
    this.#all?.ssfr.stop();
  }
}
