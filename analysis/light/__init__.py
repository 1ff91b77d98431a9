"""Luminosities of predicted lines, their effect on magnitudes, and spectra with predicted lines added."""
