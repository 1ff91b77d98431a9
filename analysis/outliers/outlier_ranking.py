"""Rank a catalogue by outlier score, once, in a separate process, and keep the ranking.

Drawing compiles for seconds and takes hundreds of megabytes, which the server cannot spare. `start` therefore runs this
module as a process of low priority; the name of the file that it writes holds the versions of catalogue and weights.
"""

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Final, NamedTuple

import numpy as np
from jaxtyping import Bool, Float, Int

from data.atomic import replacing
from data.catalogue.registry import EMBEDDED_FILE, Catalogue
from data.catalogue.schema import EW_SUFFIX, FLUX_NAMES
from data.catalogue.survey import DESI, Survey
from data.paths import user_cache_folder
from model.lines import LINE_NAMES
from model.predictions.params import Params
from model.statistics.outlier_score import OutlierScores, score_outliers, tail_probability
from model.storage.weights import INTRINSIC, load_params, load_sidecar
from storage.program import IMPORT_ROOT, module

FITTED: Final = 64
"""Draws per galaxy to which its distribution is fitted."""
KEPT: Final = 32
"""Further draws per galaxy that calibrate the probability."""
CHUNK: Final = 64
"""Galaxies per call, with all their draws 6144 rows: about 0.2 s."""
NAMES: Final = ("statistic", "probability", "line", "sigma", "expected")


class Ranking(NamedTuple):
    """The outlier scores of a catalogue; see `model.statistics.outlier_score`.

    Attributes
    ----------
    statistic, probability : (galaxy,) array
        Joint statistic of the lines, and the probability that a draw exceeds it.
    line : (galaxy,) array
        Index in `LINES` of the line that departs most.
    sigma : (galaxy,) array
        Its departure in standard deviations, given starlight and the other lines.
    expected : (galaxy, 10) array
        Median draw [Å].
    """

    statistic: Float[np.ndarray, " galaxy"]
    probability: Float[np.ndarray, " galaxy"]
    line: Int[np.ndarray, " galaxy"]
    sigma: Float[np.ndarray, " galaxy"]
    expected: Float[np.ndarray, "galaxy line"]


class Sample(NamedTuple):
    """The galaxies to rank."""

    bin_flux: Float[np.ndarray, "galaxy bin"]
    log_luminosity: Float[np.ndarray, " galaxy"]
    redshift: Float[np.ndarray, " galaxy"]
    ew: Float[np.ndarray, "galaxy line"]
    survey: Survey = DESI


def sample_of(catalogue: Catalogue) -> Sample:
    """Return a catalogue's fluxes, luminosities, redshifts and observed EWs."""
    flux, ew = (
        np.stack([np.asarray(catalogue.column(name)) for name in names], axis=1)
        for names in (FLUX_NAMES, [name + EW_SUFFIX for name in LINE_NAMES])
    )
    luminosity, redshift = (np.asarray(catalogue.column(name)) for name in ("log_luminosity", "redshift"))
    return Sample(flux, luminosity, redshift, ew, catalogue.survey)


def rank(sample: Sample, params: Params, progress: Callable[[float], None] = lambda _share: None) -> Ranking:
    """Compute the joint tail probability of the lines of each galaxy.

    Parameters
    ----------
    sample : Sample
        With n galaxies.
    params : Params
        With an intrinsic distribution.
    progress : callable
        Called with the share that is done, 0 to 1.

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
    """Yield draws of observed EWs, (draw, galaxy, 10) [Å], for `CHUNK` galaxies at a time, with their rows."""
    import jax
    import jax.numpy as jnp

    from model.predictions.joint.draws import sample as draw_lines

    count = FITTED + KEPT

    @jax.jit
    def draw(params: Params, start: Any, flux: Any, luminosity: Any, redshift: Any) -> Any:
        flux, luminosity, redshift = (jnp.repeat(values, count, axis=0) for values in (flux, luminosity, redshift))
        ids = start * count + jnp.arange(len(flux))
        drawn = draw_lines(0, params, flux, luminosity, redshift, ids=ids).observed
        return jnp.asarray(drawn.ew).reshape(-1, count, len(LINE_NAMES)).swapaxes(0, 1)

    n = len(sample.redshift)
    for start in range(0, n, CHUNK):
        rows = slice(start, min(start + CHUNK, n))
        size = rows.stop - start
        inside = [
            np.concatenate([values[rows], np.repeat(values[rows][:1], CHUNK - size, axis=0)])
            for values in (sample.bin_flux, sample.log_luminosity, sample.redshift)
        ]
        drawn = draw(params, start, *inside)
        yield rows, np.asarray(drawn)[:, :size]


def place_of(catalogue: Catalogue, folder: Path) -> Path:
    """Return the path of a catalogue's ranking, whose name holds the versions of catalogue and weights."""
    weights = load_sidecar(INTRINSIC)["sha256"][:12]
    return folder / f"unpredicted-{catalogue.version}-{weights}.npz"


