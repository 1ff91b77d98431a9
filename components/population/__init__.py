"""What is drawn of a selected population: its cards and tables."""
