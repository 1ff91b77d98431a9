"""Compare predictions with stored ones."""

import click

from commands.options import Command
from model.storage.release import __version__
from server.process import selftest


@click.command("self-test", cls=Command)
def command() -> int:
    """Predict one galaxy and compare with stored values: whether this installation computes what it should."""
    try:
        selftest.check()
    except selftest.SelfTestError as error:
        click.echo(str(error), err=True)
        return 1
    click.echo(f"Galactic Neon {__version__} predicts the stored values.")
    return 0
