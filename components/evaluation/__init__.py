"""What is drawn of the committed evaluation: its layout and its table of scores."""
