/* The sliders: native range inputs, so that keyboard, touch and screen readers work. */
import { byId, node } from "../shell/dom.mjs";

/** @import { Name, Slider, Stars } from "./manifest.mjs" */

const STEPS = 1000; // from end to end

/**
 * Return the value at a position of a slider, rounded to its digits.
 * @param {Slider} slider
 * @param {number} position   0 to `STEPS`
 */
export function valueAt({ low, high, log, digits }, position) {
  const share = position / STEPS;
  const value = log ? low * (high / low) ** share : low + share * (high - low);
  return Math.min(Math.max(Number(value.toFixed(digits + 1)), low), high);
}

/**
 * Return the position of a value on a slider.
 * @param {Slider} slider
 * @param {number} value
 */
export function positionOf({ low, high, log }, value) {
  const share = log ? Math.log(value / low) / Math.log(high / low) : (value - low) / (high - low);
  return Math.round(STEPS * Math.min(Math.max(share, 0), 1));
}

/** The sliders of a galaxy. */
export class Sliders {
  #sliders;
  /** @type {Map<Name, HTMLInputElement>} */
  #inputs = new Map();

  /**
   * @param {Slider[]} sliders
   * @param {(name: Name, value: number) => void} onChange
   * @param {() => void} onSettle   called when a slider is released
   */
  constructor(sliders, onChange, onSettle) {
    this.#sliders = sliders;
    for (const slider of sliders) {
      const input = node("input");
      input.type = "range";
      input.min = "0";
      input.max = String(STEPS);
      input.addEventListener("input", () => onChange(slider.name, valueAt(slider, Number(input.value))));
      input.addEventListener("change", onSettle);
      this.#inputs.set(slider.name, input);
      byId(`synthesize-${slider.name}`).replaceChildren(input);
    }
  }

  /** @param {Stars} stars */
  show(stars) {
    for (const slider of this.#sliders) {
      const value = stars[slider.name];
      const text = value.toFixed(slider.digits).replace("-", "−");
      byId(`synthesize-${slider.name}-value`).textContent = text;
      const input = /** @type {HTMLInputElement} */ (this.#inputs.get(slider.name));
      if (document.activeElement !== input || valueAt(slider, Number(input.value)) !== value) {
        input.value = String(positionOf(slider, value));
      }
      input.setAttribute("aria-valuetext", `${text} ${slider.unit}`.trim());
    }
  }
}
