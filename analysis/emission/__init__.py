"""Emission of the predicted lines: luminosities, effect on magnitudes, and spectra with the lines added."""
