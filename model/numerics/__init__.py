"""Numerical tools that no line or spectrum is part of."""
