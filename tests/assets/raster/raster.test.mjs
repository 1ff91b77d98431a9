/* Places, colours and picking of the raster layer. */
import assert from "node:assert/strict";
import test from "node:test";
import { shuffledOrder } from "../../../assets/raster/order.mjs";
import { paint } from "../../../assets/raster/painting.mjs";
import { density2d, inside, nearest, pick } from "../../../assets/raster/picking.mjs";
import { blend, colorTable, dimmed } from "../../../assets/raster/pixels.mjs";
import { MARGIN, Raster } from "../../../assets/raster/raster.mjs";
import { disc, pointOpacity, pointSize } from "../../../assets/raster/stencil.mjs";

globalThis.ImageData ??= /** @type {any} */ (
  class {
    /**
     * @param {number} width
     * @param {number} height
     */
    constructor(width, height) {
      this.width = width;
      this.height = height;
      this.data = new Uint8ClampedArray(4 * width * height);
    }
  }
);

const WHOLE = { x0: 0, x1: 65534, y0: 0, y1: 65534 };

/** @param {number[]} values */
const codes = (...values) => ({ codes: Uint16Array.from(values), low: 0, high: 65534 });

/** Three galaxies on a panel of 100 x 50 pixels: in a corner, in the middle, without a place. */
function placed() {
  const raster = new Raster(shuffledOrder(3), codes(1, 32768, 0), codes(1, 32768, 5));
  raster.project(WHOLE, 100, 50);
  return raster;
}

test("the order is a permutation and always the same", () => {
  const order = [...shuffledOrder(1000, 1)];
  assert.deepEqual(order, [...shuffledOrder(1000, 1)]);
  const rising = Array.from({ length: 1000 }, (_, i) => i);
  assert.deepEqual([...order].sort((a, b) => a - b), rising);
  assert.notDeepEqual(order, rising);
  assert.notDeepEqual(order, [...shuffledOrder(1000, 2)]);
});

test("galaxies are projected, picked, and left out without a place", () => {
  const raster = placed();
  assert.deepEqual([raster.visible, raster.placed, raster.placeOf(2)], [2, 2, null]);
  assert.deepEqual([pick(raster, 50, 25), pick(raster, 1, 49), pick(raster, 90, 5)], [1, 0, -1]);
  const middle = raster.placeOf(1);
  assert.ok(middle && Math.abs(middle.left - 50) < 0.01 && Math.abs(middle.top - 25) < 0.01);
  assert.deepEqual(nearest(raster, 45, 25, 2, 1000), [1, 0]);
});

/** @param {Raster} raster */
const middlePixel = (raster) => {
  const at = 4 * ((25 + MARGIN) * raster.stride + 50 + MARGIN);
  return [...(raster.image?.data.subarray(at, at + 4) ?? [])];
};

test("a point is painted where it lies, and a veil covers the galaxies that are not chosen", () => {
  const raster = placed();
  raster.opacity = 255;
  /** @type {unknown[]} */
  const put = [];
  const context = /** @type {any} */ ({ putImageData: (/** @type {unknown[]} */ ...given) => put.push(...given) });
  const table = colorTable(new Array(256).fill("#ff8000"), null);
  paint(raster, context, { codes: new Uint8Array([9, 9, 9]), table });
  assert.deepEqual(put, [raster.image, -MARGIN, -MARGIN]);
  assert.deepEqual(middlePixel(raster), [255, 128, 0, 255]);
  paint(raster, context, { codes: new Uint8Array([9, 9, 9]), table, chosen: new Uint8Array(3), dimTable: dimmed(table, "#000000", 1) });
  assert.deepEqual(middlePixel(raster), [0, 0, 0, 255]);
  paint(raster, context, { codes: new Uint8Array(3), table });
  assert.deepEqual(middlePixel(raster), [0, 0, 0, 0], "a galaxy without a value is invisible");
});

test("cells fill hexagons below the points", () => {
  const raster = placed();
  const context = /** @type {any} */ ({ putImageData() {} });
  const table = colorTable(new Array(256).fill("#0000ff"), null);
  const cells = { x: [32767], y: [32767], halfWidth: 3000, halfHeight: 3000 };
  paint(raster, context, { codes: null, table, cells, cellCodes: [7], cellTable: table });
  assert.deepEqual(middlePixel(raster), [0, 0, 255, 255]);
});

test("a glide starts where the galaxies were", () => {
  const raster = placed();
  const other = new Raster(raster.order, codes(65535, 32768, 7), codes(1, 1, 7));
  other.glideFrom(raster);
  const lefts = [0, 0.5, 1].map((glide) => {
    other.project(WHOLE, 100, 50, 1, { glide });
    const i = other.visibleRanks.subarray(0, other.visible).indexOf(other.rank[0]);
    return (other.visiblePixels[i] % other.stride) - MARGIN;
  });
  [0, 50, 100].forEach((left, i) => assert.ok(Math.abs(lefts[i] - left) <= 1, `${lefts}`));
});

test("galaxies inside a polygon are found, in the axes' units", () => {
  const raster = placed();
  assert.deepEqual([...inside(raster, [[0, 0], [65534, 0], [65534, 9e4], [0, 9e4]])], [0, 1]);
  assert.deepEqual([...inside(raster, [[3e4, 3e4], [4e4, 3e4], [4e4, 4e4], [3e4, 4e4]])], [1]);
});

test("every visible galaxy is counted in one square", () => {
  const { counts, columns, rows } = density2d(placed(), 10);
  assert.equal(counts.length, columns * rows);
  assert.equal(counts.reduce((sum, count) => sum + count, 0), 2);
  assert.equal(counts[2 * columns + 5], 1);
});

for (const cover of [0, 60, 128, 255]) {
  test(`blending by ${cover} of 255 lies between its colours`, () => {
    const mixed = blend(0xff000000, 0xffffffff, cover);
    for (const shift of [0, 8, 16]) assert.ok(Math.abs(((mixed >> shift) & 255) - cover) <= 2);
    assert.equal(mixed >>> 24, 255);
  });
}

test("few points are large, many small and opaque", () => {
  assert.ok(pointSize(100, 300, 200) > pointSize(10_000, 300, 200));
  assert.equal(pointSize(1e7, 300, 200), 1.35);
  assert.equal(pointOpacity(1e6, 300, 200), 255);
  assert.deepEqual([...disc(2, 100).offsets], [0, 1, 100, 101]);
  const { offsets, cover } = disc(6, 100);
  assert.ok(offsets.includes(0) && cover.length === offsets.length && Math.max(...cover) === 255);
});
