"""Other prediction methods for comparison, fitted to the same training galaxies as the network."""
