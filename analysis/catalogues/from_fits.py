"""Catalogues from survey files: twelve bins and equivalent widths measured in spectra with known redshifts."""

import csv
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Final

import numpy as np
import pyarrow as pa
from jaxtyping import Float

from analysis.catalogues.build import build, describe
from analysis.catalogues.targets import Target, read_targets
from data.atomic import replacing
from data.catalogue.parquet import write
from data.catalogue.schema import EW_SUFFIX, FLUX_NAMES, IVAR_SUFFIX
from data.catalogue.stored_spectra import SUFFIX, WAVELENGTHS
from data.catalogue.survey import Survey
from data.errors import CatalogueError
from data.spectrum import Spectrum
from data.surveys.fastspecfit import read_lines
from model.bins import BIN_EDGES
from model.lines import EXTRA_LINES, LINE_NAMES, MEASURED_LINES
from model.physics.luminosities import log_luminosity
from model.predictions.domain.verdicts import judge_rows
from model.predictions.imputation import complete_bins
from model.predictions.params import Params
from model.spectra.continuum import continuum_bins
from model.spectra.lines.measure import as_catalogued, measure_lines
from model.storage.weights import DEFAULT, load_params

PROBLEMS_SUFFIX: Final = ".problems.csv"


def from_fits(
    spectra: Sequence[Path],
    redshifts: Sequence[Path],
    out: Path,
    *,
    lines: Sequence[Path] = (),
    ebv: float | None = None,
    ebv_of_files: bool = False,
    fill_missing: bool = False,
    model: str = DEFAULT,
    progress: Callable[[int], None] = lambda _: None,
) -> str:
    """Build a catalogue, with its spectra beside it, from the files of a survey of `data.surveys`.

    Columns ``DOMAIN`` and ``DOMAIN_REASON`` give the domain verdict of each galaxy, judged before missing bins are
    filled in. Lines that are measured but not predicted have columns too, which training reads once they are predicted.

    Parameters
    ----------
    spectra, redshifts : sequences of Path
        Files of spectra, and the redshift files of the same targets in the same order if the survey has such files:
        DESI's ``coadd-*.fits`` and ``redrock-*.fits``; SDSS's ``spec-*.fits``, which contain redshifts.
    out : Path
        Catalogue to write, Parquet. Rest-frame spectra are written to ``OUT.spectra.npy``, and the targets left out,
        with reasons, to ``OUT.problems.csv``.
    lines : sequence of Path
        FastSpecFit tables with the equivalent widths; if empty, they are measured by `model.spectra.lines.measure`.
    ebv : float, optional
        E(B-V) of the Milky Way [mag] for which all spectra are corrected.
    ebv_of_files : bool
        Whether to correct with the E(B-V) that the files list.
    fill_missing : bool
        Whether a first or last bin that a spectrum does not cover is filled in from the other bins.
    model : str
        Name or path of the weights.
    progress : callable
        Called with the number of targets finished since the last call.

    Returns
    -------
    str
        Sentence that says what was written.

    Raises
    ------
    CatalogueError
        When files do not pair up or no target can be used.
    UploadError
        When a file is of another kind.
    """
    measured: dict[str, dict[str, tuple[float, float]]] = {}
    for path in lines:
        measured |= read_lines(path)
    params = load_params(model)
    kept: dict[str, Spectrum] = {}
    bins: list[tuple[np.ndarray, np.ndarray]] = []
    problems: list[tuple[str, str]] = []
    surveys: set[Survey] = set()
    for target in read_targets(spectra, redshifts, ebv, ebv_of_files=ebv_of_files):
        surveys.add(target.reader.SURVEY)
        spectrum, name = target.spectrum, target.spectrum.target_id or ""
        flux = np.asarray(continuum_bins(spectrum.wavelength_rest, spectrum.flux, spectrum.ivar))
        whole = np.asarray(complete_bins(params, flux)) if fill_missing else flux
        problem = _problem(target, whole) or ("listed twice" if name in kept else "")
        if problem:
            problems.append((name, problem))
        else:
            kept[name] = spectrum
            bins.append((flux, whole))
            if not lines:
                measured[name] = _measure(target)
        progress(1)
    if not kept:
        first = f" The first: {problems[0][0]}, {problems[0][1]}." if problems else ""
        raise CatalogueError(f"None of the {len(problems)} targets can be used.{first}")
    if len(surveys) > 1:
        names = " and ".join(sorted(survey.name for survey in surveys))
        raise CatalogueError(f"The files are of {names}: make a catalogue of each survey.")
    (survey,) = surveys
    table = build(_table(params, kept, np.array(bins), measured), model)
    corrected = "by the files' E(B-V)" if ebv_of_files else "" if ebv is None else f"by E(B-V) = {ebv:g}"
    provenance = (
        f"{survey.name} spectra {', '.join(path.name for path in spectra)}; "
        f"{f'corrected {corrected}' if corrected else 'not corrected'} for Galactic extinction; equivalent widths "
        + (f"listed in {', '.join(path.name for path in lines)}" if lines else "measured above fitted starlight")
    )
    beside = _write_spectra(out, list(kept.values()))
    about = describe(table, title=out.stem, provenance=provenance, model=model, survey=survey, spectra=beside)
    write(table, out, about)
    _write_problems(out, problems)
    left_out = f"; {len(problems)} left out, see {out.stem}{PROBLEMS_SUFFIX}" if problems else ""
    return f"Wrote {out}: {len(kept)} galaxies{left_out}."


