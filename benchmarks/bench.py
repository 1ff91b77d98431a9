"""Measure the times of the library and the browser, without assertions: ``make bench``.

The baseline is the published network (Khederlarian et al. 2024), called as its authors' code does: line by line,
without compilation. If its files are missing, the same architecture with random weights replaces it, which takes the
same time. Local linear regression is the traditional method.
"""

import argparse
import itertools
import resource
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import jax
import numpy as np

from model.features import colors
from model.lines import LINES
from model.networks.layers import Dense
from model.networks.per_line import PerLineNetwork
from model.predictions.batch import intrinsic_many, predict_many
from model.predictions.params import Params
from model.predictions.predict import predict_ew
from model.storage.published_pickles import read_published
from model.storage.weights import load_params
from research.baselines.local import local_regression
from research.sample import read_sample

ROOT = Path(__file__).resolve().parents[1]
REAL, MOCK = ROOT.parent / "shared/desi/bgs_sv3.parquet", ROOT / "data/files/mock.parquet"
TIMED = 1024
PUBLISHED = Path(__file__).resolve().parents[2] / "shared/published/models/params_of_model_without_luminosity.npy"


def best_of(function: Callable[[], object], repeats: int) -> float:
    """Return the shortest time of several calls after a first one [s]."""
    function()
    times = []
    for _ in range(repeats):
        start = time.perf_counter()
        jax.block_until_ready(function())
        times.append(time.perf_counter() - start)
    return min(times)


def baseline() -> PerLineNetwork:
    """Return the published network, or its architecture with random weights."""
    if PUBLISHED.is_file():
        return read_published(PUBLISHED)[1]
    sizes, rng = (11, 64, 128, 64, 1), np.random.default_rng(0)
    layers = tuple(
        Dense(rng.normal(size=(10, n_in, n_out)).astype(np.float32) / n_in**0.5, np.zeros((10, n_out), np.float32))
        for n_in, n_out in itertools.pairwise(sizes)
    )
    return PerLineNetwork(np.zeros((10, 11), np.float32), np.ones((10, 11), np.float32), layers)


def one_by_one(network: PerLineNetwork, flux: np.ndarray) -> list[jax.Array]:
    """Predict as the authors' code does: ten networks in turn, uncompiled."""
    predictions = []
    for line in range(len(LINES)):
        own = jax.tree.map(lambda leaf, line=line: leaf[line : line + 1], network)
        predictions.append(predict_ew(Params(own, None, None), flux))
    return predictions


def report(name: str, ours: float, theirs: float) -> None:
    """Print our time and the baseline's [ms], and their ratio; arguments are in seconds."""
    print(f"{name:<44} {ours * 1e3:>10.3f} ms {theirs * 1e3:>10.3f} ms {theirs / ours:>8.1f} x")


def library() -> None:
    """Compare the library's times with the baseline's."""
    params, published = load_params(), Params(baseline(), None, None)
    flux = np.random.default_rng(0).lognormal(0, 0.1, (100_000, 12)).astype(np.float32)
    compiled = jax.jit(predict_ew)
    print(f"{'':<44} {'ours':>13} {'baseline':>13} {'ratio':>10}")
    one = best_of(lambda: compiled(params, flux[0]), 200)
    report("one galaxy, warm, against uncompiled", one, best_of(lambda: one_by_one(published.colors, flux[0]), 5))
    report("one galaxy, warm, against the same compiled", one, best_of(lambda: compiled(published, flux[0]), 200))
    many = best_of(lambda: predict_many(params, flux), 5)
    theirs = best_of(lambda: predict_many(published, flux), 3)
    report("100,000 galaxies, arrays in and out", many, theirs)
    report("100,000 galaxies, intrinsic percentiles", best_of(lambda: intrinsic_many(params, flux), 5), theirs)
    regression(one, many)
    print(f"peak memory of this process: {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MiB")


def regression(one: float, many: float) -> None:
    """Compare with local linear regression, which fits 800 galaxies for each prediction."""
    sample = read_sample(REAL if REAL.is_file() else MOCK)
    features = np.asarray(colors(sample.bin_flux))
    fit, wanted = local_regression(features, sample.ew), np.resize(features, (TIMED, features.shape[1]))
    print(f"local regression, all lines, {len(features):,} galaxies to look up, {TIMED:,} of 100,000 timed:")
    report("one galaxy, warm", one, best_of(lambda: fit(wanted[:1]), 20))
    report("100,000 galaxies, arrays in and out", many, best_of(lambda: fit(wanted), 1) * 100_000 / TIMED)


def fresh_process() -> None:
    """Time imports and the first prediction of a new process."""
    code = """
import time
started = time.perf_counter()
import jax
jax_imported = time.perf_counter()
import numpy
from model import load_params, predict_ew
model_imported = time.perf_counter()
jax.jit(predict_ew)(load_params(), numpy.linspace(1, 2, 12)).block_until_ready()
done = time.perf_counter()
ours = model_imported - jax_imported
print(f"jax {jax_imported - started:.3f} s, ours {ours:.3f} s, first {done - model_imported:.3f} s")
"""
    print("fresh process: ", end="", flush=True)
    subprocess.run([sys.executable, "-c", code], check=True)


def main() -> None:
    """Run the benchmarks that the options choose."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--library", action="store_true", help="only the library, no browser")
    args = options.parse_args()
    library()
    fresh_process()
    if not args.library:
        from benchmarks.browser import main as browser

        browser()


if __name__ == "__main__":
    main()
