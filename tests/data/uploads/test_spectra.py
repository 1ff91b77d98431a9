"""Spectra: whatever units and frame they come in, the bins are those of the training code."""

import io

import numpy as np
import pytest
from astropy import units as u
from astropy.table import Table

from analysis.answers.upload import answer_table
from data.errors import UploadError
from data.uploads import apply_plan, infer_plan, open_files
from model.bins import BIN_CENTERS
from model.spectra.air import air_to_vacuum
from model.spectra.bin_noise import DESI_NOISE
from model.spectra.continuum import continuum_bins
from model.spectra.extinction import attenuation
from model.spectra.synthesis import add_lines
from model.storage.weights import load_params

REDSHIFT = 0.12
REST = np.arange(3350.0, 7100.0, 1.0)
CONTINUUM = 3.0 + np.sin(REST / 700.0)
FLUX = np.asarray(add_lines(REST, CONTINUUM, np.full(10, 5.0)), np.float64)
EXPECTED = np.asarray(continuum_bins(REST, FLUX))


def table(**columns: np.ndarray) -> bytes:
    rows = zip(*columns.values(), strict=True)
    lines = [",".join(columns), *(",".join(f"{value:.9g}" for value in row) for row in rows)]
    return "\n".join(lines).encode()


def outcome(content: bytes, **chosen: str):
    return apply_plan(open_files([(content, "spectrum.csv")]), {"redshift": str(REDSHIFT)} | chosen)


def shape(bins: np.ndarray) -> np.ndarray:
    return bins / bins.mean()


OBSERVED = REST * (1 + REDSHIFT)
F_NU = (FLUX * 1e-17 * u.erg / u.s / u.cm**2 / u.AA).to(u.Jy, u.spectral_density(OBSERVED * u.AA)).value


@pytest.mark.parametrize(
    ("columns", "chosen"),
    [
        ({"wavelength": OBSERVED, "flux": FLUX}, {}),
        ({"wave": OBSERVED / 10, "flux": FLUX * 1e-17, "ivar": np.full(len(REST), 1e34)}, {}),
        ({"lambda": OBSERVED / 1e4, "flux": FLUX, "error": np.full(len(REST), 0.1)}, {}),
        ({"loglam": np.log10(OBSERVED), "flux": FLUX}, {}),
        ({"wavelength_rest": REST, "flux": FLUX}, {}),
        ({"wavelength": REST, "flux": FLUX}, {"frame": "rest"}),
        ({"wavelength": OBSERVED, "f_nu": F_NU}, {}),
        ({"wavelength": OBSERVED, "flux": F_NU * 1e-23}, {"flux_unit": "erg / (s cm2 Hz)"}),
        ({"wavelength": OBSERVED[::-1], "flux": FLUX[::-1]}, {}),
        ({"lambda_nm": OBSERVED / 10, "Flux [mJy]": 1e3 * F_NU, "err (mJy)": 10 * F_NU}, {}),
        ({"wave_um": OBSERVED / 1e4, "fnu_jy": F_NU}, {}),
    ],
    ids=[
        "Å",
        "nm, cgs, ivar",
        "µm, error",
        "log",
        "rest",
        "said to be rest",
        "f_nu",
        "cgs f_nu",
        "backwards",
        "titles with units",
        "_um",
    ],
)
def test_units_and_frames_give_the_same_bins(columns: dict[str, np.ndarray], chosen: dict[str, str]):
    bins = outcome(table(**columns), **chosen).table.bin_flux[0]
    np.testing.assert_allclose(shape(bins), shape(EXPECTED), rtol=2e-4)


def test_air_is_brought_to_vacuum():
    # Hα: 6562.79 Å in air, 6564.60 Å in vacuum.
    assert air_to_vacuum(np.array([6562.79]))[0] == pytest.approx(6564.60, abs=0.02)
    steps = outcome(table(wavelength_air=OBSERVED, flux=FLUX)).steps
    assert any("air to vacuum" in step for step in steps)


