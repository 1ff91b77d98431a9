"""Train the weights that predict."""

import math
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from shutil import rmtree
from typing import Any, NamedTuple

import click

from commands import interrupts
from commands.options import FILE, SEED, Command
from model.storage.weights import DEFAULT, INTRINSIC, NOISE_FREE, read_params, save_params
from storage.revision import git_revision

CHECKPOINTS = ".training"
"""Folder beside the weights for the checkpoints of an unfinished run."""
DRAWS = 16
"""Realisations per galaxy for the scores of a new distribution; `evaluate --draws` can use more."""


class Request(NamedTuple):
    """The arguments of the command; None for a recipe's default."""

    catalogue: Path
    out: Path
    seed: int
    members: int | None
    width: int | None
    epochs: int | None
    redshifts: tuple[float, float]

    @property
    def default(self) -> Path:
        """Path of the default networks."""
        return self.out / f"{DEFAULT}.safetensors"


@click.command("train", cls=Command)
@click.argument("catalogue", type=FILE)
@click.option("--out", required=True, metavar="DIR", type=FILE, help="Folder for default.safetensors and .json.")
@click.option("--seed", type=SEED, default=0, show_default=True)
@click.option("--with-distribution", "parts", flag_value="both", help="Also train the joint distribution.")
@click.option("--only-distribution", "parts", flag_value="distribution", help="Train only the joint distribution.")
@click.option("--noise-free", is_flag=True, help="Also train the networks for continua without noise.")
@click.option(
    "--only-noise-free", is_flag=True, help="Train only these, from the default networks that are in the folder."
)
@click.option(
    "--members", type=int, metavar="N", help="Number of teachers; 0 trains one network directly from the data."
)
@click.option("--width", type=int, metavar="W", help="Units per layer of the network.")
@click.option(
    "--redshifts",
    nargs=2,
    type=float,
    metavar="LOW HIGH",
    default=(-math.inf, math.inf),
    help="Use only the galaxies at these redshifts.",
)
@click.option("--epochs", type=int, metavar="E", help="Passes over the galaxies for each teacher and density.")
def command(
    catalogue: Path,
    out: Path,
    seed: int,
    parts: str | None,
    noise_free: bool,
    only_noise_free: bool,
    members: int | None,
    width: int | None,
    epochs: int | None,
    redshifts: tuple[float, float],
) -> int:
    """Train on the galaxies of CATALOGUE that are not held out, score on the others, and write weights.

    CATALOGUE is a table with fluxes and observed EWs. Missing fluxes are filled in from at least six others, as
    `predict` does. An interrupted run resumes where it stopped.
    """
    args = Request(catalogue, out, seed, members, width, epochs, redshifts)
    interrupts.set_message(lambda: "Interrupted. The same command goes on where it was.")
    from research.sample import read_sample
    from research.trainable import check_trainable

    sample = read_sample(args.catalogue, args.redshifts)
    if sample.filled.any():
        click.echo(
            f"{sample.filled.sum():,} of {len(sample.filled):,} galaxies lack bins, which are filled in.", err=True
        )
    check_trainable(sample, args.catalogue.name, distribution=parts is not None)
    about = {
        "training": {
            "table": args.catalogue.name,
            "table_sha256": sha256(args.catalogue.read_bytes()).hexdigest(),
            "galaxies": int((~sample.held_out).sum()),
            "held_out": int(sample.held_out.sum()),
            "redshifts": [round(float(limit), 5) for limit in (sample.redshift.min(), sample.redshift.max())],
            "filled": int(sample.filled.sum()),
            "split": "held out: int(sha256(TARGETID), 16) % 5 == 0",
        },
        "date": datetime.now(UTC).date().isoformat(),
        "git_revision": git_revision(),
    }
    if only_noise_free and parts is not None:
        raise click.UsageError("--only-noise-free trains no distribution. Leave out one of the options.")
    if only_noise_free and not args.default.is_file():
        raise click.UsageError(f"There is no {args.default}. Train the default networks first, or name their folder.")
    if parts != "distribution" and not only_noise_free:
        _train_default(args, sample, about)
    if noise_free or only_noise_free:
        _train_noise_free(args, sample, about)
    if parts is not None:
        _train_distribution(args, sample, about)
    rmtree(args.out / CHECKPOINTS, ignore_errors=True)
    return 0


