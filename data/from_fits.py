"""A catalogue from DESI's own files: spectra and redshifts in, twelve bins and equivalent widths out."""

import csv
from collections.abc import Callable, Sequence
from pathlib import Path
from types import MappingProxyType
from typing import Final

import numpy as np
import pyarrow as pa

from data.atomic import replacing
from data.builder import build, describe, write
from data.catalogue_spectra import SUFFIX, WAVELENGTHS
from data.desi import read_coadd, read_lines, read_redshifts
from data.errors import CatalogueError
from data.schema import EW_SUFFIX, FLUX_NAMES, IVAR_SUFFIX
from data.spectrum import Spectrum
from model.bins import BIN_EDGES
from model.continuum import continuum_bins
from model.features import log_luminosity
from model.lines import LINE_NAMES
from model.measure import as_catalogued, measure_lines
from model.missing import complete_bins
from model.pixel_noise import DESI_FWHM
from model.weights import DEFAULT, load_params

FASTSPECFIT: Final = MappingProxyType(
    {name: (name,) if name != "OII_DOUBLET" else ("OII_3726", "OII_3729") for name in LINE_NAMES}
)
"""FastSpecFit's names of our lines."""
PROBLEMS_SUFFIX: Final = ".problems.csv"


def from_fits(
    spectra: Sequence[Path],
    redshifts: Sequence[Path],
    out: Path,
    *,
    lines: Sequence[Path] = (),
    fill_missing: bool = False,
    model: str = DEFAULT,
    progress: Callable[[int], None] = lambda _: None,
) -> str:
    """Build a catalogue, with its spectra beside it, from DESI coadds.

    Parameters
    ----------
    spectra, redshifts : sequences of Path
        ``coadd-*.fits`` and the ``redrock-*.fits`` of the same targets, in the same order.
    out : Path
        The catalogue, Parquet. Rest-frame spectra go to ``OUT.spectra.npy``, targets left out and why to
        ``OUT.problems.csv``.
    lines : sequence of Path
        FastSpecFit tables with the equivalent widths; without any they are measured here, by `model.measure`.
    fill_missing : bool
        Whether a first or last bin that the spectrum misses is filled in from the others.
    model : str
        Weights that predict.
    progress : callable
        Told how many targets were finished since the last call.

    Returns
    -------
    str
        A sentence saying what was written.

    Raises
    ------
    CatalogueError
        When files do not pair up or no target can be used.
    UploadError
        When a file is not what it should be.
    """
    if len(spectra) != len(redshifts):
        raise CatalogueError(
            f"{len(spectra)} files of spectra and {len(redshifts)} of redshifts: give one redrock file per coadd, "
            "in the same order."
        )
    measured: dict[str, dict[str, tuple[float, float]]] = {}
    for path in lines:
        measured |= read_lines(path, FASTSPECFIT)
    kept: dict[str, tuple[Spectrum, np.ndarray]] = {}
    problems: list[tuple[str, str]] = []
    for coadd, redrock in zip(spectra, redshifts, strict=True):
        known = read_redshifts(redrock)
        for spectrum in read_coadd(coadd, redrock):
            target = spectrum.target_id or ""
            flux = np.asarray(continuum_bins(spectrum.wavelength_rest, spectrum.flux, spectrum.ivar))
            if fill_missing:
                flux = np.asarray(complete_bins(load_params(model), flux))
            problem = _problem(flux, *known[target]) or ("listed twice" if target in kept else "")
            if problem:
                problems.append((target, problem))
            else:
                kept[target] = (spectrum, flux)
                if not lines:
                    measured[target] = _measure(spectrum)
            progress(1)
    if not kept:
        first = f" The first: {problems[0][0]}, {problems[0][1]}." if problems else ""
        raise CatalogueError(f"None of the {len(problems)} targets can be used.{first}")
    table = build(_table(kept, measured), model)
    widths = f"listed in {', '.join(path.name for path in lines)}" if lines else "measured above fitted starlight"
    provenance = (
        f"DESI coadds {', '.join(path.name for path in spectra)}; not corrected for Galactic extinction; "
        f"equivalent widths {widths}"
    )
    write(table, out, describe(table, title=out.stem, provenance=provenance, model=model))
    _write_spectra(out, [spectrum for spectrum, _ in kept.values()])
    _write_problems(out, problems)
    left_out = f"; {len(problems)} left out, see {out.stem}{PROBLEMS_SUFFIX}" if problems else ""
    return f"Wrote {out}: {len(kept)} galaxies{left_out}."


