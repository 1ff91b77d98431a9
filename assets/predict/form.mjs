/* The form of the Predict page: its fields and buttons. */
import { around, byId, node } from "../shell/dom.mjs";

/** @import { Range } from "../network/types.mjs" */
/** @import { Form as FormState, Kind, Manifest } from "./manifest.mjs" */

const NUMBER = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i;
const SEPARATORS = /[\s,;|]+/;
const UPLOADS = 2; // file inputs: weights and tables
const LATE = 180; // ms between searches for file inputs

/** @typedef {"redshift" | "luminosity"} Field */
/** @type {Field[]} */
const FIELDS = ["redshift", "luminosity"];

/**
 * Functions that the form calls after input by the visitor.
 * @typedef {object} Listener
 * @property {(bin: number, text: string) => void} bin
 * @property {(texts: string[]) => void} bins             all bins at once
 * @property {(field: Field, text: string) => void} field
 * @property {(what: string, value: string) => void} press  a button's data-predict and data-value
 */

/**
 * Return a text as a number; NaN if it is not a number in the range.
 * @param {string} text
 * @param {Range} range
 */
export function inRange(text, [low, high]) {
  const value = NUMBER.test(text.trim()) ? Number(text) : NaN;
  return value >= low && value <= high ? value : NaN;
}

/**
 * Return the texts of a whole continuum that was pasted into a field, or null if the field has another number of texts.
 * @param {string} text
 * @param {number} count   of the bins
 */
export function pasted(text, count) {
  const parts = text.trim().split(SEPARATORS).filter(Boolean);
  return parts.length === count ? parts : null;
}

/** The fields and buttons. */
export class Form {
  #root;
  #inputs;

  /**
   * @param {HTMLElement} root
   * @param {Manifest} manifest
   * @param {Listener} tell
   * @param {AbortSignal} signal
   */
  constructor(root, { edges }, tell, signal) {
    this.#root = root;
    this.#inputs = edges.slice(0, -1).map((edge, bin) => {
      const input = node("input");
      input.type = "text";
      input.inputMode = "decimal";
      input.autocomplete = "off";
      input.spellcheck = false;
      input.setAttribute("aria-label", `Flux ${edge}–${edges[bin + 1]} Å`);
      input.addEventListener("input", () => {
        const texts = pasted(input.value, edges.length - 1);
        if (texts) tell.bins(texts);
        else tell.bin(bin, input.value);
      });
      return input;
    });
    const labels = this.#inputs.map((input, bin) => {
      const name = node("span", "", String(edges[bin]));
      name.setAttribute("aria-hidden", "true");
      return node("label", "", name, input);
    });
    byId("predict-bins").replaceChildren(...labels);
    for (const field of FIELDS) {
      const input = this.#field(field);
      input.addEventListener("input", () => tell.field(field, input.value), { signal });
    }
    root.addEventListener("click", (event) => {
      const { predict, value } = around(event, "[data-predict]")?.dataset ?? {};
      if (predict) tell.press(predict, value ?? "");
    }, { signal });
    this.#nameUploads(signal);
  }

  /**
   * Name the file inputs for screen readers by the text around them. Dash creates them late and without a name.
   * @param {AbortSignal} signal
   */
  #nameUploads(signal) {
    const inputs = this.#root.querySelectorAll("input[type=file]");
    for (const input of inputs) input.setAttribute("aria-label", input.parentElement?.textContent?.trim() ?? "");
    if (inputs.length < UPLOADS && !signal.aborted) setTimeout(() => this.#nameUploads(signal), LATE);
  }

  /** @param {Field} name */
  #field(name) {
    return /** @type {HTMLInputElement} */ (byId(`predict-${name}`));
  }

  /**
   * Show a state in the fields and buttons.
   * @param {FormState} state
   */
  show(state) {
    this.#inputs.forEach((input, bin) => {
      if (input.value !== state.bins[bin]) input.value = state.bins[bin];
    });
    for (const name of FIELDS) {
      const input = this.#field(name);
      if (input.value !== state[name]) input.value = state[name];
    }
  }

  /**
   * @param {Kind} kind
   * @param {string} note
   */
  showKind(kind, note) {
    this.#press("kind", kind);
    byId("predict-kind-note").textContent = note;
  }

  /**
   * Mark the button with this value among those of a choice.
   * @param {string} choice
   * @param {string} value
   */
  #press(choice, value) {
    for (const button of this.#buttons(choice)) {
      const on = button.dataset.value === value;
      button.classList.toggle("segment-on", on);
      button.setAttribute("aria-pressed", String(on));
    }
  }

  /** @param {string} choice */
  #buttons(choice) {
    return /** @type {NodeListOf<HTMLElement>} */ (this.#root.querySelectorAll(`[data-predict=${choice}]`));
  }

  /**
   * Mark invalid numbers, and the preset that equals the bins.
   * @param {FormState} state
   * @param {number[]} flux               NaN where a text is not a flux in range
   * @param {Record<Field, number | null>} values   null where a field is empty, NaN where it is no number in range
   * @param {string[]} presets            their bins, joined by commas
   */
  mark({ bins }, flux, values, presets) {
    this.#inputs.forEach((input, bin) => {
      if (document.activeElement !== input && input.value !== bins[bin]) input.value = bins[bin];
      input.setAttribute("aria-invalid", String(Number.isNaN(flux[bin])));
    });
    for (const name of FIELDS) this.#field(name).setAttribute("aria-invalid", String(Number.isNaN(values[name])));
    for (const button of this.#buttons("preset")) {
      button.classList.toggle("segment-on", presets[Number(button.dataset.value)] === bins.join());
    }
  }
}
