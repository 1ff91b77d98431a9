/* The table of one galaxy's lines: its rows are created once, and drawing changes their texts and bars. */
import { node } from "../shell/dom.mjs";
import { NOTHING, chance, number } from "../shell/numbers.mjs";

/** @import { Line } from "../network/types.mjs" */

/**
 * Equivalent widths [Å], one per line.
 * @typedef {object} Shown
 * @property {ArrayLike<number> & Iterable<number>} ew
 * @property {ArrayLike<number> & Iterable<number>} p16
 * @property {ArrayLike<number> & Iterable<number>} p84
 * @property {ArrayLike<number> | null} pDetected
 * @property {number[] | null} drawn                 one realisation
 * @property {(number | null)[] | null} measured     from a file
 */

const HEADS = ["Line", "EW [Å]", "68 % [Å]", "P(detected)", "", ""];
const DRAWN = 4; // index in HEADS

/**
 * @param {number | null | undefined} value
 * @returns {value is number}
 */
const isKnown = (value) => typeof value === "number" && Number.isFinite(value);

/** A table in a box. */
export class PredictedLines {
  #rows;
  #table;
  #drawnHead;

  /**
   * @param {HTMLElement} box
   * @param {Line[]} lines
   * @param {((index: number) => void) | null} onChoose   null where a line cannot be chosen
   */
  constructor(box, lines, onChoose) {
    const heads = HEADS.map((title) => {
      const cell = node("th", "", title);
      cell.scope = "col";
      return cell;
    });
    this.#drawnHead = heads[DRAWN];
    this.#drawnHead.className = "drawn";
    const caption = node("caption", "visually-hidden", "Predicted equivalent widths in Å");
    this.#rows = lines.map((line, index) => rowOf(line, onChoose && (() => onChoose(index))));
    const body = node("tbody", "", ...this.#rows.map((row) => row.element));
    this.#table = node("table", "line-table", caption, node("thead", "", node("tr", "", ...heads)), body);
    box.replaceChildren(this.#table);
  }

  /**
   * @param {Shown} shown
   * @param {number} chosen   line
   */
  draw({ ew, p16, p84, pDetected, drawn, measured }, chosen) {
    const all = [...ew, ...p84, ...(measured ?? [])].filter(isKnown);
    const top = Math.asinh(1.1 * Math.max(1, ...all));
    /** @type {(value: number) => number} position on the bar [%] */
    const percent = (value) => 100 * Math.min(Math.max(Math.asinh(Math.max(value, 0)) / top, 0), 1);
    this.#table.classList.toggle("has-draw", Boolean(drawn));
    this.#drawnHead.textContent = drawn ? "one draw" : "";
    this.#rows.forEach((row, i) => {
      row.ew.textContent = number(ew[i]);
      row.ends.textContent = isKnown(p16[i]) ? `${number(p16[i])}–${number(p84[i])}` : NOTHING;
      row.detected.textContent = pDetected ? chance(pDetected[i]) : NOTHING;
      row.drawn.textContent = drawn ? (drawn[i] > 0 ? number(drawn[i]) : "not detected") : "";
      if (row.name instanceof HTMLButtonElement) row.name.setAttribute("aria-pressed", String(i === chosen));
      const [low, high] = [percent(p16[i]), percent(p84[i])];
      row.bar.style.left = `${isKnown(low) ? low : 0}%`;
      row.bar.style.width = `${isKnown(low) ? high - low : 0}%`;
      row.tick.style.left = `${percent(ew[i])}%`;
      const given = measured?.[i];
      row.point.hidden = !isKnown(given);
      if (isKnown(given)) row.point.style.left = `${percent(given)}%`;
    });
  }
}

/**
 * @param {Line} line
 * @param {(() => void) | null} choose
 */
function rowOf(line, choose) {
  const dot = node("span", "dot");
  dot.style.background = `var(--${line.accent})`;
  const name = choose ? node("button", "line-name", dot, line.label) : node("span", "line-name", dot, line.label);
  if (choose && name instanceof HTMLButtonElement) {
    name.type = "button";
    name.title = "Colour the map by this line, and show which starlight drives it";
    name.addEventListener("click", choose);
  }
  const head = node("th", "", name);
  head.scope = "row";
  const [ew, ends, detected, drawn] = ["ew", "muted", "", "drawn"].map((kind) => node("td", kind));
  const bar = node("span", "interval-bar");
  const tick = node("span", "interval-tick");
  for (const part of [bar, tick]) part.style.background = `var(--${line.accent})`;
  const point = node("span", "interval-point");
  const strip = node("span", "interval interval-wide", bar, tick, point);
  strip.setAttribute("aria-hidden", "true");
  const element = node("tr", "", head, ew, ends, detected, drawn, node("td", "strip", strip));
  return { element, name, ew, ends, detected, drawn, bar, tick, point };
}
