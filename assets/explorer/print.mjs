/* The panels as a picture for print: every canvas painted anew at print density, laid out as images of a Plotly figure. */
(function () {
  "use strict";

  const neon = (window.galacticNeon = window.galacticNeon || {});
  const DENSITY = 3; // device pixels per CSS pixel: 180 mm wide at 300 dots per inch and more
  const MARGINS = { l: 74, r: 60, t: 44, b: 34 };

  async function save(explorer, format) {
    const figure = draw(explorer);
    const { width, height } = figure.layout;
    const Plotly = await plotly(explorer.manifest.plotly);
    explorer.redraw(); // the rasters go back to the screen's density
    await Plotly.downloadImage(figure, { format, width, height, scale: format === "png" ? DENSITY : 1, filename: "galactic-neon" });
  }

  /** The figure: pictures of panels and colour bars, everything else as text. */
  function draw(explorer) {
    const { panels, plan, state, tokens, page } = explorer;
    const area = page.querySelector(".panel-area").getBoundingClientRect();
    const [width, height] = [area.width + MARGINS.l + MARGINS.r, area.height + MARGINS.t + MARGINS.b].map(Math.round);
    const images = [];
    const annotations = [];
    const shapes = [];
    const say = (text, x, y, more) => annotations.push({ text, x, y, xref: "paper", yref: "paper", showarrow: false, yanchor: "middle", font: { size: 12, color: tokens.text }, ...more });
    for (const panel of panels) {
      const box = panel.box.getBoundingClientRect();
      const [left, top] = [(box.left - area.left) / area.width, (box.top - area.top) / area.height];
      const [w, h] = [box.width / area.width, box.height / area.height];
      images.push(image(paintLarge(explorer, panel), left, 1 - top, w, h));
      shapes.push({ type: "rect", xref: "paper", yref: "paper", x0: left, x1: left + w, y0: 1 - top, y1: 1 - top - h, line: { width: 1, color: tokens.muted } });
    }
    const heads = [...page.querySelectorAll(".panel-headings > div")];
    heads.forEach((head, i) => {
      const [title, note] = [...head.children].map((child) => child.textContent);
      const box = panels[i].box.getBoundingClientRect();
      say(`<b>${title}</b>${note ? ` · ${note}` : ""}`, (box.left + box.width / 2 - area.left) / area.width, 1, { yanchor: "bottom", yshift: 8, xanchor: "center" });
    });
    plan.rows.forEach((row, i) => {
      const box = panels[i * plan.columns.length].box.getBoundingClientRect();
      const middle = 1 - (box.top + box.height / 2 - area.top) / area.height;
      const line = explorer.manifest.lines[row];
      say(line ? `<b>${line.symbol}</b><br>λ${line.number}` : explorer.titleOf(row), 0, middle, { xanchor: "right", xshift: -10, align: "right" });
      const panel = panels.find((each) => each.row === row && !each.diverging) || panels[i * plan.columns.length];
      const high = (0.9 * box.height) / area.height;
      const bottom = middle - high / 2;
      images.push(image(barPicture(panel.palette), 1 + 10 / area.width, bottom + high, 8 / area.width, high));
      for (const [value, at] of neon.scales.barTicks(panel.range, panel.stretch)) say(neon.scales.short(value), 1, bottom + at * high, { xanchor: "left", xshift: 22, font: { size: 11, color: tokens.muted } });
    });
    say(page.querySelector(".panels-place").textContent, 0, 0, { xanchor: "left", yanchor: "top", yshift: -8, font: { size: 11, color: tokens.muted } });
    say(`Galactic Neon · ${explorer.manifest.title}`, 1, 0, { xanchor: "right", yanchor: "top", yshift: -8, font: { size: 11, color: tokens.muted } });
    const hidden = { visible: false, range: [0, 1] };
    const layout = { width, height, margin: MARGINS, images, annotations, shapes, xaxis: hidden, yaxis: hidden, paper_bgcolor: explorer.ground, plot_bgcolor: explorer.ground, font: { family: tokens.font }, meta: { state } };
    return { data: [], layout };
  }

  const image = (source, x, y, sizex, sizey) => ({ source, x, y, sizex, sizey, xref: "paper", yref: "paper", sizing: "stretch", layer: "below" });

  function paintLarge(explorer, panel) {
    const [width, height] = explorer.measure();
    const canvas = document.createElement("canvas");
    Object.assign(canvas, { width: Math.round(width * DENSITY), height: Math.round(height * DENSITY) });
    panel.raster.project(explorer.view, width, height, DENSITY, { size: explorer.state.size });
    if (explorer.state.contours) explorer.contours = new Map([[panel.raster, neon.overlay.contourPath(panel.raster)]]);
    explorer.paint({ ...panel, context: canvas.getContext("2d"), index: explorer.panels.indexOf(panel) });
    return canvas.toDataURL("image/png");
  }

  function barPicture(palette) {
    const canvas = document.createElement("canvas");
    Object.assign(canvas, { width: 1, height: palette.length });
    const context = canvas.getContext("2d");
    palette.forEach((color, i) => {
      context.fillStyle = color;
      context.fillRect(0, palette.length - 1 - i, 1, 1);
    });
    return canvas.toDataURL("image/png");
  }

  /** Plotly is here when a graph is on the page; else it is fetched now. */
  function plotly(address) {
    if (window.Plotly) return Promise.resolve(window.Plotly);
    return new Promise((done, fail) => {
      const script = Object.assign(document.createElement("script"), { src: address, onload: () => done(window.Plotly), onerror: fail });
      document.head.append(script);
    });
  }

  neon.print = { draw, save };
})();
