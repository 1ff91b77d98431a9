/* Weights of the Predict page: those of the server's networks, fetched once, and a reader's own file, which stays here. */
(function () {
  "use strict";

  const neon = (window.galacticNeon = window.galacticNeon || {});
  const OWN = "yours";
  const OWN_BYTES = 32 * 2 ** 20;
  const VARIANTS = ["colors", "luminosity"];
  const BREATH = 40; // ms of a table between two chances for the page to do something else

  class Weights {
    constructor(manifest, signal) {
      Object.assign(this, { manifest, signal, fetched: {}, ready: {} });
    }

    async tensors(address) {
      const answer = await fetch(address, { signal: this.signal });
      if (!answer.ok) throw new Error(await answer.text());
      return neon.network.parseSafetensors(await answer.arrayBuffer());
    }

    /** Fetch one variant of a network; null where it has none. */
    async load(model, variant) {
      const key = `${model}/${variant}`;
      const address = this.manifest.models[model] && this.manifest.models[model][variant];
      if (!(key in this.fetched) && address) this.fetched[key] = this.tensors(address);
      const all = await this.fetched[key];
      if (!all) return null;
      const summary = neon.network.under(all, "summary");
      this.ready[key] = { net: neon.network.under(all, "net"), summary: summary.softening ? summary : null };
      return this.ready[key];
    }

    /** Take a reader's own file: it stays in this page. */
    adopt(contents) {
      const text = contents.slice(contents.indexOf(",") + 1);
      if (text.length * 0.75 > OWN_BYTES) throw new Error(`The file is larger than ${OWN_BYTES >> 20} MB, the limit here.`);
      const bytes = Uint8Array.from(atob(text), (c) => c.charCodeAt(0));
      const all = neon.network.parseSafetensors(bytes.buffer);
      const found = VARIANTS.filter((variant) => all[`${variant}/feature_mean`]);
      if (!found.length) throw new Error("The file has no tensors colors/… or luminosity/… as cli.py train writes them.");
      for (const variant of VARIANTS) {
        const key = `${OWN}/${variant}`;
        const net = neon.network.under(all, variant);
        delete this.ready[key];
        if (!found.includes(variant)) continue;
        const trial = neon.network.predict(net, new Array(12).fill(1), variant === "luminosity" ? 6 : null).ew;
        if (trial.length !== this.manifest.lines.length || !trial.every(Number.isFinite)) {
          throw new Error(`The ${variant} network does not give ${this.manifest.lines.length} finite numbers.`);
        }
        this.ready[key] = { net, summary: null };
      }
    }

    /** The network that can answer: without a luminosity network the colours answer, and the page says so. */
    network(model, luminosity) {
      const [without, withL] = VARIANTS.map((variant) => this.ready[`${model}/${variant}`]);
      if (luminosity !== null && withL) return { ...withL, luminosity, words: "colours + luminosity" };
      return without ? { ...without, luminosity: null, words: "colours" } : null;
    }

    /** A whole table through the reader's own network; asked: { flux, luminosity }, float32 in base64, NaN: unknown. */
    async table(asked) {
      const [flux, luminosity] = [asked.flux, asked.luminosity].map(floats);
      const [n, lines] = [luminosity.length, this.manifest.lines.length];
      const ew = new Float32Array(3 * n * lines).fill(NaN);
      let pause = performance.now() + BREATH;
      for (let row = 0; row < n; row++) {
        const bins = flux.subarray(12 * row, 12 * row + 12);
        const mean = bins.reduce((sum, f) => sum + f / 12, 0);
        const chosen = mean > 0 ? this.network(OWN, Number.isNaN(luminosity[row]) ? null : luminosity[row]) : null;
        if (!chosen) continue;
        const answer = neon.network.predict(chosen.net, Float64Array.from(bins, (f) => f / mean), chosen.luminosity);
        [answer.ew, answer.p16, answer.p84].forEach((values, part) => ew.set(values, (part * n + row) * lines));
        if (performance.now() > pause) {
          await new Promise((done) => setTimeout(done));
          pause = performance.now() + BREATH;
        }
      }
      return { ew: base64(ew), variants: VARIANTS.filter((variant) => this.ready[`${OWN}/${variant}`]) };
    }
  }

  const floats = (text) => new Float32Array(Uint8Array.from(atob(text), (c) => c.charCodeAt(0)).buffer);

  function base64(values) {
    const bytes = new Uint8Array(values.buffer);
    const parts = [];
    for (let at = 0; at < bytes.length; at += 32768) parts.push(String.fromCharCode(...bytes.subarray(at, at + 32768)));
    return btoa(parts.join(""));
  }

  neon.weights = { OWN, Weights };
})();
