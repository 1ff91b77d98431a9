"""Spectra as archives write them: units, arrays in cells, masks, media and several of everything."""

import io
from typing import Any

import numpy as np
import pytest
from astropy.io import fits

from data.errors import UploadError
from data.uploads import apply_plan, infer_plan, open_files
from model.spectra.continuum import continuum_bins

pytestmark = pytest.mark.filterwarnings("ignore::astropy.utils.exceptions.AstropyWarning")

REDSHIFT = 0.08
WAVE = np.arange(3600.0, 9800.0, 2.0)
LIGHT = 2.99792458e18
FLUX = 4.0 + 6.0 / (1 + np.exp(-(WAVE / (1 + REDSHIFT) - 4000.0) / 60.0)) + (WAVE / (1 + REDSHIFT) - 5000.0) / 2500.0
BINS = np.asarray(continuum_bins((WAVE / (1 + REDSHIFT)).astype(np.float32), FLUX.astype(np.float32)))
PER_HZ = FLUX * 1e-17 * WAVE**2 / LIGHT  # erg/s/cm2/Hz
PHOTONS = FLUX * 1e-17 * WAVE / 1.98644586e-8


def hdu(columns: list[tuple], name: str = "SPECTRUM", **header: object) -> fits.BinTableHDU:
    made = [fits.Column(title, form, array=cells, unit=unit) for title, form, cells, unit in columns]
    table = fits.BinTableHDU.from_columns(made, name=name)
    table.header.update(header)
    return table


def as_fits(*tables: fits.BinTableHDU) -> bytes:
    out = io.BytesIO()
    fits.HDUList([fits.PrimaryHDU(), *tables]).writeto(out)
    return out.getvalue()


def spectrum(
    wave: np.ndarray = WAVE,
    flux: np.ndarray = FLUX,
    wave_unit: str = "Angstrom",
    unit: str | None = None,
    **header: Any,
) -> bytes:
    return as_fits(hdu([("WAVELENGTH", "D", wave, wave_unit), ("FLUX", "D", flux, unit)], **header))


def bins(content: bytes, name: str = "s.fits", **chosen: str) -> np.ndarray:
    return apply_plan(open_files([(content, name)]), {"redshift": str(REDSHIFT)} | chosen).table.bin_flux[0]


def guesses(content: bytes, name: str = "s.fits") -> dict[str, str]:
    return {guess.field: guess.value for guess in infer_plan(open_files([(content, name)]))}


@pytest.mark.parametrize(
    ("wave", "flux", "wave_unit", "unit"),
    [
        (WAVE, PHOTONS, "Angstrom", "photon s-1 cm-2 Angstrom-1"),
        (WAVE, PHOTONS, "Angstrom", "PHOTLAM"),
        (WAVE, FLUX, "Angstrom", "10-17 erg/s/cm2/A"),
        (WAVE / 1e4, PER_HZ * 1e17, "um", "MJy"),
        (WAVE / 1e4, PER_HZ * 1e26, "um", "mJy"),
        (WAVE, PER_HZ / 3631e-23 * 1e9, "Angstrom", "nmgy"),
        (WAVE, -2.5 * np.log10(PER_HZ) - 48.6, "Angstrom", "mag(AB)"),
        (WAVE, np.log10(FLUX * 1e-17), "Angstrom", "log(erg/s/cm2/A)"),
        (WAVE * 1e-10, FLUX, "m", "1e-17 erg / (s cm2 Angstrom)"),
        (LIGHT / WAVE, FLUX, "Hz", "1e-17 erg / (s cm2 Angstrom)"),
        (12398.419843320026 / WAVE, FLUX, "eV", "1e-17 erg / (s cm2 Angstrom)"),
        (np.log(WAVE), FLUX, "ln(Angstrom)", "1e-17 erg / (s cm2 Angstrom)"),
        (np.log10(WAVE / 1e4), FLUX, "log10(um)", "$10^{-17}$ erg s$^{-1}$ cm$^{-2}$ \\AA$^{-1}$"),
        (WAVE, FLUX, "Angstrom", "1e-20 W / (m2 Angstrom)"),
    ],
)
def test_a_stated_unit_gives_the_luminosity(wave: np.ndarray, flux: np.ndarray, wave_unit: str, unit: str):
    found = apply_plan(open_files([(spectrum(wave, flux, wave_unit, unit), "s.fits")]), {"redshift": str(REDSHIFT)})
    np.testing.assert_allclose(found.table.bin_flux[0] / BINS, 1, rtol=2e-3)
    assert found.table.log_luminosity is not None


