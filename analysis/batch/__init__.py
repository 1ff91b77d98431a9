"""Predictions for files on disk, in parts, so that memory does not grow with the file."""
