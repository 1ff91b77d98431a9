/* Types of the Synthesize page's manifest (pages/synthesize/page.py). */

/** @import { Limits, Line, Range, Variant } from "../network/types.mjs" */
/** @import { Diagrams } from "../raster/diagrams.mjs" */
/** @import { Scheme } from "../shell/scheme.mjs" */

/**
 * @typedef {"age" | "tau" | "burst" | "burst_age" | "quenched" | "log_mass" | "log_metallicity" | "av" | "gas_to_stars" | "dispersion" | "redshift"} Name
 * @typedef {Record<Name, number>} Stars   as `model.dsps.Stars`, and the reddening of the gas over that of the stars
 *
 * @typedef {object} Slider
 * @property {Name} name
 * @property {string} label
 * @property {string} unit
 * @property {number} low
 * @property {number} high
 * @property {boolean} log        whether the slider is even in the logarithm
 * @property {number} digits      after the point
 * @property {number} per         step for which the change of Hα is shown; 0 where it cannot change
 *
 * @typedef {{times: number, least: number, first: number, burst: number, quenching: number, recent: number}} HistoryConstants
 *
 * @typedef {object} SpectrumConstants   numbers of model/dsps, see analysis/web_client/stars.py
 * @property {number} first              first wavelength [Å]
 * @property {number} step               of its logarithm
 * @property {number} pixels
 * @property {HistoryConstants} history
 * @property {number} scatter            of the metallicity [dex]
 * @property {number} largestDispersion  [km/s]
 * @property {number} pixel              [km/s]
 * @property {number} speed              of light [km/s]
 * @property {number} gas                velocity dispersion of the lines [km/s]
 * @property {number} sideBand           [Å]
 * @property {Range[]} windows           masked around the lines [Å]
 * @property {{wavelength: number, line: number, window: Range}[]} components   of the lines
 * @property {number} halpha             wavelength [Å]
 * @property {number} oxygen             12 + log O/H where log Z is 0
 * @property {number} solar              luminosity [erg/s]
 * @property {number} abZero
 * @property {number} leastCovered       share of a band
 * @property {{hubble: number, matter: number, speed: number, cm: number}} cosmology   cm: per megaparsec
 * @property {{floor: number, edge: number, outside: number, sigma: number}} expectation
 * @property {string[]} bands
 *
 * @typedef {object} Manifest
 * @property {string} model
 * @property {Record<string, Partial<Record<Variant, string>>>} models   addresses of weights
 * @property {string} shared        addresses
 * @property {string} background
 * @property {string} stars
 * @property {number[]} edges       of the bins [Å]
 * @property {Line[]} lines
 * @property {Diagrams} diagrams
 * @property {Record<Scheme, string[]>} colors
 * @property {Limits} limits
 * @property {SpectrumConstants} constants
 * @property {Slider[]} sliders
 * @property {{name: string, stars: Stars}[]} presets
 * @property {Stars} start
 * @property {Stars} opened
 * @property {number} population   galaxies of a population
 */

export {};
