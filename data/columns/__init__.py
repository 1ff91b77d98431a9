"""Interpretation of table columns: usual names, units, and values that mark missing data."""
