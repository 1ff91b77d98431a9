"""Fit of the canonical map: a UMAP of real continua, and the network that places new galaxies on it.

The map is rotated so that EW(Hα) increases to the right. Only the small network is shipped, as the fitted UMAP contains
every galaxy that it was fitted to.
"""

import warnings
from collections.abc import Callable
from typing import Any, Final, NamedTuple

import numpy as np
import pyarrow as pa
from jaxtyping import Bool, Float

from data.catalogue.schema import EW_SUFFIX, FLUX_NAMES, as_catalogue_types, check
from data.catalogue.survey import DESI
from model.features import log_flux_shape
from model.lines import LINE_NAMES
from model.networks.joint import JointNetwork
from model.physics.diagnostics import HALPHA
from model.predictions.map import place_on_map
from model.predictions.params import Params
from model.training.held_out import held_out_mask
from model.training.map import fit_places
from model.training.network import Recipe

UMAP_SETTINGS: Final = {"n_neighbors": 15, "min_dist": 0.0, "random_state": 20240403}
STRETCH: Final = 1.5
"""Factor by which the third principal axis of ln(F / mean F) is stretched before UMAP is fitted. Continua vary mainly
along three axes; a two-dimensional map tends to lose the third, which is correlated with [N II]."""
NEIGHBOUR_STRETCH: Final = 1.25
"""Stretch of the third axis in the space in which the network's loss counts neighbours."""
RECIPE: Final = Recipe(width=192, blocks=3, epochs=60, batch=1024, learning_rate=2e-3, weight_decay=0.0)
NEIGHBOURS: Final = 15
"""Neighbours counted in the trustworthiness."""
MANY_NEIGHBOURS: Final = 50
"""Number of neighbours whose mean EW has little noise."""
JUDGED: Final = 10_000
"""Largest number of held-out galaxies on which a map is judged."""


class MapFit(NamedTuple):
    """A fitted map.

    Attributes
    ----------
    shape : (galaxy, 12) array
        ln(F_i / mean F), the space in which maps are judged.
    position : (galaxy, 2) array
        Map coordinates of all rows; held-out rows were placed afterwards by UMAP's transform.
    held_out : (galaxy,) array of bool
        Rows to which UMAP was not fitted.
    ew : (galaxy, line) array
        Observed equivalent widths [Å], NaN where there is none; used to judge the map, not to fit it.
    """

    shape: Float[np.ndarray, "galaxy bin"]
    position: Float[np.ndarray, "galaxy 2"]
    held_out: Bool[np.ndarray, " galaxy"]
    ew: Float[np.ndarray, "galaxy line"]


def fit_map(table: pa.Table, progress: Callable[[str], None] = lambda _: None) -> MapFit:
    """Fit the canonical map to the galaxies that are not held out. Needs umap-learn and some minutes.

    Parameters
    ----------
    table : pyarrow.Table
        Real galaxies with all lines.
    progress : callable
        Called with a sentence before each step.

    Returns
    -------
    MapFit
        Fitted map; reproducible, with one thread and a fixed seed.

    Raises
    ------
    CatalogueError
        When the table violates the schema.
    """
    check(table)
    table = as_catalogue_types(table)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # umap warns that TensorFlow is absent, and that a seed means one thread
        from umap import UMAP

        flux = np.stack([table[name].to_numpy() for name in FLUX_NAMES], axis=1)
        shape = np.asarray(log_flux_shape(flux), np.float32)
        held_out = held_out_mask(table["TARGETID"].to_pylist())
        space = stretched(shape, ~held_out, STRETCH)
        position = np.empty((len(shape), 2), np.float32)
        progress(f"fitting UMAP on {np.count_nonzero(~held_out)} galaxies")
        umap = UMAP(**UMAP_SETTINGS, n_jobs=1)
        position[~held_out] = umap.fit_transform(space[~held_out])
        progress(f"placing {np.count_nonzero(held_out)} held-out galaxies")
        position[held_out] = umap.transform(space[held_out])

    ew = np.stack([table[name + EW_SUFFIX].to_numpy() for name in LINE_NAMES], axis=1)
    strength = np.arcsinh(ew[:, HALPHA])
    strength[np.isnan(strength)] = 0.0  # not detected; the rows cut in a camera overlap are left out below
    cut = ~DESI.observable(table["redshift"].to_numpy())[:, HALPHA]
    fitted = ~held_out & ~cut
    center, rotation = orientation(position[fitted], strength[fitted], table["log_luminosity"].to_numpy()[fitted])
    return MapFit(shape, ((position - center) @ rotation).astype(np.float32), held_out, ew)


