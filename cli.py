"""Galactic Neon on the command line: train, evaluate, predict, build catalogues.

Exit status: 0 all done, 1 nothing written, 2 wrong usage, 3 written but some rows have a PROBLEM.
"""

import argparse
import json
import subprocess
import sys
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path

import numpy as np

from data import commands
from data.errors import DataError
from model.bins import N_BINS
from model.lines import LINE_NAMES
from model.weights import DEFAULT, INTRINSIC, WeightsError, load_params, load_sidecar, save_params

EXTRAS = {"optax": "train", "pandas": "train", "sklearn": "train", "umap": "train", "tqdm": "train"}


def train(args: argparse.Namespace) -> int:
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
        "metrics": {variant: table for variant, table in _score_variants(params, sample).items() if table},
        "date": datetime.now(UTC).date().isoformat(),
        "git_revision": _git_revision(),
    }
    sidecar = save_params(params, Path(args.out) / f"{DEFAULT}.safetensors", about)
    print(_table(about["metrics"]))
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


def evaluate(args: argparse.Namespace) -> int:
    """Print rho, NMAD, bias and coverage per line on the held-out galaxies, and the scores of joint draws."""
    from data.distribution_report import as_text, score_distribution
    from data.sample import read_sample

    sample = read_sample(args.catalogue)
    tables, params = {}, load_params(args.model)
    joint = {"colors": params.intrinsic_colors, "luminosity": params.intrinsic_luminosity}
    reports = {
        variant: score_distribution(params, sample, variant, args.draws)
        for variant, model in joint.items()
        if model is not None and args.draws
    }
    for name in (args.model, *args.against):
        for missing in ((), *map(tuple, args.missing)):
            without = f", without bin {' and '.join(map(str, missing))}" if missing else ""
            for variant, table in _score_variants(load_params(name), sample, missing).items():
                tables[f"{name}, {variant}{without}"] = table
    held_out = int(sample.held_out.sum())
    if args.format == "json":
        print(json.dumps(tables | ({"distribution": reports} if reports else {}), indent=1))
    elif args.format == "markdown":
        print(_markdown(tables))
    else:
        print(f"{held_out} held-out galaxies\n\n{_table(tables)}{_losses(tables)}")
        print("\n".join(as_text(variant, report) for variant, report in reports.items()))
    return 0


def predict(args: argparse.Namespace) -> int:
    """Predict every row of a file."""
    from tqdm import tqdm

    from data.predict_file import Request, predict_file

    request = Request(load_params(args.model), args.variant, args.noise, args.seed, args.fill_missing)
    with tqdm(unit="galaxy", unit_scale=True, disable=None) as bar:

        def progress(rows: int) -> None:
            bar.update(rows - bar.n)

        outcome = predict_file(Path(args.input), Path(args.out), request, progress)
    with_problem = f"; {outcome.problems} of them have a PROBLEM" if outcome.problems else ""
    print(f"Wrote {outcome.rows} galaxies to {args.out}{with_problem}.", file=sys.stderr)
    return 3 if outcome.problems else 0


def import_published(args: argparse.Namespace) -> int:
    """Convert a published weights file, joining the other variant if OUT has it already."""
    from model.network import Params
    from model.published import read_published
    from model.weights import read_params

    out = Path(args.out)
    if out.suffix != ".safetensors":
        raise WeightsError(f"OUT is {out.name!r}; it must end in .safetensors.")
    variant, network = read_published(Path(args.file))
    params = read_params(out) if out.is_file() else Params(None, None, None, None)
    params = params._replace(**{variant: network})
    sources = load_sidecar(out).get("sources", {}) if out.is_file() else {}
    sources[variant] = {"file": Path(args.file).name, "sha256": sha256(Path(args.file).read_bytes()).hexdigest()}
    about = {
        "name": out.stem,
        "answer": "EW as catalogued, given detection",
        "unit": "Angstrom, rest frame, positive in emission",
        "reference": "Khederlarian et al. 2024, MNRAS 531, 1454 (doi:10.1093/mnras/stae1189)",
        "sources": sources,
    }
    save_params(params, out, about)
    print(f"Wrote the {variant} variant to {out}.")
    return 0


