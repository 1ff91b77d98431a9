"""Statistics of evaluations: the paired bootstrap, and scores of draws against a catalogue."""
