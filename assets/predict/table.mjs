/* The table of an upload on the Predict page. Its data are columns (analysis/answers/grid.py); ag-grid draws the rows
 * in view. */
import { setProps } from "../shell/dash.mjs";
import { byId } from "../shell/dom.mjs";
import { NOTHING } from "../shell/numbers.mjs";
import { addFormulas, component, gridWindow, leadingFirst, library, width } from "../tables/grid.mjs";
import { drawHistograms } from "./plots/histograms.mjs";

/** @import { ColumnDef } from "../tables/grid.mjs" */
/** @import { Counted } from "./plots/histograms.mjs" */
/** @import { Variant } from "../network/types.mjs" */
/** @import { Manifest } from "./manifest.mjs" */

/**
 * A table's galaxies, one list per column.
 * @typedef {object} Rows
 * @property {string[]} name
 * @property {string[]} problem       why a row has no prediction, or ""
 * @property {string[]} domain
 * @property {(Variant | "")[]} variant
 * @property {number[][]} ew
 * @property {(number | null)[][] | null} [measured]
 * @property {(number | null)[] | null} [surprise]   probability of the outlier score
 * @property {string[]} [surprise_line]
 * @property {number[]} [surprise_sigma]
 * @property {Counted[]} histograms
 * @property {unknown[]} [bins]       data for the form, as the following columns
 * @property {unknown[]} [luminosity]
 * @property {unknown[]} [redshift]
 * @property {unknown[]} [ivar]
 * @property {unknown[]} [covered]
 * @property {unknown[]} [answer]
 */

const RARE = 1e-3; // as in the explorer: galaxies with a lower probability are outliers
/** @type {Record<string, string>} */
const VARIANTS = { colors: "colours", luminosity: "colours + L", redshift: "colours + L + z" };
const FORM = /** @type {const} */ (["name", "bins", "luminosity", "redshift", "measured", "ivar", "covered", "answer"]);

/** @type {Rows | null} */
let shown = null;

/** @type {(p: number) => string} */
const odds = (p) => (1 / p >= 1.95 ? `1 in ${Math.round(1 / p).toLocaleString("en")}` : `${Math.round(100 * p)} %`);

/**
 * Open a row in the form.
 * @param {number} i
 */
function open(i) {
  if (!shown) return;
  const row = Object.fromEntries(FORM.flatMap((key) => (shown?.[key] ? [[key, shown[key][i]]] : [])));
  setProps("predict-row", { data: row });
}

/** Register the cell renderer and the formula that this table uses in ag-grid. */
export function addCells() {
  /** @param {{data: {problem: string, row: string}, value: string}} cell */
  const NeonOpen = ({ data, value }) => {
    if (data.problem) return value;
    const about = { type: "button", className: "link", title: "Draw it", onClick: () => open(Number(data.row)) };
    return gridWindow.React.createElement("button", about, value);
  };
  gridWindow.dashAgGridComponentFunctions = { ...gridWindow.dashAgGridComponentFunctions, NeonOpen };
  addFormulas({ neonOdds: (value) => (Number.isFinite(value) ? odds(value) : NOTHING) });
}

const VERDICT = {
  headerName: "Did starlight predict it?",
  children: [
    {
      field: "surprise",
      headerName: "draws as unlikely",
      width: 160,
      type: "rightAligned",
      valueFormatter: { function: "neonOdds(params.value)" },
      cellClassRules: { surprising: `params.value !== null && params.value < ${RARE}` },
      headerTooltip: "Share of draws whose lines are jointly as unlikely as the measured ones",
    },
    { field: "departs", headerName: "departs most", width: 185 },
  ],
};

/**
 * Return columns in groups: columns of the file, outlier score, lines (leading ones first), and basis of prediction.
 * @param {Rows} rows
 * @param {Manifest} manifest
 * @returns {ColumnDef[]}
 */
function columns(rows, { lines, leading }) {
  const names = lines.map((line) => line.name);
  const widths = leadingFirst(names, leading).map((name) => {
    const place = names.indexOf(name);
    const { label } = lines[place];
    const predicted = width(`ew${place}`, "predicted", `${label}: predicted EW as catalogued [Å]`, 110);
    const measured = width(`measured${place}`, "measured", `${label}: EW in the file [Å]`, 110);
    const isGiven = rows.measured?.some((row) => row[place] !== null);
    return { headerName: `${label} [Å]`, children: isGiven ? [predicted, measured] : [predicted] };
  });
  const name = { field: "name", headerName: "Galaxy", pinned: "left", width: 196, cellRenderer: "NeonOpen" };
  const problem = { field: "problem", headerName: "Problem", width: 420, cellClass: "why", tooltipField: "problem" };
  const basis = [
    { field: "variant", headerName: "From", width: 136 },
    { field: "domain", headerName: "Domain", width: 95 },
  ];
  // A column without a group would have an empty heading above it, which confuses screen readers.
  const grouped = [
    { headerName: "From the file", children: rows.problem.some(Boolean) ? [name, problem] : [name] },
    ...(rows.surprise ? [VERDICT] : []),
    ...widths,
    { headerName: "The answer’s basis", children: basis },
  ];
  return rows.measured ? grouped : grouped.flatMap(flat);
}

/**
 * Return the columns of a group for a single row of headings.
 * @param {{headerName: string, children: ColumnDef[]}} group
 */
const flat = ({ headerName, children }) =>
  children.map((child) => (child.headerName === "predicted" ? { ...child, headerName, width: 136 } : child));

/** @param {Rows} rows */
function records(rows) {
  return rows.name.map((name, i) => {
    /** @type {Record<string, unknown>} */
    const record = { row: String(i), name, problem: rows.problem[i], domain: rows.domain[i], variant: VARIANTS[rows.variant[i]] ?? "" };
    rows.ew[i].forEach((value, place) => (record[`ew${place}`] = value));
    rows.measured?.[i].forEach((value, place) => (record[`measured${place}`] = value));
    const surprise = rows.surprise?.[i] ?? null;
    if (surprise !== null) {
      const sigma = rows.surprise_sigma?.[i] ?? NaN;
      record.surprise = surprise;
      record.departs = `${rows.surprise_line?.[i]} ${sigma >= 0 ? "+" : "−"}${Math.abs(sigma).toFixed(1)} σ`;
    }
    return record;
  });
}

/**
 * Callback of Dash: return the grid of a table's rows as a component, or an error message.
 * @param {Rows | null} rows
 * @param {Manifest} manifest
 */
export async function show(rows, manifest) {
  const box = byId("predict-histograms");
  shown = rows;
  if (!rows) {
    box.replaceChildren();
    return null;
  }
  drawHistograms(box, rows.histograms, manifest.lines, manifest.leading);
  try {
    await library(manifest.grid);
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
  byId("predict-table").style.setProperty("--rows", String(rows.name.length));
  const id = { type: "grid", name: "predict" };
  return component(id, columns(rows, manifest), { rowData: records(rows), getRowId: "params.data.row" });
}
