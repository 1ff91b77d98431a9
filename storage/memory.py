"""Release of memory to the system: compilation peaks, and the C library keeps freed memory for reuse."""

import ctypes
import gc
from typing import Final

_MMAP_THRESHOLD: Final = -3  # M_MMAP_THRESHOLD of malloc.h
_LARGE: Final = 256 * 1024


def keep_no_large_pieces() -> bool:
    """Make the C library return every large allocation to the system as soon as it is freed.

    By default, malloc raises its threshold after the first large allocations are freed and then keeps such memory:
    drawing lines for a catalogue would leave some 30 MiB unused. Returns whether the setting was accepted.
    """
    try:
        return bool(ctypes.CDLL(None).mallopt(_MMAP_THRESHOLD, _LARGE))
    except (OSError, AttributeError):
        return False


def give_back() -> bool:
    """Return freed memory to the system; False if there was none, or if the C library is not glibc."""
    gc.collect()
    return trim()


def trim() -> bool:
    """Return what is free already, without collecting garbage; the result is that of `give_back`."""
    try:
        return bool(ctypes.CDLL(None).malloc_trim(0))
    except (OSError, AttributeError):
        return False
