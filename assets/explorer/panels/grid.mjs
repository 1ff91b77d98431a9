/* The grid of panels in the page: headings, labels of rows, colour bars, and positions of panels. */
import { short } from "../../shell/numbers.mjs";
import { node, one } from "../../shell/dom.mjs";
import { Panel } from "./panel.mjs";
import { HEADINGS } from "./panels.mjs";

/** @import { Manifest } from "../manifest.mjs" */
/** @import { Plan, PlannedPanel } from "./panels.mjs" */

const GAP_X = 1.2; // per cent of the area
const GAP_Y = 1.4;
const STOPS = 15; // every 15th colour of a palette is a stop of the colour bar

/**
 * Return start and size [%] of the i-th of `count` parts with gaps between them.
 * @param {number} i
 * @param {number} count
 * @param {number} gap
 */
function part(i, count, gap) {
  const size = (100 - gap * (count - 1)) / count;
  return [i * (size + gap), size];
}

/**
 * @param {HTMLElement} made
 * @param {number} i
 * @param {number} count
 */
function placeRow(made, i, count) {
  const [top, height] = part(i, count, GAP_Y);
  made.style.top = `${top}%`;
  made.style.height = `${height}%`;
  return made;
}

/**
 * Build the grid in the page and return its panels.
 * @param {HTMLElement} page
 * @param {Plan} plan
 * @param {Manifest} manifest
 * @param {string} heading                             of all columns, or "" for a heading per column
 * @param {(panel: PlannedPanel) => string} describe   returns a panel's description for screen readers
 */
export function build(page, { rows, columns, panels }, { lines, labels }, heading, describe) {
  page.classList.remove("is-waiting");
  page.style.setProperty("--columns", String(columns.length));
  page.style.setProperty("--rows", String(rows.length));
  const heads = columns.map((column) =>
    node("div", "", node("h3", "", heading || HEADINGS[column]), node("span", `muted panels-note panels-note-${column}`)),
  );
  one(page, ".panel-headings").replaceChildren(...heads);
  const names = rows.map((row, i) => placeRow(rowLabel(lines[row], labels[row]), i, rows.length));
  one(page, ".panel-labels").replaceChildren(...names);
  one(page, ".panel-bars").replaceChildren(...rows.map((_, i) => placeRow(emptyBar(), i, rows.length)));
  const made = panels.map((planned, k) => {
    const panel = new Panel(planned, describe(planned));
    const [left, width] = part(k % columns.length, columns.length, GAP_X);
    panel.box.style.left = `${left}%`;
    panel.box.style.width = `${width}%`;
    placeRow(panel.box, Math.floor(k / columns.length), rows.length);
    return panel;
  });
  one(page, ".panel-area").replaceChildren(...made.map(({ box }) => box));
  return made;
}

/**
 * @param {import("../manifest.mjs").Line | undefined} line
 * @param {string} label   for a row that is not a line
 */
function rowLabel(line, label) {
  if (!line) return node("div", "panel-label", node("strong", "", label));
  const name = node("strong", "", line.symbol);
  name.style.color = `var(--${line.accent})`;
  return node("div", "panel-label", name, node("span", "muted", `λ${line.number}`));
}

function emptyBar() {
  const bar = node("div", "panel-bar muted", node("span", "bar-colors"), node("span", "bar-unit"), node("span", "bar-ticks"));
  bar.setAttribute("role", "img");
  return bar;
}

/**
 * Draw a colour bar: the palette from bottom to top, and ticks.
 * @param {Element} bar
 * @param {string[]} palette
 * @param {[number, number][]} ticks   values and positions (0 to 1)
 * @param {string} unit
 * @param {string} label
 */
export function drawBar(bar, palette, ticks, unit, label) {
  const stops = palette.filter((_, i) => i % STOPS === 0);
  one(bar, ".bar-colors").style.background = `linear-gradient(to top, ${stops.join(", ")})`;
  one(bar, ".bar-unit").textContent = unit;
  const marks = ticks.map(([value, at]) => {
    const tick = node("span", "bar-tick", short(value));
    tick.style.bottom = `${100 * at}%`;
    return tick;
  });
  one(bar, ".bar-ticks").replaceChildren(...marks);
  bar.setAttribute("aria-label", label);
}
