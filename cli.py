"""Galactic Neon on the command line: train, evaluate, predict, build catalogues.

Exit status: 0 all done, 1 nothing written, 2 wrong usage, 3 written but some rows have a PROBLEM.
"""

import argparse
import sys
from collections.abc import Sequence

from commands import catalogue, evaluate, import_published, predict, train
from data.errors import DataError
from model.storage.weights import WeightsError

COMMANDS = (train, evaluate, predict, import_published, catalogue)
EXTRAS = {"optax": "train", "pandas": "train", "sklearn": "train", "umap": "train", "tqdm": "train"}


def parser() -> argparse.ArgumentParser:
    """Describe every command."""
    top = argparse.ArgumentParser(prog="cli.py", description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    commands = top.add_subparsers(dest="command", required=True, metavar="COMMAND")
    for command in COMMANDS:
        command.register(commands)
    return top


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and give its exit status."""
    args = parser().parse_args(arguments)
    try:
        return args.run(args)
    except (DataError, WeightsError) as error:
        print(f"cli.py {args.command}: {error}", file=sys.stderr)
    except ModuleNotFoundError as error:
        if error.name not in EXTRAS:
            raise
        print(
            f"cli.py {args.command} needs {error.name}. Install it: .venv/bin/pip install -r requirements.txt",
            file=sys.stderr,
        )
    return 1


if __name__ == "__main__":
    sys.exit(main())