def catalogue(args: argparse.Namespace) -> int:
    """Run one of the catalogue commands and print what it wrote."""
    print(args.write(args))
    return 0


def _score_variants(params, sample, missing: Sequence[int] = ()) -> dict[str, dict[str, dict[str, float]]]:
    from data.sample import without_bins
    from model.batch import complete_many, predict_many
    from model.metrics import score_lines

    rows = sample.held_out
    flux = sample.bin_flux[rows]
    if missing:
        flux = complete_many(params, without_bins(flux, missing))
    inputs = {"colors": None, "luminosity": sample.log_luminosity[rows]}
    tables = {}
    for variant, luminosity in inputs.items():
        if getattr(params, variant) is not None:
            scores = score_lines(sample.ew[rows], predict_many(params, flux, luminosity))
            tables[variant] = {
                name: {key: round(value, 4) for key, value in line._asdict().items()} for name, line in scores.items()
            }
    return tables


def _table(tables: dict[str, dict[str, dict[str, float]]]) -> str:
    lines = []
    for title, scores in tables.items():
        lines += [title, f"{'line':<12} {'n':>6} {'rho':>7} {'NMAD [Å]':>9} {'bias':>7} {'in 16-84 %':>10}"]
        for name, score in scores.items():
            n, rho, nmad, bias, coverage = score.values()
            lines.append(f"{name:<12} {n:>6} {rho:>7.4f} {nmad:>9.3f} {bias:>+7.1%} {coverage:>10.1%}")
        mean = np.mean([score["spearman"] for score in scores.values()])
        lines += [f"{'mean':<12} {'':>6} {mean:>7.4f}", ""]
    return "\n".join(lines)


def _losses(tables: dict[str, dict[str, dict[str, float]]]) -> str:
    """Say per line what missing bins cost: the change of rho, and of the NMAD in per cent."""
    lines = []
    for title, scores in tables.items():
        whole, without, bins = title.partition(", without bin ")
        if without:
            lines += [f"lost without bin {bins}: {whole}", f"{'line':<12} {'rho':>7} {'NMAD':>9}"]
            for name, score in scores.items():
                best = tables[whole][name]
                change = score["spearman"] - best["spearman"]
                lines.append(f"{name:<12} {change:>+7.4f} {score['nmad'] / best['nmad'] - 1:>+9.1%}")
            lines.append("")
    return "\n" + "\n".join(lines) if lines else ""


def _markdown(tables: dict[str, dict[str, dict[str, float]]]) -> str:
    """Lay the tables side by side, a cell being rho / NMAD [Å] / bias."""
    rows = [["line", *tables], ["---"] * (len(tables) + 1)]
    for name in LINE_NAMES:
        cells = (table[name] for table in tables.values())
        rows.append([name, *(f"{c['spearman']:.3f} / {c['nmad']:.3f} / {c['bias']:+.1%}" for c in cells)])
    means = (np.mean([line["spearman"] for line in table.values()]) for table in tables.values())
    rows.append(["mean rho", *(f"{mean:.3f}" for mean in means)])
    return "\n".join(f"| {' | '.join(row)} |" for row in rows)


def _git_revision() -> str:
    command = ["git", "describe", "--always", "--dirty"]
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=Path(__file__).parent)  # noqa: S603
    return done.stdout.strip() or "unknown"


