"""Train the weights that predict."""

import argparse
import subprocess
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from typing import Any

from commands.scoring import as_text, score_variants
from model.weights import DEFAULT, INTRINSIC, save_params


def register(commands: Any) -> None:
    """Describe the command."""
    command = commands.add_parser("train", help=run.__doc__, description=run.__doc__)
    command.set_defaults(run=run)
    command.add_argument("catalogue", help="Parquet table with fluxes and observed EWs")
    command.add_argument("--out", required=True, metavar="DIR", help="folder for default.safetensors and .json")
    command.add_argument("--epochs", type=int, default=30)
    command.add_argument("--seed", type=int, default=0)
    command.add_argument("--with-distribution", action="store_true", help="train the joint distribution too")


def run(args: argparse.Namespace) -> int:
    """Train both variants on the galaxies that are not held out, score them on the rest, write weights."""
    from tqdm import tqdm

    from data.sample import read_sample
    from model.training import Recipe, fit_variants

    sample, recipe = read_sample(args.catalogue), Recipe(epochs=args.epochs, seed=args.seed)
    seen = ~sample.held_out
    with tqdm(total=2 * recipe.epochs, unit="epoch", disable=None) as bar:

        def progress(variant: str, _: int, loss: float) -> None:
            bar.set_description(f"{variant}, loss {loss:.4f}")
            bar.update()

        params = fit_variants(sample.bin_flux[seen], sample.log_luminosity[seen], sample.ew[seen], recipe, progress)
    about = {
        "name": DEFAULT,
        "answer": "median and 16-84 % of the catalogued EW, given detection",
        "unit": "Angstrom, rest frame, positive in emission",
        "recipe": recipe._asdict(),
        "training": {
            "table": Path(args.catalogue).name,
            "table_sha256": sha256(Path(args.catalogue).read_bytes()).hexdigest(),
            "galaxies": int(seen.sum()),
            "held_out": int(sample.held_out.sum()),
            "split": "held out: int(sha256(TARGETID), 16) % 5 == 0",
        },
        "metrics": {variant: table for variant, table in score_variants(params, sample).items() if table},
        "date": datetime.now(UTC).date().isoformat(),
        "git_revision": _git_revision(),
    }
    sidecar = save_params(params, Path(args.out) / f"{DEFAULT}.safetensors", about)
    print(as_text(about["metrics"]))
    print(f"Wrote {sidecar.with_suffix('.safetensors')} and {sidecar.name}.")
    if args.with_distribution:
        sidecar = _train_distribution(args, sample, about["training"])
        print(f"Wrote {sidecar.with_suffix('.safetensors')} and {sidecar.name}.")
    return 0


def _train_distribution(args: argparse.Namespace, sample, training: dict) -> Path:
    from tqdm import tqdm

    from data.overlap import is_cut
    from model.intrinsic_training import DrawRecipe, epochs_in_all, fit_distributions, prepare

    recipe = DrawRecipe(epochs=args.epochs, seed=args.seed)
    seen = ~sample.held_out
    table = prepare(
        sample.bin_flux[seen],
        sample.log_luminosity[seen],
        sample.redshift[seen],
        sample.ew[seen],
        sample.ew_ivar[seen],
        is_cut(sample.redshift[seen]),
    )
    with tqdm(total=epochs_in_all(recipe), unit="epoch", disable=None) as bar:

        def progress(part: str, loss: float) -> None:
            bar.set_description(f"{part}, loss {loss:.4f}")
            bar.update()

        params = fit_distributions(table, recipe, progress)
    about = {
        "name": INTRINSIC,
        "answer": "joint distribution of the intrinsic EWs, and of what DESI's catalogue would list",
        "unit": "Angstrom, rest frame, positive in emission",
        "recipe": recipe._asdict(),
        "training": training,
        "date": datetime.now(UTC).date().isoformat(),
        "git_revision": _git_revision(),
    }
    return save_params(params, Path(args.out) / f"{INTRINSIC}.safetensors", about)


def _git_revision() -> str:
    command = ["git", "describe", "--always", "--dirty"]
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=Path(__file__).parent.parent)  # noqa: S603
    return done.stdout.strip() or "unknown"
