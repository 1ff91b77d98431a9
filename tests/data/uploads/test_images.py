"""Spectra in FITS images, as IRAF, ESO, LAMOST, GAMA and the FITS standard write them, on every way in."""

import io
import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from astropy.io import fits

import cli
from data.errors import DataError
from data.formats.readers.fits.images import ROLES, ROW_KEYS
from data.formats.stream import open_source
from data.uploads import apply_plan, infer_plan, open_files
from model.spectra.continuum import continuum_bins
from tests.serving import ROOT

pytestmark = pytest.mark.filterwarnings("ignore::astropy.utils.exceptions.AstropyWarning")

REDSHIFT = 0.08
WAVE = np.arange(3600.0, 9800.0, 2.0)
LOGARITHMIC = 10 ** (3.556 + 1e-4 * np.arange(4300))
LINEAR: dict[str, Any] = {"CRVAL1": 3600.0, "CDELT1": 2.0, "CRPIX1": 1.0}
LOG: dict[str, Any] = {"CRVAL1": 3.556, "CD1_1": 1e-4, "CRPIX1": 1.0}


def light(wave: np.ndarray) -> np.ndarray:
    rest = wave / (1 + REDSHIFT)
    return 4.0 + 6.0 / (1 + np.exp(-(rest - 4000.0) / 60.0)) + (rest - 5000.0) / 2500.0


FLUX, ONES, NONE = light(WAVE), np.ones(len(WAVE)), np.zeros(len(WAVE))
SPIKES = np.where(np.arange(len(WAVE)) % 50 == 0, 900.0, FLUX)
BAD = (SPIKES == 900.0).astype("i4")
BINS = np.asarray(continuum_bins((WAVE / (1 + REDSHIFT)).astype(np.float32), FLUX.astype(np.float32)))


def image(data: np.ndarray | None, name: str = "", **header: Any) -> fits.ImageHDU:
    return fits.ImageHDU(
        data, header=fits.Header({key.replace("__", "-"): value for key, value in header.items()}), name=name
    )


def as_fits(*parts: fits.ImageHDU) -> bytes:
    out = io.BytesIO()
    fits.HDUList([fits.PrimaryHDU(parts[0].data, parts[0].header), *parts[1:]]).writeto(out)
    return out.getvalue()


FIVE = np.array([FLUX, ONES, WAVE, NONE, NONE])
FILES = {
    "linear": [image(FLUX, **LINEAR)],
    "standard, metres": [image(FLUX, CTYPE1="WAVE", CUNIT1="m", CRVAL1=3.6e-7, CDELT1=2e-10, CRPIX1=1)],
    "IRAF": [image(FLUX, CTYPE1="LINEAR", CRVAL1=3600.0, CD1_1=2.0, CDELT1=1.0, CRPIX1=1, WAT0_001="system=equispec",
                   WAT1_001="wtype=linear label=Wavelength units=angstroms")],
    "IRAF, nm": [image(FLUX, CTYPE1="LINEAR", CRVAL1=360.0, CD1_1=0.2, CRPIX1=1, WAT1_001="wtype=linear units=nm")],
    "reference in the middle": [image(FLUX, CRVAL1=float(WAVE[1000]), CDELT1=2.0, CRPIX1=1001.0)],
    "no reference pixel": [image(FLUX, CRVAL1=3600.0, CDELT1=2.0)],
    "DC-FLAG": [image(light(LOGARITHMIC), CTYPE1="LINEAR", DC__FLAG=1, **LOG)],
    "DC-FLAG, nm": [image(light(LOGARITHMIC), CUNIT1="nm", DC__FLAG=1, **(LOG | dict[str, Any](CRVAL1=2.556)))],
    "log without a flag": [image(light(LOGARITHMIC), **LOG)],
    "LOG-LAMBDA": [image(light(LOGARITHMIC), CTYPE1="LOGLAM", **LOG)],
    "COEFF0": [image(light(LOGARITHMIC), COEFF0=3.556, COEFF1=1e-4)],
    "WAVE-LOG": [image(light(3600 * np.exp(np.arange(3600) / 3600)), CTYPE1="WAVE-LOG", CUNIT1="Angstrom",
                       CRVAL1=3600.0, CDELT1=1.0, CRPIX1=1)],
    "FREQ": [image(light(2.99792458e18 / (3.1e14 + 2e11 * np.arange(2600))), CTYPE1="FREQ", CRVAL1=3.1e14, CDELT1=2e11,
                   CRPIX1=1)],
    "one column": [image(FLUX[:, None], CRVAL2=3600.0, CDELT2=2.0, CRPIX2=1)],
    "radio axes": [image(FLUX[:, None, None], CTYPE1="RA---TAN", CTYPE2="DEC--TAN", CTYPE3="WAVE", CUNIT3="Angstrom",
                         CRVAL3=3600.0, CDELT3=2.0, CRPIX3=1)],
    "errors and quality in extensions": [image(SPIKES, **LINEAR), image(ONES, "ERRS"), image(BAD, "QUAL")],
    "MUSE": [image(None), image(FLUX, "DATA", **LINEAR), image(ONES, "STAT")],
    "wavelengths in an extension": [image(None), image(FLUX, "FLUX"), image(WAVE / 10, "WAVELENGTH", BUNIT="nm"),
                                    image(ONES, "IVAR")],
    "compressed": [image(None), fits.CompImageHDU(SPIKES.astype("f4"), fits.Header(LINEAR), "FLUX"),
                   fits.CompImageHDU(BAD, name="MASK", compression_type="GZIP_1")],
    "LAMOST": [image(FIVE, ROW1="Flux", ROW2="Inverse variance", ROW3="WaveLength", ROW4="Andmask", ROW5="Ormask")],
    "GAMA": [image(np.array([FLUX, ONES, SPIKES, SPIKES]), ROW1="Spectrum", ROW2="Error", ROW3="Spectrum_nocal",
                   ROW4="Sky", CUNIT1="Angstroms", CRVAL1=3600.0, CD1_1=2.0, CRPIX1=1)],
    "6dFGS": [image(np.array([FLUX, ONES, SPIKES]), ARRAY1="OBJECT", ARRAY2="VARIANCE", ARRAY3="SKY", **LINEAR)],
    "IRAF's bands": [image(np.array([[FLUX], [SPIKES], [SPIKES], [ONES]]), BANDID1="spectrum - weights variance",
                           BANDID2="raw", BANDID3="background", BANDID4="sigma", CTYPE1="LINEAR", **LINEAR)],
    "nothing in the first": [image(None), image(0 * FLUX, "FLUX", **LINEAR), image(FLUX, "FLUX", **LINEAR)],
    "scaled integers with BLANK": [image(np.where(BAD, -1, np.round(100 * FLUX)).astype("i2"), BLANK=-1, **LINEAR)],
}  # fmt: skip