@pytest.mark.parametrize("unit", ["count", "MJy/sr", "mag", "MJY", "erg/s/cm2", "1e-17 erg/s/cm2/A/spaxel", "furlong"])
def test_a_unit_that_is_no_flux_density_is_named_and_can_be_changed(unit: str):
    content = spectrum(unit=unit)
    assert guesses(content)["flux_unit"] == unit
    with pytest.raises(UploadError, match=unit.split("/", maxsplit=1)[0]):
        bins(content)
    np.testing.assert_allclose(bins(content, flux_unit="any, per wavelength"), BINS / BINS.mean(), rtol=1e-3)


def test_a_wavelength_unit_that_is_none_is_named():
    with pytest.raises(UploadError, match="'km/s' is not understood"):
        bins(spectrum(wave_unit="km/s"))


def rows_of_arrays(count: int, form: str = "{n}D") -> bytes:
    n = len(WAVE)
    flux = [np.zeros(n) if row < count - 1 else FLUX for row in range(count)]
    form = form.format(n=n)
    return as_fits(
        hdu(
            [
                ("OBJID", "8A", [f"star{row}" for row in range(count)], None),
                (
                    "WAVE",
                    form,
                    [WAVE] * count if "P" not in form else np.array([*[WAVE] * count, None], object)[:-1],
                    "angstrom",
                ),
                (
                    "FLUX",
                    form,
                    flux if "P" not in form else np.array([*flux, None], object)[:-1],
                    "erg cm**(-2) s**(-1) angstrom**(-1)",
                ),
                ("Z", "D", [REDSHIFT] * count, None),
            ],
            "PHASE3SPECTRUM",
        )
    )


@pytest.mark.parametrize("count", [1, 3])
@pytest.mark.parametrize("form", ["{n}D", "PD()"])
def test_a_row_may_hold_a_spectrum(count: int, form: str):
    found = apply_plan(open_files([(rows_of_arrays(count, form), "s.fits")]))
    np.testing.assert_allclose(found.table.bin_flux[0], BINS * 1e17, rtol=1e-3)
    assert found.table.ids == (f"star{count - 1}",)
    assert any(f"row {count}" in step for step in found.steps) == (count > 1)


def test_the_table_with_a_spectrum_is_taken():
    info = hdu([("EXPID", "J", [1, 2], None)], "INFO")
    table = hdu([("WAVELENGTH", "D", WAVE, "Angstrom"), ("FLUX", "D", FLUX, "1e-17 erg / (s cm2 Angstrom)")])
    np.testing.assert_allclose(bins(as_fits(info, table)), BINS, rtol=1e-3)


def text(**columns: np.ndarray) -> bytes:
    rows = zip(*(values.tolist() for values in columns.values()), strict=True)
    return "\n".join([",".join(columns), *(",".join(map(str, row)) for row in rows)]).encode()


@pytest.mark.parametrize("words", [("True", "False"), ("1", "0"), ("T", "F"), ("bad", "good"), ("yes", "no")])
def test_a_mask_may_be_words(words: tuple[str, str]):
    bad = (WAVE > 5000) & (WAVE < 5100)
    content = text(wavelength=WAVE, flux=np.where(bad, 1e6, FLUX), mask=np.where(bad, *words))
    np.testing.assert_allclose(bins(content, "s.csv") / BINS, np.mean(bins(content, "s.csv")) / BINS.mean(), rtol=0.01)
    with pytest.raises(UploadError, match="column mask: a mask holds “perhaps”"):
        bins(content.replace(words[0].encode() + b"\n", b"perhaps\n", 1), "s.csv")


def test_where_arms_overlap_the_good_pixel_is_kept():
    twice = slice(1000, 1400)
    ivar, flux = np.ones(len(WAVE) + 400), np.r_[FLUX, FLUX[twice]]
    ivar[twice], flux[twice] = 0, 0
    found = bins(text(wavelength=np.r_[WAVE, WAVE[twice]], flux=flux, ivar=ivar), "s.csv")
    np.testing.assert_allclose(found / found.mean(), BINS / BINS.mean(), rtol=2e-3)


