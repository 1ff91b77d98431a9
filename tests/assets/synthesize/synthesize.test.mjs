/* The Synthesize page's modules that need no page. */
import assert from "node:assert/strict";
import test from "node:test";
import { medianLine } from "../../../assets/synthesize/crowd.mjs";
import { member, randomNumbers } from "../../../assets/synthesize/population.mjs";
import { csv, link, python } from "../../../assets/synthesize/share.mjs";
import { positionOf, valueAt } from "../../../assets/synthesize/sliders.mjs";
import { disagreement } from "../../../assets/synthesize/stars/expectation.mjs";

/** @import { Slider, Stars } from "../../../assets/synthesize/manifest.mjs" */

/** @type {Stars} */
const START = { age: 8, tau: 3, burst: 0, burst_age: 0.1, quenched: 0, log_mass: 10, log_metallicity: -1.9, av: 0.5, gas_to_stars: 2.27, dispersion: 120, redshift: 0.1 };
/** @type {Slider[]} */
const SLIDERS = [
  { name: "age", label: "Age", unit: "Gyr", low: 0.5, high: 13, log: false, digits: 1, per: 1 },
  { name: "tau", label: "τ", unit: "Gyr", low: 0.1, high: 20, log: true, digits: 2, per: 1 },
  { name: "log_metallicity", label: "log Z", unit: "dex", low: -2.4, high: -1.3, log: false, digits: 2, per: 0.1 },
];

test("a slider goes from its lowest to its highest value and back", () => {
  for (const slider of SLIDERS) {
    assert.equal(valueAt(slider, 0), slider.low);
    assert.equal(valueAt(slider, 1000), slider.high);
    for (const position of [0, 137, 500, 999, 1000]) {
      assert.ok(Math.abs(positionOf(slider, valueAt(slider, position)) - position) <= 8, `${slider.name} at ${position}`);
    }
  }
});

test("a link names what differs from the start", () => {
  assert.equal(link("/synthesize", START, START, SLIDERS), "/synthesize");
  assert.equal(link("/synthesize", { ...START, tau: 0.5 }, START, SLIDERS), "/synthesize?tau=0.5");
});

test("the code names every parameter of the stars and the dust of the gas", () => {
  const code = python({ ...START, quenched: 0.7 });
  for (const text of ["age=8", "quenched=0.7", "log_metallicity=-1.9", "gas_to_stars=2.27"]) assert.ok(code.includes(text), text);
});

test("a downloaded spectrum has a row a pixel and its units", () => {
  const text = csv(Float64Array.of(4000, 4001), Float64Array.of(1, 2), Float64Array.of(1, 3), START);
  const rows = text.trim().split("\n").filter((row) => !row.startsWith("#"));
  assert.deepEqual(rows, ["wavelength,starlight,with_lines", "4000.000,1.000000,1.000000", "4001.000,2.000000,3.000000"]);
  assert.match(text, /# wavelength: rest frame, vacuum \[Angstrom\]/);
});

test("random numbers repeat and fill the interval", () => {
  const [one, other] = [randomNumbers(5), randomNumbers(5)];
  const drawn = Array.from({ length: 4000 }, one);
  assert.deepEqual(drawn, Array.from({ length: 4000 }, other));
  assert.ok(Math.abs(drawn.reduce((sum, value) => sum + value, 0) / 4000 - 0.5) < 0.02);
  assert.ok(drawn.every((value) => value >= 0 && value < 1));
});

test("a population like a galaxy scatters about it within the sliders", () => {
  const uniform = randomNumbers(1);
  const ages = Array.from({ length: 500 }, () => member("near", START, SLIDERS, uniform).age);
  assert.ok(ages.every((age) => age >= 0.5 && age <= 13));
  const mean = ages.reduce((sum, age) => sum + age, 0) / ages.length;
  assert.ok(Math.abs(mean - 8) < 0.3);
  assert.ok(new Set(ages).size > 400);
});

test("a verdict needs a factor and galaxies that do not scatter so far", () => {
  const limits = { floor: 3, edge: 0.3, outside: 0.5, sigma: 1.9 };
  const usual = { p16: [16], p50: [20], p84: [25] };
  assert.equal(disagreement(20, usual, 0, limits), 0);
  assert.equal(disagreement(50, usual, 0, limits), 1);
  assert.equal(disagreement(100, usual, 0, limits), 2);
  assert.equal(disagreement(0, usual, 0, limits), 2);
  assert.equal(disagreement(100, { p16: [5], p50: [20], p84: [90] }, 0, limits), 0);
});

test("medians are of columns with enough galaxies", () => {
  const points = Array.from({ length: 41 }, (_, i) => /** @type {[number, number]} */ ([-10.2, i]));
  assert.deepEqual(medianLine([...points, [-8, 3]]), [[-10.25, 20]]);
});
