"""What the browser predicts with: the weights' bytes and the presets."""