def _problem(target: Target, flux: np.ndarray) -> str:
    """Return why a target cannot be in a catalogue; "" if it can."""
    redshift, warning, kind = target.known
    if warning:
        return f"{target.reader.PIPELINE[1]} is {warning}: the survey does not trust the redshift {redshift:.4f}"
    if kind != "GALAXY":
        return f"the survey calls it {kind}, not GALAXY"
    if redshift <= 0:
        return f"redshift {redshift:.4f} is not positive"
    if target.problem:
        return target.problem
    for index, value in enumerate(flux):
        span = f"bin {index} ({BIN_EDGES[index]:.0f}-{BIN_EDGES[index + 1]:.0f} Å at rest)"
        if np.isnan(value):
            return f"{span} is not covered by good pixels at redshift {redshift:.4f}"
        if value <= 0:
            return f"{span} has the mean flux {value:.3g}, which is not positive"
    return ""


def _measure(target: Target) -> dict[str, tuple[float, float]]:
    """Measure the lines of a target; return (EW, inverse variance) of the detected ones by name."""
    spectrum = target.spectrum
    if spectrum.ivar is None:
        return {}
    found = measure_lines(spectrum.wavelength_rest, spectrum.flux, spectrum.ivar, target.instrument_fwhm)
    names = (*LINE_NAMES, *(line.name for line in EXTRA_LINES))
    ew, ivar = np.append(found.ew, found.extra_ew), np.append(found.ew_ivar, found.extra_ew_ivar)
    pairs = np.stack(as_catalogued(ew, ivar), axis=1).tolist()
    return {name: (ew, ivar) for name, (ew, ivar) in zip(names, pairs, strict=True) if ew > 0}


def _table(
    params: Params,
    kept: dict[str, Spectrum],
    bins: Float[np.ndarray, "galaxy two bin"],
    measured: dict[str, dict[str, tuple[float, float]]],
) -> pa.Table:
    measured_flux, flux = bins[:, 0], bins[:, 1]  # before and after missing ones were filled in
    redshift = np.array([spectrum.redshift for spectrum in kept.values()], np.float32)
    luminosity = np.asarray(log_luminosity(flux, redshift), np.float32)
    columns: dict[str, object] = {"TARGETID": list(kept), "redshift": redshift, "log_luminosity": luminosity}
    columns |= dict(zip(FLUX_NAMES, flux.T.astype(np.float32), strict=True))
    missing = (np.nan, np.nan)
    for name in (line.name for line in MEASURED_LINES):
        pairs = np.array([measured.get(target, {}).get(name, missing) for target in kept], np.float32)
        columns[name + EW_SUFFIX], columns[name + IVAR_SUFFIX] = pairs.T.copy()
    if params.domain is not None:
        judged = judge_rows(params, measured_flux, luminosity, redshift)
        columns |= {"DOMAIN": judged.verdict, "DOMAIN_REASON": judged.reason}
    return pa.table(columns)


def _write_spectra(out: Path, spectra: Sequence[Spectrum]) -> Path:
    """Write the array that `analysis.explorer.spectra.rest_spectrum` reads."""
    flux = np.full((len(spectra), len(WAVELENGTHS)), np.nan, np.float32)
    for row, spectrum in enumerate(spectra):
        good = np.ones(len(spectrum.flux), bool) if spectrum.ivar is None else spectrum.ivar > 0
        first, last = spectrum.wavelength_rest[good][[0, -1]]
        covered = (first <= WAVELENGTHS) & (last >= WAVELENGTHS)
        flux[row, covered] = np.interp(WAVELENGTHS[covered], spectrum.wavelength_rest[good], spectrum.flux[good])
    path = out.with_suffix(SUFFIX)
    with replacing(path) as temporary, temporary.open("wb") as file:
        np.save(file, flux, allow_pickle=False)
    return path


def _write_problems(out: Path, problems: Sequence[tuple[str, str]]) -> None:
    path = out.with_name(out.stem + PROBLEMS_SUFFIX)
    if not problems:
        path.unlink(missing_ok=True)
        return
    with replacing(path) as temporary, temporary.open("w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows([("TARGETID", "PROBLEM"), *problems])
