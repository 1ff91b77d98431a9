"""Realisations of a catalogue's lines, each drawn at its first request."""

from functools import lru_cache
from threading import Lock
from typing import Final, Literal, get_args

import numpy as np
from jaxtyping import Float

from analysis.explorer.stored_draws import stored_draw
from data.catalogue.registry import Catalogue, served
from data.catalogue.schema import FLUX_NAMES, IVAR_SUFFIX, PREDICTION_SUFFIXES
from model.lines import LINE_NAMES
from model.numerics.random_numbers import GENERATOR
from model.predictions.joint.batch import sample_many
from model.predictions.published_noise import published_noise
from model.storage.weights import INTRINSIC, load_params, load_sidecar
from storage import memory

FIRST_SEED: Final = 1
"""Number of the realisation that a page begins with."""

RealisationNoise = Literal["observed", "intrinsic", "published"]
NOISES: Final[tuple[RealisationNoise, ...]] = get_args(RealisationNoise)
"""observed: a joint draw as DESI would catalogue it; intrinsic: the same without measurement noise; published: the
prediction plus Gaussian noise of the galaxy's own ivar, which depends on the line that is predicted."""

USUAL_NOISE: Final[RealisationNoise] = "observed"
"""The noise that a page begins with."""

_drawing = Lock()


def realisation(catalogue: Catalogue, noise: RealisationNoise, seed: int) -> Float[np.ndarray, "galaxy line"]:
    """Draw the lines of every galaxy.

    Panels request all lines at once, one line per request, so the last four realisations are kept, and a request
    for a realisation that is being drawn waits for it instead of drawing it again.

    Parameters
    ----------
    catalogue : Catalogue
        With predictions and inverse variances.
    noise : {"observed", "intrinsic", "published"}
        Kind of realisation, see `NOISES`.
    seed : int
        Number of the realisation.

    Returns
    -------
    (galaxy, 10) array
        Equivalent widths [Å], read-only; <= 0 where not detected, NaN where the noise is unknown.
    """
    with _drawing:
        return _draw(catalogue, noise, seed)


@lru_cache(maxsize=4)
def _draw(catalogue: Catalogue, noise: RealisationNoise, seed: int) -> Float[np.ndarray, "galaxy line"]:
    def stack(names: list[str]) -> np.ndarray:
        return np.stack([catalogue.column(name) for name in names], axis=1)

    def draw() -> np.ndarray:
        flux = stack(list(FLUX_NAMES))
        if noise == "published":
            drawn = published_noise(
                seed,
                flux,
                stack([name + PREDICTION_SUFFIXES[0] for name in LINE_NAMES]),
                stack([name + IVAR_SUFFIX for name in LINE_NAMES]),
            )
        else:
            luminosity, redshift = catalogue.column("log_luminosity"), catalogue.column("redshift")
            intrinsic, listed = sample_many(seed, load_params(), flux, luminosity, redshift)
            drawn = intrinsic if noise == "intrinsic" else listed.ew
        memory.give_back()  # drawing briefly takes sixty times the memory of its result
        return np.asarray(drawn, np.float32)

    # Published noise is added to predictions in the catalogue, whose version already covers their weights.
    weights = "" if noise == "published" else "-" + load_sidecar(INTRINSIC)["sha256"][:12]
    return stored_draw(catalogue, f"{noise}-{seed}{weights}-{GENERATOR}", draw)


def warm_up() -> None:
    """Draw the realisation that every served catalogue shows first, so that no visitor waits for it."""
    for catalogue in served().values():
        realisation(catalogue, USUAL_NOISE, FIRST_SEED)
