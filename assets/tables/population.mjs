/* The table twin of a population: as many rows as it has galaxies, of which those in view travel (server/rows.py).
 *
 * ag-grid asks for blocks of rows; the browser knows which galaxies are in the population, and the server the order that a
 * column puts the catalogue in. ag-grid's script is loaded when the table first comes into view.
 */
(function () {
  "use strict";

  const neon = (window.galacticNeon = window.galacticNeon || {});
  const PLACE = "population-rows";
  const GRID = "population-grid";
  const BLOCK = 100; // rows that travel together
  const LEADING = ["OII_DOUBLET", "HBETA", "OIII_5007", "HALPHA"];
  const FAILED = "Some of the table's galaxies could not be loaded. Scroll there again.";
  let rows = new Uint32Array(); // of the population, rising
  let shown = null; // {place, api} of the page that is open
  const orders = new Map();

  const about = () => neon.explorer.manifest;

  function columns() {
    const { lines, labels } = about();
    const order = [...LEADING, ...Object.keys(lines).filter((name) => !LEADING.includes(name))];
    const widths = order.map((name) => {
      const label = labels[`${name}_EW`];
      const observed = neon.grid.width(`${name}_EW`, "observed", `${label}: observed EW [Å]`);
      const predicted = neon.grid.width(`${name}_EW_PREDICTED`, "predicted", `${label}: predicted EW as catalogued [Å]`);
      return { headerName: `${label} [Å]`, children: [observed, predicted] };
    });
    return [
      // In a group of its own: a pinned row of headings without one has no cell, which screen readers stumble over.
      { headerName: "Galaxy", children: [{ field: "name", headerName: "name", pinned: "left", width: 186, sortable: false, cellClass: "chooses" }] },
      neon.grid.numbers("redshift", "z", "Redshift", 92, "neonFixed(params.value, 4)"),
      neon.grid.numbers("log_luminosity", "log L", "log luminosity [dex]", 88, "neonFixed(params.value, 2)"),
      ...widths,
    ];
  }

  async function request(address) {
    const answer = await fetch(address);
    if (!answer.ok) throw new Error(await answer.text());
    return answer;
  }

  /** All rows of the catalogue as a column puts them. */
  function orderOf({ colId, sort }) {
    const { tables, version } = about();
    const address = `${tables}order/${colId}.bin?v=${version}&falling=${sort === "desc" ? 1 : 0}`;
    if (!orders.has(address)) {
      const coming = request(address).then(async (answer) => new Uint32Array(await answer.arrayBuffer()));
      coming.catch(() => orders.delete(address));
      orders.set(address, coming);
    }
    return orders.get(address);
  }

  async function sorted(members, sortModel) {
    if (!sortModel.length) return members;
    const inside = new Uint8Array(about().n);
    for (const row of members) inside[row] = 1;
    return (await orderOf(sortModel[0])).filter((row) => inside[row]);
  }

  async function records(asked) {
    const { tables, version, tableColumns } = about();
    const answer = await request(`${tables}rows.json?v=${version}&rows=${asked.join()}`);
    return (await answer.json()).map(([name, ...values], i) => ({
      row: asked[i],
      name,
      ...Object.fromEntries(tableColumns.map((column, k) => [column, values[k] ?? undefined])),
    }));
  }

  /** Where ag-grid gets its rows from. */
  const source = (members) => ({
    rowCount: members.length,
    async getRows({ startRow, endRow, sortModel, successCallback, failCallback }) {
      try {
        const order = await sorted(members, sortModel);
        successCallback(await records([...order.slice(startRow, endRow)]), members.length);
      } catch {
        failCallback();
        neon.galaxy.say(FAILED);
      }
    },
  });

  async function mount(place) {
    shown = { place };
    try {
      await neon.grid.library(about().grid);
    } catch (error) {
      place.textContent = error.message;
      shown = null;
      return;
    }
    const options = { cacheBlockSize: BLOCK, maxBlocksInCache: 20, infiniteInitialRowCount: 1 };
    const grid = neon.grid.component(GRID, columns(), { rowModelType: "infinite", dashGridOptions: options });
    window.dash_clientside.set_props(PLACE, { children: grid });
    const api = await window.dash_ag_grid.getApiAsync(GRID);
    if (!place.isConnected) return;
    const choose = ({ data }) => data && neon.explorer.select(data.row);
    api.addEventListener("cellClicked", (event) => event.column.getColId() === "name" && choose(event));
    api.addEventListener("cellKeyDown", (event) => event.event.key === "Enter" && choose(event));
    shown = { place, api };
    api.setGridOption("datasource", source(rows));
  }

  const watch = new IntersectionObserver((entries) => {
    for (const { isIntersecting, target } of entries) {
      if (!isIntersecting) continue;
      watch.unobserve(target);
      mount(target);
    }
  });

  /** Show a population's galaxies, from the first one. */
  function show(selection) {
    const place = document.getElementById(PLACE);
    if (!place || !selection) return;
    rows = neon.selection.fromBase64(selection.rows);
    place.style.setProperty("--rows", rows.length);
    if (!shown || shown.place !== place) watch.observe(place);
    else if (shown.api) shown.api.setGridOption("datasource", source(rows));
  }

  neon.populationTable = { show };
})();