def _train_default(args: Request, sample, about: dict[str, Any]) -> None:
    from model.features import VARIANTS
    from model.training.distillation import DistillationRecipe, fit_variants, fit_variants_directly
    from model.training.network import Recipe

    seen = ~sample.held_out
    rows = sample.bin_flux[seen], sample.log_luminosity[seen], sample.redshift[seen], sample.ew[seen]
    given = {"seed": args.seed, "width": args.width}
    if args.members == 0:
        recipe = _with_given(Recipe(), **given, epochs=args.epochs)
        with _progress(len(VARIANTS) * recipe.epochs) as progress:
            params = fit_variants_directly(*rows, recipe, progress, _checkpoints(args, about, recipe))
    else:
        recipe = _with_given(DistillationRecipe(), **given, members=args.members, teacher_epochs=args.epochs)
        with _progress(recipe.epochs_in_all()) as progress:
            params = fit_variants(*rows, recipe, progress, _checkpoints(args, about, recipe))
    answer = "median and 16-84 % of the catalogued EW, given detection"
    _write_scored(args, params, sample, DEFAULT, answer, recipe, about)


def _train_noise_free(args: Request, sample, about: dict[str, Any]) -> None:
    from model.features import VARIANTS
    from model.training.noise_free import fit_noise_free, noise_free_recipe

    recipe = _with_given(noise_free_recipe(), seed=args.seed, width=args.width, teacher_epochs=args.epochs)
    seen = ~sample.held_out
    rows = sample.bin_flux[seen], sample.log_luminosity[seen], sample.redshift[seen], sample.ew[seen]
    with _progress(recipe.epochs_in_all()) as progress:
        default = read_params(args.default)
        params = fit_noise_free(default, *rows, recipe, progress, _checkpoints(args, about, recipe))
    answer = "median and 16-84 % of the catalogued EW, given detection, for a continuum without noise"
    if all(getattr(params, name) is None for name in VARIANTS):
        raise click.ClickException(f"{args.default} has no network that this can start from. Train it here first.")
    _write_scored(args, params, sample, NOISE_FREE, answer, recipe, about)


def _write_scored(args: Request, params, sample, name: str, answer: str, recipe, about: dict[str, Any]) -> None:
    """Write networks with their scores on the held-out galaxies, and print the scores."""
    from research.evaluation.held_out import as_text, score_variants

    scores = score_variants(params, sample)
    metrics = {
        variant: {
            line: {name: round(value, 4) for name, value in score._asdict().items()} for line, score in lines.items()
        }
        for variant, lines in scores.items()
    }
    _write(args, params, name, answer, recipe, about | {"metrics": metrics})
    click.echo(as_text(scores))


def _train_distribution(args: Request, sample, about: dict[str, Any]) -> None:
    from data.catalogue.survey import DESI
    from model.features import VARIANTS
    from model.training.distribution import fit_distribution
    from model.training.recipe import DistributionConfig
    from model.training.sample import prepare
    from research.evaluation.draws import score_distribution
    from research.evaluation.text import draws_as_text

    recipe = _with_given(DistributionConfig(), epochs=args.epochs, seed=args.seed)
    seen = ~sample.held_out
    table = prepare(
        sample.bin_flux[seen],
        sample.log_luminosity[seen],
        sample.redshift[seen],
        sample.ew[seen],
        sample.ew_ivar[seen],
        ~DESI.observable(sample.redshift[seen]),
    )
    with _progress(recipe.epochs_in_all()) as progress:
        params = fit_distribution(table, recipe, progress, _checkpoints(args, about, recipe))
    scores = {variant: score_distribution(params, sample, variant, DRAWS) for variant in VARIANTS}
    metrics = {variant: found.model_dump(exclude={"bpt", "whan"}) for variant, found in scores.items()}
    answer = "joint distribution of the intrinsic EWs, and of what DESI's catalogue would list"
    _write(args, params, INTRINSIC, answer, recipe, about | {"metrics": metrics})
    for variant, found in scores.items():
        click.echo(draws_as_text(variant, found))


def _with_given(recipe, **given):
    return recipe._replace(**{name: value for name, value in given.items() if value is not None})


@contextmanager
def _progress(epochs: int) -> Iterator[Callable[[str, float], None]]:
    from tqdm import tqdm

    with tqdm(total=epochs, unit="epoch", disable=None) as bar:

        def report(part: str, loss: float) -> None:
            bar.set_description(f"{part}, loss {loss:.4f}")
            bar.update()

        yield report


def _checkpoints(args: Request, about: dict[str, Any], recipe):
    from model.training.loop import Checkpoints

    return Checkpoints(args.out / CHECKPOINTS, f"{about['training']['table_sha256']} {recipe}")


def _write(args: Request, params, name: str, answer: str, recipe, about: dict[str, Any]) -> None:
    unit = "Angstrom, rest frame, positive in emission"
    about = {"name": name, "answer": answer, "unit": unit, "recipe": recipe._asdict(), **about}
    sidecar = save_params(params, args.out / f"{name}.safetensors", about)
    click.echo(f"Wrote {sidecar.with_suffix('.safetensors')} and {sidecar.name}.")
