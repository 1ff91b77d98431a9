/* The explorer's join: the raster layer paints, Plotly keeps the axes, Dash keeps the state.
 *
 * The page's manifest (pages/explorer.py) says what to fetch and where it goes. Panels are painted as soon as their
 * bytes are there, without waiting for Plotly. What a click selects is marked at once, then told to Dash.
 */
(function () {
  "use strict";

  const neon = (window.galacticNeon = window.galacticNeon || {});
  neon.timings = {};

  const CLICK_SLACK = 4; // CSS pixels that a pointer may move and still click
  const ZOOM_STEP = 1.6;
  let current = null;

  class Explorer {
    constructor(manifest, root) {
      this.manifest = manifest;
      this.root = root;
      this.view = { ...manifest.view };
      this.seed = manifest.seed;
      this.mode = "points";
      this.selected = -1;
      this.hovered = -1;
      this.stop = new AbortController();
      this.panels = manifest.panels.map((panel) => {
        const box = document.getElementById(`panel-${panel.column}`);
        const canvas = box.querySelector("canvas");
        return { ...panel, box, canvas, context: canvas.getContext("2d"), codes: null, cellCodes: null };
      });
      this.listen();
      this.load();
      this.joinPlotly();
    }

    // ---- what is painted ------------------------------------------------------------------------------------------

    async load() {
      const { xRange, yRange } = this.manifest;
      const columns = this.panels.map((panel) => this.fetchColumn(panel)); // under way while the places travel
      try {
        const [x, y] = await Promise.all(["map_x", "map_y"].map((name) => this.bytes(this.address(name))));
        this.raster = new neon.raster.Raster({ x: new Uint16Array(x), y: new Uint16Array(y), xRange, yRange });
        this.raster.project(this.view, ...this.measure());
        await Promise.all(columns.map((column, i) => column.then((codes) => this.receive(this.panels[i], codes))));
        neon.timings.painted = performance.now();
        performance.mark("galactic-neon:painted");
        this.root.dataset.painted = "all";
        this.placeMarks();
      } catch (error) {
        if (!this.stop.signal.aborted) this.say("The map could not be loaded. Reload the page to try again.");
      }
    }

    address(column) {
      const { columns, version } = this.manifest;
      const seed = column.endsWith("_NOISY") ? `&seed=${this.seed}` : "";
      return `${columns}${column}.bin?v=${version}${seed}`;
    }

    async bytes(address) {
      const answer = await fetch(address, { signal: this.stop.signal });
      if (!answer.ok) throw new Error(await answer.text());
      return answer.arrayBuffer();
    }

    async fetchColumn(panel) {
      return new Uint8Array(await this.bytes(this.address(panel.column)));
    }

    receive(panel, codes) {
      panel.raw = codes;
      panel.codes = this.raster.arrange(codes);
      panel.box.dataset.painted = "";
      const missing = codes.reduce((count, code) => count + (code === 0), 0);
      panel.box.querySelector(".panel-count").textContent = missing
        ? `${missing.toLocaleString("en")} grey`
        : "";
      this.paint(panel);
    }

    tables() {
      const scheme = colorScheme();
      if (this.tablesOf !== scheme) {
        const colors = this.manifest.colors[scheme];
        const undetected = this.manifest.undetected[scheme];
        this.pointTable = neon.raster.colorTable(colors, undetected);
        this.cellTable = neon.raster.colorTable(colors, null);
        this.fadedTable = neon.raster.colorTable(colors, null, 190);
        this.tablesOf = scheme;
      }
      return this;
    }

    paint(panel) {
      const { pointTable, cellTable, fadedTable } = this.tables();
      const cells = this.mode !== "points" && this.cells && panel.cellCodes ? this.cells : null;
      const instead = cells && this.mode === "instead";
      this.raster.paint(panel.context, {
        codes: instead ? null : panel.codes,
        table: pointTable,
        cells,
        cellCodes: panel.cellCodes,
        cellTable: instead ? cellTable : fadedTable,
      });
    }

    /** Headings say what a column shows now: points, real medians, or both. */
    announce() {
      for (const note of this.root.querySelectorAll("[data-points]")) {
        const medians = this.mode === "points" ? "" : "real medians";
        note.textContent = this.mode === "instead" ? medians : [note.dataset.points, medians].filter(Boolean).join(" over ");
      }
      for (const { box, cellCodes } of this.panels) {
        box.classList.toggle("shows-cells-alone", this.mode === "instead" && Boolean(cellCodes));
      }
    }

    /** Project once, paint every panel that has its colours; at most once a frame. */
    redraw() {
      if (this.frame || !this.raster) return;
      this.frame = requestAnimationFrame(() => {
        this.frame = 0;
        const start = performance.now();
        this.raster.project(this.view, ...this.measure());
        for (const panel of this.panels) if (panel.codes) this.paint(panel);
        this.placeMarks();
        neon.timings.frame = performance.now() - start;
        neon.timings.frames = (neon.timings.frames || 0) + 1;
      });
    }

    /** Size of a panel and device pixels per CSS pixel; canvases keep the same number of pixels as the raster. */
    measure() {
      const density = window.devicePixelRatio || 1;
      const { width, height } = this.panels[0].box.getBoundingClientRect();
      const inner = [width - 2, height - 2]; // inside the hairline
      const [w, h] = inner.map((side) => Math.max(1, Math.round(side * density)));
      for (const { canvas } of this.panels) {
        if (canvas.width !== w || canvas.height !== h) Object.assign(canvas, { width: w, height: h });
      }
      return [...inner, density];
    }

    // ---- what the reader does -------------------------------------------------------------------------------------

    listen() {
      const signal = this.stop.signal;
      const area = this.root.querySelector(".panel-area");
      // Plotly's drag layer keeps clicks to itself: watch the pointer before it does.
      let down = null;
      area.addEventListener("pointerdown", (event) => (down = [event.clientX, event.clientY]), { capture: true, signal });
      const release = (event) => {
        if (!down || event.button !== 0) return;
        const moved = Math.hypot(event.clientX - down[0], event.clientY - down[1]);
        down = null;
        if (moved <= CLICK_SLACK) this.click(event);
      };
      // Plotly lays a cover over the page while a button is down, so the release is seen on the window.
      window.addEventListener("pointerup", release, { capture: true, signal });
      area.addEventListener("pointermove", (event) => event.pointerType === "mouse" && this.hover(event), { signal });
      area.addEventListener("pointerleave", () => this.hover(null), { signal });
      const resized = new ResizeObserver(() => this.redraw());
      resized.observe(area);
      const themed = new MutationObserver(() => this.redraw());
      themed.observe(document.documentElement, { attributeFilter: ["data-mantine-color-scheme"] });
      matchMedia("(prefers-color-scheme: light)").addEventListener("change", () => this.redraw(), { signal });
      signal.addEventListener("abort", () => {
        resized.disconnect();
        themed.disconnect();
      });
    }

    /** Panel under a pointer, and the galaxy in it that is nearest. */
    find(event, reach) {
      if (!this.raster) return null;
      for (const panel of this.panels) {
        const box = panel.canvas.getBoundingClientRect();
        const left = event.clientX - box.left;
        const top = event.clientY - box.top;
        if (left < 0 || top < 0 || left > box.width || top > box.height) continue;
        return { panel, row: this.raster.pick(left, top, reach) };
      }
      return null;
    }

    click(event) {
      const found = this.find(event, event.pointerType === "touch" ? 24 : 14);
      if (!found || found.row < 0) return;
      neon.timings.clicked = performance.now();
      this.mark(found.row);
      window.dash_clientside.set_props(this.manifest.ids.selected, { data: { row: found.row } });
    }

    hover(event) {
      const found = event && !event.buttons ? this.find(event, 8) : null;
      this.hovered = found ? found.row : -1;
      const readout = this.root.querySelector(".panels-readout");
      if (this.hovered >= 0) {
        const { label, version, top } = found.panel;
        const code = found.panel.raw ? found.panel.raw[this.hovered] : 0;
        readout.textContent = `${label}, ${version}: ${code ? `≈ ${shortNumber(ewOfCode(code, top, this.manifest.stretch))} Å` : "no value"}`;
      } else {
        readout.textContent = "";
      }
      this.root.classList.toggle("is-over-galaxy", this.hovered >= 0);
      this.placeMarks();
    }

    mark(row) {
      this.selected = row;
      this.placeMarks();
    }

    placeMarks() {
      if (!this.raster || !this.raster.view) return;
      for (const { box } of this.panels) {
        this.placeRing(box.querySelector(".ring-selected"), this.selected);
        this.placeRing(box.querySelector(".ring-hovered"), this.hovered);
      }
    }

    placeRing(ring, row) {
      ring.hidden = row < 0 || row >= this.raster.n;
      if (ring.hidden) return;
      const { left, top } = this.raster.placeOf(row);
      ring.style.transform = `translate(${left.toFixed(1)}px, ${top.toFixed(1)}px)`;
    }

    // ---- Plotly's axes --------------------------------------------------------------------------------------------

    joinPlotly() {
      const graph = document.querySelector(`#${this.manifest.ids.graph} .js-plotly-plot`);
      if (!graph || !graph.on) {
        if (!this.stop.signal.aborted) setTimeout(() => this.joinPlotly(), 60);
        return;
      }
      this.graph = graph;
      graph.on("plotly_relayouting", (change) => this.follow(change));
      graph.on("plotly_relayout", (change) => this.follow(change));
      this.root.dataset.axes = "joined";
    }

    /** Take the view from what changed; all x axes match, and all y axes, so the first of each kind tells. */
    follow(change) {
      const x = changedRange(change, "x");
      const y = changedRange(change, "y");
      if (x) [this.view.x0, this.view.x1] = x;
      if (y) [this.view.y0, this.view.y1] = y;
      if (x || y) this.redraw();
    }

    setView(view) {
      const ranges = { "xaxis.range": [view.x0, view.x1], "yaxis.range": [view.y0, view.y1] };
      if (this.graph && window.Plotly) window.Plotly.relayout(this.graph, ranges);
      this.view = { ...view };
      this.redraw();
    }

    zoom(factor) {
      const { x0, x1, y0, y1 } = this.view;
      const around = (low, high) => {
        const middle = (low + high) / 2;
        const half = (high - low) / 2 / factor;
        return [middle - half, middle + half];
      };
      const [left, right] = around(x0, x1);
      const [bottom, up] = around(y0, y1);
      this.setView({ x0: left, x1: right, y0: bottom, y1: up });
    }

    // ---- what the controls ask for --------------------------------------------------------------------------------

    async show(mode) {
      this.mode = mode;
      if (mode !== "points" && !this.cells) {
        try {
          const cells = JSON.parse(new TextDecoder().decode(await this.bytes(this.manifest.cells)));
          for (const panel of this.panels) panel.cellCodes = cells.codes[panel.column] || null;
          this.cells = cells;
        } catch (error) {
          if (!this.stop.signal.aborted) this.say("The medians of real galaxies could not be loaded.");
        }
      }
      this.announce();
      this.redraw();
    }

    async realise(seed) {
      if (seed === this.seed) return;
      this.seed = seed;
      try {
        const noisy = this.panels.filter((panel) => panel.column.endsWith("_NOISY"));
        await Promise.all(
          noisy.map(async (panel) => {
            const codes = await this.fetchColumn(panel);
            if (seed === this.seed) this.receive(panel, codes);
          }),
        );
        this.root.querySelector(".panels-seed").textContent = `realisation ${seed}`;
        this.root.dataset.seed = seed;
      } catch (error) {
        if (!this.stop.signal.aborted) this.say("The next realisation could not be loaded.");
      }
    }

    say(sentence) {
      window.dash_clientside.set_props(this.manifest.ids.status, { children: sentence });
    }

    end() {
      this.stop.abort();
      cancelAnimationFrame(this.frame);
    }
  }

  function changedRange(change, letter) {
    const name = Object.keys(change).find((key) => new RegExp(`^${letter}axis\\d*\\.range`).test(key));
    if (!name) return null;
    const range = name.replace(/\[\d\]$/, "");
    const pair = change[range] || [change[`${range}[0]`], change[`${range}[1]`]];
    return pair.every(Number.isFinite) ? pair : null;
  }

  function colorScheme() {
    const chosen = document.documentElement.dataset.mantineColorScheme;
    if (chosen === "dark" || chosen === "light") return chosen;
    return matchMedia("(prefers-color-scheme: light)").matches ? "light" : "dark";
  }

  /** The inverse of the server's quantisation (components/figures/quantise.py). */
  function ewOfCode(code, top, stretch) {
    return (Math.sinh(((code - 1) / 254) * Math.asinh(stretch)) * top) / stretch;
  }

  function shortNumber(value) {
    return value >= 10 ? value.toFixed(0) : value.toFixed(1);
  }

  // Dash calls these; without a mounted page they do nothing.
  window.dash_clientside = Object.assign({}, window.dash_clientside, {
    explorer: {
      start(manifest) {
        if (current) current.end();
        current = new Explorer(manifest, document.getElementById(manifest.ids.panels));
        neon.explorer = current;
        return ""; // nothing to report yet
      },
      show: (mode) => void (current && current.show(mode)),
      realise: (seed) => void (current && current.realise(seed)),
      mark: (selected) => void (current && current.mark(selected ? selected.row : -1)),
      // The server's own markup, escaped there (components/markup.py).
      list(markup) {
        if (current && markup) document.getElementById(current.manifest.ids.lines).innerHTML = markup;
      },
      zoomIn: (clicks) => void (clicks && current && current.zoom(ZOOM_STEP)),
      zoomOut: (clicks) => void (clicks && current && current.zoom(1 / ZOOM_STEP)),
      resetView: (clicks) => void (clicks && current && current.setView(current.manifest.view)),
      nextSeed: (clicks, seed) => (clicks ? (seed % 9999) + 1 : window.dash_clientside.no_update),
    },
  });
})();
