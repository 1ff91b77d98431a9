"""Spectra as arrays: masks, continuum, starlight templates, line profiles, measured equivalent widths."""
