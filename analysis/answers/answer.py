"""Predict a table of galaxies; the page, the API and the command line all call `answer`."""

from collections.abc import Collection
from functools import partial
from itertools import product
from typing import Any, Final, Literal, NamedTuple, get_args

import numpy as np
from jaxtyping import Bool, Float

from analysis.outliers.outlier_score import Verdict, judge_lines
from data.catalogue.schema import FLUX_NAMES
from data.errors import CatalogueError
from data.uploads.galaxies import is_no_galaxy
from data.uploads.readers.numbers import FLUX_RANGE
from model.features import VARIANTS
from model.lines import LINES
from model.predictions.batch import complete_many, intrinsic_many, predict_many
from model.predictions.domain.verdicts import Verdicts, judge_rows
from model.predictions.imputation import FEWEST_BINS
from model.predictions.intrinsic import IntrinsicEW
from model.predictions.joint.anchor import LEAST_EW, Anchor
from model.predictions.joint.batch import sample_many
from model.predictions.params import Params
from model.predictions.predict import Prediction
from model.predictions.published_noise import published_noise
from model.predictions.variants import choose_variants, fill_by_variant

Variant = Literal["auto", "colors", "luminosity", "redshift"]
AnswerNoise = Literal["none", "published", "intrinsic", "observed"]
"""Noise of the answer's realisation; "none" for no realisation."""
Part = Literal["catalogued", "intrinsic", "noisy", "domain", "surprise"]

PARTS: Final[frozenset[Part]] = frozenset(get_args(Part))


class PredictOptions(NamedTuple):
    """What to compute, and with which weights.

    Attributes
    ----------
    params : Params
        From `load_params`.
    variant : {"auto", "colors", "luminosity", "redshift"}
        "auto" takes the richest variant that a row's numbers and the weights allow: the luminosity in rows that have
        one, and with it the redshift where it lies within that of the training galaxies.
    noise : {"none", "published", "intrinsic", "observed"}
        Kind of realisation. "published": the median EW as catalogued plus Gaussian noise of the row's own `ew_ivar`;
        "intrinsic": a joint draw of intrinsic EWs; "observed": that draw with measurement noise, as DESI would
        catalogue it, <= 0 where not detected.
    seed : int
        Number of the realisation; the seed and the row's fluxes together fix the row's draw.
    fill_missing : bool
        Whether missing bins are filled in from at least `FEWEST_BINS` others; otherwise they are a problem.
    anchored : bool
        Whether "intrinsic" and "observed" realisations are drawn given the expected Hα, in the rows that have one.
    surprise : bool
        Whether the measured lines get an outlier score, which takes 96 draws per row.
    parts : collection of str
        Which of `PARTS` to compute; the intrinsic percentiles and the domain cost more than the rest.
    """

    params: Params
    variant: Variant = "auto"
    noise: AnswerNoise = "none"
    seed: int = 0
    fill_missing: bool = False
    surprise: bool = False
    parts: Collection[Part] = PARTS
    anchored: bool = False


class PredictInput(NamedTuple):
    """The galaxies to predict.

    Attributes
    ----------
    bin_flux : (galaxy, 12) array
        Mean continuum per bin, any unit.
    log_luminosity, redshift : (galaxy,) array or None
        NaN in rows without one.
    ew_ivar : (galaxy, 10) array or None
        Inverse variances of observed EWs [1/Å²]; used by published noise alone.
    ew, covered : (galaxy, 10) array or None
        Measured EWs [Å], and which lines were covered; see `analysis.outliers.outlier_score.covered_lines`.
    problems : (galaxy,) array of str or None
        Why a row cannot be used, as found when it was read; "" for usable rows.
    catalogued : (3, galaxy, 10) array or None
        EWs predicted by another network, which replace those of the question's network: median, 16th and 84th
        percentile [Å].
    bin_flux_ivar : (galaxy, 12) array or None
        Inverse variances of noise in the fluxes beyond DESI's own; 0 for a masked bin, infinity for an exact one.
    kinds : (galaxy,) array of str or None
        The survey's class of each object. Quasars and stars are outside the domain: only galaxies trained the networks.
    expected_ew_halpha : (galaxy,) array or None
        Equivalent width of Hα that a galaxy's own stars ionise [Å]; NaN in rows without one. It is compared with that
        of DESI's galaxies of the same starlight (`domain`), and realisations can be drawn given it (`anchored`).
    log_oh : (galaxy,) array or None
        12 + log O/H of the gas, which anchored realisations use; NaN in rows without one.
    """

    bin_flux: Float[np.ndarray, "galaxy bin"]
    log_luminosity: Float[np.ndarray, " galaxy"] | None = None
    redshift: Float[np.ndarray, " galaxy"] | None = None
    ew_ivar: Float[np.ndarray, "galaxy line"] | None = None
    ew: Float[np.ndarray, "galaxy line"] | None = None
    covered: Bool[np.ndarray, "galaxy line"] | None = None
    problems: np.ndarray | None = None
    catalogued: Float[np.ndarray, "3 galaxy line"] | None = None
    kinds: np.ndarray | None = None
    bin_flux_ivar: Float[np.ndarray, "galaxy bin"] | None = None
    expected_ew_halpha: Float[np.ndarray, " galaxy"] | None = None
    log_oh: Float[np.ndarray, " galaxy"] | None = None