@pytest.mark.parametrize(
    ("header", "medium"),
    [
        ({"AIRORVAC": "air"}, "air"),
        ({"AIRORVAC": "vac"}, "vacuum"),
        ({"VACUUM": False}, "air"),
        ({"CTYPE1": "AWAV"}, "air"),
        ({"TUCD1": "em.wl;obs.atmos"}, "air"),
        ({}, "vacuum"),
    ],
)
def test_the_header_says_air_or_vacuum(header: dict, medium: str):
    assert guesses(spectrum(**header))["medium"] == medium


def test_the_header_says_redshift_frame_survey_and_units():
    content = spectrum(
        REDSHIFT=0.08, SPECSYS="SOURCE", SURVEY="GAMA", BUNIT="mJy", **dict[str, Any]({"MJD-OBS": 55000.0})
    )
    found = guesses(content)
    assert (found["redshift"], found["frame"], found["flux_unit"]) == ("0.08", "rest", "mJy")
    steps = apply_plan(open_files([(spectrum(SURVEY="GAMA"), "s.fits")]), {"redshift": "0.08"}).steps
    assert any("survey GAMA" in step for step in steps)


def test_what_is_passed_over_is_said_and_stops_nothing():
    table = hdu(
        [
            ("WAVELENGTH", "D", WAVE, "Angstrom"),
            ("FLUX", "D", FLUX, None),
            ("VISIBILITY", "C", np.ones(len(WAVE), np.complex64), None),
        ]
    )
    found = apply_plan(open_files([(as_fits(table), "s.fits")]), {"redshift": "0.08"})
    assert any("VISIBILITY" in step and "passed over" in step for step in found.steps)


MARKED = np.arange(len(WAVE)) % 50 == 0


@pytest.mark.parametrize("mark", [-99.0, -999.0, -9999.0, 999999.0, 1e20, -1e30])
@pytest.mark.parametrize("column", ["FLUX", "ERR"])
def test_numbers_that_mark_missing_values_leave_pixels_out(mark: float, column: str):
    flux = np.where(MARKED, mark if column == "FLUX" else 900.0, FLUX)
    error = np.where(MARKED & (column == "ERR"), mark, 1.0)
    columns = [("WAVE", "D", WAVE, "Angstrom"), ("FLUX", "E", flux, None), ("ERR", "E", error, None)]
    found = bins(as_fits(hdu(columns)))
    np.testing.assert_allclose(found / found.mean(), BINS / BINS.mean(), rtol=3e-3)


@pytest.mark.parametrize("mark", [99.0, 99.99, -99.0, 999.0])
def test_magnitudes_of_99_are_missing(mark: float):
    magnitudes = np.where(MARKED, mark, -2.5 * np.log10(PER_HZ) - 48.6)
    found = bins(spectrum(flux=magnitudes, unit="mag(AB)"))
    np.testing.assert_allclose(found / found.mean(), BINS / BINS.mean(), rtol=3e-3)


BAD_NAMES = ("masked", "is_masked", "pixmask", "bad", "is_bad", "bad_pixel", "rejected", "outlier", "flux_mask")
GOOD_ONES = ("good", "isgood", "use", "ok", "is_ok", "is_valid", "good_pixels", "goodpixels")


@pytest.mark.parametrize("name", [*BAD_NAMES, *GOOD_ONES])
def test_masks_are_found_by_their_names(name: str):
    said = (~MARKED if name in GOOD_ONES else MARKED).astype("i2")
    columns = [
        ("WAVE", "D", WAVE, "Angstrom"),
        ("FLUX", "D", np.where(MARKED, 900.0, FLUX), None),
        (name, "I", said, None),
    ]
    found = bins(as_fits(hdu(columns)))
    np.testing.assert_allclose(found / found.mean(), BINS / BINS.mean(), rtol=3e-3)


@pytest.mark.parametrize("unit", ["erg/s/cm^2/cm-1", "erg s-1 cm-2 cm", "W/m2/m-1", "W m**-2 m"])
def test_a_flux_per_wavenumber_is_no_luminosity_per_wavelength(unit: str):
    with pytest.raises(UploadError, match="is not understood"):
        bins(spectrum(unit=unit))


@pytest.mark.parametrize("key", ["REDSHIFT", "ZBEST", "Z_HELIO", "Z_CMB", "SPEC_Z", "Z"])
def test_a_redshift_in_the_header_has_the_names_of_columns(key: str):
    assert guesses(spectrum(**dict[str, Any]({key: 0.08})))["redshift"] == "0.08"
