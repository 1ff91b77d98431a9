"""Evaluation of the network on held-out galaxies by `cli.py evaluate`, and its record, which the app reads."""
