/* Still figures of the explorer's cards, drawn as SVG.
 *
 * The server sends them in the format of schema.mjs: curves, areas and cells over linear axes, shapes and notes. They
 * are not interactive. Plotly would delay the page by its script, and clicks by its redraws (docs/decisions/0010).
 */
import { boxOf, drawAxis, placeAxes } from "./axes.mjs";
import { check } from "./schema.mjs";
import { coordinate, tag, text } from "./tags.mjs";
import { drawCells, drawCurve } from "./traces.mjs";

/** @import { Axes, Box } from "./axes.mjs" */
/** @import { Figure, Font, Note, Shape } from "./schema.mjs" */

/** @typedef {{box: Box, axes: Axes, font: Font}} Frame */

const LIFT = { top: 0.95, middle: 0.35, bottom: -0.3 }; // offset of a note's baseline in font sizes
const ANCHORS = /** @type {const} */ ({ left: "start", center: "middle", right: "end" });

/**
 * Return the pixel of a coordinate that refers to an axis, to the length of an axis, or to the whole plot.
 * @param {Frame} frame
 * @param {string | undefined} reference   "x2", "y domain", "paper"
 * @param {"x" | "y"} direction
 * @param {number} value
 */
function place({ box, axes }, reference, direction, value) {
  if (reference === "paper") return direction === "x" ? box.left + value * box.width : box.bottom - value * box.height;
  const [name, part] = (reference ?? direction).split(" ");
  const axis = axes[name];
  return part === "domain" ? axis.start + value * (axis.end - axis.start) : axis.at(value);
}

/**
 * @param {Shape} shape
 * @param {Frame} frame
 */
function drawShape({ type, x0, x1, y0, y1, xref, yref, line, fillcolor, opacity }, frame) {
  const [left, right] = [x0, x1].map((value) => place(frame, xref, "x", value));
  const [from, to] = [y0, y1].map((value) => place(frame, yref, "y", value));
  if (type === "line") {
    const d = `M${coordinate(left)},${coordinate(from)}L${coordinate(right)},${coordinate(to)}`;
    return tag("path", { d, stroke: line.color, "stroke-width": line.width, opacity });
  }
  const size = { width: coordinate(Math.abs(right - left)), height: coordinate(Math.abs(to - from)) };
  return tag("rect", { x: coordinate(Math.min(left, right)), y: coordinate(Math.min(from, to)), ...size, fill: fillcolor, opacity });
}

/**
 * @param {Note} note
 * @param {Frame} frame
 */
function drawNote(note, frame) {
  const font = { ...frame.font, ...note.font };
  const x = place(frame, note.xref, "x", note.x) + (note.xshift ?? 0);
  const y = place(frame, note.yref, "y", note.y) - (note.yshift ?? 0) + LIFT[note.yanchor] * font.size;
  return text(note.text, x, y, { anchor: ANCHORS[note.xanchor], font, className: "note" });
}

/**
 * Return a figure as the content of an SVG element; throw if it has a key that is not supported.
 * @param {Figure} figure
 * @param {number} width    [CSS pixels]
 * @param {number} height
 */
export function svgOf(figure, width, height) {
  check(figure);
  const { layout } = figure;
  const box = boxOf(layout, width, height);
  const axes = placeAxes(layout, box);
  const frame = { box, axes, font: layout.template.layout.font };
  const shown = Object.values(axes).filter(({ visible }) => visible !== false);
  const drawn = shown.map((axis) => drawAxis(axis, axes[axis.anchor ?? (axis.across ? "y" : "x")]));
  return [
    ...(layout.shapes ?? []).map((shape) => drawShape(shape, frame)),
    ...drawn.map(({ below }) => below),
    ...figure.data.map((trace) => (trace.type === "heatmap" ? drawCells(trace, axes) : drawCurve(trace, axes))),
    ...drawn.map(({ above }) => above),
    ...(layout.annotations ?? []).map((note) => drawNote(note, frame)),
  ].join("");
}

/** @type {WeakMap<Element, {figure: Figure, width: number, height: number}>} figures of elements, and drawn sizes */
const shownIn = new WeakMap();
/** @type {ResizeObserver | null} */
let resized = null;

/**
 * Draw an element's figure if its size has changed; hidden elements are drawn when they appear.
 * @param {Element} element
 */
function fit(element) {
  const kept = shownIn.get(element);
  const { clientWidth: width, clientHeight: height } = element;
  if (!kept || !width || !height || (kept.width === width && kept.height === height)) return;
  kept.width = width;
  kept.height = height;
  element.innerHTML = `<svg width="${width}" height="${height}" aria-hidden="true">${svgOf(kept.figure, width, height)}</svg>`;
}

/**
 * Draw a figure in an element, and again whenever the element's size changes.
 * @param {Element} element
 * @param {Figure} figure
 */
export function draw(element, figure) {
  const known = shownIn.has(element);
  shownIn.set(element, { figure, width: 0, height: 0 });
  fit(element);
  if (known) return;
  resized ??= new ResizeObserver((entries) => entries.forEach(({ target }) => fit(target)));
  resized.observe(element);
}
