"""How unlike the prediction a galaxy's lines are: the score of one galaxy and the ranking of a catalogue."""