class PredictOutput(NamedTuple):
    """Predictions in the order of the rows; NaN and "" where a row has a problem.

    Attributes
    ----------
    catalogued : Prediction
        Median EW as catalogued and its 16th and 84th percentiles, each (galaxy, 10) [Å].
    intrinsic : IntrinsicEW or None
        Percentiles of the noise-free EW [Å] and the probability of detection; None if not requested.
    noisy : (galaxy, 10) array or None
        One realisation [Å]; None if not requested.
    variants : list of str
        One of `features.VARIANTS`; "" for rows with a problem.
    domain : Verdicts or None
        None if not requested.
    problems : list of str
        "" for rows with predictions.
    surprise : Verdict or None
        Outlier scores; None if not requested.
    """

    catalogued: Prediction
    intrinsic: IntrinsicEW | None
    noisy: Float[np.ndarray, "galaxy line"] | None
    variants: list[str]
    domain: Verdicts | None
    problems: list[str]
    surprise: Verdict | None = None


def answer(rows: PredictInput, question: PredictOptions) -> PredictOutput:
    """Predict every row, with its luminosity and redshift where the row has them.

    Parameters
    ----------
    rows : PredictInput
        Any number of galaxies.
    question : PredictOptions
        What to compute.

    Returns
    -------
    PredictOutput
        In the order of the rows; no row's numbers depend on the others.

    Raises
    ------
    CatalogueError
        If the weights cannot answer the question.
    """
    require(question)
    params, given, bin_ivar = question.params, np.array(rows.bin_flux, np.float32), rows.bin_flux_ivar
    if bin_ivar is not None:
        given[bin_ivar == 0] = np.nan
    fill = question.fill_missing and np.isnan(given).any()
    flux = np.array(complete_many(params, given) if fill else given)
    problems = _problems(flux, rows, question)
    usable = problems == ""
    flux[~usable] = np.nan
    known = np.where(np.isnan(given), np.float32(0), np.float32(np.inf) if bin_ivar is None else bin_ivar)
    exact = np.isinf(known).all(axis=1)
    luminosity, redshift = (_column(values, len(flux)) for values in (rows.log_luminosity, rows.redshift))
    if question.variant == "auto":
        variants = choose_variants(params, len(flux), luminosity, redshift)
    else:
        variants = np.full(len(flux), question.variant, object)
    variants[~usable] = ""
    light = np.where(variants == "colors", np.float32(np.nan), luminosity)

    def empty(n: int) -> tuple[np.ndarray, ...]:
        return tuple(np.full((n, len(flux), len(LINES)), np.nan, np.float32))

    def by_variant(predict: Any, outputs: tuple[np.ndarray, ...]) -> tuple[np.ndarray, ...]:
        """Fill the rows without noise in their bins, and then, with the bins' noise, the others."""
        fill_by_variant(partial(predict, params), np.where(exact, variants, ""), (flux, luminosity, redshift), outputs)
        noisy = np.where(exact, "", variants)
        return fill_by_variant(partial(predict, params), noisy, (given, luminosity, redshift), outputs, known)

    intrinsic = usual = noisy = None
    catalogued = empty(3)
    if rows.catalogued is not None:
        catalogued = tuple(np.where(usable[:, None], values, np.float32(np.nan)) for values in rows.catalogued)
    elif "catalogued" in question.parts or question.noise == "published":
        catalogued = by_variant(predict_many, catalogued)
    expects = rows.expected_ew_halpha is not None and "domain" in question.parts
    if has_intrinsic(params) and ("intrinsic" in question.parts or expects):
        usual = IntrinsicEW(*by_variant(intrinsic_many, empty(4)))
        intrinsic = usual if "intrinsic" in question.parts else None
    if "noisy" in question.parts and question.noise == "published":
        ivar = np.full((len(flux), len(LINES)), np.nan, np.float32) if rows.ew_ivar is None else rows.ew_ivar
        noisy = np.asarray(published_noise(question.seed, flux, catalogued[0], ivar))
    elif "noisy" in question.parts and question.noise != "none":
        noisy = empty(1)[0]
        expected = _column(rows.expected_ew_halpha if question.anchored else None, len(flux))
        log_expected, log_oh = np.log10(np.maximum(expected, LEAST_EW)), _column(rows.log_oh, len(flux))
        anchored = np.isfinite(expected)
        for is_exact, is_anchored in product((True, False), repeat=2):
            chosen = (exact == is_exact) & (anchored == is_anchored)
            if (usable & chosen).any():
                drawn, listed = sample_many(
                    question.seed,
                    params,
                    (flux if is_exact else given)[chosen],
                    light[chosen],
                    redshift[chosen],
                    None if is_exact else known[chosen],
                    anchor=Anchor(log_expected[chosen], log_oh[chosen]) if is_anchored else None,
                )
                noisy[chosen] = listed.ew if question.noise == "observed" else drawn
        noisy[~usable] = np.nan
    domain = None
    if "domain" in question.parts:
        domain = judge_rows(params, given, rows.log_luminosity, rows.redshift, rows.expected_ew_halpha, usual)
    if domain is not None and rows.kinds is not None:
        domain = _galaxies_alone(domain, rows.kinds)
    surprise = None
    if question.surprise and "surprise" in question.parts and rows.ew is not None and rows.covered is not None:
        surprise = judge_lines(params, flux, light, redshift, rows.ew, rows.covered)
    return PredictOutput(
        Prediction(*catalogued), intrinsic, noisy, variants.tolist(), domain, problems.tolist(), surprise
    )


