"""Routes from which the explorer and the Predict page fetch columns, rows, galaxies and weights without Dash."""
