/* The table of a population, which fetches only the rows in view (server/routes/rows.py).
 *
 * ag-grid requests blocks of rows. The browser knows the galaxies of the population, and the server the order of the
 * catalogue by a column. ag-grid's script is loaded when the table first comes into view.
 */
import { setProps } from "../shell/dash.mjs";
import { Pending, request, requestJson } from "../shell/requests.mjs";
import { component, gridWindow, leadingFirst, library, numbers, width } from "./grid.mjs";

/** @import { GridApi } from "./grid.mjs" */

/**
 * @typedef {object} Manifest   the part of the explorer's manifest that the table needs
 * @property {number} n
 * @property {string} version
 * @property {string} tables
 * @property {string[]} tableColumns
 * @property {string} grid
 * @property {Record<string, unknown>} lines
 * @property {string[]} leading
 * @property {Record<string, string>} labels
 *
 * @typedef {object} Owner   the page that shows the table
 * @property {Manifest} manifest
 * @property {(row: number) => void} select
 * @property {(sentence: string) => void} say
 *
 * @typedef {{colId: string, sort: "asc" | "desc"}} Sort
 *
 * @typedef {object} Block   a request by ag-grid
 * @property {number} startRow
 * @property {number} endRow
 * @property {Sort[]} sortModel
 * @property {(records: unknown[], count: number) => void} successCallback
 * @property {() => void} failCallback
 */

const PLACE = "population-rows";
const GRID = "population-grid";
const BLOCK = 100; // rows per request
const SETTLING = 60; // most frames until the grid is ready
const FAILED = "Some of the table's galaxies could not be loaded. Scroll there again.";

let rows = new Uint32Array(); // of the population, ascending
/** @type {Owner | null} */
let owner = null;
/** @type {{place: Element, api?: GridApi} | null} the table of the open page */
let shown = null;
/** @type {unknown} the datasource that the grid must have */
let wanted = null;
/** @type {Pending<Uint32Array>} */
const orders = new Pending();

/** @param {Manifest} manifest */
function columns({ lines, leading, labels }) {
  const widths = leadingFirst(Object.keys(lines), leading).map((name) => {
    const label = labels[`${name}_EW`];
    const observed = width(`${name}_EW`, "observed", `${label}: observed EW [Å]`);
    const predicted = width(`${name}_EW_PREDICTED`, "predicted", `${label}: predicted EW as catalogued [Å]`);
    return { headerName: `${label} [Å]`, children: [observed, predicted] };
  });
  return [
    // In its own group, because without one the pinned row of headings has no cell, which confuses screen readers.
    { headerName: "Galaxy", children: [{ field: "name", headerName: "name", pinned: "left", width: 186, sortable: false, cellClass: "chooses" }] },
    numbers("redshift", "z", "Redshift", 92, "neonFixed(params.value, 4)"),
    numbers("log_luminosity", "log L", "log luminosity [dex]", 88, "neonFixed(params.value, 2)"),
    ...widths,
  ];
}

/**
 * Return all rows of the catalogue in the order of a column.
 * @param {Manifest} manifest
 * @param {Sort} by
 */
function orderOf({ tables, version }, { colId, sort }) {
  const address = `${tables}order/${colId}.bin?v=${version}&falling=${sort === "desc" ? 1 : 0}`;
  return orders.get(address, async () => new Uint32Array(await (await request(address)).arrayBuffer()));
}

/**
 * @param {Manifest} manifest
 * @param {Uint32Array} members
 * @param {Sort[]} sortModel
 */
async function sorted(manifest, members, sortModel) {
  if (!sortModel.length) return members;
  const inside = new Uint8Array(manifest.n);
  for (const row of members) inside[row] = 1;
  return (await orderOf(manifest, sortModel[0])).filter((row) => inside[row]);
}

/**
 * @param {Manifest} manifest
 * @param {number[]} asked   rows
 */
async function records({ tables, version, tableColumns }, asked) {
  /** @type {[string, ...unknown[]][]} */
  const answer = await requestJson(`${tables}rows.json?v=${version}&rows=${asked.join()}`);
  return answer.map(([name, ...values], i) => ({
    row: asked[i],
    name,
    ...Object.fromEntries(tableColumns.map((column, k) => [column, values[k] ?? undefined])),
  }));
}

/**
 * Return a datasource for ag-grid.
 * @param {Owner} page
 * @param {Uint32Array} members
 */
const source = ({ manifest, say }, members) => ({
  rowCount: members.length,
  /** @param {Block} block */
  async getRows({ startRow, endRow, sortModel, successCallback, failCallback }) {
    try {
      const order = await sorted(manifest, members, sortModel);
      successCallback(await records(manifest, [...order.slice(startRow, endRow)]), members.length);
    } catch {
      failCallback();
      say(FAILED);
    }
  },
});

/**
 * @param {Element} place
 * @param {Owner} page
 */
async function mount(place, page) {
  shown = { place };
  try {
    await library(page.manifest.grid);
  } catch (error) {
    place.textContent = error instanceof Error ? error.message : String(error);
    shown = null;
    return;
  }
  const options = { cacheBlockSize: BLOCK, maxBlocksInCache: 20, infiniteInitialRowCount: 1 };
  const grid = component(GRID, columns(page.manifest), { rowModelType: "infinite", dashGridOptions: options });
  setProps(PLACE, { children: grid });
  const api = await gridWindow.dash_ag_grid?.getApiAsync(GRID);
  if (!api || !place.isConnected) return;
  /** @param {{data?: {row: number}}} event */
  const choose = ({ data }) => data && page.select(data.row);
  api.addEventListener("cellClicked", (event) => event.column.getColId() === "name" && choose(event));
  api.addEventListener("cellKeyDown", (event) => event.event.key === "Enter" && choose(event));
  shown = { place, api };
  setSource(api, source(page, rows));
  // When it is ready, the Dash component sets its own datasource, sometimes after ours.
  for (let frame = 0; frame < SETTLING && place.isConnected; frame++) {
    await new Promise(requestAnimationFrame);
    if (api.getGridOption("datasource") !== wanted) api.setGridOption("datasource", wanted);
  }
}

/**
 * @param {GridApi} api
 * @param {ReturnType<typeof source>} given
 */
function setSource(api, given) {
  wanted = given;
  api.setGridOption("datasource", given);
}

/** @type {IntersectionObserver | null} */
let watch = null;

/** @param {Element} place */
function mountInView(place) {
  watch ??= new IntersectionObserver((entries, observer) => {
    for (const { isIntersecting, target } of entries) {
      if (!isIntersecting || !owner) continue;
      observer.unobserve(target);
      mount(target, owner);
    }
  });
  watch.observe(place);
}

/**
 * Show a population's galaxies, scrolled to the first one.
 * @param {Uint32Array<ArrayBuffer>} members   rows, ascending
 * @param {Owner} page
 */
export function show(members, page) {
  const place = document.getElementById(PLACE);
  if (!place) return;
  rows = members;
  owner = page;
  place.style.setProperty("--rows", String(rows.length));
  if (shown?.place !== place) mountInView(place);
  else if (shown.api) setSource(shown.api, source(page, rows));
}
