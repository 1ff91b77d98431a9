"""The lines of the one galaxy in the Predict form: as catalogued, and as one realisation."""

import math

import numpy as np
from jaxtyping import Float

from analysis.answers.answer import AnswerNoise, PredictInput, PredictOptions, answer, has_intrinsic
from analysis.answers.form import Form
from data.errors import CatalogueError
from model.predictions.joint.batch import sample_many
from model.predictions.params import Params
from model.predictions.published_noise import published_noise


def predict_lines(
    params: Params,
    bin_flux: Float[np.ndarray, " bin"],
    log_luminosity: float | None = None,
    redshift: float | None = None,
) -> Float[np.ndarray, "3 line"]:
    """Predict the EWs of one galaxy as catalogued.

    Parameters
    ----------
    params : Params
        From `load_params`.
    bin_flux : (12,) array
        Mean flux per bin, any unit.
    log_luminosity, redshift : float, optional
        If known.

    Returns
    -------
    (3, 10) array
        Median, 16th and 84th percentile [Å].
    """
    known = (None if value is None else np.array([value], np.float32) for value in (log_luminosity, redshift))
    answers = answer(PredictInput(bin_flux[None], *known), PredictOptions(params, parts=("catalogued",)))
    return np.stack([np.asarray(values)[0] for values in answers.catalogued]).astype(float)


def draw_lines(
    params: Params,
    form: Form,
    noise: AnswerNoise,
    seed: int,
    redshift: float | None = None,
    ew: Float[np.ndarray, " line"] | None = None,
    ew_ivar: Float[np.ndarray, " line"] | None = None,
) -> list[float | None]:
    """Draw one realisation of the lines of the galaxy in a form.

    Parameters
    ----------
    params : Params
        From `load_params`.
    form : Form
        From `analysis.answers.form.read_form`, without problems.
    noise : {"published", "intrinsic", "observed"}
        See `analysis.answers.answer.PredictOptions`.
    seed : int
        Number of the realisation.
    redshift : float, optional
        If given, observed noise is that of galaxies at this redshift.
    ew : (10,) array, optional
        EWs as catalogued [Å] to which published noise is added; by default those that `params` predict.
    ew_ivar : (10,) array, optional
        The galaxy's own inverse variances [1/Å²], for published noise.

    Returns
    -------
    list of float or None
        Equivalent widths [Å] of the lines, <= 0 where not detected; None where a line has no inverse variance.

    Raises
    ------
    CatalogueError
        If the weights have no intrinsic distribution, or if published noise has no inverse variance.
    """
    flux, number = form.bin_flux[None], {"redshift": redshift, "log_luminosity": form.log_luminosity}
    known = {name: None if value is None else np.array([value], np.float32) for name, value in number.items()}
    if noise == "published":
        if ew_ivar is None or not np.isfinite(ew_ivar).any():
            raise CatalogueError(
                "Published noise uses the galaxy's own inverse variances. Open a galaxy from a file with columns "
                "{LINE}_EW_IVAR, or choose another noise."
            )
        middle = predict_lines(params, form.bin_flux, form.log_luminosity, redshift)[0] if ew is None else ew
        drawn = published_noise(seed, flux, np.asarray(middle, np.float32)[None], ew_ivar[None])
    elif not has_intrinsic(params):
        raise CatalogueError(
            "These weights include no distribution to draw from. Choose the network Galactic Neon, or published noise."
        )
    else:
        intrinsic, observed = sample_many(seed, params, flux, known["log_luminosity"], known["redshift"])
        drawn = intrinsic if noise == "intrinsic" else observed.ew
    return [value if math.isfinite(value) else None for value in np.asarray(drawn)[0].astype(float).tolist()]
