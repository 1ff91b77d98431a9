/* Still pictures: what is drawn of a figure lies where Plotly's words put it, and no other words are accepted. */
import assert from "node:assert/strict";
import test from "node:test";
import { svgOf } from "../../../assets/pictures/figure.mjs";
import { gradient } from "../../../assets/pictures/traces.mjs";
import { toBase64 } from "../../../assets/shell/base64.mjs";

/** @import { Curve, Figure, Layout } from "../../../assets/pictures/schema.mjs" */

const WORDS = { size: 11, color: "#888888" };
const USUAL = { gridcolor: "#222222", linecolor: "#222222", title: { font: WORDS }, tickfont: WORDS };

/** @returns {Layout} 200 x 100 pixels that begin at (50, 10) of 300 x 150 */
const layoutOf = () => ({
  template: { layout: { font: { size: 12, color: "#ffffff" }, xaxis: USUAL, yaxis: USUAL } },
  margin: { l: 50, r: 50, t: 10, b: 40 },
  xaxis: { range: [0, 10], title: { text: "time" } },
  yaxis: { range: [0, 1] },
});

/** @type {(values: number[]) => {dtype: "f4", bdata: string}} */
const bytes = (values) => ({ dtype: "f4", bdata: toBase64(Float32Array.from(values)) });

/**
 * @param {number[]} x
 * @param {number[]} y
 * @param {Partial<Curve>} [more]
 * @returns {Curve}
 */
const curve = (x, y, more = {}) => ({ type: "scatter", x: bytes(x), y: bytes(y), mode: "lines", line: { color: "#ff0000", width: 2 }, ...more });

/**
 * @param {Curve[]} data
 * @param {Partial<Layout>} [layout]
 */
const draw = (data, layout = {}) => svgOf({ data, layout: { ...layoutOf(), ...layout } }, 300, 150);

/** @param {string} svg */
const paths = (svg) => [...svg.matchAll(/<g><path d="([^"]*)"/g)].map(([, d]) => d);

test("a curve goes through its points and stops at gaps", () => {
  assert.deepEqual(paths(draw([curve([0, 5, 7, 10], [0, 0.5, NaN, 1])])), ["M50.00,110.00L150.00,60.00M250.00,10.00"]);
  assert.deepEqual(paths(draw([curve([], [0, 1], { x: undefined, x0: 0, dx: 10 })])), ["M50.00,110.00L250.00,10.00"]);
});

test("of many points those stay that can be seen", () => {
  const x = Array.from({ length: 5000 }, (_, i) => (10 * i) / 4999);
  const y = x.map((at) => 0.5 + 0.01 * Math.sin(50 * at));
  [y[1234], y[3210], y[4000]] = [1, 0, NaN];
  const [path] = paths(draw([curve(x, y)]));
  assert.equal(path.split("M").length - 1, 2);
  assert.ok(path.split("L").length - 1 < 4 * 202, "200 pixels");
  const across = (/** @type {number} */ i) => (50 + 20 * Math.fround(x[i])).toFixed(2);
  assert.ok(path.includes(`${across(1234)},10.00`));
  assert.ok(path.includes(`${across(3210)},110.00`));
});

test("steps hold their value, and areas reach down to zero", () => {
  /** @type {Partial<Curve>} */
  const steps = { line: { color: "#ff0000", width: 0, shape: "hv" }, fill: "tozeroy", fillcolor: "#00ff00" };
  assert.deepEqual(paths(draw([curve([0, 5, 10], [1, 0.5, 0.5], steps)])), ["M50.00,110.00L50.00,10.00H150.00V60.00H250.00V60.00V110.00Z"]);
});

test("what lies beyond the axes is cut", () => {
  assert.match(draw([curve([0, 10], [0, 9])]), /<svg x="50" y="10" width="200.00" height="100.00"/);
});

test("shapes and notes lie on axes or on the paper, and words are no markup", () => {
  const svg = draw([], {
    shapes: [{ type: "rect", x0: 2, x1: 4, xref: "x", y0: 0, y1: 1, yref: "y domain", fillcolor: "#888888", line: { width: 0 } }],
    annotations: [{ text: "<b>", x: 1, y: 1, xref: "paper", yref: "paper", xanchor: "right", yanchor: "bottom", showarrow: false, font: WORDS }],
  });
  assert.match(svg, /<rect x="90.00" y="10.00" width="40.00" height="100.00"/);
  assert.match(svg, /<text class="note" x="250.00" [^>]*>&#60;b&#62;<\/text>/);
});

test("axes say round numbers and their title", () => {
  const texts = [...draw([]).matchAll(/<text[^>]*>([^<]*)</g)].map(([, text]) => text);
  assert.deepEqual(texts, ["0", "2", "4", "6", "8", "10", "time", "0", "0.5", "1"]);
});

test("levels are coloured between the stops", () => {
  /** @type {any} */
  const cells = { zmin: 0, zmax: 255, colorscale: [[0, "rgba(10,20,30,0)"], [0.5, "rgba(10,20,30,0.5)"], [1, "rgba(110,20,30,1)"]] };
  const colorOf = gradient(cells);
  assert.deepEqual(colorOf(0), [10, 20, 30, 0]);
  assert.deepEqual(colorOf(255), [110, 20, 30, 255]);
  assert.deepEqual(colorOf(127.5), [10, 20, 30, 127.5]);
});

/** @type {[string, (figure: any) => void][]} */
const UNKNOWN = [
  ["figure.frames", (figure) => (figure.frames = [])],
  ["figure.data[0].hoverinfo", (figure) => (figure.data[0].hoverinfo = "skip")],
  ["figure.data[0].line.smoothing", (figure) => (figure.data[0].line.smoothing = 1)],
  ["figure.data[0].y.order", (figure) => (figure.data[0].y = { ...bytes([1]), order: "C" })],
  ["figure.layout.xaxis.zeroline", (figure) => (figure.layout.xaxis.zeroline = false)],
  ["figure.layout.xaxis5", (figure) => (figure.layout.xaxis5 = { range: [0, 1] })],
  ["figure.layout.template.layout.yaxis.ticks", (figure) => (figure.layout.template.layout.yaxis = { ...USUAL, ticks: "" })],
  ["figure.layout.shapes[0].layer", (figure) => (figure.layout.shapes = [{ layer: "below" }])],
  ["figure.layout.annotations[0].font.family", (figure) => (figure.layout.annotations = [{ font: { family: "serif" } }])],
];

for (const [where, change] of UNKNOWN) {
  test(`a figure that says ${where} is refused`, () => {
    /** @type {Figure} */
    const figure = { data: [curve([0], [0])], layout: layoutOf() };
    svgOf(figure, 300, 150);
    change(figure);
    assert.throws(() => svgOf(figure, 300, 150), { message: `Still figures do not support “${where}”.` });
  });
}
