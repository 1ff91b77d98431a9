/* Types of the Predict page's manifest (pages/predict/page.py) and form. */

/** @import { Diagrams } from "../raster/diagrams.mjs" */
/** @import { Scheme } from "../shell/scheme.mjs" */

/**
 * @typedef {"colors" | "luminosity" | "redshift"} Variant   of a network: the quantities from which it predicts
 * @typedef {"catalogued" | "intrinsic"} Kind   of equivalent widths
 *
 * @typedef {object} Line
 * @property {string} name
 * @property {string} label
 * @property {string} symbol
 * @property {string} accent
 * @property {number} wavelength       vacuum [Å]
 * @property {number[]} wavelengths    of the members of a blend, vacuum [Å]
 *
 * @typedef {object} Typed   content of the form's fields
 * @property {string[]} bins
 * @property {string} luminosity
 * @property {string} redshift
 *
 * @typedef {object} Known   data of a galaxy from a file
 * @property {string} name
 * @property {(number | null)[] | null} measured   equivalent widths [Å]
 * @property {unknown} ivar
 * @property {unknown} covered
 * @property {boolean} spectrum                    whether an uploaded spectrum is drawn
 * @property {Answer | null} answer                the server's prediction, where bins are noisy or missing
 *
 * @typedef {{model: string, listed: (number | null)[][], free: (number | null)[][] | null}} Answer   rows of Widths and of Intrinsic
 * @typedef {Typed & Partial<Known>} Form
 * @typedef {{name?: string, wavelength: number[], flux: number[]}} Seen   an uploaded spectrum
 * @typedef {Partial<Form> & {seen?: Seen}} Galaxy                         a row of a file, or a preset
 *
 * @typedef {[number, number]} Range
 *
 * @typedef {object} Limits
 * @property {Range} flux
 * @property {Range} luminosity
 * @property {Range} redshift
 * @property {number} edge        score below which a galaxy lies at the edge of the training domain
 * @property {number} outside     score below which it lies outside
 * @property {{redshift?: Range, luminosity?: [number, number, number, number]}} trained   luminosity: limits of
 *   outside, edge, edge, outside
 *
 * @typedef {object} Background   medians of real galaxies in cells of the map
 * @property {number} size
 * @property {number[]} x
 * @property {number[]} y
 * @property {number[]} n                 galaxies
 * @property {(number | null)[][]} ew     [line][cell], Å
 *
 * @typedef {object} Manifest
 * @property {string} model
 * @property {Record<string, Partial<Record<Variant, string>>>} models   addresses of weights
 * @property {{value: string, label: string}[]} choices
 * @property {string} shared        addresses
 * @property {string} background
 * @property {string} grid
 * @property {number[]} edges       of the bins [Å]
 * @property {Line[]} lines
 * @property {string[]} leading     names of the leading lines
 * @property {Diagrams} diagrams
 * @property {Record<Scheme, string[]>} colors
 * @property {Record<Kind, string>} kinds
 * @property {{bins: string[]}[]} presets
 * @property {Typed} start
 * @property {Typed} opened
 * @property {Limits} limits
 */

export {};
