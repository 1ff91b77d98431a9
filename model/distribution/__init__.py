"""The joint distribution of the lines given the starlight: what a catalogue lists, and the noise-free lines."""
