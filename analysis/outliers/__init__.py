"""How unlike the prediction a galaxy's lines are: outlier scores of galaxies, and the ranking of a catalogue."""
