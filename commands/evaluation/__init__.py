"""Commands that measure: a network on galaxies that it has not seen, and a mock's lines against DESI's galaxies."""
