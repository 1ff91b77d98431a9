/* The explorer's panels: what is fetched, coloured, projected and painted, and what the pointer finds.
 *
 * The page's manifest (components/panel_grid.py) says what there is; a state (components/view.py) says what is shown.
 * Changing the state moves only the columns that are not here yet. assets/join.js joins this to Dash.
 */
(function () {
  "use strict";

  const neon = (window.galacticNeon = window.galacticNeon || {});
  neon.timings = {};

  const ZOOM_STEP = 1.6;
  const GLIDE = 700; // ms that galaxies take from one diagram to the next
  const RASTERS_KEPT = 9;

  class Explorer {
    /** @param tell {selected(row), selection(data), state(state), say(sentence), hovered(row)}: assets/join.js */
    constructor(manifest, page, tell) {
      Object.assign(this, { manifest, page, tell });
      this.state = { ...manifest.state };
      this.stop = new AbortController();
      this.columns = new neon.columns.Columns(manifest, this.stop.signal);
      this.order = neon.raster.shuffledOrder(manifest.n);
      this.rasters = new Map();
      this.arranged = new WeakMap();
      this.panels = [];
      this.tool = "pan";
      this.selected = manifest.row ?? -1;
      this.hovered = -1;
      this.chosen = null; // mask in draw order
      this.gate = null;
      this.scrub = new neon.scrub.Scrub(page.querySelector(".scrub canvas"), manifest, this.columns);
      this.listen();
      this.ready = this.apply(this.state, true);
      if (manifest.gate) this.ready.then(() => neon.selection.gateOf(this, manifest.gate));
    }

    // ---- what is shown --------------------------------------------------------------------------------------------

    /** Change some of the state; what the reader did is told, what an address or an undo asks for is not. */
    change(part) {
      const next = { ...this.state, ...part };
      const moved = ["view", "x", "y"].some((name) => next[name] !== this.state[name]);
      if (moved && !("zoom" in part)) next.zoom = null;
      if (JSON.stringify(next) === JSON.stringify(this.state)) return Promise.resolve();
      return this.apply(next);
    }

    async apply(state, first = false) {
      const turn = (this.turn = (this.turn || 0) + 1);
      this.state = state;
      this.tell.state(state);
      const plan = neon.panels.plan(state);
      const shape = JSON.stringify([plan.panels.map(({ id }) => id), plan.columns]);
      this.plan = plan;
      if (shape !== this.shape) this.rebuild(plan, shape);
      else this.panels.forEach((panel, i) => Object.assign(panel, plan.panels[i]));
      this.page.dataset.painted = "";
      neon.coloring.writeNotes(this);
      try {
        if (state.behind !== "points") this.cells ??= await this.json(this.manifest.cells);
        const placing = this.panels.map(({ axes }) => this.rasterOf(axes));
        await Promise.all(this.panels.map((panel, i) => this.fill(panel, placing[i], turn, first)));
        if (turn !== this.turn) return;
        this.settle(await Promise.all(placing), first);
      } catch (error) {
        if (!this.stop.signal.aborted && turn === this.turn) this.tell.say("Some of the galaxies could not be loaded. Reload the page to try again.");
      }
    }

    rebuild(plan, shape) {
      const before = this.panels;
      this.shape = shape;
      const { lines, labels } = this.manifest;
      this.panels = neon.panels.build(this.page, plan, {
        lines,
        labels,
        notes: { heading: this.state.color === "lines" ? "" : neon.panels.OF_LINE[this.state.color] || this.titleOf(plan.panels[0].name) },
        describe: (panel) => `Galaxies coloured by ${this.titleOf(panel.name)}`,
      });
      // What a column showed is where its galaxies start from.
      for (const panel of this.panels) {
        const old = before.find(({ column }) => column === panel.column) || before[0];
        if (old && old.raster) panel.raster = old.raster;
      }
    }

    titleOf(name) {
      return this.manifest.labels[name] || name;
    }

    options(name) {
      return name.endsWith("_NOISY") ? { noise: this.state.noise, seed: this.state.seed } : {};
    }

    /** The raster of a pair of axes; places travel once. */
    rasterOf(axes) {
      const key = axes.map((name) => this.columns.address(name, { bits: 16, ...this.options(name) })).join(" ");
      if (!this.rasters.has(key)) {
        const coming = Promise.all(axes.map((name) => this.columns.get(name, { bits: 16, ...this.options(name) }))).then(([x, y]) => {
          const raster = new neon.raster.Raster(this.order, x, y);
          return Object.assign(raster, { axes, home: { x0: x.home[0], x1: x.home[1], y0: y.home[0], y1: y.home[1] } });
        });
        coming.catch(() => this.rasters.delete(key));
        this.rasters.set(key, coming);
        while (this.rasters.size > RASTERS_KEPT) this.rasters.delete(this.rasters.keys().next().value);
      }
      return this.rasters.get(key);
    }

    /** Bring a panel its colours; on the first visit it is painted in the next frame. */
    async fill(panel, placing, turn, first) {
      const [codes, against, raster] = await Promise.all([
        this.columns.get(panel.name, this.options(panel.name)),
        this.columns.get(panel.against, this.options(panel.against)),
        placing,
      ]);
      if (turn !== this.turn) return;
      const { box } = panel;
      panel.scale = codes;
      panel.raw = codes.codes;
      panel.counts = neon.scales.histogram(codes.codes);
      panel.end = { scale: against, counts: neon.scales.histogram(against.codes) };
      panel.codes = this.arrange(codes.codes);
      box.dataset.painted = "";
      box.querySelector(".panel-count").textContent = this.countOf(panel, raster);
      if (first) {
        this.view ??= this.viewOf(raster);
        panel.raster = raster;
        this.redraw();
      }
    }

    /** How many galaxies have no colour on the map, or no place in a diagram. */
    countOf(panel, raster) {
      const [count, word] = this.state.view === "map" ? [panel.counts[0], this.state.missing ? "grey" : "not shown"] : [raster.n - raster.placed, "without a place"];
      return count ? `${count.toLocaleString("en")} ${word}` : "";
    }

    arrange(codes) {
      if (!this.arranged.has(codes)) this.arranged.set(codes, neon.raster.arrange(this.order, codes));
      return this.arranged.get(codes);
    }

    viewOf(raster) {
      const { zoom } = this.state;
      return zoom ? { x0: zoom[0], x1: zoom[1], y0: zoom[2], y1: zoom[3] } : { ...raster.home };
    }

    /** Everything is here: let galaxies glide to where they belong, or paint at once. */
    settle(rasters, first) {
      let moves = false;
      this.panels.forEach((panel, i) => {
        const raster = rasters[i];
        if (panel.raster !== raster && panel.raster && panel.raster.view && !first) {
          if (!raster.start) raster.leave(panel.raster);
          moves = true;
        }
        panel.raster = raster;
      });
      this.view = this.viewOf(rasters[0]);
      this.raster = rasters[0];
      const still = matchMedia("(prefers-reduced-motion: reduce)").matches;
      this.gliding = moves && !still ? performance.now() : 0;
      if (!this.gliding) rasters.forEach((raster) => (raster.start = null));
      this.redraw(() => {
        if (this.gliding) return;
        this.page.dataset.painted = "all";
        if (first) {
          neon.timings.painted = performance.now();
          performance.mark("galactic-neon:painted");
        }
      });
    }

    // ---- painting -------------------------------------------------------------------------------------------------

    paint(panel) {
      const { state } = this;
      const onMap = panel.axes[0] === "map_x" && panel.axes[1] === "map_y";
      const codes = state.behind !== "points" && onMap && this.cells ? this.cells.codes[panel.name] : null;
      const instead = codes && state.behind === "instead";
      panel.raster.paint(panel.context, {
        codes: instead ? null : panel.codes,
        table: panel.table,
        chosen: this.chosen,
        dimTable: panel.dimTable,
        cells: codes ? this.cells : null,
        cellCodes: codes,
        cellTable: panel.cellTable,
        opacity: state.opacity,
      });
      panel.box.classList.toggle("shows-cells-alone", Boolean(instead));
      const i = panel.index ?? this.panels.indexOf(panel);
      const gate = this.gate && this.gate.x === panel.axes[0] && this.gate.y === panel.axes[1] ? this.gate.polygon : null;
      neon.overlay.draw(panel.context, panel.raster, {
        tokens: this.tokens,
        contours: this.contours && this.contours.get(panel.raster),
        diagram: this.gliding ? "" : state.view,
        ticks: state.view !== "map" && !this.gliding,
        titles: panel.axes.map((name) => this.titleOf(name).split(",")[0]),
        edge: { bottom: i >= this.panels.length - this.plan.columns.length, left: i % this.plan.columns.length === 0 },
        outline: this.outline && this.outline.panel === panel ? this.outline.path : this.gliding ? null : gate,
      });
    }

    /** Project once, paint every panel that has its colours; at most once a frame. */
    redraw(then) {
      if (then) (this.after ??= []).push(then);
      if (this.frame) return;
      this.frame = requestAnimationFrame(() => {
        this.frame = 0;
        if (this.stop.signal.aborted || !this.view) return;
        const start = performance.now();
        const share = this.gliding ? Math.min(1, (start - this.gliding) / GLIDE) : 1;
        const eased = share < 1 ? (share < 0.5 ? 4 * share ** 3 : 1 - (2 - 2 * share) ** 3 / 2) : 1;
        if (share >= 1) this.gliding = 0;
        const size = this.measure();
        const painted = this.panels.filter((panel) => panel.codes && panel.raster);
        const rasters = new Set(painted.map(({ raster }) => raster));
        rasters.forEach((raster) => raster.project(this.view, ...size, { glide: eased, size: this.state.size }));
        this.contours = this.state.contours && !this.gliding ? new Map([...rasters].map((raster) => [raster, neon.overlay.contourPath(raster)])) : null;
        if (!this.moving) neon.coloring.recolor(this);
        this.moving = false;
        painted.forEach((panel) => this.paint(panel));
        this.placeMarks();
        neon.timings.frame = performance.now() - start;
        neon.timings.frames = (neon.timings.frames || 0) + 1;
        if (this.gliding) this.redraw();
        else this.after = void (this.after || []).forEach((done) => done());
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

    placeMarks() {
      for (const { rings, raster } of this.panels) {
        for (const kind of ["selected", "hovered"]) {
          const row = this[kind];
          const place = row >= 0 && raster && raster.view && !this.gliding ? raster.placeOf(row) : null;
          rings[kind].hidden = !place;
          if (place) rings[kind].style.transform = `translate(${place.left.toFixed(1)}px, ${place.top.toFixed(1)}px)`;
        }
      }
    }

    // ---- what the reader does -------------------------------------------------------------------------------------

    listen() {
      const { signal } = this.stop;
      const area = this.page.querySelector(".panel-area");
      neon.gestures.listen(area, (event) => this.panelAt(event), () => this.tool, {
        click: (event) => this.click(event),
        hover: (event) => this.hover(event),
        pan: (dx, dy) => this.look(neon.gestures.panned(this.view, dx, dy)),
        zoom: (factor, fx, fy) => this.look(neon.gestures.zoomed(this.view, factor, fx, fy)),
        outline: (panel, path, done) => neon.selection.draw(this, panel.of, path, done),
        reset: () => this.reset(),
        key: (name) => this.key(name),
      }, signal);
      area.addEventListener("pointerenter", () => this.scrub.prepare(), { signal });
      const resized = new ResizeObserver(() => this.redraw(() => this.showScrub()));
      resized.observe(area);
      const themed = new MutationObserver(() => this.redraw(() => this.showScrub()));
      themed.observe(document.documentElement, { attributeFilter: ["data-mantine-color-scheme"] });
      matchMedia("(prefers-color-scheme: light)").addEventListener("change", () => this.redraw(), { signal });
      signal.addEventListener("abort", () => [resized, themed].forEach((observer) => observer.disconnect()));
    }

    panelAt({ clientX, clientY }) {
      for (const panel of this.panels) {
        const { left, top, width, height } = panel.canvas.getBoundingClientRect();
        if (clientX >= left && clientY >= top && clientX <= left + width && clientY <= top + height) return { of: panel, left, top, width, height };
      }
      return null;
    }

    /** Galaxies under a pointer, nearest first. */
    find(event, reach, count = 1) {
      const at = this.panelAt(event);
      if (!at || !at.of.raster || !at.of.raster.view) return null;
      return { panel: at.of, rows: at.of.raster.nearest(event.clientX - at.left, event.clientY - at.top, count, reach) };
    }

    click(event) {
      const found = this.find(event, event.pointerType === "touch" ? 24 : 14);
      if (found && found.rows.length) this.select(found.rows[0]);
    }

    select(row) {
      this.tell.selected(row); // the question is under way while the marks move; the strip follows the answer, by mark
      this.selected = row;
      this.placeMarks();
    }

    hover(event) {
      const found = event && !event.buttons ? this.find(event, 12, 1 + neon.scrub.GHOSTS) : null;
      const row = found && found.rows.length ? found.rows[0] : -1;
      const readout = this.page.querySelector(".panels-readout");
      this.neighbours = found ? found.rows.slice(1) : [];
      if (row >= 0 && found.panel.scale) {
        const { scale, raw, name } = found.panel;
        const unit = this.manifest.units[name] || "";
        readout.textContent = `${this.titleOf(name)}: ${raw[row] ? `≈ ${neon.scales.short(neon.scales.decode(scale, raw[row]))} ${unit}` : "no value"}`;
      } else readout.textContent = "";
      this.page.classList.toggle("is-over-galaxy", row >= 0);
      if (row !== this.hovered) {
        this.hovered = row;
        this.placeMarks();
        this.showScrub();
      }
    }

    /** The strip shows the galaxy under the pointer, else the chosen one. */
    showScrub() {
      const row = this.hovered >= 0 ? this.hovered : this.selected;
      this.page.querySelector(".scrub").classList.toggle("is-empty", row < 0);
      if (row < 0) return void this.scrub.show(-1, []);
      let near = this.neighbours || [];
      if (this.hovered < 0 && this.raster && this.raster.view) {
        const place = this.raster.placeOf(row);
        near = place ? this.raster.nearest(place.left, place.top, 1 + neon.scrub.GHOSTS, 40).filter((each) => each !== row) : [];
      }
      if (this.selected >= 0) this.scrub.prepare();
      this.scrub.show(row, near);
      return undefined;
    }

    mark(row) {
      this.selected = row;
      this.placeMarks();
      this.showScrub();
    }

    look(view) {
      this.view = view;
      this.moving = true;
      this.redraw();
      clearTimeout(this.settling);
      this.settling = setTimeout(() => {
        const { x0, x1, y0, y1 } = this.view;
        const at = [x0, x1, y0, y1].map((edge) => Number(edge.toPrecision(6)));
        const home = Object.values(this.raster.home).map((edge) => Number(edge.toPrecision(6)));
        this.state = { ...this.state, zoom: String(at) === String(home) ? null : at };
        this.tell.state(this.state);
        this.redraw();
      }, 250);
    }

    zoom(factor) {
      this.look(neon.gestures.zoomed(this.view, factor, 0.5, 0.5));
    }

    reset() {
      if (this.raster) this.look({ ...this.raster.home });
    }

    key(name) {
      const steps = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
      if (steps[name]) this.walk(...steps[name]);
      else if (name === "zoomIn") this.zoom(ZOOM_STEP);
      else if (name === "zoomOut") this.zoom(1 / ZOOM_STEP);
      else if (name === "reset") this.reset();
      else if (name === "enter" && this.hovered >= 0) this.select(this.hovered);
      else if (["pan", "box", "lasso"].includes(name)) this.tell.tool(name);
    }

    /** Choose the nearest galaxy in a direction, within 45 degrees of it; without a chosen one, the middle's. */
    walk(dx, dy) {
      const { raster } = this;
      if (!raster || !raster.view) return;
      const from = this.selected >= 0 ? raster.placeOf(this.selected) : null;
      if (!from) {
        const [row] = raster.nearest(raster.w / raster.density / 2, raster.h / raster.density / 2, 1, 1e5);
        if (row !== undefined) this.select(row);
        return;
      }
      let best = Infinity;
      let found = -1;
      for (let i = 0; i < raster.visible; i++) {
        const [x, y] = raster.share(raster.who[i]);
        const ax = (x * raster.w) / raster.density - from.left;
        const ay = (y * raster.h) / raster.density - from.top;
        const along = ax * dx + ay * dy;
        const across = Math.abs(ax * dy) + Math.abs(ay * dx);
        if (along < 1 || across > along || along + across >= best) continue;
        best = along + across;
        found = this.order[raster.who[i]];
      }
      if (found >= 0) this.select(found);
    }

    async json(address) {
      const answer = await fetch(address, { signal: this.stop.signal });
      if (!answer.ok) throw new Error(await answer.text());
      return answer.json();
    }

    end() {
      this.stop.abort();
      cancelAnimationFrame(this.frame);
      clearTimeout(this.settling);
    }
  }

  neon.Explorer = Explorer;
})();
