/* Which panels a state asks for, and the page's elements that hold them. */
(function (root) {
  "use strict";

  const SUFFIX = { observed: "", pull: "", predicted: "_PREDICTED", noise: "_NOISY" };
  const AXES = {
    map: ["map_x", "map_y"],
    colour: ["break_4000", "log_luminosity"],
    bpt: ["log_NII_HALPHA", "log_OIII_HBETA"],
    whan: ["log_NII_HALPHA", "log_HALPHA_EW"],
  };
  const HEADINGS = { observed: "Observed", predicted: "Predicted", noise: "Predicted + noise", pull: "Pull" };
  const OF_LINE = { SN: "Signal to noise", RESIDUAL: "Observed over predicted" }; // quantities that each line has
  const GAP_X = 1.2; // per cent of the area
  const GAP_Y = 1.4;

  /** Whether a quantity exists as observed, predicted and with noise. */
  const hasVersions = (name) => /_EW$/.test(name) || (/^log_/.test(name) && name !== "log_luminosity");

  /** The axes of a column of panels: names of quantities. */
  function axesOf(state, column) {
    const names = AXES[state.view] || [state.x, state.y];
    const version = SUFFIX[state.places === "own" ? column : state.places];
    return names.map((name) => (hasVersions(name) ? name + version : name));
  }

  /**
   * Rows, columns and panels of a state. Columns that would look alike are left out.
   * @returns {{rows: string[], columns: string[], panels: {id, row, column, name, axes, against}[]}}
   *    `name` is the quantity that colours a panel, `against` the one whose percentiles end the row's colours
   */
  function plan(state) {
    const byLine = state.color === "lines";
    const ofLine = state.color in OF_LINE;
    const rows = byLine || ofLine ? state.lines : [state.color];
    let columns = state.columns;
    if (!byLine) {
      const placed = columns.filter((column) => column !== "pull");
      const differ = new Set(placed.map((column) => axesOf(state, column).join()));
      columns = differ.size > 1 ? placed : [placed[0] || "observed"];
    }
    const panels = rows.flatMap((row) =>
      columns.map((column) => {
        const name = byLine ? (column === "pull" ? `${row}_PULL` : `${row}_EW${SUFFIX[column]}`) : ofLine ? `${row}_${state.color}` : row;
        const against = byLine && column !== "pull" ? `${row}_EW` : name;
        const id = byLine || columns.length === 1 ? `panel-${name}` : `panel-${name}-${column}`;
        return { id, row, column, name, against, axes: axesOf(state, column) };
      }),
    );
    return { rows, columns, panels };
  }

  /** Start and size, in per cent, of the i-th of `count` parts with gaps between. */
  function part(i, count, gap) {
    const size = (100 - gap * (count - 1)) / count;
    return [i * (size + gap), size];
  }

  function element(tag, className, text) {
    const made = document.createElement(tag);
    if (className) made.className = className;
    if (text) made.textContent = text;
    return made;
  }

  /** Write the grid into the page and give every panel its elements. */
  function build(page, { rows, columns, panels }, { lines, labels, notes, describe }) {
    page.classList.remove("is-waiting");
    page.style.setProperty("--columns", columns.length);
    page.style.setProperty("--rows", rows.length);
    const headings = page.querySelector(".panel-headings");
    headings.replaceChildren(
      ...columns.map((column) => {
        const head = element("div");
        head.append(element("h3", "", notes.heading || HEADINGS[column]), element("span", `muted panels-note panels-note-${column}`, notes[column]));
        return head;
      }),
    );
    page.querySelector(".panel-labels").replaceChildren(
      ...rows.map((row, i) => {
        const label = element("div", "panel-label");
        const line = lines[row];
        const name = element("strong", "", line ? line.symbol : labels[row]);
        if (line) name.style.color = `var(--${line.accent})`;
        label.append(name);
        if (line) label.append(element("span", "muted", `λ${line.number}`));
        vertical(label, i, rows.length);
        return label;
      }),
    );
    page.querySelector(".panel-bars").replaceChildren(
      ...rows.map((row, i) => {
        const bar = element("div", "panel-bar muted");
        bar.setAttribute("role", "img");
        bar.append(element("span", "bar-colors"), element("span", "bar-unit"), element("span", "bar-ticks"));
        vertical(bar, i, rows.length);
        return bar;
      }),
    );
    const boxes = panels.map((panel, k) => {
      const box = element("div", "panel");
      box.id = panel.id;
      const [left, width] = part(k % columns.length, columns.length, GAP_X);
      Object.assign(box.style, { left: `${left}%`, width: `${width}%` });
      vertical(box, Math.floor(k / columns.length), rows.length);
      const canvas = element("canvas");
      canvas.setAttribute("role", "img");
      canvas.setAttribute("aria-label", describe(panel));
      const rings = ["hovered", "selected"].map((kind) => element("span", `ring ring-${kind}`));
      rings.forEach((ring) => (ring.hidden = true));
      box.append(canvas, element("span", "panel-count"), ...rings);
      return { ...panel, box, canvas, context: canvas.getContext("2d"), rings: { hovered: rings[0], selected: rings[1] } };
    });
    page.querySelector(".panel-area").replaceChildren(...boxes.map(({ box }) => box));
    return boxes;
  }

  function vertical(made, i, count) {
    const [top, height] = part(i, count, GAP_Y);
    Object.assign(made.style, { top: `${top}%`, height: `${height}%` });
  }

  /** Draw a colour bar: the palette from the bottom up, ticks where the stretch puts their values. */
  function drawBar(bar, palette, ticks, unit, label) {
    const stops = palette.filter((_, i) => i % 15 === 0);
    bar.querySelector(".bar-colors").style.background = `linear-gradient(to top, ${stops.join(", ")})`;
    bar.querySelector(".bar-unit").textContent = unit;
    bar.querySelector(".bar-ticks").replaceChildren(
      ...ticks.map(([value, at]) => {
        const tick = element("span", "bar-tick", root.galacticNeon.scales.short(value));
        tick.style.bottom = `${100 * at}%`;
        return tick;
      }),
    );
    bar.setAttribute("aria-label", label);
  }

  root.galacticNeon = Object.assign(root.galacticNeon || {}, { panels: { HEADINGS, OF_LINE, axesOf, build, drawBar, element, hasVersions, plan } });
})(globalThis);
