"""Parts of the Synthesize page: sliders of a galaxy's stars, its spectrum, lines, diagrams and population."""
