"""The commands below `catalogue`."""
