"""Predict a table of galaxies; the page, the API and the command line all call `answer`."""

from collections.abc import Collection
from typing import Any, Final, Literal, NamedTuple, get_args

import numpy as np
from jaxtyping import Bool, Float

from analysis.outliers.outlier_score import Verdict, judge_lines
from data.catalogue.schema import FLUX_NAMES
from data.errors import CatalogueError
from data.uploads.galaxies import is_no_galaxy
from data.uploads.readers.numbers import FLUX_RANGE
from model.lines import LINES
from model.predictions.batch import complete_many, intrinsic_many, predict_many, sample_many
from model.predictions.intrinsic import IntrinsicEW
from model.predictions.params import Params
from model.predictions.predict import Prediction
from model.predictions.published_noise import published_noise
from model.predictions.verdicts import Verdicts, judge_rows

Variant = Literal["auto", "colors", "luminosity"]
AnswerNoise = Literal["none", "published", "intrinsic", "observed"]
"""Noise of the answer's realisation; "none" for no realisation."""
Part = Literal["catalogued", "intrinsic", "noisy", "domain", "surprise"]

PARTS: Final[frozenset[Part]] = frozenset(get_args(Part))
END_BINS: Final = (0, len(FLUX_NAMES) - 1)


class PredictOptions(NamedTuple):
    """What to compute, and with which weights.

    Attributes
    ----------
    params : Params
        From `load_params`.
    variant : {"auto", "colors", "luminosity"}
        "auto" uses the luminosity in the rows that have one.
    noise : {"none", "published", "intrinsic", "observed"}
        Kind of realisation. "published": the median EW as catalogued plus Gaussian noise of the row's own `ew_ivar`;
        "intrinsic": a joint draw of intrinsic EWs; "observed": that draw with measurement noise, as DESI would
        catalogue it, <= 0 where not detected.
    seed : int
        Number of the realisation; the seed and the row's fluxes together fix the row's draw.
    fill_missing : bool
        Whether a missing first or last bin is filled in from the other bins; otherwise it is a problem.
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
    kinds : (galaxy,) array of str or None
        The survey's class of each object. Quasars and stars are outside the domain: only galaxies trained the networks.
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
        "colors" or "luminosity"; "" for rows with a problem.
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
    """Predict every row, with its luminosity where the row has one.

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
    params, given = question.params, np.asarray(rows.bin_flux, np.float32)
    fill = question.fill_missing and np.isnan(given).any()
    flux = np.array(complete_many(params, given) if fill else given)
    problems = _problems(flux, rows, question)
    usable = problems == ""
    flux[~usable] = np.nan
    luminosity = None if question.variant == "colors" else rows.log_luminosity
    with_luminosity = _uses_luminosity(usable, luminosity, params, question.variant)
    luminosity = np.zeros(len(flux), np.float32) if luminosity is None else np.asarray(luminosity, np.float32)
    redshift = (
        np.full(len(flux), np.nan, np.float32) if rows.redshift is None else np.asarray(rows.redshift, np.float32)
    )

    def by_variant(predict: Any, outputs: Any) -> Any:
        """Call a function on the rows of each variant and fill these arrays with what it returns."""
        for chosen, light in ((usable & ~with_luminosity, None), (with_luminosity, luminosity)):
            if chosen.any():
                part = predict(flux[chosen], None if light is None else light[chosen], redshift[chosen])
                for output, values in zip(outputs, part, strict=True):
                    output[chosen] = values
        return outputs

    def empty(n: int) -> tuple[np.ndarray, ...]:
        return tuple(np.full((n, len(flux), len(LINES)), np.nan, np.float32))

    intrinsic = noisy = None
    catalogued = empty(3)
    if rows.catalogued is not None:
        catalogued = tuple(np.where(usable[:, None], values, np.float32(np.nan)) for values in rows.catalogued)
    elif "catalogued" in question.parts or question.noise == "published":
        catalogued = by_variant(lambda flux, light, _: predict_many(params, flux, light), catalogued)
    if "intrinsic" in question.parts and has_intrinsic(params):
        intrinsic = IntrinsicEW(*by_variant(lambda flux, light, _: intrinsic_many(params, flux, light), empty(4)))
    if "noisy" in question.parts and question.noise == "published":
        ivar = np.full((len(flux), len(LINES)), np.nan, np.float32) if rows.ew_ivar is None else rows.ew_ivar
        noisy = np.asarray(published_noise(question.seed, flux, catalogued[0], ivar))
    elif "noisy" in question.parts and question.noise != "none":
        observed = question.noise == "observed"

        def draw(flux: np.ndarray, light: np.ndarray | None, redshift: np.ndarray) -> tuple[np.ndarray]:
            drawn, listed = sample_many(question.seed, params, flux, light, redshift)
            return (np.asarray(listed.ew if observed else drawn),)

        (noisy,) = by_variant(draw, empty(1))
    domain = judge_rows(params, given, rows.log_luminosity, rows.redshift) if "domain" in question.parts else None
    if domain is not None and rows.kinds is not None:
        domain = _galaxies_alone(domain, rows.kinds)
    variants = np.where(usable, np.where(with_luminosity, "luminosity", "colors"), "").tolist()
    surprise = None
    if question.surprise and "surprise" in question.parts and rows.ew is not None and rows.covered is not None:
        light = np.where(with_luminosity, luminosity, np.nan).astype(np.float32)
        surprise = judge_lines(params, flux, light, redshift, rows.ew, rows.covered)
    return PredictOutput(Prediction(*catalogued), intrinsic, noisy, variants, domain, problems.tolist(), surprise)


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
    if question.surprise and not has_intrinsic(params):
        raise CatalogueError(
            "Measured lines are tested with the intrinsic distribution, which these weights do not have. Use the "
            "default model."
        )
    if question.variant != "auto" and getattr(params, question.variant) is None:
        raise CatalogueError(f"These weights have no variant {question.variant!r}. Use the other one, or 'auto'.")


def _uses_luminosity(
    usable: Bool[np.ndarray, " galaxy"], luminosity: Any, params: Params, variant: Variant
) -> np.ndarray:
    """Return which rows are predicted from colours and luminosity, (galaxy,) bool."""
    if luminosity is None or params.luminosity is None:
        return np.zeros_like(usable)
    return usable & (np.isfinite(luminosity) | (params.colors is None) | (variant == "luminosity"))


def _problems(flux: np.ndarray, rows: PredictInput, question: PredictOptions) -> np.ndarray:
    """Return for each row why it cannot be used, or "", as an object array (galaxy,)."""
    problems = np.full(len(flux), "", dtype=object)
    bad = ~((flux >= FLUX_RANGE[0]) & (flux <= FLUX_RANGE[1]))
    for row in np.flatnonzero(bad.any(axis=1)):
        column = int(np.argmax(bad[row]))
        problems[row] = f"{FLUX_NAMES[column]} is {flux[row, column]}; every flux must be a number > 0"
        if column in END_BINS and np.isnan(flux[row, column]) and not question.fill_missing:
            problems[row] += "; an end bin can be filled in, see --fill-missing"
    if question.variant == "luminosity" or question.params.colors is None:
        luminosity = rows.log_luminosity
        missing = np.ones(len(flux), bool) if luminosity is None else ~np.isfinite(luminosity)
        problems[missing & (problems == "")] = "log_luminosity is missing; use variant colors"
    if rows.problems is not None:
        found = np.asarray(rows.problems, object)
        problems[found != ""] = found[found != ""]
    return problems
