"""Limits of uploads, which the page states and the readers enforce."""

from typing import Final

from data.errors import UploadError

MAX_BYTES: Final = 20 * 2**20
MAX_ROWS: Final = 100_000
MAX_COLUMNS: Final = 200
MAX_PIXELS: Final = 200_000
"""Largest number of pixels of a spectrum."""
MAX_NAME: Final = 200
"""Largest number of characters of a galaxy's name."""
MAX_EXPANDED_BYTES: Final = 200 * 2**20
"""Largest decompressed size of a file in memory [bytes]."""


def too_large(name: str, size: int) -> str:
    """Return the message about a file larger than `MAX_BYTES`; a page can use it before the file is uploaded."""
    return (
        f"{name} is {size / 2**20:.1f} MB; the limit is {MAX_BYTES >> 20} MB. "
        "Split it, or predict it with the command line."
    )


def check_shape(name: str, rows: int, columns: int) -> None:
    """Raise if a table exceeds the limits.

    Raises
    ------
    UploadError
        When a count exceeds its limit, or there are no rows.
    """
    if columns > MAX_COLUMNS:
        raise UploadError(f"{name} has {columns} columns; the limit is {MAX_COLUMNS}. Keep the ones you need.")
    if rows > max(MAX_ROWS, MAX_PIXELS):
        raise UploadError(
            f"{name} has {rows:,} rows; the limit is {MAX_ROWS:,} galaxies or {MAX_PIXELS:,} pixels. "
            "Split it, or predict it with the command line."
        )
    if not rows:
        raise UploadError(f"{name} has a header but no row below it. Add a row of numbers.")


def check_expanded(name: str, size: int) -> None:
    """Raise if the decompressed size of a file exceeds the limit.

    Raises
    ------
    UploadError
        When the size exceeds `MAX_EXPANDED_BYTES`.
    """
    if not 0 <= size <= MAX_EXPANDED_BYTES:
        raise UploadError(
            f"{name} unfolds to {size / 2**20:,.0f} MB; the limit is {MAX_EXPANDED_BYTES >> 20} MB. Split it."
        )
