"""Revision of the running code."""

import subprocess
from pathlib import Path


def git_revision() -> str:
    """Return the output of ``git describe`` for this code, or "unknown" outside a checkout."""
    command = ["git", "describe", "--always", "--dirty"]
    try:
        done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=Path(__file__).parent)  # noqa: S603
    except OSError:  # no git here
        return "unknown"
    return done.stdout.strip() or "unknown"
