"""Readers of uploaded files, one per format, from bytes to columns within limits."""
