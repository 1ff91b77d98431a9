/* What lies over the points: contours, ticks, the curves of a diagram, the outline of a selection. Drawn on the panel's
 * own canvas, so that an exported picture has it too. */
(function (root) {
  "use strict";

  const CONTOUR_SIDE = 5; // CSS pixels of a square in which galaxies are counted
  const CONTOUR_SHARES = [0.95, 0.8, 0.5, 0.2]; // of the visible galaxies within each contour
  const REGIONS = {
    bpt: [["star-forming", -1.2, -0.62], ["above Kewley", 0.16, 0.62]],
    whan: [["star-forming", -1.4, 2.35], ["strong AGN", 0.2, 2.35], ["weak AGN", 0.25, 0.58], ["retired", 0.25, 0.05], ["passive", 0.25, -0.7]],
  };

  /** Contours of a raster's visible galaxies as a path in device pixels; made once a frame, drawn in every panel. */
  function contourPath(raster) {
    const { shapes } = root.galacticNeon;
    const side = CONTOUR_SIDE * raster.density;
    const { counts, columns, rows } = raster.density2d(side);
    const smoothed = shapes.smooth(shapes.smooth(counts, columns, rows), columns, rows);
    const path = new Path2D();
    for (const level of new Set(shapes.levelsOf(smoothed, CONTOUR_SHARES))) {
      for (const [x0, y0, x1, y1] of shapes.contour(smoothed, columns, rows, level)) {
        path.moveTo((x0 + 0.5) * side, (y0 + 0.5) * side);
        path.lineTo((x1 + 0.5) * side, (y1 + 0.5) * side);
      }
    }
    return path;
  }

  /** @param tokens {text, muted, background} colours of the scheme */
  function draw(context, raster, { tokens, contours, diagram, ticks, outline, titles, edge }) {
    const { view, w, h, density } = raster;
    const px = (x) => ((x - view.x0) / (view.x1 - view.x0)) * w;
    const py = (y) => h - ((y - view.y0) / (view.y1 - view.y0)) * h;
    context.save();
    context.lineJoin = "round";
    if (contours) stroke(context, contours, tokens.text, 1 * density, 0.55);
    for (const { path, dashed } of diagram ? root.galacticNeon.shapes.CURVES[diagram] || [] : []) {
      const curve = new Path2D();
      path.forEach(([x, y], i) => (i ? curve.lineTo(px(x), py(y)) : curve.moveTo(px(x), py(y))));
      context.setLineDash(dashed ? [4 * density, 4 * density] : []);
      stroke(context, curve, tokens.text, 1.2 * density, 0.75);
      context.setLineDash([]);
    }
    context.font = `${10.5 * density}px ${tokens.font}`;
    context.textBaseline = "alphabetic";
    if (diagram && REGIONS[diagram] && w / density > 250) {
      for (const [text, x, y] of REGIONS[diagram]) write(context, text, px(x), py(y), tokens, "left");
    }
    if (ticks) drawTicks(context, view, px, py, { w, h, density, tokens, titles, edge });
    if (outline && outline.length > 1) {
      const path = new Path2D();
      outline.forEach(([x, y], i) => (i ? path.lineTo(px(x), py(y)) : path.moveTo(px(x), py(y))));
      path.closePath();
      context.globalAlpha = 0.12;
      context.fillStyle = tokens.text;
      context.fill(path);
      context.globalAlpha = 1;
      stroke(context, path, tokens.background, 3 * density, 0.8);
      stroke(context, path, tokens.text, 1.4 * density, 1);
    }
    context.restore();
  }

  function drawTicks(context, view, px, py, { w, h, density, tokens, titles, edge }) {
    const { niceTicks, short } = root.galacticNeon.scales;
    const length = 4 * density;
    const marks = new Path2D();
    const xs = niceTicks(view.x0, view.x1, w / density / 60);
    const ys = niceTicks(view.y0, view.y1, h / density / 24);
    xs.forEach((x) => { marks.moveTo(px(x), h); marks.lineTo(px(x), h - length); });
    ys.forEach((y) => { marks.moveTo(0, py(y)); marks.lineTo(length, py(y)); });
    stroke(context, marks, tokens.muted, density, 0.9);
    const room = 14 * density;
    if (edge.bottom) {
      xs.filter((x) => px(x) > room && px(x) < w - room).forEach((x) => write(context, short(x), px(x), h - 6 * density, tokens, "center"));
      write(context, titles[0], w - 6 * density, h - 19 * density, tokens, "right", tokens.text);
    }
    if (edge.left) {
      ys.filter((y) => py(y) > room && py(y) < h - 1.6 * room).forEach((y) => write(context, short(y), 7 * density, py(y) + 3.5 * density, tokens, "left"));
      write(context, titles[1], 7 * density, 13 * density, tokens, "left", tokens.text);
    }
  }

  /** Words that stay readable over points. */
  function write(context, text, x, y, tokens, align, color) {
    context.textAlign = align;
    context.lineWidth = context.font ? 3 : 1;
    context.strokeStyle = tokens.background;
    context.globalAlpha = 0.85;
    context.strokeText(text, x, y);
    context.globalAlpha = 1;
    context.fillStyle = color || tokens.muted;
    context.fillText(text, x, y);
  }

  function stroke(context, path, color, width, alpha) {
    Object.assign(context, { strokeStyle: color, lineWidth: width, globalAlpha: alpha });
    context.stroke(path);
    context.globalAlpha = 1;
  }

  root.galacticNeon = Object.assign(root.galacticNeon || {}, { overlay: { contourPath, draw } });
})(globalThis);
