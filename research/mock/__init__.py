"""Mock galaxies, which are shipped in place of real ones.

Their density has three stages, fitted to real galaxies: `continuum`, a Gaussian mixture over colours, luminosity and
redshift; `lines`, a chain that draws the catalogued value of each line given the continuum and the lines before it;
`raking`, which selects among these candidates so that their histograms match those of real galaxies. `density` stores
the stages in one file, `draw` draws from it, `fit` fits it, `comparison` compares a mock with real galaxies.
"""
