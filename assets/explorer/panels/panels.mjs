/* The panels of a state: rows, columns, and each panel's quantities for colour and position. */

/** @import { Column, State } from "../manifest.mjs" */

/**
 * @typedef {object} PlannedPanel
 * @property {string} id
 * @property {string} row       a line, or the quantity that colours
 * @property {Column} column
 * @property {string} name      the quantity that colours the panel
 * @property {string} against   the quantity whose percentiles limit the row's colours
 * @property {string[]} axes
 *
 * @typedef {{rows: string[], columns: Column[], panels: PlannedPanel[]}} Plan
 */

/** @type {Record<Column, string>} */
const SUFFIX = { observed: "", pull: "", predicted: "_PREDICTED", noise: "_NOISY" };
/** @type {Record<string, [string, string]>} */
const AXES = {
  map: ["map_x", "map_y"],
  colour: ["break_4000", "log_luminosity"],
  bpt: ["log_NII_HALPHA", "log_OIII_HBETA"],
  whan: ["log_NII_HALPHA", "log_HALPHA_EW"],
};

/** @type {Record<Column, string>} */
export const HEADINGS = { observed: "Observed", predicted: "Predicted", noise: "Predicted + noise", pull: "Pull" };

/** @type {Record<string, string>} quantities that each line has, and the headings of their panels */
export const OF_LINE = { SN: "Signal to noise", RESIDUAL: "Observed / predicted" };

/** @type {(name: string) => boolean} whether a quantity has observed, predicted and noisy versions */
const hasVersions = (name) => /_EW$/.test(name) || (/^log_/.test(name) && name !== "log_luminosity");

/**
 * Return the named view of two quantities in any version, or "xy" if there is none.
 * @param {string} x
 * @param {string} y
 */
export function viewOf(x, y) {
  return Object.keys(AXES).find((name) => x.startsWith(AXES[name][0]) && y.startsWith(AXES[name][1])) ?? "xy";
}

/**
 * Return the quantities of the axes in a column of panels.
 * @param {State} state
 * @param {Column} column
 */
function axesOf(state, column) {
  const names = AXES[state.view] ?? [state.x, state.y];
  const version = SUFFIX[state.places === "own" ? column : state.places];
  return names.map((name) => (hasVersions(name) ? name + version : name));
}

/**
 * Return the rows, columns and panels of a state, without columns that would equal another one.
 * @param {State} state
 * @returns {Plan}
 */
export function planOf(state) {
  const byLine = state.color === "lines";
  const ofLine = state.color in OF_LINE;
  const rows = byLine || ofLine ? state.lines : [state.color];
  let columns = state.columns;
  if (!byLine) {
    const placed = columns.filter((column) => column !== "pull");
    const differ = new Set(placed.map((column) => axesOf(state, column).join()));
    columns = differ.size > 1 ? placed : [placed[0] ?? "observed"];
  }
  /** @type {(row: string, column: Column) => string} */
  const nameOf = (row, column) => {
    if (byLine) return column === "pull" ? `${row}_PULL` : `${row}_EW${SUFFIX[column]}`;
    return ofLine ? `${row}_${state.color}` : row;
  };
  const panels = rows.flatMap((row) =>
    columns.map((column) => {
      const name = nameOf(row, column);
      const against = byLine && column !== "pull" ? `${row}_EW` : name;
      const id = byLine || columns.length === 1 ? `panel-${name}` : `panel-${name}-${column}`;
      return { id, row, column, name, against, axes: axesOf(state, column) };
    }),
  );
  return { rows, columns, panels };
}
