/* The raster layer: many galaxies that share their places on a map, painted in several panels that differ in colour.
 *
 * Plain arrays in, pixels out: it knows neither Dash nor Plotly nor the page. Places are uint16 over a range of the
 * map, colours are one byte a galaxy (0: no value) looked up in a table of 256. Places are projected to pixels once per
 * view; each panel then only writes colours into its own ImageData. Painting 12 panels of 86,594 galaxies takes
 * milliseconds without a GPU, and needs no WebGL context.
 */
(function (root) {
  "use strict";

  const MARGIN = 12; // pixels around the buffer, so that a point at the rim is cut, not wrapped to the next row
  const FULL = 255;
  const COVERAGE = 2.4; // points' total area over the panel's, when sizes are free to follow the number
  const SMALLEST = 1.35; // CSS pixels
  const LARGEST = 7;
  const SHRINK = 0.55;

  /** Fisher-Yates order of n items from a small seeded generator (mulberry32): the same galaxies lie on top each time. */
  function shuffledOrder(n, seed) {
    const order = new Uint32Array(n);
    let state = seed >>> 0;
    for (let i = 0; i < n; i++) {
      state = (state + 0x6d2b79f5) >>> 0;
      let t = Math.imul(state ^ (state >>> 15), state | 1);
      t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
      const j = ((t ^ (t >>> 14)) >>> 0) % (i + 1);
      order[i] = order[j];
      order[j] = i;
    }
    return order;
  }

  /** Table of 256 pixels (little-endian RGBA) from "#rrggbb" colours; entry 0 becomes `missing`, null for invisible. */
  function colorTable(colors, missing, alpha = 255) {
    const table = new Uint32Array(256);
    for (let i = 0; i < 256; i++) table[i] = pixel(colors[i], alpha);
    table[0] = missing ? pixel(missing, alpha) : 0;
    return table;
  }

  function pixel(hex, alpha) {
    const rgb = parseInt(hex.slice(1), 16);
    return ((alpha << 24) | ((rgb & 0xff) << 16) | (rgb & 0xff00) | (rgb >> 16)) >>> 0;
  }

  /** Diameter of a point [CSS pixels] that keeps the panel readable: larger for few points, small for many. */
  function pointSize(visible, width, height) {
    const free = Math.sqrt((COVERAGE * width * height) / Math.max(visible, 1) / Math.PI);
    return Math.min(LARGEST, Math.max(SMALLEST, free));
  }

  /** Pixels of a disc: offsets in a buffer of the given stride and how far each is covered (0-255). */
  function disc(diameter, stride) {
    if (diameter < 2.6) {
      // Below three pixels a square is crisper, and faster, than a smeared disc.
      const side = Math.max(1, Math.round(diameter));
      const offsets = [];
      const low = -((side - 1) >> 1);
      for (let y = low; y < low + side; y++) for (let x = low; x < low + side; x++) offsets.push(y * stride + x);
      return { offsets: Int32Array.from(offsets), cover: new Uint8Array(offsets.length).fill(FULL) };
    }
    const radius = diameter / 2;
    const reach = Math.ceil(radius);
    const offsets = [];
    const cover = [];
    for (let y = -reach; y <= reach; y++) {
      for (let x = -reach; x <= reach; x++) {
        const share = Math.min(1, Math.max(0, radius + 0.5 - Math.hypot(x, y)));
        if (share < 0.06) continue;
        offsets.push(y * stride + x);
        cover.push(share > 0.94 ? FULL : Math.round(share * FULL));
      }
    }
    return { offsets: Int32Array.from(offsets), cover: Uint8Array.from(cover) };
  }

  /** Lay a partly covering colour over a pixel. */
  function blend(below, above, cover) {
    const old = below >>> 24;
    if (old === 0) return ((above & 0xffffff) | (cover << 24)) >>> 0;
    const share = cover / FULL;
    let mixed = Math.max(old, cover) << 24;
    for (let shift = 0; shift < 24; shift += 8) {
      const a = (above >>> shift) & 0xff;
      const b = (below >>> shift) & 0xff;
      mixed |= Math.round(b + (a - b) * share) << shift;
    }
    return mixed >>> 0;
  }

  class Raster {
    /**
     * @param {Uint16Array} x, y    places, 0..65535 over xRange and yRange
     * @param {number[]} xRange, yRange    what 0 and 65535 stand for on the map
     */
    constructor({ x, y, xRange, yRange, seed = 1 }) {
      this.n = x.length;
      this.order = shuffledOrder(this.n, seed);
      this.x = Uint16Array.from(this.order, (row) => x[row]);
      this.y = Uint16Array.from(this.order, (row) => y[row]);
      this.rank = new Uint32Array(this.n); // row -> place in the draw order
      this.order.forEach((row, i) => (this.rank[row] = i));
      this.xRange = xRange;
      this.yRange = yRange;
      this.at = new Int32Array(this.n); // pixel of each visible galaxy in the padded buffer
      this.who = new Uint32Array(this.n); // its place in the draw order
      this.visible = 0;
    }

    /** Bring one byte a galaxy into the draw order, once per column. */
    arrange(codes) {
      return Uint8Array.from(this.order, (row) => codes[row]);
    }

    /**
     * Project every galaxy to a pixel.
     * @param view {x0, x1, y0, y1} on the map; width, height in CSS pixels; density device pixels per CSS pixel
     */
    project(view, width, height, density = 1) {
      const w = Math.max(1, Math.round(width * density));
      const h = Math.max(1, Math.round(height * density));
      const stride = w + 2 * MARGIN;
      const xScale = w / (view.x1 - view.x0);
      const yScale = h / (view.y1 - view.y0);
      const ax = (xScale * (this.xRange[1] - this.xRange[0])) / 65535;
      const ay = (yScale * (this.yRange[1] - this.yRange[0])) / 65535;
      const bx = xScale * (this.xRange[0] - view.x0);
      const by = h - yScale * (this.yRange[0] - view.y0);
      Object.assign(this, { view, w, h, stride, density, xScale, yScale, ax, ay, bx, by });

      const { x, y, at, who, n } = this;
      let count = 0;
      for (let i = 0; i < n; i++) {
        const px = Math.floor(ax * x[i] + bx);
        const py = Math.floor(by - ay * y[i]);
        if (px < -MARGIN / 2 || py < -MARGIN / 2 || px >= w + MARGIN / 2 || py >= h + MARGIN / 2) continue;
        at[count] = (py + MARGIN) * stride + px + MARGIN;
        who[count++] = i;
      }
      this.visible = count;
      this.size = Math.min(pointSize(count, width, height) * density, MARGIN - 2);
      this.stencil = disc(this.size, stride);
      if (!this.pixels || this.pixels.length !== stride * (h + 2 * MARGIN)) {
        this.image = new root.ImageData(stride, h + 2 * MARGIN);
        this.pixels = new Uint32Array(this.image.data.buffer);
      }
    }

    /** Paint one panel: cells below, points above. Either may be left out. */
    paint(context, { codes, table, cells, cellCodes, cellTable }) {
      this.pixels.fill(0);
      if (cells) this.writeCells(cells, cellCodes, cellTable);
      // Over cells, points shrink so that what lies below shows between them.
      if (codes) this.writePoints(codes, table, cells ? disc(SHRINK * this.size, this.stride) : this.stencil);
      context.putImageData(this.image, -MARGIN, -MARGIN);
    }

    writePoints(codes, table, { offsets, cover }) {
      const { at, who, visible, pixels } = this;
      const cells = offsets.length;
      const solid = cover.every((share) => share === FULL);
      for (let i = 0; i < visible; i++) {
        const color = table[codes[who[i]]];
        if (color === 0) continue;
        const center = at[i];
        if (solid) {
          for (let k = 0; k < cells; k++) pixels[center + offsets[k]] = color;
        } else {
          for (let k = 0; k < cells; k++) {
            const place = center + offsets[k];
            pixels[place] = cover[k] === FULL ? color : blend(pixels[place], color, cover[k]);
          }
        }
      }
    }

    /** Fill hexagons with a corner up: centres x, y and the half width and half height they share, on the map. */
    writeCells({ x, y, halfWidth, halfHeight }, codes, table) {
      const { pixels, stride, xScale, yScale, view, h } = this;
      const halfW = halfWidth * xScale;
      const halfH = halfHeight * yScale;
      const rows = h + 2 * MARGIN;
      for (let i = 0; i < x.length; i++) {
        const color = table[codes[i]];
        if (color === 0) continue;
        const cx = (x[i] - view.x0) * xScale + MARGIN;
        const cy = h - (y[i] - view.y0) * yScale + MARGIN;
        const last = Math.min(rows - 1, Math.ceil(cy + halfH - 0.5) - 1);
        for (let row = Math.max(0, Math.ceil(cy - halfH - 0.5)); row <= last; row++) {
          const up = Math.abs(row + 0.5 - cy) / halfH; // 0 at the middle, 1 at the corners above and below
          const reach = up <= 0.5 ? halfW : 2 * halfW * (1 - up);
          const from = Math.max(0, Math.ceil(cx - reach - 0.5));
          const to = Math.min(stride, Math.ceil(cx + reach - 0.5));
          if (to > from) pixels.fill(color, row * stride + from, row * stride + to);
        }
      }
    }

    /** Row of the galaxy nearest to a place in the panel [CSS pixels], or -1 if none lies within `reach`. */
    pick(left, top, reach = 14) {
      const { at, who, visible, stride, density } = this;
      const px = left * density + MARGIN;
      const py = top * density + MARGIN;
      let best = (reach * density) ** 2;
      let found = -1;
      for (let i = 0; i < visible; i++) {
        const y = Math.floor(at[i] / stride);
        const dx = at[i] - y * stride + 0.5 - px;
        const dy = y + 0.5 - py;
        const distance = dx * dx + dy * dy;
        if (distance <= best) {
          best = distance; // on a tie the later one, which is drawn on top
          found = who[i];
        }
      }
      return found < 0 ? -1 : this.order[found];
    }

    /** Where a galaxy lies in the panel [CSS pixels]; it may be outside. */
    placeOf(row) {
      const i = this.rank[row];
      return {
        left: (this.ax * this.x[i] + this.bx) / this.density,
        top: (this.by - this.ay * this.y[i]) / this.density,
      };
    }
  }

  root.galacticNeon = Object.assign(root.galacticNeon || {}, {
    raster: { Raster, colorTable, disc, pointSize, shuffledOrder },
  });
})(globalThis);
