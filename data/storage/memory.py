"""Give memory back: compiling takes much of it for a moment, and the C library keeps what is free for later."""

import ctypes
import gc
from typing import Final

_MMAP_THRESHOLD: Final = -3  # M_MMAP_THRESHOLD of malloc.h
_LARGE: Final = 256 * 1024


def keep_no_large_pieces() -> bool:
    """Have every large piece of memory go back to the system as soon as it is free.

    By default the C library learns from the first large pieces that it had better keep such: drawing lines for a
    catalogue then leaves some 30 MiB that nobody uses.
    """
    try:
        return bool(ctypes.CDLL(None).mallopt(_MMAP_THRESHOLD, _LARGE))
    except (OSError, AttributeError):
        return False


def give_back() -> bool:
    """Return what is free to the system; False where nothing was, or the system's library is another."""
    gc.collect()
    try:
        return bool(ctypes.CDLL(None).malloc_trim(0))
    except (OSError, AttributeError):
        return False
