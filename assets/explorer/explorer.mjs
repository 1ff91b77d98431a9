/* The explorer's panels: their state, and the data that it needs.
 *
 * The manifest describes the catalogue; the state describes what is shown. After a change of the state only missing
 * columns are fetched. painter.mjs paints, panel_input.mjs handles the visitor's input, join.mjs connects to Dash.
 */
import { one } from "../shell/dom.mjs";
import { requestJson } from "../shell/requests.mjs";
import { palettesOf, writeNotes } from "./panels/coloring.mjs";
import { Galaxies } from "./galaxies.mjs";
import { build } from "./panels/grid.mjs";
import { Painter, placeRings, timings } from "./panels/painter.mjs";
import { OF_LINE, planOf } from "./panels/panels.mjs";
import { PanelInput } from "./panel_input.mjs";
import { Scrub } from "./panels/scrub.mjs";
import { gateOf } from "./selection.mjs";

/** @import { View } from "../raster/raster.mjs" */
/** @import { Point } from "../raster/shapes.mjs" */
/** @import { Gate, Manifest, MapCells, Selection, State } from "./manifest.mjs" */
/** @import { Panel } from "./panels/panel.mjs" */
/** @import { Plane } from "./panels/plane.mjs" */

/**
 * Functions that the explorer calls to inform the page.
 * @typedef {object} Listener
 * @property {(row: number) => void} selected
 * @property {(selection: Selection) => void} selection
 * @property {(state: State) => void} state
 * @property {(name: string) => void} tool
 * @property {(sentence: string) => void} say
 */

/** The panels of one page. */
export class Explorer {
  stop = new AbortController();
  tool = "pan";
  /** row of the galaxy under the pointer, -1 for none */
  hovered = -1;
  /** @type {Panel[]} */
  panels = [];
  /** @type {View | null} the visible part of the plane */
  view = null;
  /** @type {Plane | null} of the first panel */
  raster = null;
  /** @type {MapCells | null} */
  cells = null;
  /** @type {Selection | null} */
  selection = null;
  /** @type {Gate | null} */
  gate = null;
  /** @type {Uint8Array | null} 1 for the selection's galaxies, in draw order */
  chosen = null;
  /** @type {{panel: Panel, path: Point[]} | null} a box or a lasso that is being drawn */
  outline = null;
  #turn = 0;
  #shape = "";

  /**
   * @param {Manifest} manifest
   * @param {HTMLElement} page
   * @param {Listener} tell
   */
  constructor(manifest, page, tell) {
    this.manifest = manifest;
    this.page = page;
    this.tell = tell;
    this.selected = manifest.row ?? -1;
    this.galaxies = new Galaxies(manifest, this.stop.signal);
    this.order = this.galaxies.order;
    this.palettes = palettesOf(manifest, manifest.state.palette, null);
    this.painter = new Painter(this);
    this.scrub = new Scrub(/** @type {HTMLCanvasElement} */ (one(page, ".scrub canvas")), manifest, this.galaxies.columns);
    this.input = new PanelInput(this);
    /** @type {State} */
    this.state = { ...manifest.state };
    this.plan = planOf(this.state);
    this.#watch();
    this.ready = this.apply(this.state, true);
    const { gate } = manifest;
    if (gate) this.ready.then(() => gateOf(this, gate));
  }

