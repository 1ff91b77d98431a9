/* Convert input by pointer, wheel, two fingers or keys to events: click, hover, pan, zoom, outline, reset, key. */

const CLICK_SLACK = 4; // CSS pixels by which a pointer may move during a click
const WHEEL_SPEED = 0.0015;
/** @type {Record<string, string>} */
const KEYS = { "+": "zoomIn", "=": "zoomIn", "-": "zoomOut", 0: "reset", p: "pan", b: "box", l: "lasso" };

/** @import { View } from "./raster.mjs" */
/** @import { Point } from "./shapes.mjs" */

/**
 * @typedef {{clientX: number, clientY: number}} At
 * @typedef {{left: number, top: number, width: number, height: number}} Box   a panel in the window [CSS pixels]
 */

/**
 * Functions that gestures call; `Panel` is the type that `panelAt` returns.
 * @template {Box} Panel
 * @typedef {object} Listener
 * @property {(event: PointerEvent) => void} click
 * @property {(event: PointerEvent | null) => void} hover
 * @property {(dx: number, dy: number) => void} pan                           by shares of the panel's size
 * @property {(factor: number, fx: number, fy: number) => void} zoom          about a point given as shares of the panel
 * @property {(panel: Panel, path: Point[], done: boolean) => void} outline   a box or a lasso in the panel's pixels
 * @property {() => void} reset
 * @property {(name: string) => void} key
 */

/**
 * Call the listener's functions for gestures in the panels until `signal` aborts.
 * @template {Box} Panel
 * @param {HTMLElement} area                       holds the panels
 * @param {(event: At) => Panel | null} panelAt    the panel under the pointer
 * @param {() => string} tool                      "pan", "box" or "lasso"
 * @param {Listener<Panel>} tell
 * @param {AbortSignal} signal
 */
export function listen(area, panelAt, tool, tell, signal) {
  /** @type {Map<number, PointerEvent>} */
  const pointers = new Map();
  /** @type {{panel: Panel, drawing: string, start: PointerEvent, last: PointerEvent, moved: boolean, path: Point[]} | null} */
  let drag = null;
  let pinch = 0;

  /** @type {(panel: Panel, event: At) => Point} */
  const local = (panel, event) => [event.clientX - panel.left, event.clientY - panel.top];

  area.addEventListener(
    "pointerdown",
    (event) => {
      if (event.button !== 0) return;
      pointers.set(event.pointerId, event);
      const panel = panelAt(event);
      if (!panel) return;
      const drawing = event.shiftKey ? "lasso" : tool();
      drag = { panel, drawing, start: event, last: event, moved: false, path: [local(panel, event)] };
      if (pointers.size === 2) pinch = spread(pointers);
    },
    { signal },
  );

  // On the window, so that a drag continues outside the area.
  window.addEventListener(
    "pointermove",
    (event) => {
      if (pointers.has(event.pointerId)) pointers.set(event.pointerId, event);
      if (pointers.size === 2 && pinch) {
        const now = spread(pointers);
        const [a, b] = [...pointers.values()];
        const panel = panelAt({ clientX: (a.clientX + b.clientX) / 2, clientY: (a.clientY + b.clientY) / 2 });
        if (panel) tell.zoom(now / pinch, 0.5, 0.5);
        pinch = now;
        drag = null;
      } else if (drag && event.pointerId === drag.start.pointerId) {
        move(event);
      } else if (event.pointerType === "mouse" && event.target instanceof Node && area.contains(event.target)) {
        tell.hover(event);
      }
    },
    { signal },
  );

  /** @param {PointerEvent} event */
  function move(event) {
    if (!drag) return;
    const distance = Math.hypot(event.clientX - drag.start.clientX, event.clientY - drag.start.clientY);
    if (!drag.moved && distance <= CLICK_SLACK) return;
    drag.moved = true;
    event.preventDefault();
    if (drag.drawing === "pan") {
      if (event.pointerType === "touch") return; // a finger scrolls the page
      tell.pan((event.clientX - drag.last.clientX) / drag.panel.width, (event.clientY - drag.last.clientY) / drag.panel.height);
      drag.last = event;
      return;
    }
    const at = local(drag.panel, event);
    drag.path = drag.drawing === "box" ? box(drag.path[0], at) : [...drag.path, at];
    tell.outline(drag.panel, drag.path, false);
  }

  /** @param {PointerEvent} event */
  const release = (event) => {
    pointers.delete(event.pointerId);
    if (pointers.size < 2) pinch = 0;
    if (!drag || event.pointerId !== drag.start.pointerId) return;
    const { panel, drawing, moved, path } = drag;
    drag = null;
    if (event.type === "pointercancel") tell.outline(panel, [], false);
    else if (!moved) tell.click(event);
    else if (drawing !== "pan") tell.outline(panel, path, true);
  };
  window.addEventListener("pointerup", release, { signal });
  window.addEventListener("pointercancel", release, { signal });
  area.addEventListener("pointerleave", () => !drag && tell.hover(null), { signal });
  area.addEventListener("dblclick", () => tool() === "pan" && tell.reset(), { signal });
  area.addEventListener(
    "wheel",
    (event) => {
      const panel = panelAt(event);
      if (!panel) return;
      event.preventDefault();
      const [x, y] = local(panel, event);
      const lines = event.deltaMode === 1 ? 16 : 1;
      tell.zoom(Math.exp(-event.deltaY * lines * WHEEL_SPEED), x / panel.width, y / panel.height);
    },
    { signal, passive: false },
  );
  area.addEventListener(
    "keydown",
    (event) => {
      if (event.ctrlKey || event.metaKey || event.altKey) return;
      const name = event.key.startsWith("Arrow") ? event.key : event.key === "Enter" ? "enter" : KEYS[event.key];
      if (!name) return;
      event.preventDefault();
      tell.key(name);
    },
    { signal },
  );
}

/** @type {(from: Point, to: Point) => Point[]} */
const box = ([x0, y0], [x1, y1]) => [[x0, y0], [x1, y0], [x1, y1], [x0, y1]];

/** @param {Map<number, PointerEvent>} pointers */
function spread(pointers) {
  const [a, b] = [...pointers.values()];
  return Math.max(1, Math.hypot(a.clientX - b.clientX, a.clientY - b.clientY));
}

/**
 * Return a view zoomed about a point given as shares of its width and height (from the top).
 * @param {View} view
 * @param {number} factor
 * @param {number} fx
 * @param {number} fy
 * @returns {View}
 */
export function zoomed({ x0, x1, y0, y1 }, factor, fx, fy) {
  const x = x0 + fx * (x1 - x0);
  const y = y1 - fy * (y1 - y0);
  return { x0: x - (x - x0) / factor, x1: x + (x1 - x) / factor, y0: y - (y - y0) / factor, y1: y + (y1 - y) / factor };
}

/**
 * Return a view moved by shares of its width and height.
 * @param {View} view
 * @param {number} dx
 * @param {number} dy
 * @returns {View}
 */
export function panned({ x0, x1, y0, y1 }, dx, dy) {
  const [w, h] = [x1 - x0, y1 - y0];
  return { x0: x0 - dx * w, x1: x1 - dx * w, y0: y0 + dy * h, y1: y1 + dy * h };
}
