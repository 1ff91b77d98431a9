/* Types of the parts of pages' manifests that predictions need. */

/**
 * @typedef {"colors" | "luminosity" | "redshift"} Variant   of a network: the quantities from which it predicts
 *
 * @typedef {object} Line
 * @property {string} name
 * @property {string} label
 * @property {string} symbol
 * @property {string} accent
 * @property {number} wavelength       vacuum [Å]
 * @property {number[]} wavelengths    of the members of a blend, vacuum [Å]
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
 * @typedef {object} Source   what the networks are fetched with
 * @property {Record<string, Partial<Record<Variant, string>>>} models   addresses of weights
 * @property {string} shared
 * @property {number[]} edges       of the bins [Å]
 * @property {Line[]} lines
 */

export {};
