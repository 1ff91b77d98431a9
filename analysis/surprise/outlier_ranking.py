"""Galaxies whose lines starlight did not predict: the whole catalogue ranked once, in a process of its own, and kept.

Drawing compiles for seconds and takes hundreds of megabytes, which a server has no room for: `start` runs this module
as a process with low priority, which leaves its result in a folder named by the catalogue's content and the weights.
"""

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Final, NamedTuple

import numpy as np
from jaxtyping import Bool, Float, Int

from data.catalogue.registry import EMBEDDED_FILE, Catalogue
from data.catalogue.schema import EW_SUFFIX, FLUX_NAMES
from data.catalogue.survey import DESI, Survey
from data.storage.atomic import replacing
from model.lines import LINE_NAMES
from model.predictions.outlier_score import OutlierScores, score_outliers, tail_probability
from model.predictions.params import Params
from model.storage.weights import INTRINSIC, load_params, load_sidecar

FITTED: Final = 64
KEPT: Final = 32
"""Draws per galaxy that describe its distribution, and those that calibrate the probability."""
CHUNK: Final = 64
"""Galaxies per call: with all their draws some thousand rows, a fifth of a second."""
NAMES: Final = ("statistic", "probability", "line", "sigma", "expected")


class Ranking(NamedTuple):
    """How surprising every galaxy of a catalogue is; see `model.predictions.outlier_score`.

    Attributes
    ----------
    statistic, probability : (galaxy,) array
        Joint statistic, and the probability that a draw exceeds it.
    line : (galaxy,) array
        The line that departs most, as a place in `LINES`.
    sigma : (galaxy,) array
        By how many standard deviations, given starlight and the other lines.
    expected : (galaxy, 10) array
        Median draw [Å].
    """

    statistic: Float[np.ndarray, " galaxy"]
    probability: Float[np.ndarray, " galaxy"]
    line: Int[np.ndarray, " galaxy"]
    sigma: Float[np.ndarray, " galaxy"]
    expected: Float[np.ndarray, "galaxy line"]


class Sample(NamedTuple):
    """What a ranking is made of."""

    bin_flux: Float[np.ndarray, "galaxy bin"]
    log_luminosity: Float[np.ndarray, " galaxy"]
    redshift: Float[np.ndarray, " galaxy"]
    ew: Float[np.ndarray, "galaxy line"]
    survey: Survey = DESI


def sample_of(catalogue: Catalogue) -> Sample:
    """Gather a catalogue's fluxes, luminosities, redshifts and observed lines."""
    flux, ew = (
        np.stack([np.asarray(catalogue.column(name)) for name in names], axis=1)
        for names in (FLUX_NAMES, [name + EW_SUFFIX for name in LINE_NAMES])
    )
    luminosity, redshift = (np.asarray(catalogue.column(name)) for name in ("log_luminosity", "redshift"))
    return Sample(flux, luminosity, redshift, ew, catalogue.survey)


def rank(sample: Sample, params: Params, progress: Callable[[float], None] = lambda _share: None) -> Ranking:
    """Rank galaxies by the joint tail probability of their lines.

    Parameters
    ----------
    sample : Sample
        With n galaxies.
    params : Params
        With an intrinsic distribution.
    progress : callable
        Told the share that is done, 0 to 1.

    Returns
    -------
    Ranking
        In the order of the galaxies.
    """
    covered = sample.survey.observable(sample.redshift) | np.isfinite(sample.ew)
    parts: list[OutlierScores] = []
    for rows, drawn in _draws(sample, params):
        parts.append(score_outliers(sample.ew[rows], covered[rows], drawn, KEPT))
        progress(rows.stop / len(covered))
    statistic, line, sigma, expected = (
        np.concatenate([np.asarray(getattr(part, name)) for part in parts])
        for name in ("statistic", "line", "sigma", "expected")
    )
    calibration = np.concatenate([part.calibration for part in parts], axis=1)
    probability = tail_probability(statistic, calibration).astype(np.float32)
    return Ranking(statistic, probability, line.astype(np.int8), sigma, expected)


def _draws(sample: Sample, params: Params) -> Iterator[tuple[slice, np.ndarray]]:
    """Draw what a catalogue could have listed of each galaxy, some galaxies at a time."""
    import jax
    import jax.numpy as jnp

    from model.predictions.intrinsic import sample_observed

    count = FITTED + KEPT

    @jax.jit
    def draw(params: Params, key: Any, flux: Any, luminosity: Any, redshift: Any) -> Any:
        flux, luminosity, redshift = (jnp.repeat(values, count, axis=0) for values in (flux, luminosity, redshift))
        drawn = sample_observed(key, params, flux, luminosity, redshift)
        return jnp.asarray(drawn.ew).reshape(-1, count, len(LINE_NAMES)).swapaxes(0, 1)

    n = len(sample.redshift)
    for start in range(0, n, CHUNK):
        rows = slice(start, min(start + CHUNK, n))
        size = rows.stop - start
        inside = [
            np.concatenate([values[rows], np.repeat(values[rows][:1], CHUNK - size, axis=0)])
            for values in (sample.bin_flux, sample.log_luminosity, sample.redshift)
        ]
        drawn = draw(params, jax.random.fold_in(jax.random.key(0), start), *inside)
        yield rows, np.asarray(drawn)[:, :size]


