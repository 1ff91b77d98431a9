"""Revision of the running code."""

import subprocess

from model.storage.release import __version__
from storage.program import IMPORT_ROOT, INSTALLED


def git_revision() -> str:
    """Return the output of ``git describe`` for this code, its release if pip installed it, or "unknown"."""
    if INSTALLED:
        return f"v{__version__}"
    command = ["git", "describe", "--always", "--dirty"]
    try:
        done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=IMPORT_ROOT)  # noqa: S603
    except OSError:  # no git here
        return "unknown"
    return done.stdout.strip() or "unknown"
