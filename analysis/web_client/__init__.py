"""What the web browser needs to predict by itself: the weights and the presets."""
