"""Galactic Neon on the command line: predict lines, build catalogues, train and evaluate networks.

Exit status: 0 success, 1 nothing written, 2 wrong usage, 3 written but some rows have a PROBLEM, 130 interrupted.
"""

import sys
from collections.abc import Sequence

import click

from commands import import_published, interrupts, magnitudes, predict, self_test, serve, train
from commands.catalogue import group as catalogue
from commands.evaluation import evaluate, judge
from commands.extras import explain_missing
from commands.options import WIDTH, Group
from data.errors import DataError
from model.storage.files import abandon
from model.storage.release import __version__
from model.storage.weights import WeightsError
from storage.program import PROGRAM


@click.group(
    cls=Group,
    sections={
        "Galaxies": (predict.command.name, magnitudes.command.name, judge.command.name, catalogue.command.name),
        "Networks": (train.command.name, evaluate.command.name, import_published.command.name),
        "This program": (serve.command.name, self_test.command.name),
    },
    help=__doc__,
    context_settings={"max_content_width": WIDTH, "help_option_names": ["-h", "--help"]},
)
@click.version_option(__version__, message="%(version)s")
def program() -> None:
    """Group the commands; the module's docstring is the help."""


for _module in (predict, magnitudes, judge, catalogue, train, evaluate, import_published, serve, self_test):
    program.add_command(_module.command)


def main(arguments: Sequence[str] | None = None, called: str = PROGRAM) -> int:
    """Run one command and return its exit status; `called` is how messages name this program."""
    interrupts.set_clean_up(abandon)
    given = sys.argv[1:] if arguments is None else list(arguments)
    name = next((word for word in given if not word.startswith("-")), "")
    try:
        return program.main(args=given, prog_name=called, standalone_mode=False) or 0
    except click.UsageError as error:
        error.show()
        return error.exit_code
    except click.Abort:
        return 130
    except (DataError, WeightsError) as error:
        click.echo(f"{called} {name}: {error}", err=True)
    except ModuleNotFoundError as error:
        sentence = explain_missing(error, f"{called} {name}")
        if sentence is None:
            raise
        click.echo(sentence, err=True)
    return 1
