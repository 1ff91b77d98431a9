"""The work of ``catalogue fit-* | judge-map | compare``, for maintainers.

The fits rewrite packaged files. Each function returns the text to print, and raises CatalogueError if a table breaks a
rule of the schema. Tables hold real galaxies; the fits use those that are not held out.
"""

from datetime import UTC, datetime
from pathlib import Path

import pyarrow as pa

from analysis.catalogues.build import build
from data.catalogue import schema
from data.catalogue.cells import CELLS_FILE, save_cells
from data.catalogue.standard_columns import read_table
from model.lines import LINE_COUNT
from model.storage.weights import DEFAULT, DOMAIN, MAP, PACKAGE_FOLDER, load_params, save_params
from model.training.held_out import held_out_mask
from research.fitting.cells import aggregate
from research.mock.density import DENSITY_FILE


def fit_density(table_path: Path, out: Path = DENSITY_FILE, *, seed: int = 0) -> str:
    """Fit the density from which mock galaxies are drawn; `seed` starts the mixture, the chain and the raked draws."""
    from tqdm import tqdm

    from research.mock.density import save_density
    from research.mock.fit import RECIPE
    from research.mock.fit import fit_density as fit
    from research.mock.raking import ROUNDS

    with tqdm(total=2 + RECIPE.epochs + ROUNDS, unit="step", disable=None) as bar:

        def progress(step: str) -> None:
            bar.set_description(step)
            bar.update()

        density, record = fit(read_table(table_path), seed=seed, progress=progress)
    record |= {"table": table_path.name, "date": datetime.now(UTC).date().isoformat()}
    save_density(density, record, out)
    return (
        f"Wrote {out}: {record['components']} Gaussians for the continua, a chain of {LINE_COUNT} lines conditional "
        f"on them, {record['raked']['margins']} histograms that determine which draws are kept."
    )


def fit_map(table_path: Path, out: Path = PACKAGE_FOLDER / f"{MAP}.safetensors") -> str:
    """Fit the map, train the network that places galaxies on it, and write its weights and its errors (sidecar)."""
    from tqdm import tqdm

    from research.fitting.map import RECIPE, train_map
    from research.fitting.map import fit_map as fit

    with tqdm(total=RECIPE.epochs, unit="epoch", disable=None) as bar:

        def advance(loss: float) -> None:
            bar.set_description(f"training the network that places galaxies, loss {loss:.4f}")
            bar.update()

        params, about = train_map(fit(read_table(table_path), bar.set_description), advance)
    about |= {"table": table_path.name, "date": datetime.now(UTC).date().isoformat()}
    save_params(params, out, about)
    measured = about["held_out"]
    return (
        f"Wrote {out}. Held-out galaxies: error {measured['error_median_percent']} % of the diagonal (median), "
        f"{measured['error_p95_percent']} % (95th percentile); trustworthiness {measured['trustworthiness_network']} "
        f"(UMAP itself {measured['trustworthiness_umap']}).\n\n"
        + _explained({"the map": measured["explained"], "UMAP": measured["explained_umap"]})
    )


def judge_map(table_path: Path) -> str:
    """Measure the packaged map on held-out galaxies, beside the first two and three principal axes of the continua.

    The measures are trustworthiness, and how well neighbours on the map predict each line.
    """
    import numpy as np

    from model.features import log_flux_shape
    from model.predictions.batch import place_many
    from research.fitting.map import neighbour_scores, principal_axes
    from research.sample import read_sample

    sample = read_sample(table_path)
    shape, held_out = np.asarray(log_flux_shape(sample.bin_flux)), sample.held_out
    axes = shape @ principal_axes(shape, ~held_out)
    places = {
        "the map": np.asarray(place_many(load_params(), sample.bin_flux[held_out]).position),
        "two axes": axes[held_out, :2],
        "three axes": axes[held_out, :3],
    }
    judged = {name: neighbour_scores(shape[held_out], place, sample.ew[held_out]) for name, place in places.items()}
    trust = ", ".join(f"{name} {one['trustworthiness']}" for name, one in judged.items())
    return f"Trustworthiness: {trust}.\n\n{_explained({name: one['explained'] for name, one in judged.items()})}"


def _explained(shares: dict[str, dict[str, dict[str, float]]]) -> str:
    """Return a Markdown table of the share of each line that neighbours explain, relative to neighbours in continua."""
    columns = {f"{of}, {n} neighbours": by_line for of, each in shares.items() for n, by_line in each.items()}
    rows = [
        f"| {name} | {' | '.join(f'{by_line[name]:.3f}' for by_line in columns.values())} |"
        for name in next(iter(columns.values()))
    ]
    return "\n".join([f"| line | {' | '.join(columns)} |", "| --- " * (len(columns) + 1) + "|", *rows])


def fit_domain(table_path: Path, out: Path = PACKAGE_FOLDER / f"{DOMAIN}.safetensors") -> str:
    """Fit the density of colours that gives the domain score, and the widening of the intervals where it is low.

    Writes them with the shares of held-out galaxies at the edge and outside (sidecar).
    """
    from tqdm import tqdm

    from research.fitting.domain import fit_domain as fit
    from research.fitting.widening import FOLDS
    from research.sample import read_sample

    with tqdm(total=2 + FOLDS, unit="step", disable=None) as bar:

        def progress(step: str) -> None:
            bar.set_description(step)
            bar.update()

        params, about = fit(read_sample(table_path), progress=progress)
    about |= {"table": table_path.name, "date": datetime.now(UTC).date().isoformat()}
    save_params(params, out, about)
    measured = about["held_out"]
    shares = "; ".join(
        f"{name}: edge {counts['edge_percent']} %, outside {counts['outside_percent']} %"
        for name, counts in measured.items()
        if name != "galaxies"
    )
    return f"Wrote {out}. Of {measured['galaxies']:,} held-out galaxies (nominal 0.9 and 0.1 %): {shares}."


def fit_cells(table_path: Path, out: Path = CELLS_FILE, *, model: str = DEFAULT) -> str:
    """Write counts and medians of the galaxies in each hexagonal cell of the map."""
    table = schema.as_catalogue_types(read_table(table_path))
    table = table.filter(pa.array(~held_out_mask(table["TARGETID"].to_pylist())))
    cells = aggregate(build(table, model))
    save_cells(cells, out)
    return f"Wrote {out}: {len(cells.n)} cells with {cells.n.sum():,} of {table.num_rows:,} galaxies."


def compare_mock(mock_path: Path, table_path: Path, model: str = DEFAULT) -> str:
    """Compare a mock with the held-out galaxies of a table, as Markdown; `model` predicts the rho of both."""
    from research.mock.comparison import as_markdown, compare
    from research.sample import read_sample

    return as_markdown(compare(read_sample(mock_path), read_sample(table_path), load_params(model)))
