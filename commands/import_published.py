"""Convert the published network's weights."""

import argparse
from pathlib import Path
from typing import Any


def register(commands: Any) -> None:
    """Describe the command."""
    command = commands.add_parser("import-published", help=run.__doc__, description=run.__doc__)
    command.set_defaults(run=run)
    command.add_argument("file", metavar="FILE.npy", help="params_of_model_with(out)_luminosity.npy")
    command.add_argument("out", metavar="OUT", help=".safetensors to write or to join")


def run(args: argparse.Namespace) -> int:
    """Convert a published weights file, joining the other variant if OUT has it already."""
    from model.storage.published import import_published

    out = Path(args.out)
    variant = import_published(Path(args.file), out)
    print(f"Wrote the {variant} variant to {out}.")
    return 0
