"""The cards and tables of a selected population."""
