"""``python -m commands``: the command line, which ``cli.py`` and ``galactic-neon`` start too.

Signals are handled before the imports, which take seconds.
"""

import sys
from pathlib import Path

from commands import interrupts
from commands.extras import explain_missing
from storage.program import PROGRAM


def start() -> int:
    """Run the command that the arguments name and return its exit status."""
    interrupts.handle_signals()
    try:
        from commands.program import main
    except ModuleNotFoundError as error:
        sentence = explain_missing(error, PROGRAM)
        if sentence is None:
            raise
        sys.stderr.write(f"{sentence}\n")
        return 1
    interrupts.disable_arrow_handler()
    as_module = Path(sys.argv[0]).name == "__main__.py"
    return main(called=f"python -m {interrupts.__name__.partition('.')[0]}" if as_module else PROGRAM)


if __name__ == "__main__":
    sys.exit(start())