def stretched(
    shape: Float[np.ndarray, "galaxy bin"], fitted: Bool[np.ndarray, " galaxy"], by: float
) -> Float[np.ndarray, "galaxy bin"]:
    """Stretch continua along their third principal axis.

    Parameters
    ----------
    shape : (galaxy, 12) array
        ln(F_i / mean F).
    fitted : (galaxy,) array of bool
        Galaxies that define the axis.
    by : float
        Factor of the stretch.

    Returns
    -------
    (galaxy, 12) array
        Stretched continua; the other axes are unchanged.
    """
    center, axis = shape[fitted].mean(axis=0), principal_axes(shape, fitted)[:, 2]
    return shape + (by - 1) * ((shape - center) @ axis)[:, None] * axis


def orientation(
    position: Float[np.ndarray, "galaxy 2"],
    rightward: Float[np.ndarray, " galaxy"],
    upward: Float[np.ndarray, " galaxy"],
) -> tuple[Float[np.ndarray, " 2"], Float[np.ndarray, "2 2"]]:
    """Find the rotation or reflection that makes one quantity increase to the right and another one upwards.

    Parameters
    ----------
    position : (galaxy, 2) array
        Map coordinates.
    rightward : (galaxy,) array
        Quantity whose gradient over the map will point to +x.
    upward : (galaxy,) array
        Quantity whose gradient will have a positive y component, which decides on a reflection.

    Returns
    -------
    center : (2,) array
        Centre, to be subtracted first.
    rotation : (2, 2) array
        Orthogonal; ``(position - center) @ rotation`` is the oriented map.
    """
    center = position.mean(axis=0)
    gradients = np.linalg.lstsq(
        position - center, np.stack([rightward - rightward.mean(), upward - upward.mean()], axis=1), rcond=None
    )[0]
    right = gradients[:, 0] / np.linalg.norm(gradients[:, 0])
    up = np.array([-right[1], right[0]])
    if up @ gradients[:, 1] < 0:
        up = -up
    return center, np.stack([right, up], axis=1)


def train_map(fitted: MapFit, progress: Callable[[float], None] | None = None) -> tuple[Params, dict[str, Any]]:
    """Train the network that places galaxies, and measure it on the held-out ones.

    Parameters
    ----------
    fitted : MapFit
        From `fit_map`.
    progress : callable, optional
        Called with the mean loss of each epoch.

    Returns
    -------
    params : Params
        Weights with `map` only.
    about : dict
        Settings and metrics for the sidecar.
    """
    rows = ~fitted.held_out
    space = stretched(fitted.shape, rows, NEIGHBOUR_STRETCH)
    network = fit_places(fitted.shape[rows], space[rows], fitted.position[rows], RECIPE, progress)
    about = {
        "title": "Place of a continuum on the canonical map of DESI BGS galaxies",
        "space": f"ln(F_i / mean F), its third principal axis stretched by {STRETCH:g}",
        "umap": UMAP_SETTINGS | {"fitted_on": int(np.count_nonzero(rows))},
        "recipe": RECIPE._asdict(),
        "split": "int(sha256(TARGETID)) % 5 != 0",
        "oriented": "gradient of arcsinh(HALPHA_EW) to +x, of log_luminosity to +y",
        "held_out": measure(fitted, network),
    }
    return Params(None, None, network), about


