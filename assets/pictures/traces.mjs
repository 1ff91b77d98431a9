/* Traces of still figures: curves, areas, and cells. */
import { contextOf, makeCanvas } from "../shell/dom.mjs";
import { fromBase64 } from "../shell/base64.mjs";
import { coordinate, tag } from "./tags.mjs";

/** @import { Axes, PlacedAxis } from "./axes.mjs" */
/** @import { Bytes, Cells, Curve } from "./schema.mjs" */

/** @typedef {{x: PlacedAxis, y: PlacedAxis}} Pair */

/** @type {Record<string, number[] | undefined>} in line widths */
const DASHES = { dot: [1, 2], dash: [4, 3] };
const TYPES = { f4: Float32Array, u1: Uint8Array };

/** @type {(given: number[] | Bytes) => ArrayLike<number>} */
const numbersOf = (given) => (Array.isArray(given) ? given : new TYPES[given.dtype](fromBase64(given.bdata).buffer));

/**
 * Return the indices of the points that a curve needs at this size: the first, lowest, highest and last in each column
 * of pixels.
 * @param {(i: number) => number} x
 * @param {ArrayLike<number>} y
 * @param {PlacedAxis} axis
 */
export function needed(x, y, axis) {
  /** @type {number[]} */
  const kept = [];
  if (y.length <= 4 * Math.abs(axis.end - axis.start)) {
    for (let i = 0; i < y.length; i++) kept.push(i);
    return kept;
  }
  let [first, low, high, column] = [-1, -1, -1, NaN];
  /** @type {(i: number) => void} */
  const keep = (i) => void (i !== kept[kept.length - 1] && kept.push(i));
  /** @type {(last: number) => void} */
  const close = (last) => void (first >= 0 && [Math.min(low, high), Math.max(low, high), last].forEach(keep));
  for (let i = 0; i < y.length; i++) {
    const here = y[i] === y[i] ? Math.floor(axis.at(x(i))) : NaN;
    if (here === column) {
      if (y[i] < y[low]) low = i;
      if (y[i] > y[high]) high = i;
      continue;
    }
    close(i - 1);
    column = here;
    first = low = high = here === here ? i : -1;
    kept.push(i); // of a gap at least its first point is kept
  }
  close(y.length - 1);
  return kept;
}

/**
 * Return a path through points, with gaps at NaN; with `stepped`, each value is held until the next point.
 * @param {(i: number) => number} x
 * @param {ArrayLike<number>} y
 * @param {Pair} pair
 * @param {boolean} stepped
 */
function pathOf(x, y, pair, stepped) {
  const parts = [];
  let pen = "M";
  for (const i of needed(x, y, pair.x)) {
    const value = y[i];
    if (value !== value) {
      pen = "M";
      continue;
    }
    const [px, py] = [coordinate(pair.x.at(x(i))), coordinate(pair.y.at(value))];
    parts.push(stepped && pen === "L" ? `H${px}V${py}` : `${pen}${px},${py}`);
    pen = "L";
  }
  return parts.join("");
}

/**
 * Return a curve, an area, or both.
 * @param {Curve} trace
 * @param {Axes} axes
 */
export function drawCurve(trace, axes) {
  const pair = { x: axes[trace.xaxis ?? "x"], y: axes[trace.yaxis ?? "y"] };
  const y = numbersOf(trace.y);
  const given = trace.x && numbersOf(trace.x);
  const { x0 = 0, dx = 1, line, fill, fillcolor, mode, opacity } = trace;
  /** @type {(i: number) => number} */
  const x = given ? (i) => given[i] : (i) => x0 + i * dx;
  const d = pathOf(x, y, pair, line?.shape === "hv");
  const parts = [];
  if (fill) {
    const floor = coordinate(pair.y.at(0));
    const closed = fill === "tozeroy" ? `M${coordinate(pair.x.at(x(0)))},${floor}L${d.slice(1)}V${floor}Z` : `${d}Z`;
    parts.push(tag("path", { d: closed, fill: fillcolor }));
  }
  if (mode === "lines" && line?.width) {
    const { color, width } = line;
    const dashes = DASHES[line.dash ?? "solid"]?.map((part) => coordinate(part * Math.max(width, 1.5))).join();
    parts.push(tag("path", { d, fill: "none", stroke: color, "stroke-width": width, "stroke-linejoin": "round", "stroke-dasharray": dashes }));
  }
  return within(pair, tag("g", { opacity }, parts.join("")));
}

/**
 * Return cells as an image with one pixel per cell, stretched to its place.
 * @param {Cells} trace
 * @param {Axes} axes
 */
export function drawCells(trace, axes) {
  const { x, y } = axes;
  const { z, x0, dx, y0, dy } = trace;
  const [rows, columns] = (z.shape ?? "").split(",").map(Number);
  const canvas = makeCanvas(columns, rows);
  const context = contextOf(canvas);
  const image = context.createImageData(columns, rows);
  const colorOf = gradient(trace);
  const levels = numbersOf(z);
  for (let i = 0; i < levels.length; i++) {
    const at = 4 * ((rows - 1 - Math.floor(i / columns)) * columns + (i % columns)); // rows count from the bottom
    image.data.set(colorOf(levels[i]), at);
  }
  context.putImageData(image, 0, 0);
  const left = x.at(x0 - dx / 2);
  const top = y.at(y0 + (rows - 0.5) * dy);
  return tag("image", {
    href: canvas.toDataURL(),
    x: coordinate(left),
    y: coordinate(top),
    width: coordinate(x.at(x0 + (columns - 0.5) * dx) - left),
    height: coordinate(y.at(y0 - dy / 2) - top),
    preserveAspectRatio: "none",
    style: "image-rendering: pixelated",
  });
}

/**
 * Return a function from level to colour: red, green, blue and opacity, 0 to 255.
 * @param {Cells} trace
 * @returns {(level: number) => number[]}
 */
export function gradient({ colorscale, zmin, zmax }) {
  /** @type {[number, number[]][]} */
  const stops = colorscale.map(([share, color]) => [share, (color.match(/[\d.]+/g) ?? []).map(Number)]);
  return (level) => {
    const share = (level - zmin) / (zmax - zmin);
    const k = Math.max(1, stops.findIndex(([end]) => end >= share));
    const [[low, from], [high, to]] = [stops[k - 1], stops[k]];
    const part = (share - low) / (high - low);
    return from.map((value, channel) => (value + part * (to[channel] - value)) * (channel === 3 ? 255 : 1));
  };
}

/**
 * Return content clipped at the ends of the axes.
 * @param {Pair} pair
 * @param {string} inner
 */
function within({ x, y }, inner) {
  const [width, height] = [x.end - x.start, y.start - y.end].map((side) => coordinate(Math.max(0, side)));
  return tag("svg", { x: x.start, y: y.end, width, height, viewBox: `${x.start} ${y.end} ${width} ${height}` }, inner);
}
