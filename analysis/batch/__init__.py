"""Predictions for catalogues on disk, in parts of flat memory."""
