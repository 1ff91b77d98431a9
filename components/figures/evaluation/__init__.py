"""Figures of an evaluation as plain dictionaries: Plotly's validation would take longer than drawing them."""