def flux_problem(name: str, value: float) -> str:
    """Return why a flux outside `FLUX_RANGE` cannot be used."""
    if value > 0:
        return f"{name} is {value:g}, outside {FLUX_RANGE[0]:g} to {FLUX_RANGE[1]:g}; check its unit"
    return f"{name} is {value:g}; every flux must be a number > 0"


def _galaxies_alone(domain: Verdicts, kinds: np.ndarray) -> Verdicts:
    """Return the verdicts with quasars and stars outside the domain, and their class as the reason."""
    others = [is_no_galaxy(str(kind)) for kind in kinds]
    verdict = ["outside" if other else word for other, word in zip(others, domain.verdict, strict=True)]
    reason = [
        f"the file calls it {str(kind).strip()}, not GALAXY" + (f"; {why}" if why else "") if other else why
        for other, kind, why in zip(others, kinds, domain.reason, strict=True)
    ]
    return domain._replace(verdict=verdict, reason=reason)


def has_intrinsic(params: Params) -> bool:
    """Return whether the weights include the intrinsic distribution."""
    return params.intrinsic is not None


def require(question: PredictOptions) -> None:
    """Refuse a question that the weights cannot answer.

    Raises
    ------
    CatalogueError
        If they cannot; the message names what can be asked instead.
    """
    params = question.params
    if question.noise in ("intrinsic", "observed") and not has_intrinsic(params):
        raise CatalogueError(
            f"Noise {question.noise!r} is drawn from the intrinsic distribution, which these weights do not have. "
            "Use the default model, or noise 'published' or 'none'."
        )
    if question.anchored and question.noise not in ("intrinsic", "observed"):
        raise CatalogueError(
            f"Anchored lines are draws, and noise {question.noise!r} draws none. Use noise 'intrinsic' or 'observed'."
        )
    if question.surprise and not has_intrinsic(params):
        raise CatalogueError(
            "Measured lines are tested with the intrinsic distribution, which these weights do not have. Use the "
            "default model."
        )
    if question.variant != "auto" and getattr(params, question.variant) is None:
        raise CatalogueError(f"These weights have no variant {question.variant!r}. Use the other one, or 'auto'.")


def _column(values: Any, n: int) -> Float[np.ndarray, " galaxy"]:
    """Return an optional column as float32, NaN where there is none."""
    return np.full(n, np.nan, np.float32) if values is None else np.asarray(values, np.float32)


def _problems(flux: np.ndarray, rows: PredictInput, question: PredictOptions) -> np.ndarray:
    """Return for each row why it cannot be used, or "", as an object array (galaxy,)."""
    problems = np.full(len(flux), "", dtype=object)
    bad = ~((flux >= FLUX_RANGE[0]) & (flux <= FLUX_RANGE[1]))
    for row in np.flatnonzero(bad.any(axis=1)):
        column = int(np.argmax(bad[row]))
        problems[row] = flux_problem(FLUX_NAMES[column], flux[row, column])
        if np.isnan(flux[row, column]) and np.isfinite(flux[row]).sum() >= FEWEST_BINS and not question.fill_missing:
            problems[row] += "; missing bins can be filled in, see --fill-missing"
    needed = {"luminosity": ["log_luminosity"], "redshift": ["log_luminosity", "redshift"]}.get(question.variant, [])
    for name in needed or (["log_luminosity"] if question.params.colors is None else []):
        missing = ~np.isfinite(_column(getattr(rows, name), len(flux)))
        simpler = VARIANTS[VARIANTS.index("redshift" if name == "redshift" else "luminosity") - 1]
        problems[missing & (problems == "")] = f"{name} is missing; use variant {simpler}"
    if rows.problems is not None:
        found = np.asarray(rows.problems, object)
        problems[found != ""] = found[found != ""]
    return problems
