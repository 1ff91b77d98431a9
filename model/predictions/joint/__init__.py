"""The joint distribution of a galaxy's lines: draws, draws with a known Hα, and the likelihood."""
