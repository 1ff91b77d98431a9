"""How much an upload may bring, said once: the page states it and the readers enforce it."""

from typing import Final

from data.errors import UploadError

MAX_BYTES: Final = 20 * 2**20
MAX_ROWS: Final = 100_000
MAX_COLUMNS: Final = 200
MAX_PIXELS: Final = 200_000
"""Of one spectrum."""
MAX_EXPANDED_BYTES: Final = 200 * 2**20
"""What a compressed file may unfold to in memory."""


def too_large(name: str, size: int) -> str:
    """Return the sentence about a file beyond `MAX_BYTES`, which a page may know before it has the bytes."""
    return (
        f"{name} is {size / 2**20:.1f} MB; the limit is {MAX_BYTES >> 20} MB. "
        "Split it, or predict it with the command line."
    )


def check_shape(name: str, rows: int, columns: int) -> None:
    """Refuse a table beyond the limits.

    Raises
    ------
    UploadError
        Naming the count and the limit.
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
    """Refuse a file that unfolds to more than the server takes into memory.

    Raises
    ------
    UploadError
        Naming the size and the limit.
    """
    if not 0 <= size <= MAX_EXPANDED_BYTES:
        raise UploadError(
            f"{name} unfolds to {size / 2**20:,.0f} MB; the limit is {MAX_EXPANDED_BYTES >> 20} MB. Split it."
        )
