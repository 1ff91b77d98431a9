"""Give memory back: compiling takes much of it for a moment, and the C library keeps what is free for later."""

import ctypes
import gc


def give_back() -> bool:
    """Return what is free to the system; False where nothing was, or the system's library is another."""
    gc.collect()
    try:
        return bool(ctypes.CDLL(None).malloc_trim(0))
    except (OSError, AttributeError):
        return False
