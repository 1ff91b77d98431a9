"""Weights in files: safetensors with a JSON record beside each."""
