/* Shared parts of ag-grid's tables: the script, loaded for the first table, columns, and formats of numbers
 * (docs/decisions/0015). */
import { node } from "../shell/dom.mjs";
import { NOTHING, number } from "../shell/numbers.mjs";

/**
 * @typedef {Record<string, any>} ColumnDef   of ag-grid
 * @typedef {(value: any, digits?: any) => string} Formula
 *
 * @typedef {object} GridApi   the part of ag-grid's API that is used
 * @property {(name: string, listener: (event: any) => void) => void} addEventListener
 * @property {(name: string) => unknown} getGridOption
 * @property {(name: string, value: unknown) => void} setGridOption
 *
 * @typedef {object} GridWindow   properties of the window for ag-grid, its formulas and React
 * @property {{getApiAsync: (id: string) => Promise<GridApi>}} [dash_ag_grid]
 * @property {Record<string, Formula>} [dashAgGridFunctions]
 * @property {Record<string, (props: any) => unknown>} [dashAgGridComponentFunctions]
 * @property {{createElement: (tag: string, props: Record<string, unknown>, children: unknown) => unknown}} React
 */

export const gridWindow = /** @type {GridWindow} */ (/** @type {unknown} */ (globalThis));

/** @type {Promise<void> | null} */
let loading = null;

/**
 * Load ag-grid's script, unless it is loaded.
 * @param {string} address
 * @returns {Promise<void>}
 */
export function library(address) {
  if (gridWindow.dash_ag_grid) return Promise.resolve();
  loading ??= load(address).catch((error) => {
    loading = null;
    throw error;
  });
  return loading;
}

/**
 * @param {string} address
 * @returns {Promise<void>}
 */
function load(address) {
  return new Promise((resolve, reject) => {
    const script = node("script");
    script.src = address;
    script.onload = () => resolve();
    script.onerror = () => reject(new Error("The table could not be loaded. Reload the page to try again."));
    document.head.append(script);
  });
}

/**
 * Register functions for ag-grid's formulas.
 * @param {Record<string, Formula>} functions
 */
export function addFormulas(functions) {
  gridWindow.dashAgGridFunctions = { ...gridWindow.dashAgGridFunctions, ...functions };
}

addFormulas({
  neonWidth: (value) => (Number.isFinite(value) ? number(value) : NOTHING),
  neonFixed: (value, digits) => (Number.isFinite(value) ? value.toFixed(digits) : NOTHING),
});

/**
 * Return a column of numbers.
 * @param {string} field
 * @param {string} headerName
 * @param {string} tip
 * @param {number} wide       [CSS pixels]
 * @param {string} formula    that formats the numbers
 * @returns {ColumnDef}
 */
export const numbers = (field, headerName, tip, wide, formula) => ({
  field,
  headerName,
  headerTooltip: tip,
  width: wide,
  type: "rightAligned",
  valueFormatter: { function: formula },
});

/**
 * Return a column of equivalent widths.
 * @param {string} field
 * @param {string} headerName
 * @param {string} tip
 * @param {number} [wide]   [CSS pixels]
 */
export const width = (field, headerName, tip, wide = 98) => numbers(field, headerName, tip, wide, "neonWidth(params.value)");

/**
 * Return names with the leading ones first.
 * @param {string[]} names
 * @param {string[]} leading
 */
export const leadingFirst = (names, leading) => [...leading, ...names.filter((name) => !leading.includes(name))];

/**
 * Return a grid as a Dash component.
 * @param {string | Record<string, string>} id
 * @param {ColumnDef[]} columnDefs
 * @param {Record<string, any>} props   further properties
 */
export const component = (id, columnDefs, { dashGridOptions, ...more }) => ({
  namespace: "dash_ag_grid",
  type: "AgGrid",
  props: {
    id,
    columnDefs,
    defaultColDef: { sortable: true, resizable: true, suppressMovable: true },
    dashGridOptions: { rowHeight: 30, headerHeight: 30, tooltipShowDelay: 300, ensureDomOrder: true, ...dashGridOptions },
    style: { width: "100%" },
    ...more,
  },
});
