"""The page that judges whether DESI's galaxies with a mock's starlight have its lines, and its callbacks."""
