/* Types of the explorer's manifest (components/explorer/panels.py) and state (components/explorer/view.py). */

/** @import { DiagramName, Diagrams } from "../raster/diagrams.mjs" */
/** @import { Cells } from "../raster/painting.mjs" */
/** @import { Stretch } from "../raster/scales.mjs" */
/** @import { Point } from "../raster/shapes.mjs" */
/** @import { Scheme } from "../shell/scheme.mjs" */

/**
 * @typedef {"observed" | "predicted" | "noise" | "pull"} Column
 *
 * @typedef {object} State   of the panels
 * @property {string[]} lines
 * @property {Column[]} columns
 * @property {string} noise
 * @property {"map" | "colour" | DiagramName | "xy"} view
 * @property {string} x            quantities of the plane if view is "xy"
 * @property {string} y
 * @property {"own" | Exclude<Column, "pull">} places
 * @property {string} color        "lines", a quantity of each line, or any quantity
 * @property {Stretch} stretch
 * @property {string} clip         percentage of values clipped at either end of the colours
 * @property {boolean} lock        whether panels share the limits of colours
 * @property {string} palette
 * @property {boolean} missing     whether galaxies without a value are shown
 * @property {boolean} contours
 * @property {"points" | "behind" | "instead"} behind
 * @property {number} size
 * @property {number} opacity
 * @property {number} seed
 * @property {number[] | null} zoom   x0, x1, y0, y1
 *
 * @typedef {object} Field   of the state
 * @property {keyof State} name
 * @property {string} key      parameter in the address
 * @property {"choice" | "several" | "flag" | "number" | "numbers" | "name"} kind
 * @property {unknown} default
 * @property {any[]} allowed   for several: pairs of letter and value
 *
 * @typedef {{x: string, y: string, polygon: Point[]}} Gate   a polygon in a plane of two quantities
 *
 * @typedef {object} Selection   a population in its store
 * @property {number} version
 * @property {string} name
 * @property {number} count
 * @property {string} rows     little-endian uint32 as base64
 * @property {(Gate & {view?: string}) | null} [gate]
 * @property {string} [find]   the search that found it
 *
 * @typedef {{symbol: string, number: string | number, accent: string, wavelength: number}} Line
 *
 * @typedef {"panels" | "selected" | "selection" | "found" | "search" | "status" | "lines" | "view" | "seed" | "tool"
 *   | "undo" | "redo" | "keys"} Place   a component of the page that the panels set or read
 *
 * @typedef {object} Manifest
 * @property {string} version       of the catalogue
 * @property {number} n             galaxies
 * @property {string} title
 * @property {boolean} isMock
 * @property {string} catalogue     its name if addresses must contain it, else ""
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
 * @property {Record<string, Line>} lines        all lines by name, in order
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
