/* Pictures of the Predict page, in SVG: the continuum with its twelve handles, the bars, the diagrams, the map.
 *
 * Each takes an element and data and redraws within a frame; none knows Dash. Colours are the page's CSS variables, so
 * both themes need no redrawing.
 */
(function () {
  "use strict";

  const neon = (window.galacticNeon = window.galacticNeon || {});
  const SVG = "http://www.w3.org/2000/svg";
  const DRAWN_DISPERSION = 500; // km/s, four times a galaxy's: a screen's pixel cannot hide a line
  const LIGHT_SPEED = 299792.458; // km/s
  const HEADROOM = 1.4; // least height of the picture over the brightest bin: room to drag a bin up
  const HIGHEST = 2.1; // greatest: a taller line is cut, and says so
  const FINE = 0.01; // a bin's change by an arrow key
  const COARSE = 0.1; // by Page up and Page down

  function el(name, attributes, ...children) {
    const made = document.createElementNS(SVG, name);
    for (const [key, value] of Object.entries(attributes || {})) made.setAttribute(key, value);
    made.append(...children);
    return made;
  }

  /** Three to six round numbers from 0 to `top`. */
  function ticks(top, count = 5) {
    const rough = top / count;
    const power = 10 ** Math.floor(Math.log10(rough));
    const step = [1, 2, 5, 10].find((s) => s * power >= rough) * power;
    return Array.from({ length: Math.floor(top / step) + 1 }, (_, i) => Number((i * step).toPrecision(12)));
  }

  function tidy(value) {
    const size = Math.abs(value);
    if (value !== 0 && (size < 1e-3 || size >= 1e5)) return value.toExponential(1).replace("e", " e").replace("-", "−");
    return String(Number(value.toPrecision(4))).replace("-", "−");
  }

  const fixed = (value, digits = 2) => value.toFixed(digits);

  /** A picture in CSS pixels that follows the size of its box. */
  class Picture {
    constructor(box, label) {
      this.box = box;
      this.svg = el("svg", { role: "group", "aria-label": label, class: "picture" });
      box.replaceChildren(this.svg);
      this.watch = new ResizeObserver(() => this.resize());
      this.watch.observe(box);
    }

    resize() {
      const { width, height } = this.box.getBoundingClientRect();
      if (!width || (width === this.width && height === this.height)) return;
      Object.assign(this, { width, height });
      this.svg.setAttribute("viewBox", `0 0 ${width} ${height}`);
      this.layout();
      if (this.data) this.draw(this.data);
    }

    layout() {}

    stop() {
      this.watch.disconnect();
    }
  }

  /** The twelve bins as steps that can be dragged, and the lines that they predict in the colours of their light. */
  class Continuum extends Picture {
    constructor(box, { edges, lines, onChange, onSettle }) {
      super(box, "Continuum: twelve bins that can be dragged");
      Object.assign(this, { edges, lines, onChange, onSettle });
      this.pixels = Float64Array.from({ length: 1201 }, (_, i) => edges[0] + (i * (edges[12] - edges[0])) / 1200);
      this.frame = el("g", { class: "axes", "aria-hidden": "true" });
      this.light = el("g", { "aria-hidden": "true", "clip-path": "url(#predict-clip)" });
      this.fill = el("path", { class: "starlight-fill" });
      this.steps = el("path", { class: "starlight-steps" });
      this.glow = lines.map((line) => el("path", { class: "glow", style: `--accent: var(--${line.accent})` }));
      this.seen = el("path", { class: "seen" });
      this.light.append(this.fill, this.seen, ...this.glow, this.steps);
      this.over = el("g", { class: "overflow", "aria-hidden": "true" });
      this.clip = el("rect", {});
      this.handles = Array.from({ length: 12 }, (_, bin) => this.handle(bin));
      const clip = el("defs", {}, el("clipPath", { id: "predict-clip" }, this.clip));
      this.svg.append(clip, this.frame, this.light, this.over, ...this.handles.map((handle) => handle.group));
      this.resize();
    }

    handle(bin) {
      const strip = el("rect", { class: "handle-strip", rx: 6 });
      const dot = el("circle", { class: "handle-dot", r: 6 });
      const group = el(
        "g",
        {
          class: "handle",
          tabindex: 0,
          role: "slider",
          "aria-orientation": "vertical",
          "aria-label": `Flux ${this.edges[bin]}–${this.edges[bin + 1]} Å`,
        },
        strip,
        dot,
      );
      group.addEventListener("pointerdown", (event) => this.grab(event, bin));
      group.addEventListener("pointermove", (event) => this.drag(event));
      for (const end of ["pointerup", "pointercancel"]) group.addEventListener(end, () => this.release());
      group.addEventListener("keydown", (event) => this.key(event, bin));
      return { group, strip, dot };
    }

    grab(event, bin) {
      if (event.button || !this.data) return;
      event.preventDefault();
      event.currentTarget.setPointerCapture(event.pointerId);
      event.currentTarget.focus({ preventScroll: true });
      const y = event.clientY - this.svg.getBoundingClientRect().top;
      this.held = { bin, offset: this.y(this.data.flux[bin]) - y };
      this.handles[bin].group.classList.add("held");
    }

    drag(event) {
      if (!this.held) return;
      const { bin, offset } = this.held;
      const y = event.clientY - this.svg.getBoundingClientRect().top + offset;
      const share = (this.bottom - y) / (this.bottom - this.top);
      this.onChange(bin, Math.min(Math.max(share, 0.002), 1.25) * this.ceiling);
    }

    release() {
      if (!this.held) return;
      this.handles[this.held.bin].group.classList.remove("held");
      this.held = null;
      this.draw(this.data);
      this.onSettle();
    }

    key(event, bin) {
      const along = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
      if (along) {
        event.preventDefault();
        this.handles[Math.min(Math.max(bin + along, 0), 11)].group.focus();
        return;
      }
      const step = { ArrowUp: FINE, ArrowDown: -FINE, PageUp: COARSE, PageDown: -COARSE }[event.key];
      if (!step || !this.data) return;
      event.preventDefault();
      this.onChange(bin, this.data.flux[bin] * (1 + step));
      this.onSettle();
    }

    layout() {
      this.left = 46;
      this.right = this.width - 8;
      this.top = 24;
      this.bottom = this.height - 24;
      const size = { x: this.left, y: this.top, width: this.right - this.left, height: this.bottom - this.top };
      for (const [key, value] of Object.entries(size)) this.clip.setAttribute(key, Math.max(value, 0));
    }

    x(wavelength) {
      const share = (wavelength - this.edges[0]) / (this.edges[12] - this.edges[0]);
      return this.left + share * (this.right - this.left);
    }

    y(flux) {
      return this.bottom - (flux / this.ceiling) * (this.bottom - this.top);
    }

    /** data: { flux: twelve numbers, ew: ten or null, seen: { wavelength, flux } of an uploaded spectrum or null }. */
    draw(data) {
      this.data = data;
      if (!this.width) return;
      const brightest = Math.max(...data.flux);
      // While a bin is held the scale stays, or it would run away from the pointer.
      if (!this.held) {
        const peaks = data.ew ? this.lines.map((line, i) => this.peak(line, data.flux, data.ew[i])) : [];
        const highest = Math.max(0, ...peaks.filter(Number.isFinite));
        this.ceiling = Math.max(HEADROOM * brightest, Math.min(1.06 * highest, HIGHEST * brightest));
      }
      this.drawAxes();
      const corners = data.flux.map((f, i) => [this.x(this.edges[i]), this.x(this.edges[i + 1]), this.y(f)]);
      const outline = corners.map(([a, b, y]) => `L${fixed(a)},${fixed(y)}L${fixed(b)},${fixed(y)}`).join("");
      this.fill.setAttribute("d", `M${this.left},${this.bottom}${outline}L${fixed(this.right)},${this.bottom}Z`);
      const gap = 1.5;
      const steps = corners.map(([a, b, y]) => `M${fixed(a + gap)},${fixed(y)}L${fixed(b - gap)},${fixed(y)}`);
      this.steps.setAttribute("d", steps.join(""));
      this.drawSeen(data.seen);
      this.drawLines(data);
      corners.forEach(([a, b, y], bin) => this.placeHandle(bin, a, b, y, data.flux[bin]));
    }

    drawSeen(seen) {
      const points = seen ? seen.wavelength.map((wave, i) => `${fixed(this.x(wave))},${fixed(this.y(seen.flux[i]))}`) : [];
      this.seen.setAttribute("d", points.length ? `M${points.join("L")}` : "");
    }

    placeHandle(bin, a, b, y, flux) {
      const { group, strip, dot } = this.handles[bin];
      const shown = Math.min(Math.max(y, this.top), this.bottom);
      dot.setAttribute("cx", fixed((a + b) / 2));
      dot.setAttribute("cy", fixed(shown));
      const place = { x: a + 1, y: shown - 18, width: Math.max(b - a - 2, 1), height: 36 };
      for (const [key, value] of Object.entries(place)) strip.setAttribute(key, fixed(value));
      group.setAttribute("aria-valuenow", Number(flux.toPrecision(4)));
      group.setAttribute("aria-valuemin", 0);
      group.setAttribute("aria-valuemax", Number((this.ceiling * 1.25).toPrecision(3)));
      group.setAttribute("aria-valuetext", tidy(flux));
    }

    drawAxes() {
      const key = `${this.ceiling}|${this.width}|${this.height}`;
      if (this.axes === key) return;
      this.axes = key;
      const parts = [];
      for (const value of ticks(this.ceiling)) {
        const y = fixed(this.y(value), 1);
        parts.push(el("line", { x1: this.left, x2: this.right, y1: y, y2: y }));
        parts.push(el("text", { x: this.left - 8, y: Number(y) + 4, "text-anchor": "end" }, tidy(value)));
      }
      const every = this.width < 480 ? 1200 : 600;
      for (let wave = this.edges[0]; wave <= this.edges[12]; wave += every) {
        const anchor = wave === this.edges[12] ? "end" : wave === this.edges[0] ? "start" : "middle";
        parts.push(el("text", { x: this.x(wave), y: this.bottom + 17, "text-anchor": anchor }, String(wave)));
      }
      parts.push(el("text", { x: this.left, y: 12 }, "mean flux per bin, any unit"));
      if (this.width > 380) {
        parts.push(el("text", { x: this.right, y: 12, "text-anchor": "end" }, "rest frame, vacuum Å"));
      }
      this.frame.replaceChildren(...parts);
    }

    drawLines({ flux, ew }) {
      this.over.replaceChildren();
      this.lines.forEach((line, index) => {
        const width = ew && Number.isFinite(ew[index]) ? ew[index] : 0;
        const points = width > 0.02 ? this.profile(line, flux, width) : [];
        if (!points.length) return this.glow[index].setAttribute("d", "");
        const low = points.map(([wave, , base]) => `${fixed(this.x(wave))},${fixed(this.y(base))}`);
        const high = points.map(([wave, value]) => `${fixed(this.x(wave))},${fixed(this.y(value))}`);
        this.glow[index].setAttribute("d", `M${low.join("L")}L${high.reverse().join("L")}Z`);
        const peak = Math.max(...points.map(([, value]) => value));
        if (peak > this.ceiling) {
          const [x, y] = [this.x(line.wavelength) - 6, this.top + 10];
          const name = el("text", { x, y, "text-anchor": "end", style: `--accent: var(--${line.accent})` });
          name.append(`${line.symbol} ↑`);
          this.over.append(name);
        }
        return undefined;
      });
    }

    peak(line, flux, ew) {
      return Math.max(0, ...this.profile(line, flux, ew).map(([, value]) => value));
    }

    /** [wavelength, light, starlight] where a line can be seen; it stands on its bin. */
    profile(line, flux, ew) {
      const sigmas = line.wavelengths.map((wave) => (wave * DRAWN_DISPERSION) / LIGHT_SPEED);
      const reach = 4.2 * Math.max(...sigmas);
      const width = this.edges[1] - this.edges[0];
      const points = [];
      for (const wave of this.pixels) {
        if (Math.abs(wave - line.wavelength) > reach) continue;
        const base = flux[Math.min(Math.max(Math.floor((wave - this.edges[0]) / width), 0), 11)];
        let light = 0;
        line.wavelengths.forEach((center, i) => {
          const z = (wave - center) / sigmas[i];
          light += Math.exp(-0.5 * z * z) / (sigmas[i] * Math.sqrt(2 * Math.PI) * line.wavelengths.length);
        });
        points.push([wave, base * (1 + ew * light), base]);
      }
      return points;
    }
  }

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

  neon.plot = { el, ticks, tidy, Continuum, Bars, Diagram, SkyMap, BRANCHES, bptClass, whanClass };
})();
