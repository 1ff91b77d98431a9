"""Mock galaxies, so that the product runs where no real galaxy is shipped.

Two stages, both fitted to real galaxies: `continuum`, a Gaussian mixture over colours, luminosity and redshift, and
`lines`, a chain that draws what a catalogue would list of each line, given those and the lines before it. `density`
keeps both in one file, `draw` draws from it, `fit` and `fit_lines` fit it, `comparison` says how well it passes for
real.
"""
