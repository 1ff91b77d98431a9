/* What the explorer shows: panels of a state, addresses, steps, starlight, numbers. */
import assert from "node:assert/strict";
import test from "node:test";
import { query } from "../../../assets/explorer/address.mjs";
import { planOf, viewOf } from "../../../assets/explorer/panels/panels.mjs";
import { curve } from "../../../assets/explorer/panels/scrub.mjs";
import { Steps } from "../../../assets/shell/steps.mjs";
import { fromBase64, toBase64 } from "../../../assets/shell/base64.mjs";
import { chance, number, short, tidy } from "../../../assets/shell/numbers.mjs";
import { Pending } from "../../../assets/shell/requests.mjs";

/** @import { State } from "../../../assets/explorer/manifest.mjs" */

/** @type {State} */
const STATE = {
  lines: ["A", "B", "C", "D"],
  columns: ["observed", "predicted", "noise"],
  noise: "observed",
  view: "map",
  x: "break_4000",
  y: "log_HALPHA_EW",
  places: "own",
  color: "lines",
  stretch: "arcsinh",
  clip: "2",
  lock: false,
  palette: "inferno",
  missing: true,
  contours: false,
  behind: "points",
  size: 1,
  opacity: 1,
  seed: 1,
  zoom: null,
};

test("panels that would look alike are left out", () => {
  /** @type {(changes: Partial<State>) => number} */
  const count = (changes) => planOf({ ...STATE, ...changes }).panels.length;
  assert.equal(count({}), 12);
  assert.equal(count({ color: "redshift" }), 1);
  assert.equal(count({ color: "redshift", view: "bpt" }), 3);
  assert.equal(count({ color: "redshift", view: "bpt", places: "observed" }), 1);
  assert.equal(count({ color: "SN" }), 4);
  assert.equal(count({ columns: ["observed", "pull"] }), 8);
});

test("a panel of predictions is placed by predictions and ends its colours where the observed do", () => {
  const [, predicted] = planOf({ ...STATE, view: "bpt" }).panels;
  assert.deepEqual([predicted.name, predicted.against], ["A_EW_PREDICTED", "A_EW"]);
  assert.deepEqual(predicted.axes, ["log_NII_HALPHA_PREDICTED", "log_OIII_HBETA_PREDICTED"]);
  assert.equal(viewOf(predicted.axes[0], predicted.axes[1]), "bpt");
  assert.equal(viewOf("redshift", "map_y"), "xy");
});

test("the defaults need no address, and a line has one letter however many there are", () => {
  const names = Array.from({ length: 12 }, (_, i) => `LINE_${i}`);
  const letters = "0123456789ab";
  /** @type {any} */
  const lines = { name: "lines", key: "l", kind: "several", default: names.slice(0, 2), allowed: names.map((name, i) => [letters[i], name]) };
  assert.equal(query([lines], { ...STATE, lines: names.slice(0, 2) }), "");
  assert.equal(query([lines], { ...STATE, lines: [names[1], names[0]] }), "?v=2&l=10");
  assert.equal(query([lines], { ...STATE, lines: [names[10]] }), "?v=2&l=a");
  assert.throws(() => query([lines], { ...STATE, lines: ["NOTHING"] }), /no letter/);
});

test("steps go back and forward, and a new one forgets what was undone", () => {
  const steps = new Steps("a");
  for (const each of ["b", "b", "c"]) steps.push(each);
  assert.deepEqual([steps.move(-1), steps.move(-1), steps.move(-1), steps.move(1)], ["b", "a", null, "b"]);
  steps.push("d");
  assert.deepEqual([steps.can(1), steps.move(-1)], [false, "b"]);
});

test("starlight goes through the bins", () => {
  const bins = [1, 3, 2, 5, 4, 4, 4, 1, 1, 2, 3, 2];
  const smooth = curve(bins, 3400, 7000);
  bins.forEach((bin, i) => assert.ok(Math.abs(smooth(3400 + 300 * (i + 0.5)) - bin) < 1e-9));
});

test("rows travel as text and back", () => {
  const rows = Uint32Array.from({ length: 70_000 }, (_, i) => i * 61);
  assert.deepEqual(new Uint32Array(fromBase64(toBase64(rows)).buffer), rows);
});

test("numbers are written as the pages write them", () => {
  assert.deepEqual([number(12.34), number(-0.126), number(NaN)], ["12.3", "−0.13", "–"]);
  assert.deepEqual([chance(0.5), chance(0.9949), chance(0.995), chance(NaN)], ["50 %", "99 %", "> 99 %", "–"]);
  assert.deepEqual([tidy(0), tidy(12345.6), tidy(-0.00012)], ["0", "12350", "−1.2 e−4"]);
  assert.deepEqual([short(0), short(0.5), short(-3.04), short(12.5), short(250.4)], ["0", "0.5", "−3", "12.5", "250"]);
});

test("what is asked for twice is made once, what failed may be asked for again, and the oldest goes", async () => {
  /** @type {Pending<number>} */
  const pending = new Pending(2);
  let made = 0;
  const make = () => Promise.resolve(++made);
  assert.deepEqual(await Promise.all([pending.get("a", make), pending.get("a", make)]), [1, 1]);
  await assert.rejects(pending.get("b", () => Promise.reject(new Error("no"))));
  assert.equal(await pending.get("b", make), 2);
  await pending.get("c", make);
  assert.deepEqual(pending.keys(), ["b", "c"]);
});
