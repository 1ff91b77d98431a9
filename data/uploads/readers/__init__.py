"""Bytes of an uploaded file to columns, one reader a format, each with its limits."""
