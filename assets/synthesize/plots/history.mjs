/* The star formation history: the rate against the logarithm of the time before now. */
import { el, set } from "../../pictures/svg.mjs";
import { Frame } from "./frame.mjs";

/** @import { History } from "../stars/history.mjs" */

const RECENT = 1e-3; // shortest time shown [Gyr]
const OLDEST = 13; // longest [Gyr]
const DEPTH = 4; // decades of the rate
const TICKS = [0.001, 0.01, 0.1, 1, 10]; // Gyr

/** @augments {Frame<{history: History, logMass: number}>} */
export class HistoryPlot extends Frame {
  #curve = el("path", { class: "history-curve" });
  #area = el("path", { class: "starlight-fill" });

  /** @param {HTMLElement} box */
  constructor(box) {
    super(box, "Star formation history");
    this.marks.append(this.#area, this.#curve);
    this.resize();
  }

  /** @param {{history: History, logMass: number}} data */
  draw(data) {
    super.draw(data);
    if (!this.width) return;
    const { times, rates, mass } = data.history;
    const now = times[times.length - 1];
    const unit = 10 ** data.logMass / mass[mass.length - 1] / 1e9; // Msun/yr per unit of the rates
    const logs = rates.map((rate) => Math.log10(Math.max(rate * unit, 1e-30)));
    const top = Math.ceil(logs.reduce((high, value) => Math.max(high, value), -30));
    /** @type {(ago: number) => number} */
    const share = (ago) => 1 - Math.log(Math.min(Math.max(ago, RECENT), OLDEST) / RECENT) / Math.log(OLDEST / RECENT);
    const across = TICKS.map((ago) => ({ at: share(ago), text: String(ago) }));
    const up = [0, 2, 4].map((down) => ({ at: 1 - down / DEPTH, text: powerOf(top - down) }));
    this.drawAxes(across, up, "Gyr before now", "M☉/yr");
    /** @type {[number, number][]} */
    const points = Array.from(times, (time, i) => {
      const high = Math.min(Math.max(1 - (top - logs[i]) / DEPTH, 0), 1);
      return [this.left + share(now - time) * (this.right - this.left), this.bottom - high * (this.bottom - this.top)];
    });
    const curve = this.path(points);
    set(this.#curve, { d: curve });
    set(this.#area, { d: `${curve}L${points[points.length - 1][0]},${this.bottom}L${points[0][0]},${this.bottom}Z` });
  }
}

/** @param {number} power */
const powerOf = (power) => (power >= -2 && power <= 3 ? String(Number((10 ** power).toPrecision(3))) : `1e${power}`);
