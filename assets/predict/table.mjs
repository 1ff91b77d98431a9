/* A table on the Predict page: its grid (assets/grid.js), and its histograms.
 *
 * The rows come column by column (data/table_view.py); ag-grid draws those in view alone.
 */
(function () {
  "use strict";

  const neon = (window.galacticNeon = window.galacticNeon || {});
  const RARE = 1e-3; // as in the explorer: fewer draws than one in a thousand are as unlikely
  const LEADING = ["OII_DOUBLET", "HBETA", "OIII_5007", "HALPHA"];
  const VARIANTS = { colors: "colours", luminosity: "colours + L" };
  let pictures = [];
  let shown = null;

  const odds = (p) => (1 / p >= 1.95 ? `1 in ${Math.round(1 / p).toLocaleString("en")}` : `${Math.round(100 * p)} %`);

  /** A row's galaxy into the form. */
  function open(i) {
    const kept = ["name", "bins", "luminosity", "redshift", "measured", "ivar", "looked"].filter((key) => shown[key]);
    const row = Object.fromEntries(kept.map((key) => [key, shown[key][i]]));
    const variant = shown.variant[i] === "luminosity" ? "luminosity" : "colors";
    window.dash_clientside.set_props("predict-row", { data: { ...row, variant } });
  }

  // ag-grid's cells and formulas may name these.
  window.dashAgGridComponentFunctions = Object.assign(window.dashAgGridComponentFunctions || {}, {
    NeonOpen: ({ data, value }) => {
      if (data.problem) return value;
      const about = { type: "button", className: "link", title: "Draw it", onClick: () => open(Number(data.row)) };
      return window.React.createElement("button", about, value);
    },
  });
  window.dashAgGridFunctions = Object.assign(window.dashAgGridFunctions || {}, {
    neonOdds: (value) => (Number.isFinite(value) ? odds(value) : neon.grid.NOTHING),
  });

  /** Columns in groups: what the file says, its verdict, the four leading lines first, what the answer rests on. */
  function columns(rows, lines) {
    const given = (place) => rows.measured && rows.measured.some((row) => row[place] !== null);
    const order = [...LEADING, ...lines.map((line) => line.name).filter((name) => !LEADING.includes(name))];
    const { width } = neon.grid;
    const widths = order.map((wanted) => {
      const place = lines.findIndex((line) => line.name === wanted);
      const { label } = lines[place];
      const predicted = width(`ew${place}`, "predicted", `${label}: predicted EW as catalogued [Å]`, 110);
      const measured = width(`measured${place}`, "measured", `${label}: EW of the file [Å]`, 110);
      return { headerName: `${label} [Å]`, children: given(place) ? [predicted, measured] : [predicted] };
    });
    const verdict = {
      headerName: "Did starlight predict it?",
      children: [
        {
          field: "surprise",
          headerName: "draws as unlikely",
          width: 160,
          type: "rightAligned",
          valueFormatter: { function: "neonOdds(params.value)" },
          cellClassRules: { surprising: `params.value !== null && params.value < ${RARE}` },
          headerTooltip: "Share of draws whose lines are, together, as unlikely as the measured ones",
        },
        { field: "departs", headerName: "departs most", width: 185 },
      ],
    };
    const name = { field: "name", headerName: "Galaxy", pinned: "left", width: 196, cellRenderer: "NeonOpen" };
    const problem = { field: "problem", headerName: "Problem", width: 420, cellClass: "why", tooltipField: "problem" };
    const basis = [
      { field: "variant", headerName: "From", width: 110 },
      { field: "domain", headerName: "Domain", width: 95 },
    ];
    // A column without a group would leave an empty row among the headings, which a screen reader stumbles over.
    const grouped = [
      { headerName: "Of the file", children: rows.problem.some(Boolean) ? [name, problem] : [name] },
      ...(rows.surprise ? [verdict] : []),
      ...widths,
      { headerName: "The answer’s basis", children: basis },
    ];
    return rows.measured ? grouped : grouped.flatMap(flat);
  }

  /** A group of one quantity in one row of headings. */
  const flat = ({ headerName, children }) =>
    children.map((child) => (child.headerName === "predicted" ? { ...child, headerName, width: 136 } : child));

  function records(rows) {
    return rows.name.map((name, i) => {
      const record = { row: String(i), name, problem: rows.problem[i], domain: rows.domain[i], variant: VARIANTS[rows.variant[i]] || "" };
      rows.ew[i].forEach((value, place) => (record[`ew${place}`] = value));
      if (rows.measured) rows.measured[i].forEach((value, place) => (record[`measured${place}`] = value));
      if (rows.surprise && rows.surprise[i] !== null) {
        const sigma = rows.surprise_sigma[i];
        record.surprise = rows.surprise[i];
        record.departs = `${rows.surprise_line[i]} ${sigma >= 0 ? "+" : "−"}${Math.abs(sigma).toFixed(1)} σ`;
      }
      return record;
    });
  }

  /** One line's widths: predicted filled, measured as an outline. */
  class Histogram {
    constructor(line, counted) {
      this.counted = counted;
      const dot = neon.answer.node("span", "dot");
      dot.style.background = `var(--${line.accent})`;
      const n = neon.answer.node("span", "muted", `${counted.n.toLocaleString("en")} galaxies`);
      this.box = neon.answer.node("div", "histogram");
      this.box.style.setProperty("--accent", `var(--${line.accent})`);
      this.element = neon.answer.node("div", "", neon.answer.node("h3", "", dot, line.label, n), this.box);
      this.label = line.label;
      this.watch = new ResizeObserver(() => this.draw());
      this.watch.observe(this.box);
    }

    draw() {
      const { el } = neon.picture;
      const { edges, predicted, measured } = this.counted;
      const { width: wide, height: high } = this.box.getBoundingClientRect();
      if (!wide) return;
      const [left, right, top, bottom] = [2, wide - 2, 6, high - 18];
      const most = Math.max(1, ...predicted, ...(measured || []));
      const x = (i) => left + (i * (right - left)) / predicted.length;
      const y = (count) => bottom - (count / most) * (bottom - top);
      const steps = (counts) => counts.map((count, i) => `L${x(i)},${y(count)}L${x(i + 1)},${y(count)}`).join("");
      const path = (counts) => `M${left},${bottom}${steps(counts)}L${right},${bottom}`;
      const parts = [el("path", { class: "said", d: `${path(predicted)}Z` })];
      if (measured) parts.push(el("path", { class: "found", d: path(measured) }));
      parts.push(el("line", { class: "base", x1: left, x2: right, y1: bottom, y2: bottom }));
      const last = edges.length - 1;
      for (const i of [0, Math.round(last / 3), Math.round((2 * last) / 3), last]) {
        const anchor = i === 0 ? "start" : i === last ? "end" : "middle";
        const text = `${edges[i] < 10 ? Number(edges[i].toPrecision(2)) : Math.round(edges[i])}${i === last ? " Å" : ""}`;
        parts.push(el("text", { x: x(i), y: high - 4, "text-anchor": anchor }, text));
      }
      const svg = el("svg", { viewBox: `0 0 ${wide} ${high}`, class: "picture", role: "img" }, ...parts);
      const words = measured ? "predicted and measured" : "predicted";
      svg.setAttribute("aria-label", `${this.label}: ${words} EWs of ${this.counted.n} galaxies, 0 to ${edges[last]} Å`);
      this.box.replaceChildren(svg);
    }
  }

  function drawHistograms(box, counted, lines) {
    for (const picture of pictures) picture.watch.disconnect();
    pictures = LEADING.map((name) => {
      const place = lines.findIndex((line) => line.name === name);
      return new Histogram(lines[place], counted[place]);
    });
    const words = counted.some((one) => one.measured)
      ? "Filled: predicted as catalogued. Outlined: measured in your file, the same galaxies. "
      : "Predicted as catalogued. ";
    const note = neon.answer.node("p", "muted footnote", `${words}Even steps in arcsinh(EW); the last holds what lies beyond.`);
    box.replaceChildren(...pictures.map((picture) => picture.element), note);
  }

  window.dash_clientside = Object.assign({}, window.dash_clientside, {
    predictTable: {
      /** The grid of a table's rows, as a Dash component. */
      async show(rows, manifest) {
        const box = document.getElementById("predict-histograms");
        shown = rows;
        if (!rows) {
          box.replaceChildren();
          return null;
        }
        drawHistograms(box, rows.histograms, manifest.lines);
        try {
          await neon.grid.library(manifest.grid);
        } catch (error) {
          return error.message;
        }
        document.getElementById("predict-table").style.setProperty("--rows", rows.name.length);
        const id = { type: "grid", name: "predict" };
        return neon.grid.component(id, columns(rows, manifest.lines), { rowData: records(rows), getRowId: "params.data.row" });
      },
    },
  });
})();
