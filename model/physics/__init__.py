"""What lines and light mean: diagnostic diagrams, dust, star formation, luminosities and magnitudes."""
