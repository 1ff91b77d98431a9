"""Check of the sizes that FITS headers declare, before any memory is allocated for them."""

from typing import Any, BinaryIO, Final

from data.errors import CatalogueError

BLOCK: Final = 2880
MAX_AXES: Final = 16
MAX_FIELDS: Final = 999
MAX_EXTENSIONS: Final = 1_000
MAX_HEADER_BLOCKS: Final = 4_000
"""Largest number of blocks of one header, 144,000 cards."""
_SIZES: Final = (b"NAXIS", b"ZNAXIS", b"TFIELDS", b"PCOUNT", b"GCOUNT", b"BITPIX", b"ZBITPIX", b"THEAP", b"ZTILE")


def check_headers(file: BinaryIO, name: str) -> None:
    """Raise if the headers of a FITS file declare more data than the file holds.

    Parameters
    ----------
    file : binary file
        File, read from its beginning; its position is restored.
    name : str
        Name for error messages.

    Raises
    ------
    CatalogueError
        When a header is invalid; the message names the extension and the keyword.
    """
    place = file.tell()
    size = file.seek(0, 2)
    try:
        begin = number = 0
        while begin < size and number < MAX_EXTENSIONS:
            file.seek(begin)
            if number and file.read(1) in (b"", b"\0", b" "):
                break
            file.seek(begin)
            said, blocks = _sizes(file, name, number)
            data = _data_size(said, f"{name}, extension {number}")
            begin += blocks * BLOCK
            if begin + data > size:
                raise CatalogueError(
                    f"{name} looks like FITS but cannot be read: extension {number} promises {data:,} bytes and the "
                    f"file ends after {max(size - begin, 0):,}. Get it again."
                )
            begin += -(-data // BLOCK) * BLOCK
            number += 1
    finally:
        file.seek(place)


def _sizes(file: BinaryIO, name: str, number: int) -> tuple[dict[str, int], int]:
    """Read one header; return the integers of its size keywords, and its number of blocks."""
    said: dict[str, int] = {}
    for blocks in range(1, MAX_HEADER_BLOCKS + 1):
        block = file.read(BLOCK)
        for start in range(0, len(block), 80):
            card = block[start : start + 80]
            if card[:8].rstrip() == b"END":
                return said, blocks
            if card.startswith(_SIZES) and card[8:9] == b"=":
                key, text = card[:8].decode("ascii", "replace").strip(), card[9:].partition(b"/")[0].strip()
                try:
                    said.setdefault(key, int(text))
                except ValueError as error:
                    raise CatalogueError(
                        f"{name} looks like FITS but cannot be read: extension {number} says {key} = "
                        f"{text[:24].decode('ascii', 'replace')}, no whole number. Write it again."
                    ) from error
        if len(block) < BLOCK:
            break
    raise CatalogueError(f"{name} looks like FITS but cannot be read: a header has no END. Write it again.")


def _data_size(said: dict[str, Any], where: str) -> int:
    for key, low, high in (
        ("NAXIS", 0, MAX_AXES),
        ("ZNAXIS", 0, MAX_AXES),
        ("TFIELDS", 0, MAX_FIELDS),
        ("PCOUNT", 0, 1 << 62),
        ("GCOUNT", 0, 1 << 31),
    ):
        if not low <= said.get(key, low) <= high:
            raise CatalogueError(
                f"{where}: {key} is {said[key]}; it must be from {low} to {high}. Write the file again."
            )
    for key in ("BITPIX", "ZBITPIX"):
        if said.get(key, 8) not in (8, 16, 32, 64, -32, -64):
            raise CatalogueError(f"{where}: {key} is {said[key]}, which FITS does not know. Write the file again.")
    if bad := next((key for key, value in said.items() if value < 0 and key not in ("BITPIX", "ZBITPIX")), ""):
        raise CatalogueError(f"{where}: {bad} is {said[bad]}; it must not be negative. Write the file again.")
    axes = said.get("NAXIS", 0)
    if not axes:
        return 0
    product = 1
    for axis in range(1, axes + 1):
        product *= said.get(f"NAXIS{axis}", 0)
    return abs(said.get("BITPIX", 8)) // 8 * said.get("GCOUNT", 1) * (said.get("PCOUNT", 0) + product)


def check_tiles(part: Any, where: str) -> None:
    """Raise if the tiles of a compressed image are larger than the image: they could have any size.

    Raises
    ------
    CatalogueError
        When a side of a tile is longer than that of the image.
    """
    tiles = getattr(part, "tile_shape", None)
    if tiles is not None and any(tile > side for tile, side in zip(tiles, part.shape, strict=False)):
        raise CatalogueError(f"{where}, is compressed in tiles larger than the image. Unpack it with funpack.")
