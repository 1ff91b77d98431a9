"""Convert the published network's weights."""

from pathlib import Path

import click

from commands.options import FILE, Command


@click.command("import-published", cls=Command)
@click.argument("file", metavar="FILE.npy", type=FILE)
@click.argument("out", type=FILE)
def command(file: Path, out: Path) -> int:
    """Convert params_of_model_with(out)_luminosity.npy to OUT.safetensors; a second variant in OUT is kept."""
    from model.storage.published_pickles import import_published

    variant = import_published(file, out)
    click.echo(f"Wrote the {variant} variant to {out}.")
    return 0
