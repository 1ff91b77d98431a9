"""Which code ran."""

import subprocess
from pathlib import Path


def git_revision() -> str:
    """Return what git calls the code here, or "unknown" outside a checkout."""
    command = ["git", "describe", "--always", "--dirty"]
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=Path(__file__).parent)  # noqa: S603
    return done.stdout.strip() or "unknown"
