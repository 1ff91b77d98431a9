"""Emission lines of a spectrum: masked, their continuum levels, and measured."""
