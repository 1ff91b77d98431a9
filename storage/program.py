"""What messages call the command line: `cli.py` in a clone, `galactic-neon` where pip installed it.

gunicorn's parent process imports this module; it must not import numpy or JAX.
"""

from pathlib import Path
from typing import Final

INSTALLED: Final = __name__ != "storage.program"
"""Whether this runs as a part of the installed package `galactic_neon`, and not in a clone."""
PROGRAM: Final = "galactic-neon" if INSTALLED else "cli.py"
"""Name of the command line in sentences."""
COMMAND: Final = PROGRAM if INSTALLED else f".venv/bin/python {PROGRAM}"
"""The same, as one types it."""
SERVE: Final = f"{PROGRAM} serve" if INSTALLED else "make run"
"""The command that serves the app."""
FETCH: Final = f"{PROGRAM} catalogue fetch published\n{SERVE}" if INSTALLED else "make real"
"""The commands that fetch real galaxies and serve them."""
IMPORT_ROOT: Final = Path(__file__).absolute().parents[__name__.count(".")]
"""Folder from which Python imports this code: the clone, or site-packages. Links are not followed: other code may lie
beside what they lead to."""


def install_line(extra: str) -> str:
    """Return the command that installs the packages of an extra: "cli", "web", "train", "dsps" or "survey"."""
    return f"pip install 'galactic-neon[{extra}]'" if INSTALLED else ".venv/bin/pip install -r requirements.txt"


def module(name: str) -> str:
    """Return the full name of one of our modules, such as "analysis.isolation.template", for another process."""
    return f"{__name__.removesuffix('storage.program')}{name}"
