"""Other ways from starlight to lines, each given exactly the galaxies that our own network may see."""
