/* The predictions for one galaxy on the Predict page: table of lines, map, BPT, WHAN, and bars. */
import { bptClass, bptPlace, predictedClass, strokesOf, whanClass, whanPlace } from "../raster/diagrams.mjs";
import { medians } from "../pictures/background.mjs";
import { byId } from "../shell/dom.mjs";
import { number } from "../shell/numbers.mjs";
import { colorScheme } from "../shell/scheme.mjs";
import { Bars } from "./plots/bars.mjs";
import { Diagram } from "../pictures/diagram.mjs";
import { PredictedLines } from "../tables/predicted_lines.mjs";
import { SkyMap } from "../pictures/map.mjs";

/** @import { Point } from "../raster/shapes.mjs" */
/** @import { Shown } from "../tables/predicted_lines.mjs" */
/** @import { Background } from "../network/types.mjs" */
/** @import { Manifest } from "./manifest.mjs" */
/** @import { Intrinsic, MapPlace, Widths } from "../network/network.mjs" */

/**
 * @typedef {Shown & {listed: Widths, free: Intrinsic | null, place: MapPlace, score: number}} Prediction
 *   listed: as catalogued; free: intrinsic; score: domain score
 * @typedef {{map: Point[], bpt: Point[], whan: Point[]}} Others   coordinates of a table's galaxies
 */

/** @type {[number, number]} */
const RATIO_RANGE = [-1.25, 0.6];

/** Draws the table and plots of predictions. */
export class Predictions {
  #manifest;
  #table;
  #map;
  #bars;
  #bpt;
  #whan;
  /** line and scheme in which the map is painted */
  #painted = "";

  /**
   * @param {Manifest} manifest
   * @param {Background} background
   * @param {(line: number) => void} onChoose
   */
  constructor(manifest, background, onChoose) {
    this.#manifest = manifest;
    const { diagrams, lines } = manifest;
    this.#table = new PredictedLines(byId("predict-lines"), lines, onChoose);
    this.#map = new SkyMap(byId("predict-map"), background);
    this.#bars = new Bars(byId("predict-bars"));
    this.#bpt = new Diagram(byId("predict-bpt"), {
      label: "BPT diagram",
      xRange: RATIO_RANGE,
      yRange: [-1.1, 1.25],
      xTitle: "log [N II]/Hα",
      yTitle: "log [O III]/Hβ",
      curves: strokesOf(diagrams, "bpt"),
      background: medians(background, (ew) => bptPlace(diagrams, ew)),
    });
    this.#whan = new Diagram(byId("predict-whan"), {
      label: "WHAN diagram",
      xRange: RATIO_RANGE,
      yRange: [-0.8, 2.3],
      xTitle: "log [N II]/Hα",
      yTitle: "log EW(Hα)",
      curves: strokesOf(diagrams, "whan"),
      background: medians(background, (ew) => whanPlace(diagrams, ew)),
    });
  }

  /**
   * Paint the map if the line or the colour scheme has changed.
   * @param {number} line
   */
  #paintMap(line) {
    const scheme = colorScheme();
    const key = `${line}|${scheme}`;
    if (this.#painted === key) return;
    this.#painted = key;
    const top = this.#map.paint(line, this.#manifest.colors[scheme]);
    byId("predict-map-title").textContent = `median ${this.#manifest.lines[line].label} EW of real galaxies`;
    byId("predict-map-top").textContent = number(top);
  }

  /**
   * Draw everything.
   * @param {Prediction} prediction
   * @param {number[]} change   of the line's EW by 1 % more light in a bin [Å], one per bin
   * @param {number} line       index of the line of the map and the bars
   * @param {Others | null} others
   */
  draw(prediction, change, line, others) {
    const { diagrams, lines, edges } = this.#manifest;
    this.#table.draw(prediction, line);
    this.#paintMap(line);
    this.#map.draw(prediction.place, others?.map);
    const { accent, label } = lines[line];
    this.#bars.draw({ change, accent, edges, name: label });
    byId("predict-bars-line").textContent = `${label}, Å per 1 % more light in a bin`;
    const bpt = bptPlace(diagrams, prediction.ew);
    const whan = whanPlace(diagrams, prediction.ew);
    const bptWords = predictedClass(diagrams, bptClass, bptPlace, prediction);
    const whanWords = predictedClass(diagrams, whanClass, whanPlace, prediction);
    this.#bpt.draw({ place: bpt, words: bptWords, others: others?.bpt });
    this.#whan.draw({ place: whan, words: whanWords, others: others?.whan });
    byId("predict-bpt-class").textContent = bptWords;
    byId("predict-whan-class").textContent = whanWords;
  }

  stop() {
    for (const picture of [this.#bars, this.#bpt, this.#whan]) picture.stop();
  }
}
