"""ARIA attributes for screen readers: ``html.Div(..., **aria(label="Galaxies"))``."""

from typing import Any


def aria(**states: str) -> dict[str, Any]:
    """Return ``aria-...`` attributes, which cannot be keyword arguments because of the hyphen."""
    return {f"aria-{name}": value for name, value in states.items()}
