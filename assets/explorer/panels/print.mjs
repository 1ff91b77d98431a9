/* Save the panels as PNG or SVG: every panel is painted at print density and becomes an image in a Plotly figure. */
import { contourPath } from "../../raster/overlay.mjs";
import { barTicks } from "../../raster/scales.mjs";
import { contextOf, makeCanvas, node, one } from "../../shell/dom.mjs";
import { short } from "../../shell/numbers.mjs";
import { leader } from "./coloring.mjs";
import { measure, paintPanel } from "./painter.mjs";

/** @import { Explorer } from "../explorer.mjs" */
/** @import { Panel } from "./panel.mjs" */

/**
 * @typedef {"png" | "svg"} Format
 * @typedef {Record<string, unknown>} Part   of a Plotly figure
 * @typedef {{downloadImage: (figure: {data: Part[], layout: Part}, options: Part) => Promise<unknown>}} Plotly
 */

const DENSITY = 3; // device pixels per CSS pixel, enough for a width of 180 mm at 300 dots per inch
const MARGINS = { l: 74, r: 60, t: 44, b: 34 };
const BAR = { left: 10, width: 8, height: 0.9 }; // CSS pixels, and share of a panel's height

/**
 * Save the panels as a file.
 * @param {Explorer} explorer
 * @param {Format} format
 */
export async function save(explorer, format) {
  const figure = draw(explorer);
  const { width, height } = figure.layout;
  const plotly = await plotlyFrom(explorer.manifest.plotly);
  explorer.redraw(); // the planes go back to the screen's density
  await plotly.downloadImage(figure, { format, width, height, scale: format === "png" ? DENSITY : 1, filename: "galactic-neon" });
}

/**
 * Return the figure, with images of panels and colour bars, and all else as text.
 * @param {Explorer} explorer
 */
function draw(explorer) {
  const { panels, plan, state, page } = explorer;
  const { tokens, ground } = explorer.palettes;
  const area = one(page, ".panel-area").getBoundingClientRect();
  const [width, height] = [area.width + MARGINS.l + MARGINS.r, area.height + MARGINS.t + MARGINS.b].map(Math.round);
  const small = { size: 11, color: tokens.muted };
  /** @type {Part[]} */
  const images = [];
  /** @type {Part[]} */
  const annotations = [];
  /** @type {(text: string, x: number, y: number, more: Part) => void} */
  const write = (text, x, y, more) => {
    const defaults = { xref: "paper", yref: "paper", showarrow: false, yanchor: "middle", font: { size: 12, color: tokens.text } };
    annotations.push({ text, x, y, ...defaults, ...more });
  };
  /** @type {(panel: Panel) => {left: number, top: number, w: number, h: number}} shares of the area, from its top */
  const placeOf = ({ box }) => {
    const at = box.getBoundingClientRect();
    const [left, top] = [(at.left - area.left) / area.width, (at.top - area.top) / area.height];
    return { left, top, w: at.width / area.width, h: at.height / area.height };
  };
  const shapes = panels.map((panel) => {
    const { left, top, w, h } = placeOf(panel);
    images.push(image(paintLarge(explorer, panel), left, 1 - top, w, h));
    const line = { width: 1, color: tokens.muted };
    return { type: "rect", xref: "paper", yref: "paper", x0: left, x1: left + w, y0: 1 - top, y1: 1 - top - h, line };
  });
  [...page.querySelectorAll(".panel-headings > div")].forEach((head, i) => {
    const [title, note] = [...head.children].map((child) => child.textContent);
    const { left, w } = placeOf(panels[i]);
    write(`<b>${title}</b>${note ? ` · ${note}` : ""}`, left + w / 2, 1, { yanchor: "bottom", yshift: 8, xanchor: "center" });
  });
  plan.rows.forEach((row, i) => {
    const { top, h } = placeOf(panels[i * plan.columns.length]);
    const middle = 1 - top - h / 2;
    const line = explorer.manifest.lines[row];
    const name = line ? `<b>${line.symbol}</b><br>λ${line.number}` : explorer.titleOf(row);
    write(name, 0, middle, { xanchor: "right", xshift: -10, align: "right" });
    const coloring = leader(explorer, row)?.coloring;
    if (!coloring) return;
    const high = BAR.height * h;
    const bottom = middle - high / 2;
    images.push(image(barPicture(coloring.palette), 1 + BAR.left / area.width, bottom + high, BAR.width / area.width, high));
    for (const [value, at] of barTicks(coloring.range, coloring.stretch)) {
      write(short(value), 1, bottom + at * high, { xanchor: "left", xshift: 22, font: small });
    }
  });
  const foot = { yanchor: "top", yshift: -8, font: small };
  write(one(page, ".panels-place").textContent ?? "", 0, 0, { xanchor: "left", ...foot });
  write(`Galactic Neon · ${explorer.manifest.title}`, 1, 0, { xanchor: "right", ...foot });
  const hidden = { visible: false, range: [0, 1] };
  const colors = { paper_bgcolor: ground, plot_bgcolor: ground, font: { family: tokens.font } };
  const layout = { width, height, margin: MARGINS, images, annotations, shapes, xaxis: hidden, yaxis: hidden, ...colors, meta: { state } };
  return { data: [], layout };
}

/** @type {(source: string, x: number, y: number, sizex: number, sizey: number) => Part} */
const image = (source, x, y, sizex, sizey) => ({ source, x, y, sizex, sizey, xref: "paper", yref: "paper", sizing: "stretch", layer: "below" });

/**
 * Paint a panel at print density.
 * @param {Explorer} explorer
 * @param {Panel} panel
 */
function paintLarge(explorer, panel) {
  const [width, height] = measure(explorer);
  const canvas = makeCanvas(Math.round(width * DENSITY), Math.round(height * DENSITY));
  if (explorer.view && panel.raster) {
    panel.raster.project(explorer.view, width, height, DENSITY, { size: explorer.state.size });
    if (explorer.state.contours) explorer.painter.contours = new Map([[panel.raster, contourPath(panel.raster)]]);
  }
  paintPanel(explorer, panel, contextOf(canvas));
  return canvas.toDataURL("image/png");
}

/** @param {string[]} palette */
function barPicture(palette) {
  const canvas = makeCanvas(1, palette.length);
  const context = contextOf(canvas);
  palette.forEach((color, i) => {
    context.fillStyle = color;
    context.fillRect(0, palette.length - 1 - i, 1, 1);
  });
  return canvas.toDataURL("image/png");
}

/**
 * Return Plotly, and load its script if no graph has loaded it.
 * @param {string} address
 * @returns {Promise<Plotly>}
 */
async function plotlyFrom(address) {
  const holder = /** @type {{Plotly?: Plotly}} */ (/** @type {unknown} */ (window));
  if (!holder.Plotly) {
    await new Promise((done, fail) => {
      const script = node("script");
      script.src = address;
      script.onload = done;
      script.onerror = fail;
      document.head.append(script);
    });
  }
  if (!holder.Plotly) throw new Error("Plotly's script did not define Plotly.");
  return holder.Plotly;
}
