#!/usr/bin/env -S .venv/bin/python
"""Galactic Neon on the command line: predict lines, build catalogues, train and evaluate networks.

Exit status: 0 success, 1 nothing written, 2 wrong usage, 3 written but some rows have a PROBLEM, 130 interrupted.
"""

import sys
from collections.abc import Sequence

import click

from commands import interrupts

if __name__ == "__main__":
    interrupts.handle_signals()

from commands import catalogue, evaluate, import_published, predict, train
from commands.options import WIDTH, Group
from data.errors import DataError
from model.storage.weights import WeightsError

EXTRAS = {"optax": "train", "pandas": "train", "sklearn": "train", "umap": "train", "tqdm": "train"}


@click.group(
    cls=Group,
    sections={
        "Galaxies": (predict.command.name, catalogue.command.name),
        "Networks": (train.command.name, evaluate.command.name, import_published.command.name),
    },
    help=__doc__,
    context_settings={"max_content_width": WIDTH, "help_option_names": ["-h", "--help"]},
)
def program() -> None:
    """Group the commands; the module's docstring is the help."""


for _module in (predict, catalogue, train, evaluate, import_published):
    program.add_command(_module.command)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return its exit status."""
    given = sys.argv[1:] if arguments is None else list(arguments)
    name = next((word for word in given if not word.startswith("-")), "")
    try:
        return program.main(args=given, prog_name="cli.py", standalone_mode=False) or 0
    except click.UsageError as error:
        error.show()
        return error.exit_code
    except click.Abort:
        return 130
    except (DataError, WeightsError) as error:
        click.echo(f"cli.py {name}: {error}", err=True)
    except ModuleNotFoundError as error:
        if error.name not in EXTRAS:
            raise
        install = ".venv/bin/pip install -r requirements.txt"
        click.echo(f"cli.py {name} needs {error.name}. Install it: {install}", err=True)
    return 1


if __name__ == "__main__":
    interrupts.disable_arrow_handler()
    sys.exit(main())