  /** Repaint when the page's size or colours change. */
  #watch() {
    const { signal } = this.stop;
    const again = () => this.redraw(() => this.input.showScrub());
    const resized = new ResizeObserver(again);
    resized.observe(one(this.page, ".panel-area"));
    const themed = new MutationObserver(again);
    themed.observe(document.documentElement, { attributeFilter: ["data-mantine-color-scheme"] });
    matchMedia("(prefers-color-scheme: light)").addEventListener("change", again, { signal });
    signal.addEventListener("abort", () => [resized, themed].forEach((observer) => observer.disconnect()));
  }

  /**
   * Change some fields of the state; a change of the plane resets the zoom.
   * @param {Partial<State>} part
   */
  change(part) {
    const next = { ...this.state, ...part };
    const moved = /** @type {const} */ (["view", "x", "y"]).some((name) => next[name] !== this.state[name]);
    if (moved && !("zoom" in part)) next.zoom = null;
    return JSON.stringify(next) === JSON.stringify(this.state) ? Promise.resolve() : this.apply(next);
  }

  /**
   * Show a state; later calls take precedence over earlier ones that are still loading.
   * @param {State} state
   * @param {boolean} [first]   whether this is the first state of the page
   */
  async apply(state, first = false) {
    const turn = ++this.#turn;
    this.state = state;
    this.tell.state(state);
    this.#arrangePanels();
    this.page.dataset.painted = "";
    writeNotes(this);
    try {
      if (state.behind !== "points") this.cells ??= await requestJson(this.manifest.cells, this.stop.signal);
      const placing = this.panels.map(({ axes }) => this.planeOf(axes));
      await Promise.all(this.panels.map((panel, i) => this.#fill(panel, placing[i], turn, first)));
      if (turn === this.#turn) this.#settle(await Promise.all(placing), first);
    } catch {
      const isWanted = !this.stop.signal.aborted && turn === this.#turn;
      if (isWanted) this.tell.say("Some of the galaxies could not be loaded. Reload the page to try again.");
    }
  }

  /** Create the panels of the state, or reuse them if their ids and columns are unchanged. */
  #arrangePanels() {
    const plan = planOf(this.state);
    this.plan = plan;
    const shape = JSON.stringify([plan.panels.map(({ id }) => id), plan.columns]);
    if (shape === this.#shape) {
      this.panels.forEach((panel, i) => (panel.planned = plan.panels[i]));
      return;
    }
    const before = this.panels;
    this.#shape = shape;
    const { color } = this.state;
    const heading = color === "lines" ? "" : (OF_LINE[color] ?? this.titleOf(plan.panels[0].name));
    this.panels = build(this.page, plan, this.manifest, heading, ({ name }) => `Galaxies coloured by ${this.titleOf(name)}`);
    // Galaxies glide from their positions in the previous panel of the column.
    for (const panel of this.panels) {
      const old = before.find(({ planned }) => planned.column === panel.planned.column) ?? before[0];
      panel.raster = old?.raster ?? null;
    }
  }

  /** @param {string} name */
  titleOf(name) {
    return this.manifest.labels[name] ?? name;
  }

  /**
   * Return the plane of two quantities.
   * @param {string[]} axes
   */
  planeOf(axes) {
    return this.galaxies.planeOf(axes, this.state);
  }

  /**
   * Load a panel's colours; for the first state the panel is painted at once, without waiting for the others.
   * @param {Panel} panel
   * @param {Promise<Plane>} placing
   * @param {number} turn
   * @param {boolean} first
   */
  async #fill(panel, placing, turn, first) {
    const [colors, plane] = await Promise.all([this.galaxies.colorsOf(panel.planned, this.state), placing]);
    if (turn !== this.#turn) return;
    panel.setColors(colors);
    panel.box.dataset.painted = "";
    panel.count.textContent = this.#countOf(panel, plane);
    if (!first) return;
    this.view ??= this.#viewOf(plane);
    panel.raster = plane;
    this.redraw();
  }

  /**
   * Return the text of a panel's count: galaxies without a value on the map, or without a point in a diagram.
   * @param {Panel} panel
   * @param {Plane} plane
   */
  #countOf({ counts }, plane) {
    const { view, missing } = this.state;
    const [count, word] = view === "map" ? [counts[0], missing ? "grey" : "not shown"] : [plane.n - plane.placed, "without a place"];
    return count ? `${count.toLocaleString("en")} ${word}` : "";
  }

  /** @param {Plane} plane */
  #viewOf(plane) {
    const { zoom } = this.state;
    return zoom ? { x0: zoom[0], x1: zoom[1], y0: zoom[2], y1: zoom[3] } : { ...plane.home };
  }

  /**
   * After all data are loaded, let galaxies glide to their new positions, or paint at once.
   * @param {Plane[]} planes   one per panel
   * @param {boolean} first
   */
  #settle(planes, first) {
    let moves = false;
    this.panels.forEach((panel, i) => {
      const plane = planes[i];
      if (panel.raster !== plane && panel.raster?.view && !first) {
        if (!plane.start) plane.glideFrom(panel.raster);
        moves = true;
      }
      panel.raster = plane;
    });
    this.view = this.#viewOf(planes[0]);
    this.raster = planes[0];
    const still = matchMedia("(prefers-reduced-motion: reduce)").matches;
    this.painter.gliding = moves && !still ? performance.now() : 0;
    if (!this.painter.gliding) for (const plane of planes) plane.start = null;
    this.redraw(() => {
      this.page.dataset.painted = "all";
      if (!first) return;
      timings.painted = performance.now();
      performance.mark("galactic-neon:painted");
    });
  }

  /** @param {() => void} [then] */
  redraw(then) {
    this.painter.redraw(then);
  }

  /**
   * Choose a galaxy: inform the page, and move the rings at once, before the page responds.
   * @param {number} row
   */
  select(row) {
    this.tell.selected(row);
    this.selected = row;
    placeRings(this);
  }

  /**
   * Mark a galaxy that the page has chosen, -1 for none.
   * @param {number} row
   */
  mark(row) {
    this.selected = row;
    placeRings(this);
    this.input.showScrub();
  }

  /** Store the visible part of the plane in the state. */
  keepZoom() {
    if (!this.view || !this.raster) return;
    /** @type {(view: View) => number[]} */
    const rounded = ({ x0, x1, y0, y1 }) => [x0, x1, y0, y1].map((edge) => Number(edge.toPrecision(6)));
    const at = rounded(this.view);
    this.state = { ...this.state, zoom: String(at) === String(rounded(this.raster.home)) ? null : at };
    this.tell.state(this.state);
    this.redraw();
  }

  end() {
    this.stop.abort();
    this.painter.end();
    this.input.end();
  }
}
