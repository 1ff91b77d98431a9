"""The release. `pyproject.toml` and `CITATION.cff` have the same number; a test compares them."""

from typing import Final

__version__: Final = "0.1.0"
