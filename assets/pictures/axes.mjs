/* Axes of still figures: conversion of values to pixels, ticks, grid, and titles. */
import { niceTicks } from "../raster/scales.mjs";
import { short } from "../shell/numbers.mjs";
import { coordinate, tag, text } from "./tags.mjs";

/** @import { Axis, Font, Layout } from "./schema.mjs" */

/**
 * @typedef {object} Placed   position of an axis
 * @property {boolean} across              whether it is an x axis
 * @property {number} start                its ends [CSS pixels]
 * @property {number} end
 * @property {(value: number) => number} at
 * @property {Font} tickfont
 *
 * @typedef {Axis & Placed} PlacedAxis
 * @typedef {Record<string, PlacedAxis>} Axes   by name: "x", "y2"
 * @typedef {{left: number, top: number, right: number, bottom: number, width: number, height: number}} Box
 */

const TICKS = 5; // approximate number, if an axis has no nticks
const ROOM = { across: 36, up: 28 }; // CSS pixels for the label of a tick

/**
 * Return the plot's box inside the margins.
 * @param {Layout} layout
 * @param {number} width
 * @param {number} height
 * @returns {Box}
 */
export function boxOf({ margin: { l, r, t, b } }, width, height) {
  return { left: l, top: t, right: width - r, bottom: height - b, width: Math.max(1, width - l - r), height: Math.max(1, height - t - b) };
}

/**
 * Return the axes of a layout in a box.
 * @param {Layout} layout
 * @param {Box} box
 * @returns {Axes}
 */
export function placeAxes(layout, box) {
  const defaults = layout.template.layout;
  /** @type {Axes} */
  const axes = {};
  for (const [name, given] of Object.entries(layout)) {
    if (!/^[xy]axis/.test(name)) continue;
    const across = name[0] === "x";
    /** @type {Axis & {tickfont: Font}} */
    const axis = { tickfont: defaults.font, ...(across ? defaults.xaxis : defaults.yaxis), .../** @type {Axis} */ (given) };
    const [from, to] = axis.domain ?? [0, 1];
    const [low, high] = axis.range;
    const [start, end] = across
      ? [box.left + from * box.width, box.left + to * box.width]
      : [box.bottom - from * box.height, box.bottom - to * box.height];
    axes[name.replace("axis", "")] = { ...axis, across, start, end, at: (value) => start + ((value - low) / (high - low)) * (end - start) };
  }
  return axes;
}

/**
 * @param {PlacedAxis} axis
 * @returns {[number, string][]}
 */
function ticksOf({ range: [low, high], across, dtick, tickvals, ticktext, nticks, start, end }) {
  if (tickvals) return tickvals.map((value, i) => [value, ticktext?.[i] ?? short(value)]);
  const room = Math.max(2, Math.abs(end - start) / (across ? ROOM.across : ROOM.up));
  if (!dtick) return niceTicks(low, high, Math.min(nticks || TICKS, room)).map((value) => [value, short(value)]);
  const step = dtick * Math.ceil((high - low) / dtick / room); // ticks are skipped if their labels would overlap
  const first = Math.ceil(low / step);
  const values = Array.from({ length: Math.floor(high / step) - first + 1 }, (_, i) => (first + i) * step);
  return values.map((value) => [value, short(value)]);
}

/**
 * Return the grid, to be drawn below the curves, and labels and title, to be drawn above them.
 * @param {PlacedAxis} axis
 * @param {PlacedAxis} other   the axis at whose start it lies
 */
export function drawAxis(axis, other) {
  const { across, at, tickfont, title } = axis;
  const ticks = ticksOf(axis);
  const edge = other.start; // the bottom for x, the left for y
  /** @type {(place: number) => string} */
  const line = (place) => {
    const d = across ? `M${coordinate(place)},${other.start}V${other.end}` : `M${other.start},${coordinate(place)}H${other.end}`;
    return tag("path", { d, stroke: axis.gridcolor });
  };
  const grid = axis.showgrid === false ? "" : ticks.map(([value]) => line(at(value))).join("");
  const d = across ? `M${axis.start},${edge}H${axis.end}` : `M${edge},${axis.start}V${axis.end}`;
  const rim = axis.showline ? tag("path", { d, stroke: axis.linecolor }) : "";
  const labels = ticks.map(([value, words]) =>
    across
      ? text(words, at(value), edge + 13, { anchor: "middle", font: tickfont })
      : text(words, edge - 4, at(value) + 3.5, { anchor: "end", font: tickfont }),
  );
  if (title?.text) {
    const middle = (axis.start + axis.end) / 2;
    const font = title.font ?? tickfont;
    labels.push(
      across
        ? text(title.text, middle, edge + 28, { anchor: "middle", font })
        : text(title.text, 0, 0, { anchor: "middle", font, transform: `translate(${edge - 25} ${coordinate(middle)}) rotate(-90)` }),
    );
  }
  return { below: grid + rim, above: labels.join("") };
}
