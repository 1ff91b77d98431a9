/* What tables drawn by ag-grid share: its script, fetched when the first table is shown, how they look, and how an EW is
 * written. Decision 31. */
(function () {
  "use strict";

  const neon = (window.galacticNeon = window.galacticNeon || {});
  const NOTHING = "–";
  let loading = null;

  /** ag-grid's script, once per visit. */
  function library(address) {
    if (window.dash_ag_grid) return Promise.resolve();
    loading =
      loading ||
      new Promise((resolve, reject) => {
        const script = document.createElement("script");
        script.src = address;
        script.onload = resolve;
        script.onerror = () => reject(new Error("The table could not be loaded. Reload the page to try again."));
        document.head.append(script);
      }).catch((error) => {
        loading = null;
        throw error;
      });
    return loading;
  }

  // ag-grid's formulas may name these.
  window.dashAgGridFunctions = Object.assign(window.dashAgGridFunctions || {}, {
    neonWidth: (value) => (Number.isFinite(value) ? neon.answer.number(value) : NOTHING),
    neonFixed: (value, digits) => (Number.isFinite(value) ? value.toFixed(digits) : NOTHING),
  });

  /** A column of numbers. */
  const numbers = (field, headerName, tip, wide, formula) => ({
    field,
    headerName,
    headerTooltip: tip,
    width: wide,
    type: "rightAligned",
    valueFormatter: { function: formula },
  });

  /** A column of equivalent widths. */
  const width = (field, headerName, tip, wide = 98) => numbers(field, headerName, tip, wide, "neonWidth(params.value)");

  /** A grid as a Dash component. */
  const component = (id, columnDefs, { dashGridOptions, ...more }) => ({
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

  neon.grid = { NOTHING, component, library, numbers, width };
})();
