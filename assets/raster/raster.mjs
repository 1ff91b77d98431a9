/* Positions of a catalogue's galaxies in a panel.
 *
 * Several panels share the positions of galaxies and differ in colour. Coordinates are uint16 codes over a range (0 if
 * missing) and are projected to pixels once per view; painting.mjs then writes each panel's colours.
 */
import { arrange } from "./order.mjs";
import { FULL } from "./pixels.mjs";
import { pointOpacity, pointSize } from "./stencil.mjs";

/**
 * @typedef {{x0: number, x1: number, y0: number, y1: number}} View   a part of the plane, in the axes' units
 * @typedef {{codes: Uint16Array, low: number, high: number}} Places  codes 1 to 65535 are values from low to high
 */

export const MARGIN = 12; // pixels around the buffer, so that a point at the edge does not continue in the next row
export const PLACE_STEPS = 65534;

/** @type {Map<string, {image: ImageData, pixels: Uint32Array}>} one image per size, used by all panels in turn */
const buffers = new Map();

/**
 * @param {number} width
 * @param {number} height
 */
function buffer(width, height) {
  const key = `${width}x${height}`;
  const known = buffers.get(key);
  if (known) return known;
  if (buffers.size > 3) buffers.clear();
  const image = new ImageData(width, height);
  const made = { image, pixels: new Uint32Array(image.data.buffer) };
  buffers.set(key, made);
  return made;
}

/** The galaxies of a catalogue in a plane of two quantities. */
export class Raster {
  /** @type {View | null} null before the first projection */
  view = null;
  /** @type {Float32Array | null} positions from which galaxies glide, as shares of the panel, two per galaxy */
  start = null;
  /** @type {ImageData | null} */
  image = null;
  /** @type {Uint32Array} */
  pixels = new Uint32Array();
  visible = 0;
  placed = 0;
  // The panel's size in device pixels, and the conversion of codes to pixels.
  w = 1;
  h = 1;
  stride = 1;
  density = 1;
  xScale = 1;
  yScale = 1;
  ax = 1;
  ay = 1;
  bx = 0;
  by = 0;
  size = 1;
  opacity = FULL;

  /**
   * @param {Uint32Array} order    from `shuffledOrder`; rasters of one catalogue share it
   * @param {Places} x
   * @param {Places} y
   */
  constructor(order, x, y) {
    this.n = order.length;
    this.order = order;
    this.rank = new Uint32Array(this.n); // rank in the draw order, by row
    for (let i = 0; i < this.n; i++) this.rank[order[i]] = i;
    this.x = arrange(order, x.codes);
    this.y = arrange(order, y.codes);
    this.xRange = [x.low, x.high];
    this.yRange = [y.low, y.high];
    this.visiblePixels = new Int32Array(this.n); // pixel of each visible galaxy in the padded buffer
    this.visibleRanks = new Uint32Array(this.n); // rank of each visible galaxy in the draw order
    for (let i = 0; i < this.n; i++) this.placed += Number(this.x[i] > 0 && this.y[i] > 0);
  }

  /**
   * Begin a glide from the present positions of galaxies in `other`.
   * @param {Raster} other
   */
  glideFrom(other) {
    const start = new Float32Array(2 * this.n);
    for (let i = 0; i < this.n; i++) {
      const position = other.share(i);
      start[2 * i] = position ? position[0] : NaN;
      start[2 * i + 1] = position ? position[1] : NaN;
    }
    this.start = start;
  }

  /**
   * Return the position of the i-th galaxy in draw order as shares of the panel's width and height, or null.
   * @param {number} i
   * @returns {[number, number] | null}
   */
  share(i) {
    if (!this.view || !this.x[i] || !this.y[i]) return null;
    return [(this.ax * this.x[i] + this.bx) / this.w, (this.by - this.ay * this.y[i]) / this.h];
  }

  /**
   * Compute the pixels of the visible galaxies.
   * @param {View} view
   * @param {number} width     of the panel [CSS pixels]
   * @param {number} height
   * @param {number} [density]   device pixels per CSS pixel
   * @param {{glide?: number, size?: number}} [more]   glide: share of the way since `glideFrom`, 1 at its end; size:
   *   factor of the points' diameters
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
    this.view = { ...view };
    [this.w, this.h, this.stride, this.density] = [w, h, stride, density];
    [this.xScale, this.yScale] = [xScale, yScale];
    [this.ax, this.ay, this.bx, this.by] = [ax, ay, bx, by];

    const { x, y, visiblePixels, visibleRanks, n } = this;
    const from = glide < 1 ? this.start : null;
    const left = -MARGIN / 2;
    const right = w + MARGIN / 2;
    const bottom = h + MARGIN / 2;
    let count = 0;
    for (let i = 0; i < n; i++) {
      const isPlaced = x[i] !== 0 && y[i] !== 0;
      let px = ax * x[i] + bx;
      let py = by - ay * y[i];
      if (from) {
        const fx = from[2 * i];
        if (fx === fx) {
          if (isPlaced) {
            px = glide * px + (1 - glide) * fx * w;
            py = glide * py + (1 - glide) * from[2 * i + 1] * h;
          } else if (glide < 0.5) {
            px = fx * w;
            py = from[2 * i + 1] * h;
          } else continue;
        } else if (!isPlaced || glide < 0.5) continue;
      } else if (!isPlaced) continue;
      if (!(px >= left && py >= left && px < right && py < bottom)) continue;
      visiblePixels[count] = (Math.floor(py) + MARGIN) * stride + Math.floor(px) + MARGIN;
      visibleRanks[count++] = i;
    }
    if (glide >= 1) this.start = null;
    this.visible = count;
    this.size = Math.min(size * pointSize(count, width, height) * density, MARGIN - 2);
    this.opacity = pointOpacity(count, width, height);
    const { image, pixels } = buffer(stride, h + 2 * MARGIN);
    this.image = image;
    this.pixels = pixels;
  }

  /**
   * Return a galaxy's position relative to the panel [CSS pixels], which may lie outside it; null if it has none.
   * @param {number} row
   */
  placeOf(row) {
    const position = this.share(this.rank[row]);
    return position && { left: (position[0] * this.w) / this.density, top: (position[1] * this.h) / this.density };
  }
}
