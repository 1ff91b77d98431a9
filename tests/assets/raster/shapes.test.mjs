/* Paths, contours, views, scales. */
import assert from "node:assert/strict";
import test from "node:test";
import { panned, zoomed } from "../../../assets/raster/gestures.mjs";
import { barTicks, colorsOf, histogram, limits, niceTicks, palette, percentile, place } from "../../../assets/raster/scales.mjs";
import { contour, levelsOf, simplify, smooth } from "../../../assets/raster/shapes.mjs";

/** @import { Scale, Stretch } from "../../../assets/raster/scales.mjs" */

const BOX = { x0: 0, x1: 10, y0: 0, y1: 10 };

test("a path is simplified within its tolerance", () => {
  const path = [...Array.from({ length: 50 }, (_, i) => [i, 0.2 * (i % 2)]), [49, 30]];
  assert.deepEqual(simplify(path, 0.5), [[0, 0], [49, 0.2], [49, 30]]);
});

test("a contour surrounds a peak", () => {
  const values = Float32Array.from({ length: 49 }, (_, i) => -Math.hypot((i % 7) - 3, Math.floor(i / 7) - 3));
  const radii = contour(values, 7, 7, -2).map(([x, y]) => Math.hypot(x - 3, y - 3));
  assert.ok(radii.length >= 8);
  for (const radius of radii) assert.ok(radius > 1.8 && radius < 2.2, `${radius}`);
});

test("smoothing keeps the sum, and levels enclose their shares", () => {
  const counts = new Float32Array(81);
  counts[40] = 256;
  const smoothed = smooth(counts, 9, 9);
  assert.equal(smoothed.reduce((sum, value) => sum + value, 0), 256);
  assert.equal(smoothed[40], 36);
  assert.deepEqual(levelsOf(Float32Array.of(1, 2, 3, 4), [0.4, 1]), [4, 1]);
});

test("zooming keeps the place under the pointer, and panning the size", () => {
  const view = zoomed(BOX, 2, 0.25, 0.25);
  assert.deepEqual(view, { x0: 1.25, x1: 6.25, y0: 3.75, y1: 8.75 });
  assert.equal(view.x0 + 0.25 * 5, 2.5);
  assert.equal(view.y1 - 0.25 * 5, 7.5);
  assert.deepEqual(panned(BOX, 0.1, 0.2), { x0: -1, x1: 9, y0: 2, y1: 12 });
});

for (const stretch of /** @type {Stretch[]} */ (["linear", "log", "arcsinh"])) {
  test(`a ${stretch} stretch rises from end to end`, () => {
    const places = [0.1, 1, 5, 20].map((value) => place([0.1, 20], stretch, value));
    assert.ok(Math.abs(places[0]) < 1e-9);
    assert.ok(Math.abs(places[3] - 1) < 1e-9);
    assert.deepEqual(places, [...places].sort((a, b) => a - b));
  });
}

test("clipping takes percentiles of the galaxies that have a value", () => {
  const codes = [...new Array(50).fill(0), ...Array.from({ length: 100 }, (_, i) => i + 1)];
  const counts = histogram(codes);
  assert.deepEqual([2, 50, 98].map((percent) => percentile(counts, percent)), [2, 50, 98]);
});

test("limits begin at zero for widths, and lie evenly around zero for what diverges", () => {
  const counts = histogram(Uint8Array.from({ length: 255 }, (_, i) => i + 1));
  /** @type {Scale} */
  const widths = { kind: "arcsinh", low: 0, high: 80, soft: 1.25 };
  const [low, high] = limits(widths, counts, { clip: 2, stretch: "arcsinh", diverging: false });
  assert.equal(low, 0);
  assert.ok(high > 40 && high < 80);
  /** @type {Scale} */
  const pulls = { kind: "linear", low: -3, high: 9, soft: 1 };
  const even = limits(pulls, counts, { clip: 0, stretch: "linear", diverging: true });
  assert.equal(even[0], -even[1]);
  assert.equal(even[1], 9);
});

test("colours run through the palette", () => {
  const colors = palette(["#000000", "#ffffff"]);
  assert.deepEqual([colors[0], colors[255], colors.length], ["#000000", "#ffffff", 256]);
  /** @type {Scale} */
  const scale = { kind: "linear", low: 0, high: 254, soft: 1 };
  const byCode = colorsOf(scale, [0, 254], "linear", colors);
  assert.equal(byCode[1], "#000000");
  assert.equal(byCode[255], "#ffffff");
});

test("ticks are round, and a bar's do not crowd", () => {
  assert.deepEqual(niceTicks(-0.3, 1.1, 3), [0, 0.5, 1]);
  const ticks = barTicks([0, 64], "arcsinh");
  assert.deepEqual([ticks[0], ticks.at(-1)], [[0, 0], [64, 1]]);
  ticks.slice(1).forEach(([, at], i) => assert.ok(at - ticks[i][1] >= 0.14));
});
