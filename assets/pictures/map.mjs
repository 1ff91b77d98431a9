/* The map: cells of real galaxies coloured by a line, and one galaxy's position and spread over them. */
import { el, fixed, set } from "./svg.mjs";
import { tidy } from "../shell/numbers.mjs";

/** @import { Point } from "../raster/shapes.mjs" */
/** @import { Background } from "../network/types.mjs" */
/** @import { MapPlace } from "../network/network.mjs" */

const LEVELS = 31; // number of colours of cells, minus one
const TOP = 0.99; // quantile of the cells' EWs that gets the last colour
const CROWD = 1000; // galaxies of a table from which their points are smaller
const CORNERS = [30, 90, 150, 210, 270, 330].map((angle) => (angle * Math.PI) / 180);

/** A plot in the map's own units. */
export class SkyMap {
  #cells;
  #still = el("g");
  #trail = el("path", { class: "map-trail" });
  #moving = el("g");
  #svg;

  /**
   * @param {HTMLElement} box
   * @param {Background} cells
   */
  constructor(box, cells) {
    this.#cells = cells;
    const pad = 2 * cells.size;
    const [left, right] = [Math.min(...cells.x) - pad, Math.max(...cells.x) + pad];
    const [bottom, top] = [Math.min(...cells.y) - pad, Math.max(...cells.y) + pad];
    const viewBox = `${left} ${-top} ${right - left} ${top - bottom}`;
    this.#svg = el("svg", { viewBox, role: "img", class: "picture" }, this.#still, this.#trail, this.#moving);
    box.style.aspectRatio = String((right - left) / (top - bottom));
    box.replaceChildren(this.#svg);
  }

  /**
   * Paint the cells, and return the equivalent width of the last colour [Å].
   * @param {number} line
   * @param {string[]} palette
   */
  paint(line, palette) {
    const ew = this.#cells.ew[line];
    const known = ew.filter((value) => value !== null).sort((a, b) => a - b);
    const top = known[Math.min(Math.floor(TOP * known.length), known.length - 1)];
    /** @type {Map<string, string>} hexagons by colour */
    const levels = new Map();
    ew.forEach((value, cell) => {
      if (value === null) return;
      const share = Math.min(Math.asinh(value) / Math.asinh(top), 1);
      const color = palette[Math.round(share * LEVELS) * Math.floor((palette.length - 1) / LEVELS)];
      levels.set(color, (levels.get(color) ?? "") + this.#hexagon(cell));
    });
    // The outline covers the gaps that antialiasing leaves between neighbouring cells.
    const width = this.#cells.size * 0.08;
    const paths = Array.from(levels, ([color, d]) => el("path", { d, fill: color, stroke: color, "stroke-width": width }));
    this.#still.replaceChildren(...paths);
    return top;
  }

  /** @param {number} cell */
  #hexagon(cell) {
    const { x, y, size } = this.#cells;
    const corners = CORNERS.map((angle) => `${fixed(x[cell] + size * Math.cos(angle), 3)},${fixed(-y[cell] - size * Math.sin(angle), 3)}`);
    return `M${corners.join("L")}Z`;
  }

  /**
   * Draw the path that a galaxy took.
   * @param {Point[]} points
   */
  trail(points) {
    const d = points.length > 1 ? `M${points.map(([x, y]) => `${fixed(x, 3)},${fixed(-y, 3)}`).join("L")}` : "";
    set(this.#trail, { d, "stroke-width": this.#cells.size * 0.35 });
  }

  /**
   * Mark the position of a galaxy, and those of a table's galaxies.
   * @param {MapPlace} place
   * @param {Point[]} [others]
   */
  draw({ position: [x, y], spread: [dx, dy] }, others = []) {
    const unit = this.#cells.size;
    /** @type {SVGElement[]} */
    const parts = [];
    if (others.length) {
      const d = others.map(([a, b]) => `M${fixed(a, 3)},${fixed(-b, 3)}h0`).join("");
      const width = unit * (others.length > CROWD ? 0.3 : 0.64);
      parts.push(el("path", { class: "map-others", d, "stroke-width": width }));
    }
    if (Number.isFinite(x)) {
      const spread = { cx: x, cy: -y, rx: Math.max(dx, unit * 2), ry: Math.max(dy, unit * 2) };
      parts.push(el("ellipse", { class: "map-spread", ...spread, "stroke-width": unit * 0.25 }));
      parts.push(el("circle", { class: "map-ring", cx: x, cy: -y, r: unit, "stroke-width": unit * 0.9 }));
      parts.push(el("circle", { class: "map-here", cx: x, cy: -y, r: unit, "stroke-width": unit * 0.5 }));
    }
    this.#moving.replaceChildren(...parts);
    const words = Number.isFinite(x) ? `Place on the map ${tidy(x)}, ${tidy(y)}; spread ${tidy(dx)}, ${tidy(dy)}` : "";
    set(this.#svg, { "aria-label": words });
  }
}
