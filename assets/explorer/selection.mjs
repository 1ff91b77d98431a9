/* Populations drawn in the explorer's panels: an outline becomes a gate, a gate the rows inside it, rows what is shown. */
(function () {
  "use strict";

  const neon = (window.galacticNeon = window.galacticNeon || {});
  const VIEW_NAMES = { map: ["map_x", "map_y"], colour: ["break_4000", "log_luminosity"], bpt: ["log_NII_HALPHA", "log_OIII_HBETA"], whan: ["log_NII_HALPHA", "log_HALPHA_EW"] };
  const TITLES = { map: "the map", colour: "colour and luminosity", bpt: "the BPT diagram", whan: "the WHAN diagram", xy: "two quantities" };

  /** Rows as the stores carry them: little-endian uint32 in base64. */
  function toBase64(rows) {
    const bytes = new Uint8Array(rows.buffer, rows.byteOffset, rows.byteLength);
    let text = "";
    for (let i = 0; i < bytes.length; i += 0x8000) text += String.fromCharCode(...bytes.subarray(i, i + 0x8000));
    return btoa(text);
  }

  function fromBase64(text) {
    const bytes = Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
    return new Uint32Array(bytes.buffer);
  }

  /** A lasso or a box on its way, in pixels of a panel; when done its galaxies are the selection. */
  function draw(explorer, panel, path, done) {
    const { raster } = panel;
    const { width, height } = panel.canvas.getBoundingClientRect();
    const { x0, x1, y0, y1 } = raster.view;
    const outline = path.map(([x, y]) => [x0 + (x / width) * (x1 - x0), y1 - (y / height) * (y1 - y0)]);
    if (!done) {
      explorer.outline = outline.length ? { panel, path: outline } : null;
      explorer.paint(panel);
      return;
    }
    explorer.outline = null;
    const scale = [(x1 - x0) / width, (y1 - y0) / height];
    const flat = outline.map(([x, y]) => [x / scale[0], y / scale[1]]);
    const polygon = neon.shapes.simplify(flat, 1.5).map(([x, y]) => [x * scale[0], y * scale[1]].map((value) => Number(value.toPrecision(5))));
    if (polygon.length < 3) return void explorer.redraw();
    gateOf(explorer, { x: panel.axes[0], y: panel.axes[1], polygon }, raster);
    return undefined;
  }

  /** Select what a polygon holds; its axes need not be those shown. */
  async function gateOf(explorer, { x, y, polygon }, shown = null) {
    const raster = shown || (await explorer.rasterOf([x, y]));
    const rows = raster.inside(polygon);
    const view = Object.keys(VIEW_NAMES).find((name) => x.startsWith(VIEW_NAMES[name][0]) && y.startsWith(VIEW_NAMES[name][1])) || "xy";
    explorer.tell.selection({ version: 1, name: `Drawn on ${TITLES[view]}`, count: rows.length, rows: toBase64(rows), gate: { view, x, y, polygon } });
  }

  /** Show a selection everywhere; null shows all. */
  function choose(explorer, selection) {
    explorer.selection = selection;
    explorer.gate = selection ? selection.gate : null;
    explorer.chosen = null;
    if (selection) {
      const mask = new Uint8Array(explorer.manifest.n);
      for (const row of fromBase64(selection.rows)) mask[row] = 1;
      explorer.chosen = neon.raster.arrange(explorer.order, mask);
    }
    explorer.page.dataset.selected = selection ? selection.count : "";
    explorer.redraw();
  }

  neon.selection = { choose, draw, fromBase64, gateOf };
})();
