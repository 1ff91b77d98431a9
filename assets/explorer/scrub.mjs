/* The strip below the panels: the starlight and the lines of the galaxy under the pointer, drawn from columns that are
 * here already. Ghosts are the predictions with noise of its nearest neighbours: how lines scatter where starlight is
 * the same. */
(function (root) {
  "use strict";

  const BINS = 12;
  const BLUE = 3400; // Å, rest frame, where the first bin begins
  const RED = 7000;
  const HALF_WIDTH = 11; // Å that a line glows over
  const GHOSTS = 6;
  const GLOW = [[14, 0.05], [10, 0.07], [6.5, 0.1], [3.5, 0.16], [1, 1]]; // widths and shares of light: a blur costs 30 ms

  class Scrub {
    constructor(canvas, manifest, columns) {
      Object.assign(this, { canvas, lines: manifest.lines, columns, context: canvas.getContext("2d") });
      this.kept = null;
      this.row = -1;
    }

    /** Ask for the continua and the lines once, when a pointer first comes near. */
    prepare() {
      if (this.coming) return this.coming;
      const shapes = Array.from({ length: BINS }, (_, i) => `shape_${String(i).padStart(2, "0")}`);
      const names = Object.keys(this.lines);
      const all = (list) => Promise.all(list.map((name) => this.columns.get(name)));
      this.coming = Promise.all([all(shapes), all(names.map((name) => `${name}_EW_PREDICTED`)), all(names.map((name) => `${name}_EW`)), all(names.map((name) => `${name}_EW_NOISY`))])
        .then(([bins, predicted, observed, noisy]) => {
          this.kept = { bins, predicted, observed, noisy };
          if (this.row >= 0) this.show(this.row, this.neighbours);
        })
        .catch(() => (this.coming = null));
      return this.coming;
    }

    values(columns, row) {
      const { decode } = root.galacticNeon.scales;
      return columns.map((column) => (column.codes[row] ? decode(column, column.codes[row]) : NaN));
    }

    /** Draw a galaxy; `neighbours` are rows whose noise makes the ghosts. */
    show(row, neighbours) {
      Object.assign(this, { row, neighbours });
      const { canvas, context, kept } = this;
      const density = root.devicePixelRatio || 1;
      const { width, height } = canvas.getBoundingClientRect();
      const [w, h] = [width, height].map((side) => Math.round(side * density));
      if (canvas.width !== w || canvas.height !== h) Object.assign(canvas, { width: w, height: h });
      context.clearRect(0, 0, w, h);
      if (!kept || row < 0) return;
      const style = getComputedStyle(document.documentElement);
      const color = (name) => style.getPropertyValue(`--${name}`).trim();
      const bins = this.values(kept.bins, row);
      const predicted = this.values(kept.predicted, row);
      const observed = this.values(kept.observed, row);
      const ghosts = neighbours.slice(0, GHOSTS).map((each) => this.values(kept.noisy, each));
      const top = Math.max(...bins);
      const base = h - 16 * density;
      const px = (wavelength) => ((wavelength - BLUE) / (RED - BLUE)) * w;
      // Starlight takes the lower third; a line's height is arcsinh of its width, so that faint and strong ones both show.
      const py = (flux) => base - (flux / top) * 0.34 * h;
      const lift = (ew) => Math.asinh(Math.max(ew, 0) / 2) * 0.13 * h;
      const smooth = curve(bins);

      const starlight = new Path2D();
      const filled = new Path2D();
      filled.moveTo(0, base);
      for (let x = 0; x <= w; x += 2 * density) {
        const y = py(smooth(BLUE + (x / w) * (RED - BLUE)));
        if (x) starlight.lineTo(x, y);
        else starlight.moveTo(x, y);
        filled.lineTo(x, y);
      }
      filled.lineTo(w, base);
      const fade = context.createLinearGradient(0, py(top), 0, base);
      fade.addColorStop(0, `${color("starlight")}44`);
      fade.addColorStop(1, `${color("starlight")}05`);
      context.fillStyle = fade;
      context.fill(filled);

      Object.values(this.lines).forEach((line, i) => {
        const ground = py(smooth(line.wavelength));
        for (const ghost of ghosts) if (ghost[i] > 0) this.peak(px(line.wavelength), ground, lift(ghost[i]), density, color(line.accent), 0.22, false);
        if (predicted[i] >= 0) this.peak(px(line.wavelength), ground, lift(predicted[i]), density, color(line.accent), 1, true);
        if (observed[i] >= 0) {
          context.fillStyle = color("text");
          context.beginPath();
          context.arc(px(line.wavelength), ground - lift(observed[i]), 1.8 * density, 0, 7);
          context.fill();
        }
      });
      Object.assign(context, { strokeStyle: color("starlight"), lineWidth: 1.6 * density });
      context.stroke(starlight);
      context.font = `${10.5 * density}px ${style.getPropertyValue("--font")}`;
      context.fillStyle = color("muted");
      context.textAlign = "center";
      for (const wavelength of [3500, 4000, 4500, 5000, 5500, 6000, 6500]) context.fillText(`${wavelength} Å`, px(wavelength), h - 4 * density);
    }

    /** A line as it glows: a narrow Gaussian over the starlight. */
    peak(x, ground, height, density, color, alpha, glow) {
      const { context } = this;
      const sigma = Math.max(1.5 * density, (HALF_WIDTH / (RED - BLUE)) * this.canvas.width * 0.5);
      const path = new Path2D();
      path.moveTo(x - 4 * sigma, ground);
      for (let step = -4; step <= 4.01; step += 0.25) path.lineTo(x + step * sigma, ground - height * Math.exp(-0.5 * step * step));
      context.save();
      context.globalAlpha = alpha;
      if (glow) {
        context.fillStyle = color;
        context.fill(path);
      }
      for (const [width, share] of glow ? GLOW : [[1, 1]]) {
        Object.assign(context, { strokeStyle: color, lineWidth: width * density, globalAlpha: alpha * share });
        context.stroke(path);
      }
      context.restore();
    }
  }

  /** A smooth curve through bin means (Catmull-Rom through the bins' centres, level beyond them). */
  function curve(bins) {
    const width = (RED - BLUE) / bins.length;
    return (wavelength) => {
      const at = Math.min(bins.length - 1, Math.max(0, (wavelength - BLUE) / width - 0.5));
      const k = Math.min(Math.floor(at), bins.length - 2);
      const t = at - k;
      const [a, b, c, d] = [-1, 0, 1, 2].map((step) => bins[Math.min(bins.length - 1, Math.max(0, k + step))]);
      return 0.5 * (2 * b + (c - a) * t + (2 * a - 5 * b + 4 * c - d) * t * t + (3 * b - a - 3 * c + d) * t * t * t);
    };
  }

  root.galacticNeon = Object.assign(root.galacticNeon || {}, { scrub: { GHOSTS, Scrub, curve } });
})(globalThis);
