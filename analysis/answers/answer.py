"""Everything that is answered about a table of galaxies: one function behind the page, the API and the command line."""

from collections.abc import Collection
from typing import Any, Final, Literal, NamedTuple, get_args

import numpy as np
from jaxtyping import Bool, Float

from analysis.surprise.outlier_score import Verdict, judge_lines
from data.catalogue.schema import FLUX_NAMES
from data.errors import CatalogueError
from data.uploads.galaxies import is_no_galaxy
from data.uploads.readers.numbers import FLUX_RANGE
from model.lines import LINES
from model.predictions.batch import complete_many, intrinsic_many, predict_many, sample_many
from model.predictions.intrinsic import IntrinsicEW
from model.predictions.noise import published_noise
from model.predictions.params import Params
from model.predictions.predict import Prediction
from model.predictions.verdicts import Verdicts, judge_rows

Variant = Literal["auto", "colors", "luminosity"]
AnswerNoise = Literal["none", "published", "intrinsic", "observed"]
"""Noise of the answer's realisation; "none" for no realisation."""
Part = Literal["catalogued", "intrinsic", "noisy", "domain", "surprise"]

PARTS: Final[frozenset[Part]] = frozenset(get_args(Part))
END_BINS: Final = (0, len(FLUX_NAMES) - 1)


class PredictOptions(NamedTuple):
    """What to answer.

    Attributes
    ----------
    params : Params
        From `load_params`.
    variant : {"auto", "colors", "luminosity"}
        "auto" uses the luminosity of the rows that give one.
    noise : {"none", "published", "intrinsic", "observed"}
        What a realisation is: the EW as catalogued + N(0, the row's own ivar); a joint draw of intrinsic EWs; that
        draw as DESI would list it, <= 0 where not detected.
    seed : int
        Number of the realisation; with a row's own fluxes it fixes the row's draw.
    fill_missing : bool
        Whether a first or last bin that is missing is filled in from the others, or is a problem.
    surprise : bool
        Whether measured lines that came along are judged, all together; 96 draws a row.
    parts : collection of str
        Which of `PARTS` to compute: the intrinsic percentiles and the domain cost more than the rest.
    """

    params: Params
    variant: Variant = "auto"
    noise: AnswerNoise = "none"
    seed: int = 0
    fill_missing: bool = False
    surprise: bool = False
    parts: Collection[Part] = PARTS


