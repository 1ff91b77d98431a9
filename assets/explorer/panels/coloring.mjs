/* Colours of the explorer's panels: palettes of the scheme, limits of panels, colour bars, and notes in headings. */
import { colorTable, dimmed } from "../../raster/pixels.mjs";
import { barTicks, colorsOf, limits, palette } from "../../raster/scales.mjs";
import { one } from "../../shell/dom.mjs";
import { short } from "../../shell/numbers.mjs";
import { colorScheme } from "../../shell/scheme.mjs";
import { drawBar } from "./grid.mjs";
import { HEADINGS } from "./panels.mjs";

/** @import { Tokens } from "../../raster/overlay.mjs" */
/** @import { Range, Stretch } from "../../raster/scales.mjs" */
/** @import { Explorer } from "../explorer.mjs" */
/** @import { Column, Manifest } from "../manifest.mjs" */
/** @import { Panel } from "./panel.mjs" */

/**
 * The colours of a scheme and a palette.
 * @typedef {object} Palettes
 * @property {string} key
 * @property {string[]} even         256 colours, weak to strong
 * @property {string[]} split        256 colours, diverging from zero
 * @property {string} undetected     of galaxies without a value
 * @property {Tokens} tokens
 * @property {string} ground         background of the panels
 */

const VEIL = 0.84; // share of the background's colour in galaxies outside a selection
const CELLS_BEHIND = 190; // opacity of medians behind points, of 255
const DIVERGING = /_(PULL|RESIDUAL)$/;

/**
 * Return the colours of the present scheme and palette; the same object as `known` if they are unchanged.
 * @param {Manifest} manifest
 * @param {string} name            of a palette
 * @param {Palettes | null} known
 * @returns {Palettes}
 */
export function palettesOf(manifest, name, known) {
  const scheme = colorScheme();
  const key = `${scheme} ${name}`;
  if (known?.key === key) return known;
  const { stops, span } = manifest.palettes[name];
  const style = getComputedStyle(document.documentElement);
  /** @type {(token: string) => string} */
  const token = (each) => style.getPropertyValue(`--${each}`).trim();
  const tokens = { text: token("text"), muted: token("muted"), background: token("background"), font: token("font") };
  return {
    key,
    even: palette(stops, ...span[scheme]),
    split: palette(manifest.diverging[scheme]),
    undetected: manifest.undetected[scheme],
    tokens,
    ground: scheme === "light" ? "#ffffff" : tokens.background,
  };
}

/**
 * Compute the panels' tables of colours from percentiles and stretch, without a request.
 * @param {Explorer} explorer
 */
export function recolor(explorer) {
  const { state, palettes } = explorer;
  const missing = state.missing ? palettes.undetected : null;
  const limited = explorer.panels.flatMap((panel) => limitsOf(panel, Number(state.clip), state.stretch));
  if (state.lock) share(limited);
  for (const { panel, diverging, stretch, range } of limited) {
    if (!panel.scale) continue;
    const colors = diverging ? palettes.split : palettes.even;
    const codeColors = colorsOf(panel.scale, range, stretch, colors);
    const table = colorTable(codeColors, missing);
    panel.coloring = {
      diverging,
      stretch,
      range,
      palette: colors,
      table,
      cellTable: colorTable(codeColors, null, state.behind === "instead" ? 255 : CELLS_BEHIND),
      dimTable: dimmed(table, palettes.ground, VEIL),
    };
  }
  drawBars(explorer);
}

/**
 * @typedef {{panel: Panel, diverging: boolean, stretch: Stretch, range: Range}} Limited
 *
 * @param {Panel} panel
 * @param {number} clip
 * @param {Stretch} wanted
 * @returns {Limited[]}   empty until the panel's values are loaded
 */
function limitsOf(panel, clip, wanted) {
  if (!panel.end) return [];
  const { scale, counts } = panel.end;
  const diverging = DIVERGING.test(panel.name);
  const stretch = scale.kind === "linear" ? "linear" : wanted;
  return [{ panel, diverging, stretch, range: limits(scale, counts, { clip, stretch, diverging }) }];
}

/**
 * Set the same limits in all panels of the same kind.
 * @param {Limited[]} limited
 */
function share(limited) {
  /** @type {(each: Limited) => string} */
  const kindOf = ({ panel, diverging }) => `${panel.planned.column === "pull"} ${diverging}`;
  for (const kind of new Set(limited.map(kindOf))) {
    const same = limited.filter((each) => kindOf(each) === kind);
    const low = Math.min(...same.map(({ range }) => range[0]));
    const high = Math.max(...same.map(({ range }) => range[1]));
    for (const each of same) each.range = [low, high];
  }
}

/** @param {Explorer} explorer */
function drawBars(explorer) {
  const bars = explorer.page.querySelectorAll(".panel-bar");
  explorer.plan.rows.forEach((row, i) => {
    const panel = leader(explorer, row);
    if (!panel?.coloring || !bars[i]) return;
    const { palette: colors, range, stretch } = panel.coloring;
    const unit = (explorer.manifest.units[panel.planned.against] ?? "").replace("dex", "");
    const label = `Colours of ${explorer.titleOf(panel.name)}: ${short(range[0])} to ${short(range[1])} ${unit}, ${stretch} stretch`;
    drawBar(bars[i], colors, barTicks(range, stretch), unit, label);
  });
}

/**
 * Return the panel whose colours are shown by the bar of a row.
 * @param {Explorer} explorer
 * @param {string} row
 */
export function leader(explorer, row) {
  const own = explorer.panels.filter((panel) => panel.planned.row === row && panel.coloring);
  return own.find(({ coloring }) => !coloring?.diverging) ?? own[0];
}

/**
 * Write the notes in the headings, which describe each column.
 * @param {Explorer} explorer
 */
export function writeNotes(explorer) {
  const { page, state, plan, manifest } = explorer;
  for (const note of page.querySelectorAll(".panels-note")) {
    const column = /** @type {Column} */ (/panels-note-(\w+)/.exec(note.className)?.[1]);
    note.textContent = noteOf(explorer, column);
  }
  page.dataset.seed = String(state.seed);
  const axes = plan.panels[0].axes.map((name) => explorer.titleOf(name).split(",")[0]);
  one(page, ".panels-place").textContent =
    state.view === "map"
      ? `UMAP of ${manifest.bins.count}-bin continua · no units, distances have no physical meaning · grey: not detected or cut`
      : `${axes.join(" and ")} · galaxies without a position are left out`;
}

/**
 * @param {Explorer} explorer
 * @param {Column} column
 */
function noteOf({ state, plan, manifest }, column) {
  const { behind, noise, seed, view } = state;
  if (state.color !== "lines") return plan.columns.length > 1 ? `places ${HEADINGS[column].toLowerCase()}` : "";
  const hasMedians = behind !== "points" && view === "map" && (column === "observed" || column === "predicted");
  const medians = hasMedians ? "real medians" : "";
  if (behind === "instead" && medians) return medians;
  const words = {
    observed: manifest.isMock ? "mock truth" : "",
    predicted: "",
    noise: `${noise}, draw ${seed}`,
    pull: "observed against predicted, in σ",
  };
  return [words[column], medians].filter(Boolean).join(" over ");
}
