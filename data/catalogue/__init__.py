"""Catalogues of galaxies: columns, checks, files, and the registry of the served catalogues."""
