/* Still pictures: the figures of the explorer's cards, drawn as SVG.
 *
 * The server describes them in Plotly's words (components/figures/), of which this draws the part they use: curves,
 * areas and cells over linear axes, shapes and notes. They answer to no pointer, and Plotly's script would keep the page
 * waiting to be loaded, and a click waiting for its redraw (docs/decisions/0015-still-pictures-in-svg.md).
 */
(function (root) {
  "use strict";

  const DASHES = { dot: [1, 2], dash: [4, 3] }; // in line widths
  const TYPES = { f4: Float32Array, u1: Uint8Array };
  const TICKS = 5; // about as many, where an axis does not say
  const drawn = new WeakMap(); // element -> its figure

  const number = (value) => value.toFixed(2);
  const escape = (text) => String(text).replace(/[&<>"]/g, (letter) => `&#${letter.charCodeAt(0)};`);

  /** Numbers of a list or of bytes in base64. */
  function numbers(given) {
    if (!given || Array.isArray(given)) return given;
    const text = root.atob(given.bdata);
    const bytes = new Uint8Array(text.length);
    for (let i = 0; i < text.length; i++) bytes[i] = text.charCodeAt(i);
    return new TYPES[given.dtype](bytes.buffer);
  }

  function tag(name, attributes, inner = "") {
    const said = Object.entries(attributes).map(([key, value]) => (value === undefined ? "" : ` ${key}="${value}"`));
    return `<${name}${said.join("")}>${inner}</${name}>`;
  }

  /** The plot's box inside the margins, and for each axis its pixels. */
  function frame(layout, width, height) {
    const { l, r, t, b } = layout.margin;
    const box = { left: l, top: t, right: width - r, bottom: height - b };
    const inner = { width: Math.max(1, width - l - r), height: Math.max(1, height - t - b) };
    const usual = layout.template.layout;
    const axes = {};
    for (const name of Object.keys(layout).filter((key) => /^[xy]axis\d*$/.test(key))) {
      const axis = { ...usual[`${name[0]}axis`], ...layout[name] };
      const [from, to] = axis.domain || [0, 1];
      const [low, high] = axis.range;
      const across = name[0] === "x";
      const [start, end] = across ? [l + from * inner.width, l + to * inner.width] : [box.bottom - from * inner.height, box.bottom - to * inner.height];
      axes[name.replace("axis", "")] = { ...axis, across, start, end, at: (value) => start + ((value - low) / (high - low)) * (end - start) };
    }
    return { box, inner, axes, font: usual.font };
  }

  // ---- axes -------------------------------------------------------------------------------------------------------

  function ticksOf({ range: [low, high], across, dtick, tickvals, ticktext, nticks, start, end }) {
    if (tickvals) return tickvals.map((value, i) => [value, ticktext[i]]);
    const { niceTicks, short } = root.galacticNeon.scales;
    const room = Math.max(2, Math.abs(end - start) / (across ? 36 : 28));
    const step = dtick && dtick * Math.ceil((high - low) / dtick / room); // every other one where they would crowd
    const first = Math.ceil(low / step);
    const values = dtick ? Array.from({ length: Math.floor(high / step) - first + 1 }, (_, i) => (first + i) * step) : niceTicks(low, high, Math.min(nticks || TICKS, room));
    return values.map((value) => [value, short(value)]);
  }

  /** Grid lines below, labels and titles above the curves. */
  function drawAxis(axis, other) {
    const { across, at, tickfont, title } = axis;
    const ticks = ticksOf(axis);
    const edge = other.start; // the bottom for x, the left for y
    const line = (place, color) =>
      tag("path", { d: across ? `M${number(place)},${other.start}V${other.end}` : `M${other.start},${number(place)}H${other.end}`, stroke: color });
    const grid = axis.showgrid === false ? "" : ticks.map(([value]) => line(at(value), axis.gridcolor)).join("");
    const rim = axis.showline ? tag("path", { d: across ? `M${axis.start},${edge}H${axis.end}` : `M${edge},${axis.start}V${axis.end}`, stroke: axis.linecolor }) : "";
    const labels = ticks.map(([value, text]) => (across ? word(text, at(value), edge + 13, { anchor: "middle", font: tickfont }) : word(text, edge - 4, at(value) + 3.5, { anchor: "end", font: tickfont })));
    if (title && title.text) {
      const middle = (axis.start + axis.end) / 2;
      const font = axis.title.font || tickfont;
      labels.push(across ? word(title.text, middle, edge + 28, { anchor: "middle", font }) : word(title.text, 0, 0, { anchor: "middle", font, transform: `translate(${edge - 25} ${number(middle)}) rotate(-90)` }));
    }
    return { below: grid + rim, above: labels.join("") };
  }

  function word(text, x, y, { anchor, font, transform }) {
    return tag("text", { x: number(x), y: number(y), "text-anchor": anchor, fill: font.color, "font-size": font.size, transform }, escape(text));
  }

  // ---- what the axes hold -----------------------------------------------------------------------------------------

  /** The points that a curve needs at this size: of those within one pixel's width its first, lowest, highest and last. */
  function needed(x, y, xs) {
    const kept = [];
    if (y.length <= 4 * Math.abs(xs.end - xs.start)) {
      for (let i = 0; i < y.length; i++) kept.push(i);
      return kept;
    }
    let [first, low, high, column] = [-1, -1, -1, NaN];
    const keep = (i) => i !== kept[kept.length - 1] && kept.push(i);
    const close = (last) => first >= 0 && [Math.min(low, high), Math.max(low, high), last].forEach(keep);
    for (let i = 0; i < y.length; i++) {
      const here = y[i] === y[i] ? Math.floor(xs.at(x(i))) : NaN;
      if (here === column) {
        if (y[i] < y[low]) low = i;
        if (y[i] > y[high]) high = i;
        continue;
      }
      close(i - 1);
      column = here;
      first = low = high = here === here ? i : -1;
      kept.push(i); // a gap stays one
    }
    close(y.length - 1);
    return kept;
  }

  /** A path through points; a gap where a number is missing; steps hold a value until the next. */
  function path(x, y, { x: xs, y: ys }, stepped) {
    const parts = [];
    let pen = "M";
    for (const i of needed(x, y, xs)) {
      const value = y[i];
      if (value !== value) {
        pen = "M";
        continue;
      }
      const [px, py] = [number(xs.at(x(i))), number(ys.at(value))];
      parts.push(stepped && pen === "L" ? `H${px}V${py}` : `${pen}${px},${py}`);
      pen = "L";
    }
    return parts.join("");
  }

  function drawCurve(trace, axes) {
    const pair = { x: axes[trace.xaxis || "x"], y: axes[trace.yaxis || "y"] };
    const [given, y] = [numbers(trace.x), numbers(trace.y)];
    const x = given ? (i) => given[i] : (i) => trace.x0 + i * trace.dx;
    const d = path(x, y, pair, trace.line && trace.line.shape === "hv");
    const { color, width, dash } = trace.line || {};
    const parts = [];
    if (trace.fill) {
      const floor = number(pair.y.at(0));
      const closed = trace.fill === "tozeroy" ? `M${number(pair.x.at(x(0)))},${floor}L${d.slice(1)}V${floor}Z` : `${d}Z`;
      parts.push(tag("path", { d: closed, fill: trace.fillcolor }));
    }
    if (trace.mode === "lines" && width) {
      const dashes = DASHES[dash];
      parts.push(tag("path", { d, fill: "none", stroke: color, "stroke-width": width, "stroke-linejoin": "round", "stroke-dasharray": dashes && dashes.map((part) => number(part * Math.max(width, 1.5))).join() }));
    }
    return within(pair, tag("g", { opacity: trace.opacity }, parts.join("")));
  }

  /** Cells are painted one pixel each, and stretched. */
  function drawCells(trace, axes) {
    const pair = { x: axes[trace.xaxis || "x"], y: axes[trace.yaxis || "y"] };
    const [rows, columns] = trace.z.shape.split(",").map(Number);
    const levels = numbers(trace.z);
    const canvas = Object.assign(document.createElement("canvas"), { width: columns, height: rows });
    const context = canvas.getContext("2d");
    const image = context.createImageData(columns, rows);
    const stops = trace.colorscale.map(([share, color]) => [share, color.match(/[\d.]+/g).map(Number)]);
    for (let i = 0; i < levels.length; i++) {
      const share = (levels[i] - trace.zmin) / (trace.zmax - trace.zmin);
      const k = Math.max(1, stops.findIndex(([end]) => end >= share));
      const [[low, from], [high, to]] = [stops[k - 1], stops[k]];
      const part = (share - low) / (high - low);
      const at = 4 * ((rows - 1 - Math.floor(i / columns)) * columns + (i % columns)); // rows go up, pixels down
      for (let c = 0; c < 4; c++) image.data[at + c] = (from[c] + part * (to[c] - from[c])) * (c === 3 ? 255 : 1);
    }
    context.putImageData(image, 0, 0);
    const left = pair.x.at(trace.x0 - trace.dx / 2);
    const top = pair.y.at(trace.y0 + (rows - 0.5) * trace.dy);
    const size = { width: number(pair.x.at(trace.x0 + (columns - 0.5) * trace.dx) - left), height: number(pair.y.at(trace.y0 - trace.dy / 2) - top) };
    return tag("image", { href: canvas.toDataURL(), x: number(left), y: number(top), ...size, preserveAspectRatio: "none", style: "image-rendering: pixelated" });
  }

  /** Cut at the axes' ends. */
  function within({ x, y }, inner) {
    const [width, height] = [x.end - x.start, y.start - y.end].map((side) => number(Math.max(0, side)));
    return tag("svg", { x: x.start, y: y.end, width, height, viewBox: `${x.start} ${y.end} ${width} ${height}` }, inner);
  }

  // ---- shapes and notes -------------------------------------------------------------------------------------------

  /** A coordinate of a shape or a note: of an axis, of its length, or of the whole plot. */
  function place({ box, inner, axes }, reference, direction, value) {
    if (reference === "paper") return direction === "x" ? box.left + value * inner.width : box.bottom - value * inner.height;
    const axis = axes[(reference || direction).split(" ")[0]];
    return (reference || "").endsWith("domain") ? axis.start + value * (axis.end - axis.start) : axis.at(value);
  }

  function drawShape(shape, sizes) {
    const [x0, x1] = [shape.x0, shape.x1].map((value) => place(sizes, shape.xref, "x", value));
    const [y0, y1] = [shape.y0, shape.y1].map((value) => place(sizes, shape.yref, "y", value));
    if (shape.type === "line") return tag("path", { d: `M${number(x0)},${number(y0)}L${number(x1)},${number(y1)}`, stroke: shape.line.color, "stroke-width": shape.line.width, opacity: shape.opacity });
    const size = { width: number(Math.abs(x1 - x0)), height: number(Math.abs(y1 - y0)) };
    return tag("rect", { x: number(Math.min(x0, x1)), y: number(Math.min(y0, y1)), ...size, fill: shape.fillcolor, opacity: shape.opacity });
  }

  function drawNote(note, sizes) {
    const font = { ...sizes.font, ...note.font };
    const x = place(sizes, note.xref, "x", note.x) + (note.xshift || 0);
    const lift = { top: 0.95, middle: 0.35, bottom: -0.3 }[note.yanchor];
    const y = place(sizes, note.yref, "y", note.y) - (note.yshift || 0) + lift * font.size;
    return tag("text", { class: "note", x: number(x), y: number(y), "text-anchor": { left: "start", center: "middle", right: "end" }[note.xanchor], fill: font.color, "font-size": font.size }, escape(note.text));
  }

  function svgOf(figure, width, height) {
    const { layout } = figure;
    const sizes = frame(layout, width, height);
    const { axes } = sizes;
    const shown = Object.values(axes).filter(({ visible }) => visible !== false);
    const parts = shown.map((axis) => drawAxis(axis, axes[axis.anchor || (axis.across ? "y" : "x")]));
    return [
      ...(layout.shapes || []).map((shape) => drawShape(shape, sizes)),
      ...parts.map(({ below }) => below),
      ...figure.data.map((trace) => (trace.type === "heatmap" ? drawCells : drawCurve)(trace, axes)),
      ...parts.map(({ above }) => above),
      ...(layout.annotations || []).map((note) => drawNote(note, sizes)),
    ].join("");
  }

  const resized = new ResizeObserver((entries) => entries.forEach(({ target }) => fit(target)));

  /** Draw what an element holds at the size that it has now. */
  function fit(element) {
    const kept = drawn.get(element);
    const { clientWidth: width, clientHeight: height } = element;
    if (!width || !height || (kept.width === width && kept.height === height)) return; // hidden ones wait until they appear
    Object.assign(kept, { width, height });
    element.innerHTML = `<svg width="${width}" height="${height}" aria-hidden="true">${svgOf(kept.figure, width, height)}</svg>`;
  }

  /** Draw a figure into an element, and again whenever that changes its size. */
  function draw(element, figure) {
    const known = drawn.has(element);
    drawn.set(element, { figure });
    fit(element);
    if (!known) resized.observe(element);
  }

  root.galacticNeon = Object.assign(root.galacticNeon || {}, { figure: { draw, needed } });
})(globalThis);