def test_an_absolute_unit_gives_the_luminosity_of_the_training_set():
    found = outcome(table(wavelength=OBSERVED, flux=FLUX * 1e-17))
    assert found.table.log_luminosity is not None
    relative = outcome(table(wavelength=OBSERVED, flux=FLUX))
    assert relative.table.log_luminosity is None


def test_dust_is_removed_where_asked():
    assert attenuation(np.array([5494.0]), 1.0)[0] == pytest.approx(3.1, rel=0.01)
    dimmed = FLUX * 10 ** (-0.4 * attenuation(OBSERVED, 0.2))
    found = outcome(table(wavelength=OBSERVED, flux=dimmed), ebv="0.2")
    np.testing.assert_allclose(shape(found.table.bin_flux[0]), shape(EXPECTED), rtol=1e-3)
    assert any("E(B–V) = 0.2" in step for step in found.steps)


def test_masked_and_missing_pixels_are_counted_and_left_out():
    flux, mask = FLUX.copy(), np.zeros(len(REST))
    flux[100], flux[200:220], mask[200:220] = np.nan, -1e6, 1
    found = outcome(table(wavelength=OBSERVED, flux=flux, mask=mask))
    np.testing.assert_allclose(shape(found.table.bin_flux[0]), shape(EXPECTED), rtol=5e-3)
    assert any("1 pixels have no flux" in step for step in found.steps)
    assert any("20 of 3,750 pixels are masked" in step for step in found.steps)


def test_a_damaged_number_is_left_out_and_said():
    flux = FLUX.copy()
    flux[300] = 1e45
    found = outcome(table(wavelength=OBSERVED, flux=flux))
    np.testing.assert_allclose(shape(found.table.bin_flux[0]), shape(EXPECTED), rtol=5e-3)
    assert any("1 pixels are 1e+30 times the median" in step for step in found.steps)


def test_order_and_duplicates_are_named_and_mended():
    wave, flux = np.append(OBSERVED, OBSERVED[50]), np.append(FLUX, 99.0)
    found = outcome(table(wavelength=wave, flux=flux))
    assert any("Row 3752: the wavelengths are not in order" in step for step in found.steps)
    assert any(
        "occurs twice (1 such rows); the first of each that is not masked is kept" in step for step in found.steps
    )
    np.testing.assert_allclose(shape(found.table.bin_flux[0]), shape(EXPECTED), rtol=2e-3)


def test_one_missing_end_bin_is_filled_in_and_said():
    cut = REST > 3720
    found = outcome(table(wavelength=OBSERVED[cut], flux=FLUX[cut]))
    assert any("Not covered: 3400-3700 Å; filled in from the other 11 bins" in step for step in found.steps)
    assert found.table.extra == {"FILLED_BINS": ("3400-3700 Å",)}
    assert np.isfinite(found.table.bin_flux).all()


@pytest.mark.parametrize(
    ("columns", "chosen", "expected"),
    [
        ({"wavelength": OBSERVED, "flux": FLUX}, {"redshift": ""}, "The redshift is missing. Fill it in"),
        ({"wavelength": OBSERVED, "flux": FLUX}, {"redshift": "40"}, "Redshift: 40 lies outside -0.01 to 15"),
        ({"wavelength": OBSERVED[800:2000], "flux": FLUX[800:2000]}, {}, "covers 4150-5349 Å in the rest frame; 4 of"),
        ({"wavelength": OBSERVED, "flux": FLUX - 20}, {}, "has a mean flux of"),
        ({"wavelength": OBSERVED[:9], "flux": FLUX[:9]}, {}, "has 9 pixels; at least 24"),
        ({"wavelength": -OBSERVED, "flux": FLUX}, {"wavelength_unit": "Angstrom"}, "Row 2, column wavelength"),
        ({"wavelength": OBSERVED, "flux": FLUX * np.nan}, {}, "All pixels are masked"),
        ({"wavelength": OBSERVED, "flux": FLUX}, {"ebv": "9"}, "outside 0 to 5"),
        ({"wavelength": OBSERVED, "flux": FLUX}, {"redshift": "1.5"}, "0 of the twelve bins of 3400-7000 Å"),
    ],
)
def test_what_cannot_be_binned_gets_a_sentence(columns: dict[str, np.ndarray], chosen: dict[str, str], expected: str):
    with pytest.raises(UploadError) as raised:
        outcome(table(**columns), **chosen)
    assert expected in str(raised.value)


