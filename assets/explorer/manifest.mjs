/* What the explorer's page carries for the browser (components/panel_grid.py), and what its panels show
 * (components/view.py). Types alone. */

/** @import { DiagramName, Diagrams } from "../raster/diagrams.mjs" */
/** @import { Cells } from "../raster/painting.mjs" */
/** @import { Stretch } from "../raster/scales.mjs" */
/** @import { Point } from "../raster/shapes.mjs" */
/** @import { Scheme } from "../shell/scheme.mjs" */

/**
 * @typedef {"observed" | "predicted" | "noise" | "pull"} Column
 *
 * @typedef {object} State   what the panels show
 * @property {string[]} lines
 * @property {Column[]} columns
 * @property {string} noise
 * @property {"map" | "colour" | DiagramName | "xy"} view
 * @property {string} x            quantities of the plane where view is "xy"
 * @property {string} y
 * @property {"own" | Exclude<Column, "pull">} places
 * @property {string} color        "lines", a quantity of each line, or any quantity
 * @property {Stretch} stretch
 * @property {string} clip         percentage left out at either end of the colours
 * @property {boolean} lock        whether panels share their limits
 * @property {string} palette
 * @property {boolean} missing     whether galaxies without a value are shown
 * @property {boolean} contours
 * @property {"points" | "behind" | "instead"} behind
 * @property {number} size
 * @property {number} opacity
 * @property {number} seed
 * @property {number[] | null} zoom   x0, x1, y0, y1
 *
 * @typedef {object} Field   one thing of the state that can be set
 * @property {keyof State} name
 * @property {string} key      in the address
 * @property {"choice" | "several" | "flag" | "number" | "numbers" | "name"} kind
 * @property {unknown} default
 * @property {any[]} allowed   for several: pairs of letter and value
 *
 * @typedef {{x: string, y: string, polygon: Point[]}} Gate   a polygon in a plane of two quantities
 *
 * @typedef {object} Selection   a population, as its store carries it
 * @property {number} version
 * @property {string} name
 * @property {number} count
 * @property {string} rows     uint32 in base64
 * @property {(Gate & {view?: string}) | null} [gate]
 * @property {string} [find]   the search that found it
 *
 * @typedef {{symbol: string, number: string | number, accent: string, wavelength: number}} Line
 *
 * @typedef {"panels" | "selected" | "selection" | "found" | "status" | "lines" | "view" | "seed" | "tool" | "undo"
 *   | "redo" | "keys"} Place   of a component that the panels talk to
 *
 * @typedef {object} Manifest
 * @property {string} version       of the catalogue's content
 * @property {number} n             galaxies
 * @property {string} title
 * @property {boolean} isMock
 * @property {string} catalogue     its name, where the address must say it
 * @property {State} state
 * @property {number} [row]
 * @property {string} [galaxy]
 * @property {Gate | null} [gate]
 * @property {string} columns       addresses
 * @property {string} galaxies
 * @property {string} tables
 * @property {string} cells
 * @property {string} grid
 * @property {string} plotly
 * @property {string[]} tableColumns
 * @property {Field[]} fields
 * @property {Record<string, Line>} lines        all, in their order
 * @property {string[]} leading                  names of the leading lines
 * @property {{blue: number, red: number, count: number}} bins   edges of the continuum [Å], and how many bins
 * @property {Diagrams} diagrams
 * @property {Record<string, string>} labels     of quantities
 * @property {Record<string, string>} units
 * @property {Record<string, {stops: string[], span: Record<Scheme, [number, number]>}>} palettes
 * @property {Record<Scheme, string[]>} diverging
 * @property {Record<Scheme, string>} undetected
 * @property {Record<Place, string>} ids
 *
 * @typedef {Cells & {codes: Record<string, number[]>}} MapCells   codes by quantity
 */

export {};
