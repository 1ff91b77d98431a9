/* Contours, ticks, curves of diagrams and outlines of selections over the points of a panel. They are drawn on the
 * panel's canvas, so that exported images contain them. */
import { short } from "../shell/numbers.mjs";
import { density2d } from "./picking.mjs";
import { niceTicks } from "./scales.mjs";
import { contour, levelsOf, smooth } from "./shapes.mjs";

/** @import { Label, Stroke } from "./diagrams.mjs" */
/** @import { Raster } from "./raster.mjs" */
/** @import { Point } from "./shapes.mjs" */

/**
 * @typedef {{text: string, muted: string, background: string, font: string}} Tokens   the scheme's colours and font
 *
 * @typedef {object} Over
 * @property {Tokens} tokens
 * @property {Path2D | null} contours                    from `contourPath`
 * @property {Stroke[]} strokes                          curves of a diagram
 * @property {Label[]} labels                            names of its regions
 * @property {boolean} ticks
 * @property {string[]} titles                           of the x axis and the y axis
 * @property {{bottom: boolean, left: boolean}} edge     whether ticks have numbers
 * @property {Point[] | null} outline                    of a selection, in the axes' units
 *
 * @typedef {object} Frame   canvas, scales and colours of a panel
 * @property {CanvasRenderingContext2D} context
 * @property {(x: number) => number} px
 * @property {(y: number) => number} py
 * @property {number} w
 * @property {number} h
 * @property {number} density
 * @property {Tokens} tokens
 */

const CONTOUR_SIDE = 5; // side of the squares in which galaxies are counted [CSS pixels]
const CONTOUR_SHARES = [0.95, 0.8, 0.5, 0.2]; // shares of the visible galaxies inside the contours
const ROOM_FOR_LABELS = 250; // least width of a panel with labels [CSS pixels]

/**
 * Return the contours of a raster's visible galaxies as a path in device pixels, for all panels with this raster.
 * @param {Raster} raster
 */
export function contourPath(raster) {
  const side = CONTOUR_SIDE * raster.density;
  const { counts, columns, rows } = density2d(raster, side);
  const smoothed = smooth(smooth(counts, columns, rows), columns, rows);
  const path = new Path2D();
  for (const level of new Set(levelsOf(smoothed, CONTOUR_SHARES))) {
    for (const [x0, y0, x1, y1] of contour(smoothed, columns, rows, level)) {
      path.moveTo((x0 + 0.5) * side, (y0 + 0.5) * side);
      path.lineTo((x1 + 0.5) * side, (y1 + 0.5) * side);
    }
  }
  return path;
}

/**
 * Draw over a panel's points.
 * @param {CanvasRenderingContext2D} context
 * @param {Raster} raster
 * @param {Over} over
 */
export function drawOver(context, raster, { tokens, contours, strokes, labels, ticks, titles, edge, outline }) {
  const { view, w, h, density } = raster;
  if (!view) return;
  /** @type {Frame} */
  const frame = {
    context,
    px: (x) => ((x - view.x0) / (view.x1 - view.x0)) * w,
    py: (y) => h - ((y - view.y0) / (view.y1 - view.y0)) * h,
    w,
    h,
    density,
    tokens,
  };
  context.save();
  context.lineJoin = "round";
  if (contours) stroke(context, contours, tokens.text, density, 0.55);
  for (const { points, dashed } of strokes) {
    context.setLineDash(dashed ? [4 * density, 4 * density] : []);
    stroke(context, through(frame, points), tokens.text, 1.2 * density, 0.75);
    context.setLineDash([]);
  }
  context.font = `${10.5 * density}px ${tokens.font}`;
  context.textBaseline = "alphabetic";
  if (w / density > ROOM_FOR_LABELS) for (const { text, x, y } of labels) write(frame, text, frame.px(x), frame.py(y), "left");
  if (ticks) drawTicks(frame, view, titles, edge);
  if (outline && outline.length > 1) drawOutline(frame, outline);
  context.restore();
}

/**
 * @param {Frame} frame
 * @param {Point[]} points
 */
function through({ px, py }, points) {
  const path = new Path2D();
  points.forEach(([x, y], i) => (i ? path.lineTo(px(x), py(y)) : path.moveTo(px(x), py(y))));
  return path;
}

/**
 * @param {Frame} frame
 * @param {Point[]} outline
 */
function drawOutline(frame, outline) {
  const { context, density, tokens } = frame;
  const path = through(frame, outline);
  path.closePath();
  context.globalAlpha = 0.12;
  context.fillStyle = tokens.text;
  context.fill(path);
  context.globalAlpha = 1;
  stroke(context, path, tokens.background, 3 * density, 0.8);
  stroke(context, path, tokens.text, 1.4 * density, 1);
}

/**
 * @param {Frame} frame
 * @param {import("./raster.mjs").View} view
 * @param {string[]} titles
 * @param {{bottom: boolean, left: boolean}} edge
 */
function drawTicks(frame, view, titles, edge) {
  const { context, px, py, w, h, density, tokens } = frame;
  const length = 4 * density;
  const marks = new Path2D();
  const xs = niceTicks(view.x0, view.x1, w / density / 60);
  const ys = niceTicks(view.y0, view.y1, h / density / 24);
  for (const x of xs) {
    marks.moveTo(px(x), h);
    marks.lineTo(px(x), h - length);
  }
  for (const y of ys) {
    marks.moveTo(0, py(y));
    marks.lineTo(length, py(y));
  }
  stroke(context, marks, tokens.muted, density, 0.9);
  const room = 14 * density;
  if (edge.bottom) {
    for (const x of xs) if (px(x) > room && px(x) < w - room) write(frame, short(x), px(x), h - 6 * density, "center");
    write(frame, titles[0], w - 6 * density, h - 19 * density, "right", tokens.text);
  }
  if (edge.left) {
    for (const y of ys) if (py(y) > room && py(y) < h - 1.6 * room) write(frame, short(y), 7 * density, py(y) + 3.5 * density, "left");
    write(frame, titles[1], 7 * density, 13 * density, "left", tokens.text);
  }
}

/**
 * Write text with an outline in the background's colour, so that it is legible over points.
 * @param {Frame} frame
 * @param {string} text
 * @param {number} x
 * @param {number} y
 * @param {CanvasTextAlign} align
 * @param {string} [color]
 */
function write({ context, tokens }, text, x, y, align, color) {
  context.textAlign = align;
  context.lineWidth = 3;
  context.strokeStyle = tokens.background;
  context.globalAlpha = 0.85;
  context.strokeText(text, x, y);
  context.globalAlpha = 1;
  context.fillStyle = color || tokens.muted;
  context.fillText(text, x, y);
}

/**
 * @param {CanvasRenderingContext2D} context
 * @param {Path2D} path
 * @param {string} color
 * @param {number} width
 * @param {number} alpha
 */
function stroke(context, path, color, width, alpha) {
  context.strokeStyle = color;
  context.lineWidth = width;
  context.globalAlpha = alpha;
  context.stroke(path);
  context.globalAlpha = 1;
}
