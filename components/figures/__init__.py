"""Figures in Plotly's format, made from arrays."""
