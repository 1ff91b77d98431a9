/* The Predict page without the page: typed numbers, links, the training domain, drawn lines, weights. */
import assert from "node:assert/strict";
import test from "node:test";
import { judge } from "../../../assets/network/domain.mjs";
import { inRange, pasted } from "../../../assets/predict/form.mjs";
import { peakOf, profileOf } from "../../../assets/predict/plots/profile.mjs";
import { parseSafetensors, under } from "../../../assets/network/safetensors.mjs";
import { link, python } from "../../../assets/predict/share.mjs";

/** @import { Typed } from "../../../assets/predict/manifest.mjs" */
/** @import { Limits } from "../../../assets/network/types.mjs" */

/** @type {Typed} */
const START = { bins: ["1", "2"], luminosity: "", redshift: "" };

test("a text is a number in range, or none", () => {
  assert.deepEqual(["1.5", " 2 ", ".5e1", "7."].map((text) => inRange(text, [0, 10])), [1.5, 2, 5, 7]);
  for (const text of ["", "-1", "11", "0x1", "1,5", "1e", "Infinity"]) assert.ok(Number.isNaN(inRange(text, [0, 10])), text);
});

test("numbers that are pasted together spread", () => {
  assert.deepEqual(pasted("1\t2;3 | 4", 4), ["1", "2", "3", "4"]);
  assert.equal(pasted("1 2", 4), null);
});

test("a link says what differs from the start, with five digits", () => {
  assert.equal(link("/predict", START, START, () => true), "/predict");
  const typed = { ...START, bins: ["1.234567", "2"], redshift: " 0.1" };
  assert.equal(link("/predict", typed, START, () => true), "/predict?flux=1.2346,2&redshift=0.1");
  /** @type {Typed} */
  const withL = { ...typed, luminosity: "6.20" };
  assert.equal(link("/predict", withL, START, () => true), "/predict?flux=1.2346,2&luminosity=6.2&redshift=0.1");
  assert.equal(link("/predict", typed, START, (text) => text === "2"), "/predict?redshift=0.1");
});

test("the lines of Python name the weights and the luminosity", () => {
  assert.match(python([1, 2], [6.2], "default"), /np\.array\(\[1, 2\].*load_params\("default"\).*log_luminosity=6\.2\)/s);
  assert.match(python([1, 2], [6.2, 0.1], "default"), /log_luminosity=6\.2, redshift=0\.1\)/);
  assert.doesNotMatch(python([1, 2], [], "default"), /log_luminosity/);
});

test("the verdict is the worst of colours, luminosity and redshift", () => {
  /** @type {Limits} */
  const limits = {
    flux: [0, 1],
    luminosity: [5, 7],
    redshift: [0, 1],
    edge: 0.01,
    outside: 0.001,
    trained: { redshift: [0.05, 0.3], luminosity: [5, 5.5, 6.5, 7] },
  };
  assert.equal(judge(limits, 0.5, null, NaN), "inside");
  assert.equal(judge(limits, 0.005, null, NaN), "edge");
  assert.equal(judge(limits, 0.0005, 6, 0.1), "outside");
  assert.equal(judge(limits, 0.5, 6.8, 0.1), "edge");
  assert.equal(judge(limits, 0.5, 7.2, 0.1), "outside");
  assert.equal(judge(limits, 0.5, 6, 0.4), "outside");
  assert.equal(judge({ ...limits, trained: {} }, 0.5, 9, 0.9), "inside");
});

test("a drawn line stands on its bin and has the area of its width", () => {
  const line = { name: "A", label: "A", symbol: "A", accent: "red", wavelength: 5000, wavelengths: [5000] };
  const edges = [4000, 4500, 5000, 5500, 6000];
  const profile = profileOf(line, [1, 1, 2, 2], 10, edges);
  const step = profile[1].wavelength - profile[0].wavelength;
  const area = profile.reduce((sum, { light, starlight }) => sum + (light / starlight - 1) * step, 0);
  assert.ok(Math.abs(area - 10) < 0.05, `${area}`);
  assert.ok(profile.every(({ wavelength, starlight }) => starlight === (wavelength < 5000 ? 1 : 2)));
  assert.equal(peakOf([]), 0);
  assert.equal(peakOf(profile), Math.max(...profile.map(({ light }) => light)));
});

test("a file of weights is read, and refused where it is none", () => {
  const header = new TextEncoder().encode(JSON.stringify({ "net/a": { dtype: "F32", shape: [2], data_offsets: [0, 8] } }));
  const file = new Uint8Array(8 + header.length + 8);
  new DataView(file.buffer).setBigUint64(0, BigInt(header.length), true);
  file.set(header, 8);
  new DataView(file.buffer).setFloat32(8 + header.length + 4, 2.5, true);
  const net = under(parseSafetensors(file.buffer), "net");
  assert.deepEqual([net.a.shape, [...net.a.data]], [[2], [0, 2.5]]);
  assert.throws(() => parseSafetensors(new TextEncoder().encode("flux_00,flux_01,flux_02").buffer), /not a safetensors file/);
});
