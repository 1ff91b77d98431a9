/* The continuum of the Predict page: twelve bins that can be dragged, and the lines that they predict. No Dash here.
 *
 * It redraws within a frame; colours are the page's CSS variables, so both themes need no redrawing.
 */
(function () {
  "use strict";

  const neon = (window.galacticNeon = window.galacticNeon || {});
  const { el, ticks, tidy, fixed, Picture } = neon.picture;
  const DRAWN_DISPERSION = 500; // km/s, four times a galaxy's: a screen's pixel cannot hide a line
  const LIGHT_SPEED = 299792.458; // km/s
  const HEADROOM = 1.4; // least height of the picture over the brightest bin: room to drag a bin up
  const HIGHEST = 2.1; // greatest: a taller line is cut, and says so
  const FINE = 0.01; // a bin's change by an arrow key
  const COARSE = 0.1; // by Page up and Page down

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

  neon.Continuum = Continuum;
})();
