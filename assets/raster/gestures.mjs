/* What a pointer, a wheel, two fingers or a key do in the panels, told as events: no galaxies, no Dash in it. */
(function (root) {
  "use strict";

  const CLICK_SLACK = 4; // CSS pixels that a pointer may move and still click
  const WHEEL_SPEED = 0.0015;
  const KEYS = { "+": "zoomIn", "=": "zoomIn", "-": "zoomOut", 0: "reset", p: "pan", b: "box", l: "lasso" };

  /**
   * @param area      element that holds the panels
   * @param panelAt   (event) => {left, top, width, height, ...} of the panel under the pointer, or null
   * @param tell      {click, hover, pan(dx, dy), zoom(factor, fx, fy), outline(panel, path, done), reset, key(name)}
   */
  function listen(area, panelAt, tool, tell, signal) {
    const pointers = new Map();
    let drag = null;
    let pinch = 0;

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

    // The window sees the rest of a drag, wherever it goes.
    root.addEventListener(
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
        } else if (event.pointerType === "mouse" && area.contains(event.target)) {
          tell.hover(event);
        }
      },
      { signal },
    );

    function move(event) {
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

    const release = (event) => {
      pointers.delete(event.pointerId);
      if (pointers.size < 2) pinch = 0;
      if (!drag || event.pointerId !== drag.start.pointerId) return;
      const { panel, drawing, moved, path } = drag;
      drag = null;
      if (event.type === "pointercancel") return tell.outline(panel, [], false);
      if (!moved) tell.click(event);
      else if (drawing !== "pan") tell.outline(panel, path, true);
      return undefined;
    };
    root.addEventListener("pointerup", release, { signal });
    root.addEventListener("pointercancel", release, { signal });
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

  const box = ([x0, y0], [x1, y1]) => [[x0, y0], [x1, y0], [x1, y1], [x0, y1]];

  function spread(pointers) {
    const [a, b] = [...pointers.values()];
    return Math.max(1, Math.hypot(a.clientX - b.clientX, a.clientY - b.clientY));
  }

  /** A view {x0, x1, y0, y1} zoomed about a place given as shares of its width and height (from the top). */
  function zoomed({ x0, x1, y0, y1 }, factor, fx, fy) {
    const x = x0 + fx * (x1 - x0);
    const y = y1 - fy * (y1 - y0);
    return { x0: x - (x - x0) / factor, x1: x + (x1 - x) / factor, y0: y - (y - y0) / factor, y1: y + (y1 - y) / factor };
  }

  function panned({ x0, x1, y0, y1 }, dx, dy) {
    const [w, h] = [x1 - x0, y1 - y0];
    return { x0: x0 - dx * w, x1: x1 - dx * w, y0: y0 + dy * h, y1: y1 + dy * h };
  }

  root.galacticNeon = Object.assign(root.galacticNeon || {}, { gestures: { listen, panned, zoomed } });
})(globalThis);
