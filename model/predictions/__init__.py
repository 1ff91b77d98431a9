"""Predictions from a galaxy's twelve bin fluxes, for one galaxy or many."""
