"""What a screen reader is told, as attributes: ``html.Div(..., **aria(label="Galaxies"))``."""

from typing import Any


def aria(**states: str) -> dict[str, Any]:
    """Return ``aria-...`` attributes, whose hyphen Python's keywords cannot hold."""
    return {f"aria-{name}": value for name, value in states.items()}
