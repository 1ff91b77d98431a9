"""The parts of the explorer that show one galaxy."""
