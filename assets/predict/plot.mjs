/* Pictures of the Predict page's answer, in SVG: bars, diagrams, the map.
 *
 * Each takes an element and data and redraws within a frame; none knows Dash. Colours are the page's CSS variables, so
 * both themes need no redrawing.
 */
(function () {
  "use strict";

  const neon = (window.galacticNeon = window.galacticNeon || {});
  const { el, tidy, fixed, Picture } = neon.picture;

  /** A bar per bin around zero. */
  class Bars extends Picture {
    constructor(box) {
      super(box, "Change of the line by 1 % more light, bin by bin");
      this.svg.setAttribute("role", "img");
      this.resize();
    }

    /** data: { change: twelve numbers [Å per 1 %], accent, edges, name }. */
    draw(data) {
      this.data = data;
      if (!this.width) return;
      const { change, accent } = data;
      const largest = Math.max(...change.map(Math.abs), 1e-6);
      const digits = largest >= 2 ? 1 : largest >= 0.2 ? 2 : 3;
      const [high, low] = [Math.max(...change, 0.15 * largest), Math.max(-Math.min(...change), 0.15 * largest)];
      const [top, bottom, left, right] = [18, this.height - 18, 46, this.width - 8];
      const scale = (bottom - top) / (high + low);
      const zero = top + high * scale;
      const step = (right - left) / 12;
      const parts = [el("line", { class: "zero", x1: left, x2: right, y1: zero, y2: zero })];
      const words = [];
      Array.from(change).forEach((value, bin) => {
        const x = left + (bin + 0.14) * step;
        const height = Math.abs(value) * scale;
        const y = value >= 0 ? zero - height : zero;
        const sign = value >= 0 ? "" : " falling";
        parts.push(
          el("rect", { class: `bar${sign}`, x, y, width: step * 0.72, height, rx: 2, style: `--accent: var(--${accent})` }),
        );
        const text = `${value >= 0 ? "+" : "−"}${Math.abs(value).toFixed(digits)}`;
        const above = value >= 0 ? y - 5 : y + height + 12;
        if (step > 22) parts.push(el("text", { x: x + step * 0.36, y: above, "text-anchor": "middle" }, text));
        words.push(`${data.edges[bin]} Å: ${text}`);
      });
      this.svg.replaceChildren(...parts);
      this.svg.setAttribute("aria-label", `${data.name} EW, Å per 1 % more light in a bin: ${words.join(", ")}`);
    }
  }

  const BRANCHES = {
    // Kewley et al. 2001 and Kauffmann et al. 2003.
    kewley: { end: 0.47, y: (x) => 0.61 / (x - 0.47) + 1.19 },
    kauffmann: { end: 0.05, y: (x) => 0.61 / (x - 0.05) + 1.3 },
  };

  /** Words for a place in the BPT diagram. */
  function bptClass(x, y) {
    const above = ({ end, y: curve }) => x >= end || y > curve(x);
    if (!Number.isFinite(x) || !Number.isFinite(y)) return "";
    if (above(BRANCHES.kewley)) return "above Kewley";
    return above(BRANCHES.kauffmann) ? "between the curves" : "star-forming side";
  }

  /** Words for a place in WHAN (Cid Fernandes et al. 2011); `ew` is Hα's [Å]. */
  function whanClass(x, ew) {
    if (!Number.isFinite(x) || !Number.isFinite(ew)) return "";
    if (ew < 0.5) return "passive";
    if (ew < 3) return "retired";
    if (x < -0.4) return "star-forming";
    return ew < 6 ? "weak nucleus" : "strong nucleus";
  }

  /** A diagram of two line ratios: real medians behind, one galaxy with its cross of uncertainty before them. */
  class Diagram extends Picture {
    constructor(box, { label, xRange, yRange, xTitle, yTitle, curves, background }) {
      super(box, label);
      this.svg.setAttribute("role", "img");
      Object.assign(this, { label, xRange, yRange, xTitle, yTitle, curves, background });
      this.still = el("g");
      this.moving = el("g");
      this.svg.append(this.still, this.moving);
      this.resize();
    }

    x(value) {
      const [low, high] = this.xRange;
      return this.left + ((value - low) / (high - low)) * (this.right - this.left);
    }

    y(value) {
      const [low, high] = this.yRange;
      return this.bottom - ((value - low) / (high - low)) * (this.bottom - this.top);
    }

    layout() {
      Object.assign(this, { left: 30, right: this.width - 6, top: 8, bottom: this.height - 30 });
      const inside = ([x, y]) =>
        x >= this.xRange[0] && x <= this.xRange[1] && y >= this.yRange[0] && y <= this.yRange[1];
      const parts = this.background.filter(inside).map(([x, y, weight]) =>
        el("circle", { class: "cell", cx: fixed(this.x(x), 1), cy: fixed(this.y(y), 1), r: fixed(0.9 + weight, 1) }),
      );
      for (const { points, dashed } of this.curves) {
        const path = points.filter(inside).map(([x, y]) => `${fixed(this.x(x))},${fixed(this.y(y))}`);
        parts.push(el("path", { class: dashed ? "curve dashed" : "curve", d: `M${path.join("L")}` }));
      }
      const ticksOf = ([low, high]) => Array.from({ length: 9 }, (_, i) => -2 + i / 2).filter((t) => t >= low && t <= high);
      for (const t of ticksOf(this.xRange)) {
        parts.push(el("text", { x: this.x(t), y: this.bottom + 13, "text-anchor": "middle" }, tidy(t)));
      }
      for (const t of ticksOf(this.yRange)) {
        parts.push(el("text", { x: this.left - 5, y: this.y(t) + 4, "text-anchor": "end" }, tidy(t)));
      }
      const middle = (this.left + this.right) / 2;
      parts.push(el("text", { x: middle, y: this.height - 3, "text-anchor": "middle" }, this.xTitle));
      parts.push(el("text", { x: this.left + 5, y: this.top + 9 }, this.yTitle));
      const size = { x: this.left, y: this.top, width: this.right - this.left, height: this.bottom - this.top };
      parts.push(el("rect", { class: "frame", ...size, rx: 4 }));
      this.still.replaceChildren(...parts);
    }

    /** data: { x, y, words, others: [[x, y], ...] }. */
    draw(data) {
      this.data = data;
      if (!this.width) return;
      const shown = Number.isFinite(data.x) && Number.isFinite(data.y);
      const clamp = (value, [low, high]) => Math.min(Math.max(value, low), high);
      const parts = (data.others || []).map(([x, y]) => el("circle", { class: "other", cx: this.x(x), cy: this.y(y), r: 2 }));
      if (shown) {
        const place = { cx: this.x(clamp(data.x, this.xRange)), cy: this.y(clamp(data.y, this.yRange)), r: 6 };
        parts.push(el("circle", { class: "here", ...place }));
      }
      this.moving.replaceChildren(...parts);
      const words = shown ? `${tidy(data.x)}, ${tidy(data.y)}: ${data.words}` : "no ratio";
      this.svg.setAttribute("aria-label", `${this.label}: ${words}`);
    }
  }

  /** The map: cells of real galaxies in the colour of a line, one galaxy's place with its spread on them. */
  class SkyMap {
    constructor(box, cells) {
      this.cells = cells;
      const pad = 2 * cells.size;
      const [xs, ys] = [cells.x, cells.y];
      this.range = [Math.min(...xs) - pad, Math.max(...xs) + pad, Math.min(...ys) - pad, Math.max(...ys) + pad];
      const [left, right, bottom, top] = this.range;
      this.svg = el("svg", { viewBox: `${left} ${-top} ${right - left} ${top - bottom}`, role: "img", class: "picture" });
      this.still = el("g");
      this.moving = el("g");
      this.svg.append(this.still, this.moving);
      box.style.aspectRatio = String((right - left) / (top - bottom));
      box.replaceChildren(this.svg);
    }

    /** Fill the cells; returns the EW of the last colour [Å]. */
    paint(line, palette) {
      const ew = this.cells.ew[line];
      const known = ew.filter((value) => value !== null).sort((a, b) => a - b);
      const top = known[Math.min(Math.floor(0.99 * known.length), known.length - 1)];
      const levels = new Map();
      ew.forEach((value, cell) => {
        if (value === null) return;
        const share = Math.min(Math.asinh(value) / Math.asinh(top), 1);
        const color = palette[Math.round(share * 31) * Math.floor((palette.length - 1) / 31)];
        levels.set(color, (levels.get(color) || "") + this.hexagon(cell));
      });
      // The outline closes the hairlines that antialiasing leaves between neighbours.
      const width = this.cells.size * 0.08;
      this.still.replaceChildren(
        ...Array.from(levels, ([color, d]) => el("path", { d, fill: color, stroke: color, "stroke-width": width })),
      );
      return top;
    }

    hexagon(cell) {
      const corners = [30, 90, 150, 210, 270, 330].map((angle) => {
        const [x, y] = [Math.cos((angle * Math.PI) / 180), Math.sin((angle * Math.PI) / 180)];
        return `${fixed(this.cells.x[cell] + this.cells.size * x, 3)},${fixed(-this.cells.y[cell] - this.cells.size * y, 3)}`;
      });
      return `M${corners.join("L")}Z`;
    }

    /** Mark the place, and others of a table. */
    draw({ position: [x, y], spread: [dx, dy] }, others) {
      const unit = this.cells.size;
      const parts = (others || []).map(([a, b]) => el("circle", { class: "map-other", cx: a, cy: -b, r: unit * 0.32 }));
      if (Number.isFinite(x)) {
        const spread = { cx: x, cy: -y, rx: Math.max(dx, unit * 2), ry: Math.max(dy, unit * 2) };
        parts.push(el("ellipse", { class: "map-spread", ...spread, "stroke-width": unit * 0.25 }));
        parts.push(el("circle", { class: "map-ring", cx: x, cy: -y, r: unit, "stroke-width": unit * 0.9 }));
        parts.push(el("circle", { class: "map-here", cx: x, cy: -y, r: unit, "stroke-width": unit * 0.5 }));
      }
      this.moving.replaceChildren(...parts);
      const words = Number.isFinite(x) ? `Place on the map ${tidy(x)}, ${tidy(y)}; spread ${tidy(dx)}, ${tidy(dy)}` : "";
      this.svg.setAttribute("aria-label", words);
    }
  }

  neon.plot = { Bars, Diagram, SkyMap, BRANCHES, bptClass, whanClass };
})();
