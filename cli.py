#!/usr/bin/env -S .venv/bin/python
"""The command line in a clone; pip installs the same program as ``galactic-neon``."""

import sys

from commands.__main__ import start

if __name__ == "__main__":
    sys.exit(start())

from commands.program import main, program

__all__ = ["main", "program"]
