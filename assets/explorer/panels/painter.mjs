/* Paint the explorer's panels: project the galaxies, paint every panel that has colours, and place the rings. */
import { strokesOf } from "../../raster/diagrams.mjs";
import { contourPath, drawOver } from "../../raster/overlay.mjs";
import { paint } from "../../raster/painting.mjs";
import { palettesOf, recolor } from "./coloring.mjs";

/** @import { Explorer } from "../explorer.mjs" */
/** @import { Panel } from "./panel.mjs" */
/** @import { Plane } from "./plane.mjs" */

const GLIDE = 700; // ms for which galaxies glide from one diagram to the next

/** Measurements [ms]: time of the first complete painting, and duration of the last frame; and number of frames. */
export const timings = { painted: 0, frame: 0, frames: 0 };

/** @type {(share: number) => number} cubic easing, slow at both ends */
const ease = (share) => (share < 0.5 ? 4 * share ** 3 : 1 - (2 - 2 * share) ** 3 / 2);

/** Paints the panels at most once per frame. */
export class Painter {
  /** time at which galaxies began to glide; 0 while they do not */
  gliding = 0;
  /** whether the view is being dragged or zoomed, when colours are not recomputed */
  moving = false;
  /** @type {Map<Plane, Path2D> | null} */
  contours = null;
  frame = 0;
  #explorer;
  /** @type {(() => void)[]} */
  #after = [];

  /** @param {Explorer} explorer */
  constructor(explorer) {
    this.#explorer = explorer;
  }

  /**
   * Paint in the next frame, and call `then` after the galaxies have glided.
   * @param {() => void} [then]
   */
  redraw(then) {
    if (then) this.#after.push(then);
    if (!this.frame) this.frame = requestAnimationFrame(() => this.#paintFrame());
  }

  #paintFrame() {
    const explorer = this.#explorer;
    const { view, state } = explorer;
    this.frame = 0;
    if (explorer.stop.signal.aborted || !view) return;
    const start = performance.now();
    const share = this.gliding ? Math.min(1, (start - this.gliding) / GLIDE) : 1;
    if (share >= 1) this.gliding = 0;
    const [width, height, density] = measure(explorer);
    const painted = explorer.panels.filter((panel) => panel.codes && panel.raster);
    const planes = new Set(painted.flatMap(({ raster }) => raster ?? []));
    for (const plane of planes) plane.project(view, width, height, density, { glide: ease(share), size: state.size });
    this.contours = state.contours && !this.gliding ? new Map([...planes].map((plane) => [plane, contourPath(plane)])) : null;
    explorer.palettes = palettesOf(explorer.manifest, state.palette, explorer.palettes);
    if (!this.moving) recolor(explorer);
    this.moving = false;
    for (const panel of painted) paintPanel(explorer, panel);
    placeRings(explorer);
    timings.frame = performance.now() - start;
    timings.frames += 1;
    if (this.gliding) this.redraw();
    else for (const done of this.#after.splice(0)) done();
  }

  end() {
    cancelAnimationFrame(this.frame);
  }
}

/**
 * Paint one panel on its own canvas or on another one.
 * @param {Explorer} explorer
 * @param {Panel} panel
 * @param {CanvasRenderingContext2D} [context]
 */
export function paintPanel(explorer, panel, context = panel.context) {
  const { state, manifest, plan, painter, gate, outline } = explorer;
  const { raster, coloring } = panel;
  if (!raster || !coloring) return;
  const [x, y] = panel.axes;
  const cells = state.behind !== "points" && x === "map_x" && y === "map_y" ? explorer.cells : null;
  const cellCodes = cells?.codes[panel.name] ?? null;
  const alone = Boolean(cellCodes) && state.behind === "instead";
  paint(raster, context, {
    codes: alone ? null : panel.codes,
    table: coloring.table,
    chosen: explorer.chosen,
    dimTable: coloring.dimTable,
    cells: cellCodes ? cells : null,
    cellCodes,
    cellTable: coloring.cellTable,
    opacity: state.opacity,
  });
  panel.box.classList.toggle("shows-cells-alone", alone);
  const still = !painter.gliding;
  const i = explorer.panels.indexOf(panel);
  const drawn = still && gate?.x === x && gate.y === y ? gate.polygon : null;
  const diagram = still && (state.view === "bpt" || state.view === "whan") ? state.view : null;
  drawOver(context, raster, {
    tokens: explorer.palettes.tokens,
    contours: painter.contours?.get(raster) ?? null,
    strokes: diagram ? strokesOf(manifest.diagrams, diagram) : [],
    labels: diagram ? manifest.diagrams[diagram].labels : [],
    ticks: state.view !== "map" && still,
    titles: panel.axes.map((name) => explorer.titleOf(name).split(",")[0]),
    edge: { bottom: i >= explorer.panels.length - plan.columns.length, left: i % plan.columns.length === 0 },
    outline: outline?.panel === panel ? outline.path : drawn,
  });
}

/**
 * Return the size of a panel [CSS pixels] and the device pixels per CSS pixel, and resize the canvases.
 * @param {Explorer} explorer
 */
export function measure({ panels }) {
  const density = window.devicePixelRatio || 1;
  const { width, height } = panels[0].box.getBoundingClientRect();
  const inner = [width - 2, height - 2]; // inside the border
  const [w, h] = inner.map((side) => Math.max(1, Math.round(side * density)));
  for (const { canvas } of panels) {
    if (canvas.width === w && canvas.height === h) continue;
    canvas.width = w;
    canvas.height = h;
  }
  return [...inner, density];
}

/**
 * Place the rings around the chosen galaxy and the one under the pointer.
 * @param {Explorer} explorer
 */
export function placeRings(explorer) {
  const { selected, hovered, painter } = explorer;
  for (const { rings, raster } of explorer.panels) {
    for (const [ring, row] of /** @type {const} */ ([[rings.selected, selected], [rings.hovered, hovered]])) {
      const place = row >= 0 && raster?.view && !painter.gliding ? raster.placeOf(row) : null;
      ring.hidden = !place;
      if (place) ring.style.transform = `translate(${place.left.toFixed(1)}px, ${place.top.toFixed(1)}px)`;
    }
  }
}