def find(catalogue: Catalogue, folder: Path) -> Ranking | None:
    """Return a catalogue's ranking from beside the catalogue or from the folder; None if there is none yet."""
    for path in (place_of(catalogue, catalogue.path.parent), place_of(catalogue, folder)):
        if path.is_file():
            return _read(path)
    return None


def _read(path: Path) -> Ranking:
    with np.load(path, allow_pickle=False) as stored:
        return Ranking(*(stored[name] for name in NAMES))


def committed() -> Ranking:
    """Return the ranking of the mock catalogue, which is packaged with the weights.

    Raises
    ------
    FileNotFoundError
        If there is none for the present weights; `catalogue rank` makes it.
    """
    return _read(place_of(Catalogue(EMBEDDED_FILE), EMBEDDED_FILE.parent))


def write_beside(catalogue: Catalogue, progress: Callable[[float], None] = lambda _share: None) -> Path:
    """Rank a catalogue and write the ranking beside it, where servers look for it.

    Parameters
    ----------
    catalogue : Catalogue
        The catalogue to rank.
    progress : callable
        Called with the share that is done, 0 to 1.

    Returns
    -------
    Path
        The file. Rankings of this catalogue by other weights are deleted.
    """
    ranking, out = rank(sample_of(catalogue), load_params(), progress), place_of(catalogue, catalogue.path.parent)
    _write(ranking, out)
    for older in out.parent.glob(f"unpredicted-{catalogue.version}-*.npz"):
        if older != out:
            older.unlink()
    return out


def _write(ranking: Ranking, out: Path) -> None:
    """Write a ranking, with expected EWs rounded to float16."""
    with replacing(out) as temporary, temporary.open("wb") as file:
        np.savez_compressed(file, **ranking._replace(expected=ranking.expected.astype(np.float16))._asdict())


_folder: list[Path] = []


def store_in(folder: Path) -> None:
    """Keep rankings in this private folder; called once, when the server starts."""
    _folder[:] = [folder]


def folder() -> Path:
    """Return the folder of rankings; before `store_in` it is in the user's cache folder."""
    return _folder[0] if _folder else user_cache_folder() / "rankings"


_running: dict[Path, subprocess.Popen[bytes]] = {}


def progress_of(catalogue: Catalogue, folder: Path) -> float | None:
    """Return the share that a running ranking has done, 0 to 1; None if none is running."""
    path = place_of(catalogue, folder)
    process = _running.get(path)
    if process is None or process.poll() is not None:
        return None
    try:
        return float(path.with_suffix(".progress").read_text())
    except (OSError, ValueError):
        return 0.0


def start(catalogue: Catalogue, folder: Path) -> None:
    """Start ranking a catalogue in a process of low priority, unless it is ranked or being ranked."""
    path = place_of(catalogue, folder)
    if path.is_file() or progress_of(catalogue, folder) is not None:
        return
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    path.with_suffix(".progress").write_text("0")
    _running[path] = subprocess.Popen(  # noqa: S603  # our own module, no part of the command is a visitor's
        [sys.executable, "-m", module("analysis.outliers.outlier_ranking"), str(catalogue.path.resolve()), str(path)],
        cwd=IMPORT_ROOT,
    )


def main(path: Path, out: Path) -> None:
    """Rank a catalogue and write the ranking to a file, which appears when it is complete."""
    os.nice(15)
    catalogue = Catalogue(path)
    if place_of(catalogue, out.parent) != out:
        sys.exit(f"{path} was replaced after it had been opened, so it is not ranked.")
    progress_file = out.with_suffix(".progress")
    _write(rank(sample_of(catalogue), load_params(), lambda share: _write_progress(progress_file, share)), out)
    progress_file.unlink(missing_ok=True)


def _write_progress(path: Path, share: float) -> None:
    temporary = path.with_suffix(".progress-next")
    temporary.write_text(f"{share:.4f}")
    temporary.replace(path)


def highest(ranking: Ranking, rows: Int[np.ndarray, " member"] | None, count: int) -> Int[np.ndarray, " first"]:
    """Return up to `count` rows with the highest outlier scores, highest first, of all galaxies or of `rows`."""
    among = np.arange(len(ranking.statistic)) if rows is None else rows
    order = np.argsort(-np.nan_to_num(ranking.statistic[among], nan=-np.inf), kind="stable")
    return among[order[:count]]


def is_rare(ranking: Ranking, limit: float = 1e-3) -> Bool[np.ndarray, " galaxy"]:
    """Return which galaxies have a tail probability below the limit."""
    return ranking.probability < limit


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