def _problem(flux: np.ndarray, redshift: float, warning: int, kind: str) -> str:
    """Say why a target cannot be in a catalogue; "" when it can."""
    if warning:
        return f"ZWARN is {warning}: redrock does not trust the redshift {redshift:.4f}"
    if kind != "GALAXY":
        return f"SPECTYPE is {kind}, not GALAXY"
    if redshift <= 0:
        return f"redshift {redshift:.4f} is not positive"
    for index, value in enumerate(flux):
        span = f"bin {index} ({BIN_EDGES[index]:.0f}-{BIN_EDGES[index + 1]:.0f} Å at rest)"
        if np.isnan(value):
            return f"{span} is not covered by good pixels at redshift {redshift:.4f}"
        if value <= 0:
            return f"{span} has the mean flux {value:.3g}, which is not positive"
    return ""


def _measure(spectrum: Spectrum) -> dict[str, tuple[float, float]]:
    """Measure the lines as a catalogue lists them: name to (EW, inverse variance), none where not detected."""
    if spectrum.ivar is None or spectrum.redshift is None:
        return {}
    found = measure_lines(spectrum.wavelength_rest, spectrum.flux, spectrum.ivar, DESI_FWHM / (1 + spectrum.redshift))
    pairs = np.stack(as_catalogued(found.ew, found.ew_ivar), axis=1).tolist()
    return {name: (ew, ivar) for name, (ew, ivar) in zip(LINE_NAMES, pairs, strict=True) if ew > 0}


def _table(
    kept: dict[str, tuple[Spectrum, np.ndarray]], measured: dict[str, dict[str, tuple[float, float]]]
) -> pa.Table:
    flux = np.stack([flux for _, flux in kept.values()])
    redshift = np.array([spectrum.redshift for spectrum, _ in kept.values()], np.float32)
    columns: dict[str, object] = {"TARGETID": list(kept), "redshift": redshift}
    columns["log_luminosity"] = np.asarray(log_luminosity(flux, redshift), np.float32)
    columns |= dict(zip(FLUX_NAMES, flux.T.astype(np.float32), strict=True))
    missing = (np.nan, np.nan)
    for name in LINE_NAMES:
        pairs = np.array([measured.get(target, {}).get(name, missing) for target in kept], np.float32)
        columns[name + EW_SUFFIX], columns[name + IVAR_SUFFIX] = pairs.T.copy()
    return pa.table(columns)


def _write_spectra(out: Path, spectra: Sequence[Spectrum]) -> None:
    """Write the array that `data.spectra.rest_spectrum` reads."""
    flux = np.full((len(spectra), len(WAVELENGTHS)), np.nan, np.float32)
    for row, spectrum in enumerate(spectra):
        good = np.ones(len(spectrum.flux), bool) if spectrum.ivar is None else spectrum.ivar > 0
        first, last = spectrum.wavelength_rest[good][[0, -1]]
        covered = (first <= WAVELENGTHS) & (last >= WAVELENGTHS)
        flux[row, covered] = np.interp(WAVELENGTHS[covered], spectrum.wavelength_rest[good], spectrum.flux[good])
    with replacing(out.with_suffix(SUFFIX)) as temporary, temporary.open("wb") as file:
        np.save(file, flux, allow_pickle=False)


def _write_problems(out: Path, problems: Sequence[tuple[str, str]]) -> None:
    path = out.with_name(out.stem + PROBLEMS_SUFFIX)
    if not problems:
        path.unlink(missing_ok=True)
        return
    with replacing(path) as temporary, temporary.open("w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows([("TARGETID", "PROBLEM"), *problems])