class PredictInput(NamedTuple):
    """Galaxies to answer about.

    Attributes
    ----------
    bin_flux : (galaxy, 12) array
        Mean continuum per bin, any unit.
    log_luminosity, redshift : (galaxy,) array or None
        NaN where a row gives none.
    ew_ivar : (galaxy, 10) array or None
        Inverse variances of observed EWs [1/Å²], for published noise alone.
    ew, covered : (galaxy, 10) array or None
        Measured EWs [Å], and which of them say something; see `analysis.surprise.outlier_score.covered_lines`.
    problems : (galaxy,) array of str or None
        Why a row cannot be answered, where its reader knows already; "" where it can.
    catalogued : (3, galaxy, 10) array or None
        What another network than the question's says: median, 16th and 84th percentile of the EW [Å].
    kinds : (galaxy,) array of str or None
        What a survey calls each object; quasars and stars lie outside of the domain, as galaxies alone trained.
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
    """What is known of the galaxies, in the order of the rows; NaN and "" where a row has a problem.

    Attributes
    ----------
    catalogued : Prediction
        EW as catalogued, given detection, and its percentiles, (galaxy, 10) [Å].
    intrinsic : IntrinsicEW or None
        Percentiles of the noise-free EW [Å] and the probability of detection; None where not asked for.
    noisy : (galaxy, 10) array or None
        One realisation [Å]; None where not asked for.
    variants : list of str
        "colors" or "luminosity".
    domain : Verdicts or None
        None where not asked for.
    problems : list of str
        "" for rows that are answered.
    surprise : Verdict or None
        None where not asked for.
    """

    catalogued: Prediction
    intrinsic: IntrinsicEW | None
    noisy: Float[np.ndarray, "galaxy line"] | None
    variants: list[str]
    domain: Verdicts | None
    problems: list[str]
    surprise: Verdict | None = None


def answer(rows: PredictInput, question: PredictOptions) -> PredictOutput:
    """Answer about every row, each with its luminosity where it gives one.

    Parameters
    ----------
    rows : PredictInput
        Any number of galaxies.
    question : PredictOptions
        What to answer.

    Returns
    -------
    PredictOutput
        In the order of the rows; no row's numbers depend on the others.

    Raises
    ------
    CatalogueError
        When the weights cannot answer the question.
    """
    require(question)
    params, given = question.params, np.asarray(rows.bin_flux, np.float32)
    fill = question.fill_missing and np.isnan(given).any()
    flux = np.array(complete_many(params, given) if fill else given)
    problems = _problems(flux, rows, question)
    usable = problems == ""
    flux[~usable] = np.nan
    luminosity = None if question.variant == "colors" else rows.log_luminosity
    known = _known(usable, luminosity, params, question.variant)
    luminosity = np.zeros(len(flux), np.float32) if luminosity is None else np.asarray(luminosity, np.float32)
    redshift = (
        np.full(len(flux), np.nan, np.float32) if rows.redshift is None else np.asarray(rows.redshift, np.float32)
    )

    def each(ask: Any, like: Any) -> Any:
        """Ask about the rows of each variant, and put the answers into arrays like these."""
        for chosen, with_luminosity in ((usable & ~known, False), (known, True)):
            if chosen.any():
                part = ask(flux[chosen], luminosity[chosen] if with_luminosity else None, redshift[chosen])
                for whole, values in zip(like, part, strict=True):
                    whole[chosen] = values
        return like

    def empty(n: int) -> tuple[np.ndarray, ...]:
        return tuple(np.full((n, len(flux), len(LINES)), np.nan, np.float32))

    intrinsic = noisy = None
    catalogued = empty(3)
    if rows.catalogued is not None:
        catalogued = tuple(np.where(usable[:, None], values, np.float32(np.nan)) for values in rows.catalogued)
    elif "catalogued" in question.parts or question.noise == "published":
        catalogued = each(lambda flux, light, _: predict_many(params, flux, light), catalogued)
    if "intrinsic" in question.parts and has_intrinsic(params):
        intrinsic = IntrinsicEW(*each(lambda flux, light, _: intrinsic_many(params, flux, light), empty(4)))
    if "noisy" in question.parts and question.noise == "published":
        ivar = np.full((len(flux), len(LINES)), np.nan, np.float32) if rows.ew_ivar is None else rows.ew_ivar
        noisy = np.asarray(published_noise(question.seed, flux, catalogued[0], ivar))
    elif "noisy" in question.parts and question.noise != "none":
        observed = question.noise == "observed"

        def draw(flux: np.ndarray, light: np.ndarray | None, redshift: np.ndarray) -> tuple[np.ndarray]:
            drawn, listed = sample_many(question.seed, params, flux, light, redshift)
            return (np.asarray(listed.ew if observed else drawn),)

        (noisy,) = each(draw, empty(1))
    domain = judge_rows(params, given, rows.log_luminosity, rows.redshift) if "domain" in question.parts else None
    if domain is not None and rows.kinds is not None:
        domain = _without_others(domain, rows.kinds)
    variants = np.where(usable, np.where(known, "luminosity", "colors"), "").tolist()
    surprise = None
    if question.surprise and "surprise" in question.parts and rows.ew is not None and rows.covered is not None:
        light = np.where(known, luminosity, np.nan).astype(np.float32)
        surprise = judge_lines(params, flux, light, redshift, rows.ew, rows.covered)
    return PredictOutput(Prediction(*catalogued), intrinsic, noisy, variants, domain, problems.tolist(), surprise)


def _without_others(domain: Verdicts, kinds: np.ndarray) -> Verdicts:
    """Put quasars and stars outside of the domain, saying what the survey calls them."""
    others = [is_no_galaxy(str(kind)) for kind in kinds]
    verdict = ["outside" if other else said for other, said in zip(others, domain.verdict, strict=True)]
    reason = [
        f"the file calls it {str(kind).strip()}, not GALAXY" + (f"; {said}" if said else "") if other else said
        for other, kind, said in zip(others, kinds, domain.reason, strict=True)
    ]
    return domain._replace(verdict=verdict, reason=reason)


def has_intrinsic(params: Params) -> bool:
    """Tell whether weights know the intrinsic distribution."""
    return params.intrinsic is not None


def require(question: PredictOptions) -> None:
    """Refuse a question that the weights cannot answer.

    Raises
    ------
    CatalogueError
        A sentence saying what would help.
    """
    params = question.params
    if question.noise in ("intrinsic", "observed") and not has_intrinsic(params):
        raise CatalogueError(
            f"Noise {question.noise!r} draws from the intrinsic distribution, which these weights do not have. "
            "Use the default model, or noise 'published' or 'none'."
        )
    if question.surprise and not has_intrinsic(params):
        raise CatalogueError(
            "Measured lines are judged by the intrinsic distribution, which these weights do not have. "
            "Use the default model."
        )
    if question.variant != "auto" and getattr(params, question.variant) is None:
        raise CatalogueError(f"These weights have no variant {question.variant!r}. Use the other one, or 'auto'.")


def _known(usable: Bool[np.ndarray, " galaxy"], luminosity: Any, params: Params, variant: Variant) -> np.ndarray:
    """Tell which rows the variant that uses the luminosity answers."""
    if luminosity is None or params.luminosity is None:
        return np.zeros_like(usable)
    return usable & (np.isfinite(luminosity) | (params.colors is None) | (variant == "luminosity"))


def _problems(flux: np.ndarray, rows: PredictInput, question: PredictOptions) -> np.ndarray:
    """Say for each row what cannot be used, or nothing."""
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
        said = np.asarray(rows.problems, object)
        problems[said != ""] = said[said != ""]
    return problems
