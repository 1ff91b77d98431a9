"""Readers of text tables: lines of any encoding, their cells, comments and header, and CSV and ECSV from them."""
