"""Readers of tables, one per format, that yield typed Arrow batches with units and masks."""
