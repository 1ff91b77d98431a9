"""Train the weights that predict."""

import argparse
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from shutil import rmtree
from typing import Any

from data.storage.revision import git_revision
from model.storage.weights import DEFAULT, INTRINSIC, save_params
from research.evaluation.held_out import as_text, score_variants

CHECKPOINTS = ".training"
"""Folder beside the weights in which an unfinished run is kept."""
DRAWS = 16
"""Realisations by which a new distribution is scored; `evaluate --draws` takes more."""


def register(commands: Any) -> None:
    """Describe the command."""
    command = commands.add_parser("train", help=run.__doc__, description=run.__doc__)
    command.set_defaults(run=run)
    command.add_argument("catalogue", help="Parquet table with fluxes and observed EWs")
    command.add_argument("--out", required=True, metavar="DIR", help="folder for default.safetensors and .json")
    command.add_argument("--seed", type=int, default=0)
    parts = command.add_mutually_exclusive_group()
    parts.add_argument("--with-distribution", action="store_true", help="train the joint distribution too")
    parts.add_argument("--only-distribution", action="store_true", help="train the joint distribution alone")
    recipe = command.add_argument_group("recipe", "what differs from the committed weights' recipe")
    recipe.add_argument("--members", type=int, metavar="N", help="teachers; 0: one network straight from the data")
    recipe.add_argument("--width", type=int, metavar="W", help="units per layer of the network that predicts")
    recipe.add_argument("--epochs", type=int, metavar="E", help="passes over the galaxies, of each teacher and density")


def run(args: argparse.Namespace) -> int:
    """Train on the galaxies that are not held out, score on the rest, write weights. Goes on where it was stopped."""
    from research.sample import read_sample
    from research.trainable import check_trainable

    sample = read_sample(args.catalogue)
    check_trainable(sample, Path(args.catalogue).name, distribution=args.with_distribution or args.only_distribution)
    about = {
        "training": {
            "table": Path(args.catalogue).name,
            "table_sha256": sha256(Path(args.catalogue).read_bytes()).hexdigest(),
            "galaxies": int((~sample.held_out).sum()),
            "held_out": int(sample.held_out.sum()),
            "split": "held out: int(sha256(TARGETID), 16) % 5 == 0",
        },
        "date": datetime.now(UTC).date().isoformat(),
        "git_revision": git_revision(),
    }
    if not args.only_distribution:
        _train_default(args, sample, about)
    if args.with_distribution or args.only_distribution:
        _train_distribution(args, sample, about)
    rmtree(Path(args.out) / CHECKPOINTS, ignore_errors=True)
    return 0


def _train_default(args: argparse.Namespace, sample, about: dict[str, Any]) -> None:
    from model.training.distillation import DistillationRecipe, fit_variants, fit_variants_directly
    from model.training.network import Recipe

    seen = ~sample.held_out
    rows = sample.bin_flux[seen], sample.log_luminosity[seen], sample.ew[seen]
    given = {"seed": args.seed, "width": args.width}
    if args.members == 0:
        recipe = _replaced(Recipe(), **given, epochs=args.epochs)
        with _progress(2 * recipe.epochs) as progress:
            params = fit_variants_directly(*rows, recipe, progress, _checkpoints(args, about, recipe))
    else:
        recipe = _replaced(DistillationRecipe(), **given, members=args.members, teacher_epochs=args.epochs)
        with _progress(recipe.epochs_in_all()) as progress:
            params = fit_variants(*rows, recipe, progress, _checkpoints(args, about, recipe))
    metrics = {variant: table for variant, table in score_variants(params, sample).items() if table}
    answer = "median and 16-84 % of the catalogued EW, given detection"
    _write(args, params, DEFAULT, answer, recipe, about | {"metrics": metrics})
    print(as_text(metrics))


def _train_distribution(args: argparse.Namespace, sample, about: dict[str, Any]) -> None:
    from data.catalogue.camera_gaps import is_cut
    from model.training.distribution import fit_distribution
    from model.training.recipe import DistributionConfig
    from model.training.sample import prepare
    from research.evaluation.draws import score_distribution
    from research.evaluation.text import draws_as_text

    recipe = _replaced(DistributionConfig(), epochs=args.epochs, seed=args.seed)
    seen = ~sample.held_out
    table = prepare(
        sample.bin_flux[seen],
        sample.log_luminosity[seen],
        sample.redshift[seen],
        sample.ew[seen],
        sample.ew_ivar[seen],
        is_cut(sample.redshift[seen]),
    )
    with _progress(recipe.epochs_in_all()) as progress:
        params = fit_distribution(table, recipe, progress, _checkpoints(args, about, recipe))
    scores = {variant: score_distribution(params, sample, variant, DRAWS) for variant in ("colors", "luminosity")}
    metrics = {variant: found.model_dump(exclude={"bpt", "whan"}) for variant, found in scores.items()}
    answer = "joint distribution of the intrinsic EWs, and of what DESI's catalogue would list"
    _write(args, params, INTRINSIC, answer, recipe, about | {"metrics": metrics})
    for variant, found in scores.items():
        print(draws_as_text(variant, found))


def _replaced(recipe, **given):
    return recipe._replace(**{name: value for name, value in given.items() if value is not None})


@contextmanager
def _progress(epochs: int) -> Iterator[Callable[[str, float], None]]:
    from tqdm import tqdm

    with tqdm(total=epochs, unit="epoch", disable=None) as bar:

        def report(part: str, loss: float) -> None:
            bar.set_description(f"{part}, loss {loss:.4f}")
            bar.update()

        yield report


def _checkpoints(args: argparse.Namespace, about: dict[str, Any], recipe):
    from model.training.optimization import Checkpoints

    return Checkpoints(Path(args.out) / CHECKPOINTS, f"{about['training']['table_sha256']} {recipe}")


def _write(args, params, name: str, answer: str, recipe, about: dict[str, Any]) -> None:
    unit = "Angstrom, rest frame, positive in emission"
    about = {"name": name, "answer": answer, "unit": unit, "recipe": recipe._asdict(), **about}
    sidecar = save_params(params, Path(args.out) / f"{name}.safetensors", about)
    print(f"Wrote {sidecar.with_suffix('.safetensors')} and {sidecar.name}.")