def measure(fitted: MapFit, network: JointNetwork) -> dict[str, Any]:
    """Measure on held-out galaxies how well the network reproduces UMAP, and how well the map preserves neighbours.

    Parameters
    ----------
    fitted : MapFit
        From `fit_map`.
    network : JointNetwork
        Network that places galaxies.

    Returns
    -------
    dict
        Median and 95th percentile of the distance to UMAP's position, in % of the map's diagonal, and the results of
        `neighbour_scores` for the positions of UMAP and of the network.
    """
    rows = fitted.held_out
    shape, truth = fitted.shape[rows], fitted.position[rows]
    placed = np.asarray(place_on_map(Params(None, None, network), np.exp(shape)).position)
    diagonal = float(np.hypot(*np.ptp(fitted.position[~rows], axis=0)))
    error = 100 * np.hypot(*(placed - truth).T) / diagonal
    ew = fitted.ew[rows]
    umap, judged = neighbour_scores(shape, truth, ew), neighbour_scores(shape, placed, ew)
    return {
        "galaxies": len(shape),
        "error_median_percent": round(float(np.median(error)), 3),
        "error_p95_percent": round(float(np.percentile(error, 95)), 3),
        "trustworthiness_umap": umap["trustworthiness"],
        "trustworthiness_network": judged["trustworthiness"],
        "explained_umap": umap["explained"],
        "explained": judged["explained"],
    }


def neighbour_scores(
    shape: Float[np.ndarray, "galaxy bin"],
    position: Float[np.ndarray, "galaxy 2"],
    ew: Float[np.ndarray, "galaxy line"],
) -> dict[str, Any]:
    """Judge a map by how well it preserves neighbours.

    Parameters
    ----------
    shape : (galaxy, 12) array
        ln(F_i / mean F); at most `JUDGED` random galaxies are used.
    position : (galaxy, 2) array
        Map coordinates of the galaxies.
    ew : (galaxy, line) array
        Observed equivalent widths [Å], NaN where missing.

    Returns
    -------
    dict
        ``trustworthiness`` with 15 neighbours (1 is perfect); ``explained``, by the number of neighbours and by line:
        the share of the variance of arcsinh(EW) that the mean of the nearest galaxies on the map explains, over that
        of the nearest in `shape`.
    """
    from sklearn.manifold import trustworthiness

    rows = np.random.Generator(np.random.PCG64(0)).permutation(len(shape))[:JUDGED]  # the cost is quadratic
    shape, position, strength = shape[rows], position[rows], np.arcsinh(ew[rows])
    explained = {
        str(neighbours): {
            name: _round(_explained(position, one, neighbours) / _explained(shape, one, neighbours))
            for name, one in zip(LINE_NAMES, strength.T, strict=True)
        }
        for neighbours in (NEIGHBOURS, MANY_NEIGHBOURS)
    }
    return {
        "trustworthiness": _round(trustworthiness(shape, position, n_neighbors=NEIGHBOURS)),
        "explained": explained,
    }


def principal_axes(
    shape: Float[np.ndarray, "galaxy bin"], fitted: Bool[np.ndarray, " galaxy"]
) -> Float[np.ndarray, "bin axis"]:
    """Return the principal axes of continua as columns, the longest first."""
    return np.linalg.eigh(np.cov(shape[fitted].T))[1][:, ::-1].astype(np.float32)


def _explained(
    space: Float[np.ndarray, "galaxy axis"], strength: Float[np.ndarray, " galaxy"], neighbours: int
) -> float:
    from sklearn.neighbors import NearestNeighbors

    detected = np.isfinite(strength)
    space, strength = space[detected], strength[detected]
    search = NearestNeighbors(n_neighbors=neighbours).fit(space)
    near = search.kneighbors(return_distance=False)  # neighbours within the sample, without the galaxy itself
    return 1 - float(np.mean((strength - strength[near].mean(axis=1)) ** 2) / np.var(strength))


def _round(value: float) -> float:
    return round(float(value), 4)
