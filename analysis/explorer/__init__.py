"""What the explorer shows: quantities, selections, populations, neighbours and one galaxy's summary."""
