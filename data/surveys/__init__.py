"""Files as the surveys publish them: DESI and SDSS spectra, redshifts and line tables, and filter curves."""
