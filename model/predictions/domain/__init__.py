"""Whether a galaxy is of a kind that the networks know, in codes, scores and words."""