def place_of(catalogue: Catalogue, folder: Path) -> Path:
    """Name the file of a catalogue's ranking by what it depends on."""
    weights = load_sidecar(INTRINSIC)["sha256"][:12]
    return folder / f"unpredicted-{catalogue.version}-{weights}.npz"


def find(catalogue: Catalogue, folder: Path) -> Ranking | None:
    """Read a catalogue's ranking, if it has been made: beside the catalogue, or in the folder."""
    for path in (place_of(catalogue, catalogue.path.parent), place_of(catalogue, folder)):
        if path.is_file():
            return _read(path)
    return None


def _read(path: Path) -> Ranking:
    with np.load(path, allow_pickle=False) as stored:
        return Ranking(*(stored[name] for name in NAMES))


def committed() -> Ranking:
    """Read the ranking of the mock catalogue that comes with these weights.

    Raises
    ------
    FileNotFoundError
        When the weights are newer than it: `cli.py catalogue rank` makes it.
    """
    return _read(place_of(Catalogue(EMBEDDED_FILE), EMBEDDED_FILE.parent))


def write_beside(catalogue: Catalogue, progress: Callable[[float], None] = lambda _share: None) -> Path:
    """Rank a catalogue and write the ranking beside it, where every server finds it.

    Parameters
    ----------
    catalogue : Catalogue
        To be ranked.
    progress : callable
        Told the share that is done, 0 to 1.

    Returns
    -------
    Path
        The file; rankings of the folder by other weights are gone.
    """
    ranking, out = rank(sample_of(catalogue), load_params(), progress), place_of(catalogue, catalogue.path.parent)
    _write(ranking, out)
    for older in out.parent.glob(f"unpredicted-{catalogue.version}-*.npz"):
        if older != out:
            older.unlink()
    return out


def _write(ranking: Ranking, out: Path) -> None:
    """Write a ranking; its expectations are kept to three digits."""
    with replacing(out) as temporary, temporary.open("wb") as file:
        np.savez_compressed(file, **ranking._replace(expected=ranking.expected.astype(np.float16))._asdict())


_folder: list[Path] = []


def store_in(folder: Path) -> None:
    """Make this the private folder of rankings; called once, when the server starts."""
    _folder[:] = [folder]


def folder() -> Path:
    """Give the folder of rankings; one of the user's own before `store_in`."""
    return _folder[0] if _folder else Path.home() / ".cache" / "galactic-neon" / "rankings"


_running: dict[Path, subprocess.Popen[bytes]] = {}


def progress_of(catalogue: Catalogue, folder: Path) -> float | None:
    """Tell how far a running ranking is, 0 to 1; None when none runs."""
    path = place_of(catalogue, folder)
    process = _running.get(path)
    if process is None or process.poll() is not None:
        return None
    try:
        return float(path.with_suffix(".progress").read_text())
    except (OSError, ValueError):
        return 0.0


def start(catalogue: Catalogue, folder: Path) -> None:
    """Begin to rank a catalogue in a process of low priority, unless that is done or under way."""
    path = place_of(catalogue, folder)
    if path.is_file() or progress_of(catalogue, folder) is not None:
        return
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    given = path.with_suffix(".input.npz")
    np.savez(given, **sample_of(catalogue)._asdict())
    path.with_suffix(".progress").write_text("0")
    _running[path] = subprocess.Popen(  # noqa: S603  # our own module, no part of the command is a visitor's
        [sys.executable, "-m", "analysis.surprise.outlier_ranking", str(given), str(path)],
        cwd=Path(__file__).resolve().parents[2],
    )


def main(given: Path, out: Path) -> None:
    """Rank the galaxies of a file into another, which appears when it is whole."""
    os.nice(15)
    with np.load(given, allow_pickle=False) as stored:
        sample = Sample(*(stored[name] for name in Sample._fields))
    told = out.with_suffix(".progress")
    ranking = rank(sample, load_params(), lambda share: _tell(told, share))
    _write(ranking, out)
    given.unlink(missing_ok=True)
    told.unlink(missing_ok=True)


def _tell(path: Path, share: float) -> None:
    temporary = path.with_suffix(".progress-next")
    temporary.write_text(f"{share:.4f}")
    temporary.replace(path)


def chosen(ranking: Ranking, rows: Int[np.ndarray, " member"] | None, count: int) -> Int[np.ndarray, " first"]:
    """Give the most surprising galaxies, first among all or among the rows given."""
    among = np.arange(len(ranking.statistic)) if rows is None else rows
    order = np.argsort(-np.nan_to_num(ranking.statistic[among], nan=-np.inf), kind="stable")
    return among[order[:count]]


def is_rare(ranking: Ranking, limit: float = 1e-3) -> Bool[np.ndarray, " galaxy"]:
    """Tell which galaxies fewer than one draw in 1 / limit exceeds."""
    return ranking.probability < limit


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
