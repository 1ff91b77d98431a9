/* The visitor's input in the panels: click, hover, drag, zoom, and arrow keys from galaxy to galaxy. */
import { listen, panned, zoomed } from "../raster/gestures.mjs";
import { nearest } from "../raster/picking.mjs";
import { decode } from "../raster/scales.mjs";
import { one } from "../shell/dom.mjs";
import { short } from "../shell/numbers.mjs";
import { placeRings } from "./panels/painter.mjs";
import { GHOSTS } from "./panels/scrub.mjs";
import { outline } from "./selection.mjs";

/** @import { At, Box } from "../raster/gestures.mjs" */
/** @import { View } from "../raster/raster.mjs" */
/** @import { Explorer } from "./explorer.mjs" */
/** @import { Panel } from "./panels/panel.mjs" */

const ZOOM_STEP = 1.6;
const AT_REST = 250; // ms without a change before the view is stored in the state
const REACH = { mouse: 14, touch: 24, hover: 12, ghosts: 40 }; // CSS pixels
/** @type {Record<string, [number, number]>} */
const STEPS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };

/** Converts gestures and keys to changes of the explorer. */
export class PanelInput {
  /** @type {number[]} rows of the galaxies next to the one under the pointer */
  #neighbours = [];
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #settling;
  #explorer;

  /** @param {Explorer} explorer */
  constructor(explorer) {
    this.#explorer = explorer;
    const { signal } = explorer.stop;
    const area = one(explorer.page, ".panel-area");
    listen(area, (at) => this.#panelAt(at), () => explorer.tool, {
      click: (event) => this.#click(event),
      hover: (event) => this.#hover(event),
      pan: (dx, dy) => explorer.view && this.look(panned(explorer.view, dx, dy)),
      zoom: (factor, fx, fy) => explorer.view && this.look(zoomed(explorer.view, factor, fx, fy)),
      outline: ({ panel }, path, done) => outline(explorer, panel, path, done),
      reset: () => this.reset(),
      key: (name) => this.key(name),
    }, signal);
    area.addEventListener("pointerenter", () => explorer.scrub.prepare(), { signal });
  }

  /**
   * @param {At} at
   * @returns {(Box & {panel: Panel}) | null}
   */
  #panelAt({ clientX, clientY }) {
    for (const panel of this.#explorer.panels) {
      const { left, top, width, height } = panel.canvas.getBoundingClientRect();
      const isInside = clientX >= left && clientY >= top && clientX <= left + width && clientY <= top + height;
      if (isInside) return { panel, left, top, width, height };
    }
    return null;
  }

  /**
   * Return the panel and the galaxies under a pointer, nearest first.
   * @param {At} event
   * @param {number} reach   [CSS pixels]
   * @param {number} [count]
   */
  #find(event, reach, count = 1) {
    const at = this.#panelAt(event);
    if (!at?.panel.raster?.view) return null;
    return { panel: at.panel, rows: nearest(at.panel.raster, event.clientX - at.left, event.clientY - at.top, count, reach) };
  }

  /** @param {PointerEvent} event */
  #click(event) {
    const found = this.#find(event, event.pointerType === "touch" ? REACH.touch : REACH.mouse);
    if (found?.rows.length) this.#explorer.select(found.rows[0]);
  }

  /** @param {PointerEvent | null} event */
  #hover(event) {
    const explorer = this.#explorer;
    const found = event && !event.buttons ? this.#find(event, REACH.hover, 1 + GHOSTS) : null;
    const row = found?.rows[0] ?? -1;
    this.#neighbours = found ? found.rows.slice(1) : [];
    one(explorer.page, ".panels-readout").textContent = found && row >= 0 ? this.#readout(found.panel, row) : "";
    explorer.page.classList.toggle("is-over-galaxy", row >= 0);
    if (row === explorer.hovered) return;
    explorer.hovered = row;
    placeRings(explorer);
    this.showScrub();
  }

  /**
   * Return a galaxy's value in a panel as text.
   * @param {Panel} panel
   * @param {number} row
   */
  #readout({ scale, name }, row) {
    if (!scale) return "";
    const { manifest } = this.#explorer;
    const code = scale.codes[row];
    const value = code ? `≈ ${short(decode(scale, code))} ${manifest.units[name] ?? ""}` : "no value";
    return `${this.#explorer.titleOf(name)}: ${value}`;
  }

  /** Draw the galaxy under the pointer, or else the chosen one, in the strip. */
  showScrub() {
    const { hovered, selected, scrub, raster, page } = this.#explorer;
    const row = hovered >= 0 ? hovered : selected;
    one(page, ".scrub").classList.toggle("is-empty", row < 0);
    if (row < 0) {
      scrub.show(-1, []);
      return;
    }
    let near = this.#neighbours;
    if (hovered < 0 && raster?.view) {
      const place = raster.placeOf(row);
      near = place ? nearest(raster, place.left, place.top, 1 + GHOSTS, REACH.ghosts).filter((each) => each !== row) : [];
    }
    if (selected >= 0) scrub.prepare();
    scrub.show(row, near);
  }

  /**
   * Show a part of the plane; it is stored in the state after `AT_REST` without a change.
   * @param {View} view
   */
  look(view) {
    const explorer = this.#explorer;
    explorer.view = view;
    explorer.painter.moving = true;
    explorer.redraw();
    clearTimeout(this.#settling);
    this.#settling = setTimeout(() => explorer.keepZoom(), AT_REST);
  }

  /** @param {number} factor */
  zoom(factor) {
    const { view } = this.#explorer;
    if (view) this.look(zoomed(view, factor, 0.5, 0.5));
  }

  zoomIn() {
    this.zoom(ZOOM_STEP);
  }

  zoomOut() {
    this.zoom(1 / ZOOM_STEP);
  }

  reset() {
    const { raster } = this.#explorer;
    if (raster) this.look({ ...raster.home });
  }

  /** @param {string} name */
  key(name) {
    const explorer = this.#explorer;
    if (name in STEPS) this.#walk(...STEPS[name]);
    else if (name === "zoomIn") this.zoomIn();
    else if (name === "zoomOut") this.zoomOut();
    else if (name === "reset") this.reset();
    else if (name === "enter" && explorer.hovered >= 0) explorer.select(explorer.hovered);
    else if (["pan", "box", "lasso"].includes(name)) explorer.tell.tool(name);
  }

  /**
   * Choose the nearest galaxy within 45 degrees of a direction; if none is chosen, the one nearest to the centre.
   * @param {number} dx
   * @param {number} dy
   */
  #walk(dx, dy) {
    const { raster, selected, order } = this.#explorer;
    if (!raster?.view) return;
    const [width, height] = [raster.w / raster.density, raster.h / raster.density];
    const from = selected >= 0 ? raster.placeOf(selected) : null;
    if (!from) {
      const [row] = nearest(raster, width / 2, height / 2, 1, Infinity);
      if (row !== undefined) this.#explorer.select(row);
      return;
    }
    let best = Infinity;
    let found = -1;
    for (let i = 0; i < raster.visible; i++) {
      const share = raster.share(raster.visibleRanks[i]);
      if (!share) continue;
      const ax = share[0] * width - from.left;
      const ay = share[1] * height - from.top;
      const along = ax * dx + ay * dy;
      const across = Math.abs(ax * dy) + Math.abs(ay * dx);
      if (along < 1 || across > along || along + across >= best) continue;
      best = along + across;
      found = order[raster.visibleRanks[i]];
    }
    if (found >= 0) this.#explorer.select(found);
  }

  end() {
    clearTimeout(this.#settling);
  }
}
