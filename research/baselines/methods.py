"""The methods of an evaluation by name."""

from collections.abc import Callable, Mapping
from functools import partial
from types import MappingProxyType
from typing import Final, NamedTuple

import numpy as np
from jaxtyping import Float

from model.features import VARIANTS, colors, variant_features
from model.predictions.batch import predict_many
from model.predictions.params import Params
from model.predictions.predict import Prediction
from model.storage.weights import WeightsError, load_params
from research.baselines import local, trained
from research.baselines.cache import looked_up, remembered
from research.baselines.local import Predictor
from research.sample import Sample

PUBLISHED: Final = "published"

Answer = Callable[
    [Float[np.ndarray, "galaxy bin"], Float[np.ndarray, " galaxy"], Float[np.ndarray, " galaxy"]], Prediction
]
"""Prediction function of fluxes, luminosities and redshifts; a variant ignores what it does not use."""
Progress = Callable[[str], None]


class Method(NamedTuple):
    """A prediction method.

    Attributes
    ----------
    title, about : str
        Title and description as displayed.
    answers : dict
        Prediction functions by variant; empty if the method is absent.
    remembered : dict
        The same functions with a cache, for scores but not for timing.
    absent : str or None
        Why the method is absent.
    """

    title: str
    about: str
    answers: dict[str, Answer]
    absent: str | None = None
    remembered: Mapping[str, Answer] = MappingProxyType({})


def of_weights(name: str, title: str = "", about: str = "") -> Method:
    """Prepare a network by its name or path.

    Parameters
    ----------
    name : str
        See `load_params`.
    title, about : str
        Title and description; by default the name.

    Returns
    -------
    Method
        Method with the variants of the network.
    """
    params = load_params(name)
    answers = {variant: _of_params(params, variant) for variant in VARIANTS if getattr(params, variant) is not None}
    return Method(title or name, about or f"the weights {name}", answers)


def _of_params(params: Params, variant: str) -> Answer:
    count = VARIANTS.index(variant)
    return lambda flux, *given: predict_many(params, flux, *given[:count])


def _published(_: Sample, progress: Progress) -> Method:
    title, about = "Khederlarian+24", "the published network, trained by its authors on other DESI galaxies"
    progress("reading the published network")
    try:
        return of_weights(PUBLISHED, title, about)
    except WeightsError as error:
        return Method(title, about, {}, absent=str(error))


def _retrained(sample: Sample, progress: Progress) -> Method:
    recipe = trained.PUBLISHED_RECIPE
    about = (
        "the published recipe, a network 64-128-64 per line, on the rows that ours is trained on: "
        f"{recipe.epochs} epochs of {recipe.batch}-galaxy batches, rate {recipe.learning_rate:g}"
    )
    answers = _trained(sample, progress, trained.fit_per_line, recipe, "the published recipe")
    return Method("published recipe, retrained", about, answers)


def _prototype(sample: Sample, progress: Progress) -> Method:
    recipe = trained.JOINT_RECIPE
    about = (
        f"one plain joint network, {len(recipe.sizes) - 1} residual layers of {recipe.sizes[0]}, pseudo-Huber loss, "
        f"AdamW, {recipe.epochs} epochs of {recipe.batch}-galaxy batches, rate {recipe.learning_rate:g}"
    )
    answers = _trained(sample, progress, trained.fit_joint, recipe, "the joint prototype")
    return Method("joint prototype", about, answers)


def _knn(sample: Sample, progress: Progress) -> Method:
    progress("indexing neighbours")
    about = f"median of the {local.KNN_COUNT} galaxies nearest in standardised colours that have the line"
    return _looked_up("nearest neighbours", about, sample, local.nearest_neighbours)


def _lwlr(sample: Sample, progress: Progress) -> Method:
    progress("indexing neighbours")
    about = (
        f"locally weighted linear regression of arcsinh EW on the {local.LWLR_COUNT} galaxies nearest in standardised "
        "colours that have the line, weighted by inverse distance"
    )
    return _looked_up("local regression", about, sample, local.local_regression)


METHODS: Final[dict[str, Callable[[Sample, Progress], Method]]] = {
    PUBLISHED: _published,
    "retrained": _retrained,
    "prototype": _prototype,
    "knn": _knn,
    "lwlr": _lwlr,
}
"""Methods that `--against` accepts by name."""


def build(name: str, sample: Sample, progress: Progress = lambda _: None) -> Method:
    """Prepare a method, trained on the galaxies of a sample that are not held out.

    Parameters
    ----------
    name : str
        One of `METHODS`, or the name or path of a network.
    sample : Sample
        Galaxies with observed lines.
    progress : callable
        Called with a sentence on the current step.

    Returns
    -------
    Method
        Method with prediction functions.
    """
    return METHODS[name](sample, progress) if name in METHODS else of_weights(name)


def _features(
    variant: str, flux: np.ndarray, luminosity: np.ndarray | None = None, redshift: np.ndarray | None = None
) -> np.ndarray:
    variants = VARIANTS[: VARIANTS.index(variant) + 1]
    return np.asarray(variant_features(colors(flux), luminosity, redshift, variants)[1], np.float32)


def _training_rows(sample: Sample, variant: str) -> tuple[np.ndarray, np.ndarray]:
    seen = ~sample.held_out
    columns = (sample.bin_flux, sample.log_luminosity, sample.redshift)
    return _features(variant, *(column[seen] for column in columns)), sample.ew[seen]


def _answer(variant: str, predict: Predictor) -> Answer:
    def answer(flux: np.ndarray, *given: np.ndarray) -> Prediction:
        ew = predict(_features(variant, flux, *given))
        missing = np.full_like(ew, np.nan)
        return Prediction(ew, missing, missing)

    return answer


def _looked_up(title: str, about: str, sample: Sample, method: Callable[[np.ndarray, np.ndarray], Predictor]) -> Method:
    answers, remembered = {}, {}
    for variant in VARIANTS:
        training_rows = _training_rows(sample, variant)
        predict = method(*training_rows)
        answers[variant] = _answer(variant, predict)
        remembered[variant] = _answer(variant, partial(looked_up, title, predict, *training_rows))
    return Method(title, about, answers, remembered=remembered)


def _trained(sample: Sample, progress: Progress, fit, recipe: trained.Recipe, what: str) -> dict[str, Answer]:
    answers = {}
    for variant in VARIANTS:

        def report(loss: float, variant: str = variant) -> None:
            progress(f"training {what}, {variant}, loss {loss:.4f}")

        network = remembered(fit, *_training_rows(sample, variant), recipe, report)
        answers[variant] = _of_params(Params(None, None, None)._replace(**{variant: network}), variant)
    return answers
