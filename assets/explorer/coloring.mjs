/* How the explorer's panels are coloured: the scheme's palettes, each panel's limits, colour bars, what the headings say. */
(function () {
  "use strict";

  const neon = (window.galacticNeon = window.galacticNeon || {});
  const VEIL = 0.84; // how far galaxies outside a selection sink into the panel
  const DIVERGING = /_(PULL|RESIDUAL)$/;

  function colorScheme() {
    const chosen = document.documentElement.dataset.mantineColorScheme;
    if (chosen === "dark" || chosen === "light") return chosen;
    return matchMedia("(prefers-color-scheme: light)").matches ? "light" : "dark";
  }

  function palettes(explorer) {
    const scheme = colorScheme();
    const key = `${scheme} ${explorer.state.palette}`;
    if (explorer.paletteKey !== key) {
      const { palettes, diverging, undetected } = explorer.manifest;
      const [from, to] = palettes[explorer.state.palette].span[scheme];
      const style = getComputedStyle(document.documentElement);
      explorer.paletteKey = key;
      explorer.even = neon.scales.palette(palettes[explorer.state.palette].stops, from, to);
      explorer.split = neon.scales.palette(diverging[scheme]);
      explorer.undetected = undetected[scheme];
      explorer.tokens = Object.fromEntries(["text", "muted", "background", "font"].map((name) => [name, style.getPropertyValue(`--${name}`).trim()]));
      explorer.ground = scheme === "light" ? "#ffffff" : explorer.tokens.background;
    }
  }

  /** Tables of colours from percentiles and stretch; nothing travels. */
  function recolor(explorer) {
    palettes(explorer);
    const { state } = explorer;
    const clip = Number(state.clip);
    const loaded = explorer.panels.filter(({ end }) => end);
    for (const panel of loaded) {
      panel.diverging = DIVERGING.test(panel.name);
      panel.stretch = panel.end.scale.kind === "linear" ? "linear" : state.stretch;
      panel.range = neon.scales.limits(panel.end.scale, panel.end.counts, { clip, stretch: panel.stretch, diverging: panel.diverging });
    }
    if (state.lock) {
      for (const kind of new Set(loaded.map(({ column, diverging }) => `${column === "pull"}${diverging}`))) {
        const same = loaded.filter(({ column, diverging }) => `${column === "pull"}${diverging}` === kind);
        const range = [Math.min(...same.map(({ range: [low] }) => low)), Math.max(...same.map(({ range: [, high] }) => high))];
        same.forEach((panel) => (panel.range = range));
      }
    }
    const missing = state.missing ? explorer.undetected : null;
    for (const panel of loaded) {
      const palette = panel.diverging ? explorer.split : explorer.even;
      const colors = neon.scales.colorsOf(panel.scale, panel.range, panel.stretch, palette);
      panel.table = neon.raster.colorTable(colors, missing);
      panel.cellTable = neon.raster.colorTable(colors, null, state.behind === "instead" ? 255 : 190);
      panel.dimTable = neon.raster.dimmed(panel.table, explorer.ground, VEIL);
      panel.palette = palette;
    }
    drawBars(explorer);
  }

  function drawBars(explorer) {
    const bars = explorer.page.querySelectorAll(".panel-bar");
    explorer.plan.rows.forEach((row, i) => {
      const own = explorer.panels.filter((panel) => panel.row === row && panel.range);
      const panel = own.find(({ diverging }) => !diverging) || own[0];
      if (!panel || !bars[i]) return;
      const unit = (explorer.manifest.units[panel.against] || "").replace("dex", "");
      const ticks = neon.scales.barTicks(panel.range, panel.stretch);
      neon.panels.drawBar(bars[i], panel.palette, ticks, unit, `Colours of ${explorer.titleOf(panel.name)}: ${neon.scales.short(panel.range[0])} to ${neon.scales.short(panel.range[1])} ${unit}, ${panel.stretch} stretch`);
    });
  }

  /** Headings say what a column shows now. */
  function writeNotes(explorer) {
    const { behind, noise, seed } = explorer.state;
    const medians = behind === "points" || explorer.state.view !== "map" ? "" : "real medians";
    const truth = explorer.manifest.isMock ? "mock truth" : "";
    const words = { observed: truth, predicted: "", noise: `${noise}, draw ${seed}`, pull: "observed against predicted, in σ" };
    for (const note of explorer.page.querySelectorAll(".panels-note")) {
      const column = note.className.match(/panels-note-(\w+)/)[1];
      const cells = column === "observed" || column === "predicted" ? medians : "";
      note.textContent = explorer.state.color !== "lines" ? (explorer.plan.columns.length > 1 ? `places ${neon.panels.HEADINGS[column].toLowerCase()}` : "") : behind === "instead" && cells ? cells : [words[column], cells].filter(Boolean).join(" over ");
    }
    explorer.page.dataset.seed = seed;
    explorer.page.querySelector(".panels-place").textContent = explorer.state.view === "map" ? "UMAP of 12-bin continua · no units, distances are not physical · grey: not detected or cut" : `${explorer.plan.panels[0].axes.map((name) => explorer.titleOf(name).split(",")[0]).join(" and ")} · galaxies without a place are left out`;
  }

  neon.coloring = { recolor, writeNotes };
})();
