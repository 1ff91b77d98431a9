"""Catalogues made: predictions added to a table of galaxies, or to what is measured in the spectra of surveys."""