@pytest.mark.parametrize("kind", FILES)
def test_bins_are_those_of_the_light(kind: str, tmp_path: Path):
    content = as_fits(*FILES[kind])
    direct = apply_plan(open_files([(content, "s.fits")]), {"redshift": str(REDSHIFT)})
    ratio = direct.table.bin_flux[0] / BINS
    np.testing.assert_allclose(ratio / ratio.mean(), 1, rtol=3e-3)
    # The same pixels reach the other ways in.
    (tmp_path / "s.fits").write_bytes(content)
    assert cli.main(["catalogue", "convert", str(tmp_path / "s.fits"), str(tmp_path / "s.ecsv")]) == 0
    again = apply_plan(open_files([((tmp_path / "s.ecsv").read_bytes(), "s.ecsv")]), {"redshift": str(REDSHIFT)})
    np.testing.assert_allclose(again.table.bin_flux, direct.table.bin_flux, rtol=1e-5)


def guesses(content: bytes) -> dict[str, str]:
    return {guess.field: guess.value for guess in infer_plan(open_files([(content, "s.fits")]))}


def test_metadata_of_the_header_are_read():
    about = {
        "CTYPE1": "AWAV",
        "CUNIT1": "Angstrom",
        "BUNIT": "10-17 erg/s/cm2/A",
        "REDSHIFT": 0.08,
        "SPECSYS": "BARYCENT",
    }
    plan = guesses(as_fits(image(FLUX, **LINEAR | about), image(ONES, "ERRS"), image(BAD, "QUAL")))
    assert plan["medium"] == "air"
    assert plan["flux_unit"] == "1e-17 erg / (s cm2 Angstrom)"
    assert plan["redshift"] == "0.08"
    assert (plan["uncertainty"], plan["mask"]) == ("error", "mask")
    assert (
        guesses(as_fits(image(FIVE, ROW1="Flux", ROW2="Inverse", ROW3="Wavelength", VACUUM=True)))["uncertainty"]
        == "ivar"
    )


REFUSED = {
    "IRAF's multispec": [image(FIVE[:2], WAT0_001="system=multispec", CTYPE1="MULTISPE")],
    "no keyword names its rows": [image(FIVE[:3], **LINEAR)],
    "3100x5x3 pixels, no spectrum": [image(np.array([FIVE] * 3), **LINEAR)],
    "CTYPE1 = VELO-LSR": [image(FLUX, CTYPE1="VELO-LSR", **LINEAR)],
    "CTYPE1 = PIXEL": [image(FLUX, CTYPE1="PIXEL", CRVAL1=1.0, CDELT1=1.0, CRPIX1=1)],
    "3,100 pixels without wavelengths": [image(FLUX)],
    "logarithms, and CRVAL1 is 3600": [image(FLUX, DC__FLAG=1, **LINEAR)],
    "CRVAL1 = 'blue' is no number": [image(FLUX, **LINEAR | {"CRVAL1": "blue"})],
    "holds no table and no image of fluxes": [image(None)],
}


@pytest.mark.parametrize("words", REFUSED)
def test_what_is_no_spectrum_is_refused_by_name(words: str, tmp_path: Path):
    (tmp_path / "s.fits").write_bytes(as_fits(*REFUSED[words]))
    with pytest.raises(DataError, match=re.escape(words)):
        open_files([((tmp_path / "s.fits").read_bytes(), "s.fits")])
    with pytest.raises(DataError, match=re.escape(words)), open_source(tmp_path / "s.fits"):
        pass


def test_the_documents_say_which_rows_and_laws_are_read():
    page = (ROOT / "docs" / "inputs.md").read_text()
    words = ("multispec", "DC-FLAG", "COEFF0", "AWAV", "WAVE-LOG", *(f"{key}1" for key in ROW_KEYS), *ROLES.values())
    assert all(word in page for word in words)


@pytest.mark.parametrize("table", ["history", "fluxes"])
def test_a_table_is_read_unless_it_has_no_fluxes(table: str):
    columns = {"history": ["step"], "fluxes": ["wave", "flux"]}[table]
    made = fits.BinTableHDU.from_columns(
        [fits.Column(name, "D", array=WAVE if name == "wave" else FLUX) for name in columns]
    )
    out = io.BytesIO()
    fits.HDUList([fits.PrimaryHDU(2 * FLUX, fits.Header(LINEAR)), made]).writeto(out)
    read = open_files([(out.getvalue(), "s.fits")])
    np.testing.assert_allclose(read.columns["flux"], FLUX if table == "fluxes" else 2 * FLUX)
