"""Everything that the explorer shows of one galaxy, computed in a millisecond or two."""

from typing import NamedTuple

import numpy as np
from jaxtyping import Bool, Float

from analysis.explorer.neighbours import Neighbours, nearest, shapes
from data.catalogue.registry import Catalogue, Galaxy, served
from model.features import VARIANTS
from model.lines import LINES
from model.physics.derived import Derived, derive
from model.physics.diagnostics import DiagramPoint, bpt_point, whan_point
from model.physics.diagram_class import DiagramClass, classify_bpt, classify_whan
from model.predictions.batch import intrinsic_many, score_many
from model.predictions.domain.reasons import Judgement, domain_verdict
from model.predictions.params import Params
from model.predictions.variants import choose_variants
from model.statistics.point_scores import percentile
from model.storage.weights import load_params


class GalaxySummary(NamedTuple):
    """What the explorer shows of one galaxy.

    Attributes
    ----------
    galaxy : Galaxy
        Its values.
    cut : (10,) array
        True for lines that the survey cannot measure at this redshift: between two cameras or beyond the spectrum.
    percentile : (10,) array
        Percentile of the observed EW in its predicted distribution, given detection, 0 to 1; NaN where the line is not
        detected or the network predicts no interval.
    p_detected : (10,) array
        Probability that DESI detects the line; NaN if the weights have no intrinsic distribution.
    domain : Judgement or None
        Whether its starlight, luminosity and redshift are like those of the training galaxies; None if the weights
        have no density of colours.
    bpt, whan : DiagramPoint
        Its observed points in the diagrams.
    classes : (DiagramClass, DiagramClass)
        Its classes in the BPT and WHAN diagrams, where its lines are significant.
    derived : tuple of Derived
        Dust, star formation rate, metallicity.
    neighbours : Neighbours
        The galaxies with the most similar starlight.
    """

    galaxy: Galaxy
    cut: Bool[np.ndarray, " line"]
    percentile: Float[np.ndarray, " line"]
    p_detected: Float[np.ndarray, " line"]
    domain: Judgement | None
    bpt: DiagramPoint
    whan: DiagramPoint
    classes: tuple[DiagramClass, DiagramClass]
    derived: tuple[Derived, ...]
    neighbours: Neighbours


def summarize_galaxy(catalogue: Catalogue, row: int) -> GalaxySummary:
    """Return what the explorer shows of one galaxy.

    Parameters
    ----------
    catalogue : Catalogue
        The catalogue that holds it.
    row : int
        Its row, 0 to n - 1.

    Returns
    -------
    GalaxySummary
        Values, percentiles, domain, diagram points, derived quantities and neighbours.

    Raises
    ------
    IndexError
        If there is no such row.
    """
    galaxy, params = catalogue.galaxy(row), load_params()
    flux = np.asarray(galaxy.bin_flux, np.float32)[None]
    return GalaxySummary(
        galaxy=galaxy,
        cut=~catalogue.survey.observable(np.array([galaxy.redshift]))[0],
        percentile=percentile(galaxy.ew, *map(np.asarray, galaxy.predicted)),
        p_detected=_p_detected(params, galaxy),
        domain=_domain(params, galaxy, flux),
        bpt=bpt_point(galaxy.ew, galaxy.ew_ivar),
        whan=whan_point(galaxy.ew, galaxy.ew_ivar),
        classes=(classify_bpt(galaxy.ew, galaxy.ew_ivar), classify_whan(galaxy.ew, galaxy.ew_ivar)),
        derived=derive(galaxy.bin_flux, galaxy.ew, galaxy.ew_ivar, galaxy.redshift),
        neighbours=nearest(catalogue, row),
    )


def warm_up() -> None:
    """Compile functions and fill caches for the first click, for every catalogue served."""
    for catalogue in served().values():
        shapes(catalogue)
        summarize_galaxy(catalogue, 0)


def _p_detected(params: Params, galaxy: Galaxy) -> Float[np.ndarray, " line"]:
    if params.intrinsic is None:
        return np.full(len(LINES), np.nan, np.float32)
    columns = [np.asarray([value], np.float32) for value in (galaxy.bin_flux, galaxy.log_luminosity, galaxy.redshift)]
    number = VARIANTS.index(choose_variants(params, 1, *columns[1:])[0])
    return np.asarray(intrinsic_many(params, *columns[: number + 1]).p_detected)[0]


def _domain(params: Params, galaxy: Galaxy, flux: Float[np.ndarray, "galaxy bin"]) -> Judgement | None:
    if params.domain is None:
        return None
    score = float(score_many(params, flux)[0])
    limits = np.asarray(params.domain.luminosity_limit), np.asarray(params.domain.redshift_limit)
    return domain_verdict(*limits, flux[0], score, galaxy.log_luminosity, galaxy.redshift)
