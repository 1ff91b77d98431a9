/* The handle by which a bin of the continuum is dragged: an ARIA slider. */
import { el, fixed, set } from "../../pictures/svg.mjs";
import { tidy } from "../../shell/numbers.mjs";

const HALF_HEIGHT = 18; // CSS pixels above and below the bin's step
const FINE = 0.01; // relative change of a bin by an arrow key
const COARSE = 0.1; // relative change by Page up and Page down
/** @type {Record<string, number>} */
const CHANGES = { ArrowUp: FINE, ArrowDown: -FINE, PageUp: COARSE, PageDown: -COARSE };
/** @type {Record<string, number>} */
const WALKS = { ArrowLeft: -1, ArrowRight: 1 };

/**
 * @typedef {object} Listener
 * @property {(event: PointerEvent) => void} grab
 * @property {(event: PointerEvent) => void} drag
 * @property {() => void} release
 * @property {(by: number) => void} walk      moves the focus by so many bins
 * @property {(by: number) => void} change    changes the flux by this share
 */

/** A strip and a dot over one bin. */
export class Handle {
  #strip = el("rect", { class: "handle-strip", rx: 6 });
  #dot = el("circle", { class: "handle-dot", r: 6 });

  /**
   * @param {string} label
   * @param {Listener} tell
   */
  constructor(label, tell) {
    const about = { class: "handle", tabindex: 0, role: "slider", "aria-orientation": "vertical", "aria-label": label };
    this.group = el("g", about, this.#strip, this.#dot);
    this.group.addEventListener("pointerdown", (event) => {
      if (event.button) return;
      event.preventDefault();
      this.group.setPointerCapture(event.pointerId);
      this.focus();
      tell.grab(event);
    });
    this.group.addEventListener("pointermove", tell.drag);
    this.group.addEventListener("pointerup", tell.release);
    this.group.addEventListener("pointercancel", tell.release);
    this.group.addEventListener("keydown", (event) => {
      const { key } = event;
      if (!(key in WALKS || key in CHANGES)) return;
      event.preventDefault();
      if (key in WALKS) tell.walk(WALKS[key]);
      else tell.change(CHANGES[key]);
    });
  }

  focus() {
    this.group.focus({ preventScroll: true });
  }

  /** @param {boolean} isHeld */
  hold(isHeld) {
    this.group.classList.toggle("held", isHeld);
  }

  /**
   * Place it over its bin.
   * @param {number} left
   * @param {number} right
   * @param {number} y
   * @param {number} flux
   * @param {number} most   largest flux to which it can be dragged
   */
  place(left, right, y, flux, most) {
    set(this.#dot, { cx: fixed((left + right) / 2), cy: fixed(y) });
    const width = fixed(Math.max(right - left - 2, 1));
    set(this.#strip, { x: fixed(left + 1), y: fixed(y - HALF_HEIGHT), width, height: 2 * HALF_HEIGHT });
    set(this.group, {
      "aria-valuenow": Number(flux.toPrecision(4)),
      "aria-valuemin": 0,
      "aria-valuemax": Number(most.toPrecision(3)),
      "aria-valuetext": tidy(flux),
    });
  }
}
