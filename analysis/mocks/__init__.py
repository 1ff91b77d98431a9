"""Judgement on tables of mock galaxies: their lines in any unit, the comparison with DESI's, and a record of it."""
