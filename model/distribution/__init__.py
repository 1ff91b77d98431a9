"""The joint distribution of ten lines given the starlight: what a catalogue lists, and the noise-free lines."""
