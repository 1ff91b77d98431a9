/* Where the galaxies of a catalogue lie in a panel.
 *
 * Several panels share their galaxies' places and differ in colour. Places are uint16 over a range (0: none) and are
 * projected to pixels once per view; painting.mjs then only writes each panel's colours. No page and no Dash.
 */
import { arrange } from "./order.mjs";
import { FULL } from "./pixels.mjs";
import { pointOpacity, pointSize } from "./stencil.mjs";

/**
 * @typedef {{x0: number, x1: number, y0: number, y1: number}} View   a part of the plane, in the axes' units
 * @typedef {{codes: Uint16Array, low: number, high: number}} Places  codes 1..65535 stand for low..high
 */

export const MARGIN = 12; // pixels around the buffer, so that a point at the rim is cut, not wrapped to the next row
export const PLACE_STEPS = 65534;

/** @type {Map<string, {image: ImageData, pixels: Uint32Array}>} one picture per size: panels are painted in turn */
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
  /** @type {Float32Array | null} shares of the panel from which galaxies glide, two a galaxy */
  start = null;
  /** @type {ImageData | null} */
  image = null;
  /** @type {Uint32Array} */
  pixels = new Uint32Array();
  visible = 0;
  placed = 0;
  // The panel in device pixels, and how codes of places become them.
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
    this.rank = new Uint32Array(this.n); // row -> place in the draw order
    for (let i = 0; i < this.n; i++) this.rank[order[i]] = i;
    this.x = arrange(order, x.codes);
    this.y = arrange(order, y.codes);
    this.xRange = [x.low, x.high];
    this.yRange = [y.low, y.high];
    this.at = new Int32Array(this.n); // pixel of each visible galaxy in the padded buffer
    this.who = new Uint32Array(this.n); // its place in the draw order
    for (let i = 0; i < this.n; i++) this.placed += Number(this.x[i] > 0 && this.y[i] > 0);
  }

  /**
   * Begin a glide: galaxies start where `other` shows them now.
   * @param {Raster} other
   */
  leave(other) {
    const start = new Float32Array(2 * this.n);
    for (let i = 0; i < this.n; i++) {
      const there = other.share(i);
      start[2 * i] = there ? there[0] : NaN;
      start[2 * i + 1] = there ? there[1] : NaN;
    }
    this.start = start;
  }

  /**
   * Return the place in the panel, as shares of its width and height, of the galaxy that is i-th in the draw order.
   * @param {number} i
   * @returns {[number, number] | null}
   */
  share(i) {
    if (!this.view || !this.x[i] || !this.y[i]) return null;
    return [(this.ax * this.x[i] + this.bx) / this.w, (this.by - this.ay * this.y[i]) / this.h];
  }

  /**
   * Project every galaxy to a pixel.
   * @param {View} view
   * @param {number} width     of the panel [CSS pixels]
   * @param {number} height
   * @param {number} [density]   device pixels per CSS pixel
   * @param {{glide?: number, size?: number}} [more]   glide: how far the galaxies have come since `leave`, 1 when they
   *   stand still; size: a factor of the points' diameters
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
    const { image, pixels } = buffer(stride, h + 2 * MARGIN);
    this.image = image;
    this.pixels = pixels;
  }

  /**
   * Return where a galaxy lies in the panel [CSS pixels], which may be outside of it; null when it has no place.
   * @param {number} row
   */
  placeOf(row) {
    const there = this.share(this.rank[row]);
    return there && { left: (there[0] * this.w) / this.density, top: (there[1] * this.h) / this.density };
  }
}
