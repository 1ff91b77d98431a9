"""Ctrl-C: one sentence, exit status 130, and nothing half-written left behind.

An exception that is raised anywhere may be lost: libraries call back into Python, print it and go on, or abort. So the
signal itself is answered: unfinished files are removed, a sentence is printed, and the process ends. The program sets
this up before its other imports, which take seconds.
"""

import os
import signal
import sys
from collections.abc import Callable
from types import FrameType
from typing import Final

NOTHING_WRITTEN: Final = "Interrupted; nothing was written."
_sentence: list[Callable[[], str]] = [lambda: NOTHING_WRITTEN]
_clean_up: list[Callable[[], None]] = []


def handle_signals() -> None:
    """Answer Ctrl-C, and a request to end, from now on; only a program calls it, not a module that others import."""
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, _end)


def disable_arrow_handler() -> None:
    """Keep Arrow from answering Ctrl-C instead of us; call it after all imports."""
    arrow = sys.modules.get("pyarrow")
    if arrow is not None:
        arrow.enable_signal_handlers(False)


def set_message(sentence: Callable[[], str]) -> None:
    """Set the message that an interrupted command prints.

    Parameters
    ----------
    sentence : callable
        Called at the interruption; returns one or two sentences.
    """
    _sentence[0] = sentence


def set_clean_up(clean_up: Callable[[], None]) -> None:
    """Set what removes unfinished files at an interruption; it is imported after the signals are handled."""
    _clean_up[:] = [clean_up]


def _end(number: int, _frame: FrameType | None) -> None:
    # A second Ctrl-C ends the process at once.
    signal.signal(number, signal.SIG_DFL)
    for clean_up in _clean_up:
        clean_up()
    os.write(2, f"{_sentence[0]()}\n".encode())
    os._exit(128 + number)
