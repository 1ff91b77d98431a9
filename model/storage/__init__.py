"""Storage of weights: safetensors files, each with a JSON sidecar."""
