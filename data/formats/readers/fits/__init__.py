"""Reader of FITS: the check of its headers, tables with their columns, and images of spectra with their axes."""
