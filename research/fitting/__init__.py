"""Fits that rewrite committed files: the map and the domain's limits."""
