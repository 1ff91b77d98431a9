"""What the explorer and the Predict page fetch beside Dash: columns, rows, galaxies and weights."""
