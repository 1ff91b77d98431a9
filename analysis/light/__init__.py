"""The light of lines: luminosities, magnitudes and spectra with predicted lines added."""