def parser() -> argparse.ArgumentParser:
    """Describe every command."""
    top = argparse.ArgumentParser(prog="cli.py", description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    subparsers = top.add_subparsers(dest="command", required=True, metavar="COMMAND")

    def add(name: str, run: Callable[[argparse.Namespace], int], group=subparsers) -> argparse.ArgumentParser:
        command = group.add_parser(name, help=run.__doc__, description=run.__doc__)
        command.set_defaults(run=run)
        return command

    command = add("train", train)
    command.add_argument("catalogue", help="Parquet table with fluxes and observed EWs")
    command.add_argument("--out", required=True, metavar="DIR", help="folder for default.safetensors and .json")
    command.add_argument("--epochs", type=int, default=30)
    command.add_argument("--seed", type=int, default=0)
    command.add_argument("--with-distribution", action="store_true", help="train the joint distribution too")

    command = add("evaluate", evaluate)
    command.add_argument("catalogue", help="Parquet table with fluxes and observed EWs")
    command.add_argument("--model", default=DEFAULT, help="name or .safetensors file")
    command.add_argument("--against", nargs="*", default=[], metavar="MODEL", help="further models to score beside it")
    command.add_argument("--draws", type=int, default=0, help="score the joint distribution too, by draws")
    command.add_argument(
        "--missing",
        nargs="+",
        action="append",
        default=[],
        type=int,
        choices=(0, N_BINS - 1),
        metavar="BIN",
        help=f"score again with these end bins (0, {N_BINS - 1}, or both) taken away and filled in; repeatable",
    )
    command.add_argument("--format", choices=("text", "json", "markdown"), default="text")

    command = add("predict", predict)
    command.add_argument("input", help="Parquet or CSV with flux_00 ... flux_11 [log_luminosity] [{LINE}_EW_IVAR]")
    command.add_argument("out", help="Parquet or CSV to write")
    command.add_argument("--model", default=DEFAULT, help="name or .safetensors file")
    command.add_argument("--variant", choices=("auto", "colors", "luminosity"), default="auto")
    command.add_argument("--noise", choices=("none", "published"), default="none")
    command.add_argument("--seed", type=int, default=0, help="realisation of the noise")
    command.add_argument("--fill-missing", action="store_true", help="fill in a first or last bin that is missing")

    command = add("import-published", import_published)
    command.add_argument("file", metavar="FILE.npy", help="params_of_model_with(out)_luminosity.npy")
    command.add_argument("out", metavar="OUT", help=".safetensors to write or to join")
    _add_catalogue_commands(subparsers.add_parser("catalogue", help="Make and check catalogues of galaxies."))
    return top


def _add_catalogue_commands(group_parser: argparse.ArgumentParser) -> None:
    group = group_parser.add_subparsers(dest="action", required=True, metavar="ACTION")

    def add(name: str, text: str, write: Callable[[argparse.Namespace], str], source: bool = True):
        command = group.add_parser(name, help=text, description=text)
        command.set_defaults(run=catalogue, write=write)
        if source:
            command.add_argument("table", type=Path, help="Parquet or CSV, see docs/catalogue-schema.md")
        return command

    command = add(
        "build",
        "Add predictions and map places to a table of galaxies.",
        lambda args: commands.build_catalogue(args.table, args.out, title=args.title, model=args.model),
    )
    command.add_argument("out", type=Path, metavar="OUT.parquet")
    command.add_argument("--title", help="what readers see; the table's name by default")
    command.add_argument("--model", default=DEFAULT, help="name or .safetensors file")

    command = add(
        "mock",
        "Draw mock galaxies from the density fitted to real ones, and build them.",
        lambda args: commands.mock_catalogue(args.out, n=args.n, seed=args.seed),
        source=False,
    )
    command.add_argument("out", type=Path, metavar="OUT.parquet")
    command.add_argument("--n", type=int, default=20_000, help="how many (default 20000)")
    command.add_argument("--seed", type=int, default=0)

    command = add(
        "compare",
        "Compare a mock with the held-out galaxies of a real table.",
        lambda args: commands.compare_mock(args.table, args.real),
    )
    command.add_argument("real", type=Path, help="real galaxies")
    add("check", "Check a table against the schema.", lambda args: commands.check_table(args.table))
    add("fit-map", "Fit the canonical map; rewrites a committed file.", lambda args: commands.fit_map(args.table))
    add("fit-domain", "Fit what is in domain; rewrites a committed file.", lambda a: commands.fit_domain(a.table))
    add("fit-density", "Fit the mock's density; rewrites a committed file.", lambda a: commands.fit_density(a.table))
    add(
        "fit-cells",
        "Summarise galaxies per cell; rewrites a committed file.",
        lambda a: commands.fit_cells(a.table),
    )


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
