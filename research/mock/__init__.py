"""Mock galaxies, so that the product runs where no real galaxy is shipped.

Three stages, all fitted to real galaxies: `continuum`, a Gaussian mixture over colours, luminosity and redshift;
`lines`, a chain that draws what a catalogue would list of each line, given those and the lines before it; `raking`,
which keeps of such candidates as many of each kind as there are among real galaxies. `density` keeps them in one file,
`draw` draws from it, `fit` fits it, `comparison` says how well it passes for real.
"""
