/* The raster layer: many galaxies painted in several panels that share their places and differ in colour.
 *
 * Plain arrays in, pixels out: it knows neither Dash nor the page. Places are uint16 over a range (0: none), colours one
 * byte a galaxy (0: no value) looked up in a table of 256. Places are projected to pixels once per view; each panel then
 * only writes colours into an ImageData. Painting 12 panels of 86,594 galaxies takes milliseconds without a GPU, and
 * needs no WebGL context.
 */
(function (root) {
  "use strict";

  const MARGIN = 12; // pixels around the buffer, so that a point at the rim is cut, not wrapped to the next row
  const FULL = 255;
  const PLACE_STEPS = 65534;
  const COVERAGE = 2.4; // points' total area over the panel's, when sizes are free to follow the number
  const SMALLEST = 1.35; // CSS pixels
  const LARGEST = 7;
  const SHRINK = 0.55;

  /** Fisher-Yates order of n items from a small seeded generator (mulberry32): the same galaxies lie on top each time. */
  function shuffledOrder(n, seed = 1) {
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

  /** Bring one number a galaxy into a draw order, in its own type. */
  function arrange(order, codes) {
    const arranged = new codes.constructor(order.length);
    for (let i = 0; i < order.length; i++) arranged[i] = codes[order[i]];
    return arranged;
  }

  const parsed = new Map(); // "#rrggbb" to a number: Dash's polyfill makes parseInt slow, and palettes are few

  /** A pixel (little-endian RGBA) from "#rrggbb". */
  function pixel(hex, alpha = FULL) {
    let rgb = parsed.get(hex);
    if (rgb === undefined) parsed.set(hex, (rgb = parseInt(hex.slice(1), 16)));
    return ((alpha << 24) | ((rgb & 0xff) << 16) | (rgb & 0xff00) | (rgb >> 16)) >>> 0;
  }

  /** Table of 256 pixels from colours; entry 0 becomes `missing`, null for invisible. */
  function colorTable(colors, missing, alpha = FULL) {
    const table = new Uint32Array(256);
    for (let i = 1; i < 256; i++) table[i] = pixel(colors[i], alpha);
    table[0] = missing ? pixel(missing, alpha) : 0;
    return table;
  }

  /** The same table seen through a veil of another colour: galaxies outside a selection. */
  function dimmed(table, toward, share) {
    const veil = pixel(toward);
    return table.map((color) => (color === 0 ? 0 : (0xff000000 | mix(color, veil, Math.round(share * 256))) >>> 0));
  }

  /** Red, green and blue between two pixels; `share` of 256 is the second's. */
  function mix(a, b, share) {
    const rest = 256 - share;
    const even = (((a & 0xff00ff) * rest + (b & 0xff00ff) * share) / 256) & 0xff00ff;
    const odd = (((a & 0xff00) * rest + (b & 0xff00) * share) / 256) & 0xff00;
    return even | odd;
  }

  /** Lay a partly covering colour over a pixel. */
  function blend(below, above, cover) {
    const old = below >>> 24;
    if (old === 0) return ((above & 0xffffff) | (cover << 24)) >>> 0;
    const alpha = old + ((FULL - old) * cover) / FULL;
    return ((alpha << 24) | mix(below, above, Math.min(256, Math.round((256 * cover) / alpha)))) >>> 0;
  }

  /** Diameter of a point [CSS pixels] that keeps the panel readable: larger for few points, small for many. */
  function pointSize(visible, width, height) {
    const free = Math.sqrt((COVERAGE * width * height) / Math.max(visible, 1) / Math.PI);
    return Math.min(LARGEST, Math.max(SMALLEST, free));
  }

  /** Opacity that lets dense places show through themselves where points are large enough to overlap; 0 to 255. */
  function pointOpacity(visible, width, height) {
    const crowd = (visible * SMALLEST * SMALLEST) / (width * height); // 1: the smallest points would fill the panel
    return crowd > 1 ? FULL : Math.round(FULL * (1 - 0.35 * Math.min(1, crowd / 0.5) * (1 - crowd)));
  }

  /** Pixels of a disc: offsets in a buffer of the given stride and how far each is covered (0-255). */
  function disc(diameter, stride, opacity = FULL) {
    if (diameter < 2.6) {
      // Below three pixels a square is crisper, and faster, than a smeared disc.
      const side = Math.max(1, Math.round(diameter));
      const offsets = [];
      const low = -((side - 1) >> 1);
      for (let y = low; y < low + side; y++) for (let x = low; x < low + side; x++) offsets.push(y * stride + x);
      return { offsets: Int32Array.from(offsets), cover: new Uint8Array(offsets.length).fill(opacity) };
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
        cover.push(Math.round((share > 0.94 ? 1 : share) * opacity));
      }
    }
    return { offsets: Int32Array.from(offsets), cover: Uint8Array.from(cover) };
  }

  const buffers = new Map(); // one picture per size: panels are painted one after the other

  function buffer(width, height) {
    const key = `${width}x${height}`;
    if (!buffers.has(key)) {
      if (buffers.size > 3) buffers.clear();
      const image = new root.ImageData(width, height);
      buffers.set(key, { image, pixels: new Uint32Array(image.data.buffer) });
    }
    return buffers.get(key);
  }

  class Raster {
    /**
     * @param order    from `shuffledOrder`; rasters of one catalogue share it
     * @param {{codes: Uint16Array, low: number, high: number}} x, y    places, 1..65535 over low..high
     */
    constructor(order, x, y) {
      this.n = order.length;
      this.order = order;
      this.rank = new Uint32Array(this.n); // row -> place in the draw order
      for (let i = 0; i < this.n; i++) this.rank[order[i]] = i;
      this.x = arrange(order, x.codes);
      this.y = arrange(order, y.codes);
      this.xRange = [x.low, x.high];
      this.yRange = [y.low, y.high];
      this.at = new Int32Array(this.n); // pixel of each visible galaxy in the padded buffer
      this.who = new Uint32Array(this.n); // its place in the draw order
      this.visible = 0;
      this.placed = 0;
      for (let i = 0; i < this.n; i++) this.placed += this.x[i] > 0 && this.y[i] > 0;
    }

    /** Begin a glide: galaxies start where `other` shows them now. */
    leave(other) {
      const start = new Float32Array(2 * this.n);
      for (let i = 0; i < this.n; i++) {
        const there = other.share(i);
        start[2 * i] = there ? there[0] : NaN;
        start[2 * i + 1] = there ? there[1] : NaN;
      }
      this.start = start;
    }

    /** Place in the panel as shares of its width and height, of the galaxy that is i-th in the draw order. */
    share(i) {
      if (!this.view || !this.x[i] || !this.y[i]) return null;
      return [(this.ax * this.x[i] + this.bx) / this.w, (this.by - this.ay * this.y[i]) / this.h];
    }

    /**
     * Project every galaxy to a pixel.
     * @param view {x0, x1, y0, y1} in the axes' units
     * @param glide 0..1: how far the galaxies have come since `leave`; 1 when they stand still
     */
    project(view, width, height, density = 1, { glide = 1, size = 1 } = {}) {
      const w = Math.max(1, Math.round(width * density));
      const h = Math.max(1, Math.round(height * density));
      const stride = w + 2 * MARGIN;
      const xScale = w / (view.x1 - view.x0);
      const yScale = h / (view.y1 - view.y0);
      const ax = (xScale * (this.xRange[1] - this.xRange[0])) / PLACE_STEPS;
      const ay = (yScale * (this.yRange[1] - this.yRange[0])) / PLACE_STEPS;
      const bx = xScale * (this.xRange[0] - view.x0) - ax; // codes begin with 1
      const by = h - yScale * (this.yRange[0] - view.y0) + ay;
      Object.assign(this, { view: { ...view }, w, h, stride, density, xScale, yScale, ax, ay, bx, by });

      const { x, y, at, who, n } = this;
      const from = glide < 1 ? this.start : null;
      const left = -MARGIN / 2;
      const right = w + MARGIN / 2;
      const bottom = h + MARGIN / 2;
      let count = 0;
      for (let i = 0; i < n; i++) {
        const there = x[i] !== 0 && y[i] !== 0;
        let px = ax * x[i] + bx;
        let py = by - ay * y[i];
        if (from) {
          const fx = from[2 * i];
          if (fx === fx) {
            if (there) {
              px = glide * px + (1 - glide) * fx * w;
              py = glide * py + (1 - glide) * from[2 * i + 1] * h;
            } else if (glide < 0.5) {
              px = fx * w;
              py = from[2 * i + 1] * h;
            } else continue;
          } else if (!there || glide < 0.5) continue;
        } else if (!there) continue;
        if (!(px >= left && py >= left && px < right && py < bottom)) continue;
        at[count] = (Math.floor(py) + MARGIN) * stride + Math.floor(px) + MARGIN;
        who[count++] = i;
      }
      if (glide >= 1) this.start = null;
      this.visible = count;
      this.size = Math.min(size * pointSize(count, width, height) * density, MARGIN - 2);
      this.opacity = pointOpacity(count, width, height);
      Object.assign(this, buffer(stride, h + 2 * MARGIN));
    }

    /**
     * Paint one panel: cells below, points above. Either may be left out.
     * @param chosen one byte a galaxy in draw order; where it is 0 the colour comes from `dimTable`, below the others
     */
    paint(context, { codes, table, chosen, dimTable, cells, cellCodes, cellTable, opacity = 1 }) {
      this.pixels.fill(0);
      if (cells) this.writeCells(cells, cellCodes, cellTable);
      if (codes) {
        // Over cells, points shrink so that what lies below shows between them.
        const size = cells ? SHRINK * this.size : this.size;
        const stencil = disc(size, this.stride, Math.round(this.opacity * opacity));
        if (chosen) {
          this.writePoints(codes, dimTable, stencil, chosen, 0);
          this.writePoints(codes, table, disc(Math.max(size, 2), this.stride), chosen, 1);
        } else this.writePoints(codes, table, stencil, null, 0);
      }
      context.putImageData(this.image, -MARGIN, -MARGIN);
    }

    writePoints(codes, table, { offsets, cover }, chosen, which) {
      const { at, who, visible, pixels } = this;
      const cells = offsets.length;
      const solid = cover.every((share) => share === FULL);
      if (solid && cells === 1 && chosen === null) {
        // Many small points, the usual case of a large catalogue: nothing but the colour and its place.
        for (let i = 0; i < visible; i++) {
          const color = table[codes[who[i]]];
          if (color !== 0) pixels[at[i] + offsets[0]] = color;
        }
        return;
      }
      for (let i = 0; i < visible; i++) {
        const galaxy = who[i];
        if (chosen !== null && chosen[galaxy] !== which) continue;
        const color = table[codes[galaxy]];
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

    /** Rows of the galaxies nearest to a place in the panel [CSS pixels], nearest first, none beyond `reach`. */
    nearest(left, top, count = 1, reach = 14) {
      const { at, who, visible, stride, density } = this;
      const px = left * density + MARGIN;
      const py = top * density + MARGIN;
      const limit = (reach * density) ** 2;
      const found = []; // [distance, galaxy], at most `count`, sorted
      for (let i = 0; i < visible; i++) {
        const y = Math.floor(at[i] / stride);
        const dy = y + 0.5 - py;
        if (dy * dy > limit) continue;
        const dx = at[i] - y * stride + 0.5 - px;
        const distance = dx * dx + dy * dy;
        // On a tie the later one wins: it is drawn on top.
        if (distance > (found.length < count ? limit : found[found.length - 1][0])) continue;
        let k = found.length;
        while (k > 0 && found[k - 1][0] >= distance) k--;
        found.splice(k, 0, [distance, who[i]]);
        if (found.length > count) found.pop();
      }
      return found.map(([, galaxy]) => this.order[galaxy]);
    }

    /** Row of the galaxy nearest to a place in the panel, or -1. */
    pick(left, top, reach = 14) {
      const [row = -1] = this.nearest(left, top, 1, reach);
      return row;
    }

    /** Where a galaxy lies in the panel [CSS pixels], outside of it perhaps; null when it has no place. */
    placeOf(row) {
      const there = this.share(this.rank[row]);
      return there && { left: (there[0] * this.w) / this.density, top: (there[1] * this.h) / this.density };
    }

    /** Rows inside a polygon in the axes' units. */
    inside(polygon) {
      const rows = [];
      const [xLow, xHigh] = this.xRange;
      const [yLow, yHigh] = this.yRange;
      for (let i = 0; i < this.n; i++) {
        if (!this.x[i] || !this.y[i]) continue;
        const x = xLow + ((this.x[i] - 1) / PLACE_STEPS) * (xHigh - xLow);
        const y = yLow + ((this.y[i] - 1) / PLACE_STEPS) * (yHigh - yLow);
        if (root.galacticNeon.shapes.contains(polygon, x, y)) rows.push(this.order[i]);
      }
      return Uint32Array.from(rows).sort();
    }

    /** How many galaxies lie in each square of `side` device pixels. */
    density2d(side) {
      const { at, who, visible, stride, w, h } = this;
      const columns = Math.ceil(w / side) + 1;
      const rows = Math.ceil(h / side) + 1;
      const counts = new Float32Array(columns * rows);
      for (let i = 0; i < visible; i++) {
        const y = Math.floor(at[i] / stride);
        const cx = Math.floor((at[i] - y * stride - MARGIN) / side);
        const cy = Math.floor((y - MARGIN) / side);
        if (cx >= 0 && cy >= 0 && cx < columns && cy < rows) counts[cy * columns + cx]++;
      }
      return { counts, columns, rows };
    }
  }

  root.galacticNeon = Object.assign(root.galacticNeon || {}, {
    raster: { Raster, arrange, blend, colorTable, dimmed, disc, mix, pixel, pointOpacity, pointSize, shuffledOrder },
  });
})(globalThis);
