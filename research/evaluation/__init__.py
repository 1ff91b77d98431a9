"""Evaluation of the network on held-out galaxies by `evaluate`, and its record, which the app reads."""