def test_each_guess_has_a_reason_and_can_be_changed():
    raw = open_files([(table(wavelength=OBSERVED, flux=FLUX, ivar=FLUX), "spectrum.csv")])
    guesses = {guess.field: guess for guess in infer_plan(raw)}
    assert guesses["wavelength_unit"].value == "Angstrom"
    assert guesses["uncertainty_kind"].value == "inverse variance"
    assert guesses["redshift"].why == "the file does not say; fill it in"
    assert all(guess.why for guess in guesses.values())
    assert all(guess.value in guess.options for guess in guesses.values() if guess.options)


def spectrum_file(form: str, errors: np.ndarray, name: str, unit: str) -> bytes:
    made = Table({"wavelength": OBSERVED / 10, "flux": F_NU, name: errors})
    made["wavelength"].unit, made["flux"].unit = "nm", "Jy"
    made[name].unit = unit
    if form == "csv":
        return table(**{"wavelength": OBSERVED, "flux (Jy)": F_NU, f"{name} ({unit})": errors})
    out = io.BytesIO()
    if form == "ecsv":
        text = io.StringIO()
        made.write(text, format="ascii.ecsv")
        return text.getvalue().encode()
    made.write(out, format=form)
    return out.getvalue()


ERRORS = [
    ("error", "Jy", 0.1 * F_NU),
    ("error", "mJy", 1e3 * 0.1 * F_NU),
    ("error", "%", np.full(len(REST), 10.0)),
    ("ivar", "mJy-2", (1e3 * 0.1 * F_NU) ** -2.0),
    ("variance", "mJy2", (1e3 * 0.1 * F_NU) ** 2.0),
]


@pytest.mark.parametrize(
    ("form", "name", "unit", "values"),
    # astropy writes no VOTable with per cent.
    [
        (form, *one)
        for form in ("csv", "ecsv", "fits", "votable")
        for one in ERRORS
        if (form, one[1]) != ("votable", "%")
    ],
)
def test_errors_in_another_unit_are_converted(form: str, name: str, unit: str, values: np.ndarray):
    raw = open_files([(spectrum_file(form, values, name, unit), f"spectrum.{form}")])
    found = apply_plan(raw, {"redshift": str(REDSHIFT)})
    assert found.spectrum is not None
    assert found.spectrum.ivar is not None
    ratio = found.spectrum.flux * np.sqrt(found.spectrum.ivar)
    np.testing.assert_allclose(ratio[found.spectrum.ivar > 0], 10.0, rtol=1e-3)
    assert any("errors" in step or "converted from" in step for step in found.steps) == (unit != "Jy")


def test_a_unit_of_errors_that_is_not_understood_is_said():
    content = table(**{"wavelength": OBSERVED, "flux (Jy)": F_NU, "error (furlong)": 0.1 * F_NU})
    steps = outcome(content).steps
    assert any("'furlong', is not one of error (1 σ) for fluxes in Jy" in step for step in steps)


def noisy(sigma: float, factor: float = 1.0, unit: str = "flux (1e-17 erg/s/cm2/A)", flux: np.ndarray = FLUX) -> bytes:
    error = np.full(len(REST), sigma * factor)
    return table(**{"wavelength": OBSERVED, unit: flux * factor, unit.replace("flux", "error"): error})


