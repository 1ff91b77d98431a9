"""What columns of tables mean: their usual names, their units, and the values that mark what is missing."""
