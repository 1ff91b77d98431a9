/* Types of the Predict page's manifest (pages/predict/page.py) and form. */

/** @import { Limits, Line, Variant } from "../network/types.mjs" */
/** @import { Diagrams } from "../raster/diagrams.mjs" */
/** @import { Scheme } from "../shell/scheme.mjs" */

/**
 * @typedef {"catalogued" | "intrinsic"} Kind   of equivalent widths
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
