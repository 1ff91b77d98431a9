/* Columns of a catalogue as they travel: one request each, remembered, its scale in a header. */
(function (root) {
  "use strict";

  async function request(address, signal) {
    const answer = await root.fetch(address, { signal });
    if (!answer.ok) throw new Error(await answer.text());
    const scale = JSON.parse(answer.headers.get("Column-Scale"));
    const type = address.includes("bits=16") ? Uint16Array : Uint8Array;
    return { ...scale, codes: new type(await answer.arrayBuffer()) };
  }

  // What the page's head preloads is taken in while the page's other scripts are still on their way.
  const ahead = new Map();
  for (const link of root.document ? root.document.querySelectorAll('link[rel="preload"][as="fetch"]') : []) {
    const coming = request(link.getAttribute("href"));
    coming.catch(() => {}); // whoever wants it asks again
    ahead.set(link.getAttribute("href"), coming);
  }

  class Columns {
    /** @param {{columns: string, version: string}} manifest */
    constructor({ columns, version }, signal) {
      Object.assign(this, { base: columns, version, signal });
      this.asked = new Map();
    }

    /** Address of a column; the server names the same ones when it preloads them (server/columns.py). */
    address(name, { bits = 8, noise = "observed", seed = 1 } = {}) {
      let query = `?v=${this.version}`;
      if (bits === 16) query += "&bits=16";
      if (name.endsWith("_NOISY")) query += `&noise=${noise}&seed=${seed}`;
      return `${this.base}${name}.bin${query}`;
    }

    /** {codes, kind, low, high, soft, home}: under way once, whoever asks. */
    get(name, options = {}) {
      const address = this.address(name, options);
      if (!this.asked.has(address)) {
        const coming = this.take(address);
        coming.catch(() => this.asked.delete(address)); // a failed one may be asked for again
        this.asked.set(address, coming);
        this.forget();
      }
      return this.asked.get(address);
    }

    take(address) {
      const early = ahead.get(address);
      ahead.delete(address);
      return early ? early.catch(() => request(address, this.signal)) : request(address, this.signal);
    }

    /** Old realisations go: each is a column a line. */
    forget(most = 120) {
      const noisy = [...this.asked.keys()].filter((address) => address.includes("seed="));
      noisy.slice(0, Math.max(0, noisy.length - most)).forEach((address) => this.asked.delete(address));
    }
  }

  root.galacticNeon = Object.assign(root.galacticNeon || {}, { columns: { Columns } });
})(globalThis);