def test_noise_beyond_that_of_desi_reaches_the_bins():
    quiet, loud = outcome(noisy(0.05)), outcome(noisy(5.0))
    assert quiet.table.bin_flux_ivar is None
    assert loud.table.bin_flux_ivar is not None
    ivar = np.asarray(loud.table.bin_flux_ivar[0], float)
    # The mean of 300 pixels has their error over the root of their number.
    own = 5.0**2 * np.diff(OBSERVED)[0] / (300 * (1 + REDSHIFT))
    assert 1 / ivar == pytest.approx(own - DESI_NOISE**2, rel=0.02)
    assert any("noise in 12 of the twelve bins" in step for step in loud.steps)


def test_noise_means_the_same_in_every_unit():
    ivars = [
        outcome(noisy(5.0, factor, f"flux ({unit})")).table.bin_flux_ivar
        for factor, unit in ((1.0, "1e-17 erg/s/cm2/A"), (1e-17, "erg/s/cm2/A"), (1e-19, "W/m2/nm"))
    ]
    for ivar in ivars:
        assert ivar == pytest.approx(ivars[0], rel=1e-3)


def test_intervals_of_a_noisy_spectrum_are_wider():
    # The continuum of a common galaxy, so that its colours stay where noise leaves them.
    common = np.interp(REST, BIN_CENTERS, [1.1, 1.5, 2.2, 2.4, 2.6, 2.6, 2.7, 2.7, 2.7, 2.6, 2.6, 2.6])
    quiet, loud = (
        answer_table(load_params(), outcome(noisy(sigma, flux=common)).table).catalogued for sigma in (0.05, 3.0)
    )
    widths = [np.arcsinh(found.p84) - np.arcsinh(found.p16) for found in (quiet, loud)]
    assert widths[1].mean() > 1.08 * widths[0].mean()


PIXELS = np.arange(3600.0, 9800.0, 2.0)


@pytest.mark.parametrize("digits", [4, 17])
def test_a_spectrum_in_cells_of_text(digits: int):
    """One row of a CSV file as pandas writes it; of 17 digits, a cell is longer than Python's csv reads by default."""
    flux = 2 + PIXELS / 7000
    pixels = np.linspace(3600, 9800, 9000) if digits == 17 else PIXELS
    cells = [[float(f"{one:.{digits}g}") for one in values] for values in (pixels, np.interp(pixels, PIXELS, flux))]
    row = ",".join(f'"{cell}"' for cell in cells)
    read = apply_plan(open_files([(f"name,z,wavelength,flux,mask\nNGC 1,0.1,{row},\n".encode(), "a.csv")]))
    plain = "\n".join(["wavelength,flux", *(f"{x!r},{y!r}" for x, y in zip(*cells, strict=True))])
    same = apply_plan(open_files([(plain.encode(), "b.csv")]), {"redshift": "0.1"})
    np.testing.assert_allclose(read.table.bin_flux, same.table.bin_flux, rtol=1e-6)
    assert read.table.ids == ("NGC 1",)


@pytest.mark.parametrize(
    ("cells", "redshift"),
    [(["0.1"] * 3, "0.1"), (["0.1", "0.1", "0.2"], ""), (["0.1", "0.1", ""], ""), (["0"] * 3, ""), (["18.2"] * 3, "")],
)
@pytest.mark.parametrize("title", ["z", "REDSHIFT", "z_spec"])
def test_a_redshift_that_every_pixel_repeats_is_read(title: str, cells: list[str], redshift: str):
    """Tables that pandas made of a spectrum and its redshift repeat it; a column of zeros is a placeholder."""
    every = [cells[min(place, 2)] for place in range(len(PIXELS))]
    rows = "\n".join(f"{wave},2.5,{z}" for wave, z in zip(PIXELS, every, strict=True))
    found = {
        guess.field: guess for guess in infer_plan(open_files([(f"wavelength,flux,{title}\n{rows}".encode(), "a")]))
    }
    assert found["redshift"].value == redshift
    assert title in found["redshift"].why or cells[0] in ("0", "18.2")
    assert found["frame"].value == "observed"
