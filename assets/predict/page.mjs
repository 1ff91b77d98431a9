/* The Predict page's join: what is typed, dragged or pasted is answered here and now, then told to Dash.
 *
 * The state is twelve texts and a few choices; numbers that can be used are answered in the browser within a frame, and
 * `predict-state` gets the texts once the hand rests, for what only the server knows.
 */
(function () {
  "use strict";

  const neon = (window.galacticNeon = window.galacticNeon || {});
  const NUMBER = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i;
  const SEPARATORS = /[\s,;|]+/;
  const REST = 180; // ms without a change before the server is told
  const HISTORY = 100;
  const UPLOADS = 2; // weights, tables
  /** What came along with a galaxy of a file; a changed continuum is no longer that galaxy. */
  const ALONE = { name: "", measured: null, ivar: null, looked: null, spectrum: false };
  let page = null;

  const short = (value) => String(Number(value.toPrecision(4)));

  class Predict {
    constructor(manifest, root) {
      Object.assign(this, { manifest, root, history: [], kind: "catalogued", stop: new AbortController() });
      this.weights = new neon.weights.Weights(manifest, this.stop.signal);
      this.line = manifest.lines.findIndex((line) => line.name === "HALPHA");
      this.model = manifest.model;
      this.state = structuredClone(manifest.opened);
      this.settled = structuredClone(this.state);
      this.continuum = new neon.Continuum(this.find("continuum"), {
        edges: manifest.edges,
        lines: manifest.lines,
        onChange: (bin, value) => this.set(bin, short(value)),
        onSettle: () => this.rest(0),
      });
      this.makeFields();
      this.listen();
      this.show();
      this.load();
    }

    find(part) {
      return document.getElementById(`predict-${part}`);
    }

    /** Dash gives its file inputs no name of their own, and makes them late: what they stand in says what they are for. */
    nameUploads() {
      const inputs = this.root.querySelectorAll("input[type=file]");
      for (const input of inputs) input.setAttribute("aria-label", input.parentElement.textContent.trim());
      if (inputs.length < UPLOADS && !this.stop.signal.aborted) setTimeout(() => this.nameUploads(), REST);
    }

    // ---- weights -----------------------------------------------------------------------------------------------

    async load() {
      try {
        const [shared, background] = await Promise.all([
          this.weights.tensors(this.manifest.shared),
          fetch(this.manifest.background, { signal: this.stop.signal }).then((answer) => answer.json()),
          this.weights.load(this.model, "colors"),
          this.weights.load(this.model, this.variant()), // a link may bring a luminosity
        ]);
        this.map = neon.network.under(shared, "map");
        this.domain = neon.network.under(shared, "domain");
        this.answer = new neon.answer.Answer((part) => this.find(part), this.manifest, background, (line) => {
          this.line = line;
          this.redraw();
        });
        this.redraw();
        this.nameUploads();
        this.root.dataset.ready = "";
        this.rest(0);
      } catch (error) {
        if (!this.stop.signal.aborted) {
          this.root.dataset.failed = "";
          this.find("lines").textContent = "The network could not be loaded. Reload the page to try again.";
        }
      }
    }

    async choose(model) {
      this.model = model;
      await this.weights.load(model, this.variant());
      this.redraw();
      this.rest(0);
    }

    // ---- what the reader does ----------------------------------------------------------------------------------

    makeFields() {
      const { edges } = this.manifest;
      this.inputs = Array.from({ length: 12 }, (_, bin) => {
        const input = neon.answer.node("input", "");
        Object.assign(input, { type: "text", inputMode: "decimal", autocomplete: "off", spellcheck: false });
        input.setAttribute("aria-label", `Flux ${edges[bin]}–${edges[bin + 1]} Å`);
        input.addEventListener("input", () => this.typed(bin, input.value));
        return input;
      });
      const labels = this.inputs.map((input, bin) => {
        const name = neon.answer.node("span", "", String(edges[bin]));
        name.setAttribute("aria-hidden", "true");
        return neon.answer.node("label", "", name, input);
      });
      this.find("bins").replaceChildren(...labels);
    }

    listen() {
      const signal = this.stop.signal;
      for (const field of ["luminosity", "redshift"]) {
        this.find(field).addEventListener(
          "input",
          (event) => {
            this.state[field] = event.target.value;
            this.redraw();
            this.rest();
          },
          { signal },
        );
      }
      this.root.addEventListener(
        "click",
        (event) => {
          const button = event.target.closest("[data-predict]");
          if (button) this.act(button.dataset.predict, button.dataset.value);
        },
        { signal },
      );
      this.scheme = new MutationObserver(() => this.redraw());
      this.scheme.observe(document.documentElement, { attributeFilter: ["data-mantine-color-scheme"] });
    }

    act(what, value) {
      const actions = {
        preset: () => this.fill({ bins: this.manifest.presets[Number(value)].bins }),
        reset: () => this.fill({ ...this.manifest.start }),
        undo: () => this.undo(),
        kind: () => this.setKind(value),
        variant: () => this.setVariant(value),
        link: () => neon.share.copy(this.link(), this.find("copied"), "Link copied"),
        python: () => neon.share.copy(this.python(), this.find("copied"), "Python copied"),
      };
      actions[what]();
    }

    typed(bin, text) {
      const parts = text.trim().split(SEPARATORS).filter(Boolean);
      if (parts.length === 12) this.fill({ bins: parts });
      else this.set(bin, text);
    }

    set(bin, text) {
      this.state.bins[bin] = text;
      Object.assign(this.state, ALONE);
      this.redraw();
      this.rest();
    }

    /** Take a whole continuum: a preset, twelve pasted numbers, a row of a file. */
    fill({ seen, ...change }) {
      Object.assign(this.state, ALONE, structuredClone(change), { spectrum: Boolean(seen) });
      // Kept beside the state, which is posted whenever the hand rests.
      if (seen) this.seen = { name: this.state.name, ...seen };
      if (change.luminosity) this.setVariant("luminosity");
      this.show();
      this.redraw();
      this.rest(0);
    }

    undo() {
      const before = this.history.pop();
      if (!before) return;
      this.state = structuredClone(before);
      this.settled = structuredClone(before);
      this.show();
      this.redraw();
      this.tell();
    }

    setKind(kind) {
      this.kind = kind;
      for (const button of this.root.querySelectorAll("[data-predict=kind]")) {
        const on = button.dataset.value === kind;
        button.classList.toggle("segment-on", on);
        button.setAttribute("aria-pressed", String(on));
      }
      this.find("kind-note").textContent = this.manifest.kinds[kind];
      this.redraw();
    }

    setVariant(variant) {
      this.state.variant = variant;
      this.show();
      this.weights.load(this.model, variant).then(() => this.redraw());
      this.redraw();
      this.rest();
    }

    // ---- answers -----------------------------------------------------------------------------------------------

    inRange(text, [low, high]) {
      const value = NUMBER.test(text.trim()) ? Number(text) : NaN;
      return value >= low && value <= high ? value : NaN;
    }

    luminosity() {
      if (this.state.variant !== "luminosity" || !this.state.luminosity.trim()) return null;
      return this.inRange(this.state.luminosity, this.manifest.limits.luminosity);
    }

    variant() {
      return this.luminosity() === null ? "colors" : "luminosity";
    }

    /** Show the state in the fields that are not being typed in. */
    show() {
      this.inputs.forEach((input, bin) => {
        if (input.value !== this.state.bins[bin]) input.value = this.state.bins[bin];
      });
      for (const field of ["luminosity", "redshift"]) {
        const input = this.find(field);
        if (input.value !== this.state[field]) input.value = this.state[field];
      }
      this.root.classList.toggle("with-luminosity", this.state.variant === "luminosity");
      for (const button of this.root.querySelectorAll("[data-predict=variant]")) {
        const on = button.dataset.value === this.state.variant;
        button.classList.toggle("segment-on", on);
        button.setAttribute("aria-pressed", String(on));
      }
    }

    redraw() {
      if (this.frame) return;
      this.frame = requestAnimationFrame(() => {
        this.frame = 0;
        const start = performance.now();
        this.draw();
        neon.predictFrame = performance.now() - start;
      });
    }

    draw() {
      const { bins } = this.state;
      const flux = bins.map((text) => this.inRange(text, this.manifest.limits.flux));
      const luminosity = this.luminosity();
      this.inputs.forEach((input, bin) => {
        if (document.activeElement !== input && input.value !== bins[bin]) input.value = bins[bin];
        input.setAttribute("aria-invalid", String(Number.isNaN(flux[bin])));
      });
      this.find("luminosity").setAttribute("aria-invalid", String(Number.isNaN(luminosity)));
      const presets = this.manifest.presets.map((preset) => preset.bins.join());
      for (const button of this.root.querySelectorAll("[data-predict=preset]")) {
        button.classList.toggle("segment-on", presets[Number(button.dataset.value)] === bins.join());
      }
      if (flux.some(Number.isNaN) || Number.isNaN(luminosity)) return;
      // Only ratios matter; a mean of 1 keeps 1e-17 erg/s/cm²/Å and counts alike far from underflow.
      const mean = flux.reduce((sum, f) => sum + f, 0) / 12;
      const scaled = flux.map((f) => f / mean);
      const answer = this.predict(scaled, luminosity);
      const seen = this.state.spectrum && this.seen && this.seen.name === this.state.name ? this.seen : null;
      this.continuum.draw({ flux, ew: answer && answer.ew, seen });
      if (!answer || !this.answer) return;
      const used = this.weights.network(this.model, luminosity);
      const slope = neon.network.sensitivity(used.net, scaled, used.luminosity, this.line);
      this.last = { flux, answer };
      this.answer.draw(answer, slope.map((s) => s / 100), this.line, this.others);
      this.judge(answer.score, luminosity);
      this.find("variant").textContent = used.words;
    }

    predict(flux, luminosity) {
      const chosen = this.weights.network(this.model, luminosity);
      if (!chosen || !this.map) return null;
      const listed = neon.network.predict(chosen.net, flux, chosen.luminosity);
      const free = chosen.summary && neon.network.intrinsic(chosen.summary, flux, chosen.luminosity);
      const shown = this.kind === "intrinsic" && free ? { ew: free.p50, p16: free.p16, p84: free.p84 } : listed;
      return {
        ...shown,
        listed,
        free,
        pDetected: free && free.pDetected,
        drawn: this.drawn,
        measured: this.state.measured,
        place: neon.network.place(this.map, flux),
        score: neon.network.domainScore(this.domain, flux),
      };
    }

    /** The worst of what colours, luminosity and redshift say, as model/domain.py judges. */
    judge(score, luminosity) {
      const { edge, outside, trained, redshift: possible } = this.manifest.limits;
      let level = score < outside ? 2 : score < edge ? 1 : 0;
      const redshift = this.state.redshift.trim() ? this.inRange(this.state.redshift, possible) : NaN;
      if (trained.redshift && (redshift < trained.redshift[0] || redshift > trained.redshift[1])) level = 2;
      if (trained.luminosity && luminosity !== null) {
        const [lowest, low, high, highest] = trained.luminosity;
        if (luminosity < lowest || luminosity > highest) level = 2;
        else if (luminosity < low || luminosity > high) level = Math.max(level, 1);
      }
      const verdict = ["inside", "edge", "outside"][level];
      const tone = { inside: "good", edge: "warn", outside: "bad" }[verdict];
      const badge = this.find("verdict");
      badge.textContent = { inside: "inside", edge: "edge of", outside: "outside" }[verdict] + " training domain";
      badge.className = `badge badge-${tone}`;
    }

    // ---- Dash --------------------------------------------------------------------------------------------------

    rest(wait = REST) {
      clearTimeout(this.timer);
      this.timer = setTimeout(() => this.tell(), wait);
    }

    /** The hand rests: remember the step, put it in the address, let the server add what it knows. */
    tell() {
      const { state, settled } = this;
      if (JSON.stringify(state) !== JSON.stringify(settled)) {
        this.history = [...this.history, settled].slice(-HISTORY);
        this.settled = structuredClone(state);
        this.drawn = null;
        // Also without a change to draw: `own` below is of this very continuum.
        if (this.answer) this.draw();
        window.history.replaceState(window.history.state, "", this.link());
      }
      this.find("undo").disabled = !this.history.length;
      const luminosity = state.variant === "luminosity" ? state.luminosity : "";
      // A reader's own weights stay here; the server gets what they say, and adds what only it knows.
      const { ew, p16, p84 } = (this.model === neon.weights.OWN && this.last && this.last.answer.listed) || {};
      const own = ew ? [ew, p16, p84].map((values) => Array.from(values)) : null;
      window.dash_clientside.set_props("predict-state", { data: { ...state, luminosity, model: this.model, own } });
    }

    link() {
      const usable = (text) => !Number.isNaN(this.inRange(text, this.manifest.limits.flux));
      return neon.share.link(this.state, this.manifest.start, usable);
    }

    python() {
      const { flux } = this.last || { flux: this.state.bins.map(Number) };
      return neon.share.python(flux, this.luminosity(), this.model === neon.weights.OWN ? "your.safetensors" : this.model);
    }

    end() {
      this.stop.abort();
      clearTimeout(this.timer);
      this.continuum.stop();
      this.scheme.disconnect();
      if (this.answer) this.answer.stop();
    }
  }

  neon.predict = { current: () => page };

  window.dash_clientside = Object.assign({}, window.dash_clientside, {
    predict: {
      /** Start the page, once per layout. */
      mount(manifest) {
        const root = document.getElementById("predict");
        if (root && !(page && page.root === root)) {
          if (page) page.end();
          page = new Predict(manifest, root);
        }
        return window.dash_clientside.no_update;
      },

      model(name) {
        if (page && name && name !== page.model) page.choose(name);
      },

      /** A weights file of the reader's own is read here, and leaves the page for nowhere. */
      weights(contents, name) {
        const same = window.dash_clientside.no_update;
        if (!contents || !page) return [same, same];
        try {
          page.weights.adopt(contents);
        } catch (error) {
          return [`${name}: ${error.message}`, null];
        }
        const { OWN } = neon.weights;
        const models = [...page.manifest.choices, { value: OWN, label: `Yours: ${name}` }];
        window.dash_clientside.set_props("predict-model", { data: models, value: OWN });
        // What another network of the reader's said of a table is no answer of this one.
        window.dash_clientside.set_props("predict-own", { data: null });
        page.choose(OWN);
        return [`${name} is in use, in this page only.`, null];
      },

      /** A table for the reader's own network. */
      table(asked) {
        if (!page || !asked) return;
        page.weights.table(asked).then((data) => window.dash_clientside.set_props("predict-own", { data }));
      },

      /** One draw from the server. */
      drawn(values) {
        if (!page) return;
        page.drawn = values;
        page.redraw();
      },

      /** A row of the uploaded table, or a neighbour. */
      open(row) {
        if (page && row) page.fill({ redshift: "", ...row });
      },

      /** Places of an uploaded table behind the galaxy. */
      others(points) {
        if (!page) return;
        page.others = points;
        page.redraw();
      },

      // The server refuses files beyond its limit without a word to the page, so the page looks first.
      admit(contents, names, limit) {
        if (!contents) return [window.dash_clientside.no_update, window.dash_clientside.no_update];
        const files = contents.map((content, i) => {
          const bytes = Math.floor((content.length - content.indexOf(",") - 1) * 0.75);
          return { name: names[i], bytes, contents: bytes > limit ? null : content };
        });
        const all = files.reduce((sum, file) => sum + file.bytes, 0);
        if (all > limit) for (const file of files) file.contents = null;
        return [files, null];
      },
    },
  });
})();
