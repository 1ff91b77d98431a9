"""Ctrl-C: one sentence, exit status 130, and nothing half-written left behind.

An exception that is raised anywhere may be lost: libraries call back into Python, print it and go on, or abort. So the
signal itself is answered: what is being written is removed, the sentence is said, and the process ends. `cli.py` asks
for that before its other imports, which take seconds.
"""

import os
import signal
import sys
from collections.abc import Callable
from types import FrameType
from typing import Final

NOTHING_WRITTEN: Final = "Interrupted; nothing was written."
_sentence: list[Callable[[], str]] = [lambda: NOTHING_WRITTEN]


def heed() -> None:
    """Answer Ctrl-C, and a request to end, from now on; for a program of its own, not where others import us."""
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, _end)


def heed_alone() -> None:
    """Keep Arrow from answering the signal in our place; call it when all is imported."""
    arrow = sys.modules.get("pyarrow")
    if arrow is not None:
        arrow.enable_signal_handlers(False)


def say(sentence: Callable[[], str]) -> None:
    """Choose what is said.

    Parameters
    ----------
    sentence : callable
        Called when it happens; gives one sentence, or two.
    """
    _sentence[0] = sentence


def _end(number: int, _frame: FrameType | None) -> None:
    # Who asks again does not wait.
    signal.signal(number, signal.SIG_DFL)
    files = sys.modules.get("model.storage.files")
    if files is not None:
        files.abandon()
    os.write(2, f"{_sentence[0]()}\n".encode())
    os._exit(128 + number)
