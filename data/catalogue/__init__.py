"""Catalogues of galaxies: their columns, checks, files and the registry of those that are served."""
