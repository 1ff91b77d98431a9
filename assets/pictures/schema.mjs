/* Types of still figures: the subset of Plotly's format that they use, as in components/figures/schema.py. A test
 * compares the two. */

/**
 * @typedef {{dtype: "f4" | "u1", bdata: string, shape?: string}} Bytes   numbers as base64
 * @typedef {{size: number, color: string}} Font
 * @typedef {{text?: string, font?: Font}} Title
 * @typedef {{l: number, r: number, t: number, b: number}} Margin
 *
 * @typedef {object} Axis
 * @property {[number, number]} range
 * @property {[number, number]} [domain]   its part of the plot, 0 to 1
 * @property {string} [anchor]             the axis at which it lies: "x" or "y2"
 * @property {boolean} [visible]
 * @property {number} [dtick]              step between ticks; or
 * @property {number[]} [tickvals]         values of ticks; or
 * @property {number} [nticks]             approximate number of ticks
 * @property {string[]} [ticktext]
 * @property {Font} [tickfont]
 * @property {Title} [title]
 * @property {boolean} [showgrid]
 * @property {boolean} [showline]
 * @property {string} [gridcolor]
 * @property {string} [linecolor]
 *
 * @typedef {{color?: string, width: number, dash?: "solid" | "dot" | "dash", shape?: "linear" | "hv"}} Line
 *
 * @typedef {object} Curve   a line through points, an area, or both
 * @property {"scatter"} type
 * @property {number[] | Bytes} y
 * @property {number[] | Bytes} [x]        or an even grid:
 * @property {number} [x0]
 * @property {number} [dx]
 * @property {"lines" | "none"} mode
 * @property {Line} [line]
 * @property {"toself" | "tozeroy"} [fill]
 * @property {string} [fillcolor]
 * @property {number} [opacity]
 * @property {string} [xaxis]
 * @property {string} [yaxis]
 *
 * @typedef {object} Cells   a grid of levels
 * @property {"heatmap"} type
 * @property {Bytes} z
 * @property {number} x0
 * @property {number} dx
 * @property {number} y0
 * @property {number} dy
 * @property {number} zmin
 * @property {number} zmax
 * @property {[number, string][]} colorscale   shares and "rgba(...)"
 *
 * @typedef {object} Shape
 * @property {"line" | "rect"} type
 * @property {number} x0
 * @property {number} x1
 * @property {number} y0
 * @property {number} y1
 * @property {string} xref
 * @property {string} yref
 * @property {{color?: string, width: number}} line
 * @property {string} [fillcolor]
 * @property {number} [opacity]
 *
 * @typedef {object} Note   a text
 * @property {string} text
 * @property {number} x
 * @property {number} y
 * @property {string} [xref]
 * @property {string} [yref]
 * @property {"left" | "center" | "right"} xanchor
 * @property {"top" | "middle" | "bottom"} yanchor
 * @property {number} [xshift]
 * @property {number} [yshift]
 * @property {boolean} [showarrow]   false, because Plotly draws an arrow by default
 * @property {Font} font
 *
 * @typedef {Partial<Axis>} UsualAxis   defaults of axes
 * @typedef {{layout: {font: Font, xaxis: UsualAxis, yaxis: UsualAxis}}} Template
 *
 * @typedef {object} Layout
 * @property {Template} template
 * @property {Margin} margin
 * @property {Shape[]} [shapes]
 * @property {Note[]} [annotations]
 * @property {Axis} [xaxis]
 * @property {Axis} [xaxis2]
 * @property {Axis} [xaxis3]
 * @property {Axis} [xaxis4]
 * @property {Axis} [yaxis]
 * @property {Axis} [yaxis2]
 * @property {Axis} [yaxis3]
 * @property {Axis} [yaxis4]
 *
 * @typedef {{data: (Curve | Cells)[], layout: Layout}} Figure
 */

const AXES = ["xaxis", "xaxis2", "xaxis3", "xaxis4", "yaxis", "yaxis2", "yaxis3", "yaxis4"];

/** @type {(names: string) => Record<string, null>} */
const words = (names) => Object.fromEntries(names.split(" ").map((name) => [name, null]));

/**
 * The keys of each part; the value of a key is the name of the part there, in a list for lists, or null.
 * @type {Record<string, Record<string, string | [string] | null>>}
 */
export const SCHEMA = {
  Figure: { data: ["Trace"], layout: "Layout" },
  Layout: {
    template: "Template",
    margin: "Margin",
    shapes: ["Shape"],
    annotations: ["Note"],
    ...Object.fromEntries(AXES.map((name) => [name, "Axis"])),
  },
  Template: { layout: "TemplateLayout" },
  TemplateLayout: { font: "Font", xaxis: "Axis", yaxis: "Axis" },
  Margin: words("l r t b"),
  Axis: {
    ...words("range domain anchor visible dtick tickvals ticktext nticks showgrid showline gridcolor linecolor"),
    tickfont: "Font",
    title: "Title",
  },
  Title: { ...words("text"), font: "Font" },
  Font: words("size color"),
  Curve: { ...words("type x0 dx mode fill fillcolor opacity xaxis yaxis"), x: "Bytes", y: "Bytes", line: "Line" },
  Line: words("color width dash shape"),
  Cells: { ...words("type x0 dx y0 dy zmin zmax colorscale"), z: "Bytes" },
  Bytes: words("dtype bdata shape"),
  Shape: { ...words("type x0 x1 y0 y1 xref yref fillcolor opacity"), line: "Edge" },
  Edge: words("color width"),
  Note: { ...words("text x y xref yref xanchor yanchor xshift yshift showarrow"), font: "Font" },
};

/**
 * Throw if a figure has a key that is not supported.
 * @param {Figure} figure
 */
export function check(figure) {
  checkPart("Figure", figure, "figure");
}

/**
 * @param {string} name    of the part
 * @param {any} part
 * @param {string} where   path of the part, for the error
 */
function checkPart(name, part, where) {
  const known = SCHEMA[name === "Trace" ? (part.type === "heatmap" ? "Cells" : "Curve") : name];
  for (const [key, value] of Object.entries(part)) {
    const at = `${where}.${key}`;
    if (!(key in known)) throw new Error(`Still figures do not support “${at}”.`);
    const inner = known[key];
    if (Array.isArray(inner)) value.forEach((/** @type {any} */ each, /** @type {number} */ i) => checkPart(inner[0], each, `${at}[${i}]`));
    else if (inner && value && !Array.isArray(value)) checkPart(inner, value, at); // numbers may be a plain list
  }
}
