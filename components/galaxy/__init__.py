"""What is drawn of one galaxy: its card and its details."""
