"""The command that computes magnitudes: its columns, units, coverage, choices, and what resumes."""

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

import cli
from analysis.emission.filters import load_bands
from data.catalogue.schema import FLUX_NAMES
from data.formats.whole import read_table
from model.lines import LINE_NAMES
from model.physics.magnitudes import line_magnitudes
from model.predictions.intrinsic import intrinsic_ew
from model.storage.weights import load_params

N = 30
FLUX = (np.random.default_rng(5).lognormal(0, 0.1, (N, 12)) * np.linspace(1, 2, 12)).astype(np.float32)
REDSHIFT = np.linspace(0.06, 0.29, N).astype(np.float32)
UNIT = "1e-17 erg / (s cm2 Angstrom)"


def galaxies(unit: str = UNIT, flux: np.ndarray = FLUX, **extra) -> pa.Table:
    columns = {name: flux[:, place] for place, name in enumerate(FLUX_NAMES)} | {"redshift": REDSHIFT} | extra
    table = pa.table(columns)
    said = [field.with_metadata({"unit": unit}) if unit and "flux" in field.name else field for field in table.schema]
    return table.cast(pa.schema(said))


@pytest.fixture
def run(tmp_path):
    def magnitudes(table, *options, out="out.parquet", status=0):
        pq.write_table(table, tmp_path / "in.parquet")
        assert cli.main(["magnitudes", str(tmp_path / "in.parquet"), str(tmp_path / out), *options]) == status
        return read_table(tmp_path / out) if status in (0, 3) else None

    return magnitudes


def column(table, name):
    return table[name].to_numpy().astype(float)


def test_the_columns_are_those_that_rail_reads_and_hold_the_lines_effect(run):
    out = run(galaxies(mag_g_lsst=np.ones(N), TARGETID=np.arange(N)), "--seed", "4")
    added = [name for name in out.column_names if name.startswith(("mag_", "dmag_"))]
    assert added == [
        name for band in "ugrizy" for name in (f"mag_{band}_lsst", f"mag_{band}_lsst_no_lines", f"dmag_{band}_lsst")
    ]
    assert column(out, "INPUT_mag_g_lsst").tolist() == [1.0] * N  # not overwritten
    assert out["TARGETID"].to_pylist() == list(range(N))
    change = column(out, "mag_r_lsst") - column(out, "mag_r_lsst_no_lines")
    np.testing.assert_allclose(change, column(out, "dmag_r_lsst"), atol=5e-6)
    assert (change[np.isfinite(change)] < 0).all()
    assert np.isfinite(change).sum() > N / 2


def test_predicted_lines_are_the_medians_and_the_magnitudes_those_of_the_library(run):
    out = run(galaxies(), "--lines", "predicted", "--bands", "lsst", "desi", "--per-line")
    names, wavelength, responses = load_bands("LSST", "DESI")
    for row in (3, 20):
        ew = np.asarray(intrinsic_ew(load_params(), FLUX[row]).p50)
        found = line_magnitudes(wavelength, responses, FLUX[row], ew, float(REDSHIFT[row]))
        for place, band in enumerate(names):
            survey, letter = band.split()
            name = f"{letter}_{survey.lower()}"
            for title, values in (("mag_", found.with_lines), ("mag_no", found.without_lines)):
                stored = column(out, f"mag_{name}" + ("_no_lines" if title == "mag_no" else ""))[row]
                assert stored == pytest.approx(float(values[place]), abs=2e-4, nan_ok=True)
            for line, each in enumerate(LINE_NAMES):
                stored = column(out, f"dmag_{name}_{each.lower()}")[row]
                assert stored == pytest.approx(float(found.changes[place, line]), abs=2e-4, nan_ok=True)


def test_a_draw_is_that_of_predict_and_depends_on_the_seed(run, tmp_path):
    first, again, other = (run(galaxies(), "--seed", seed) for seed in ("7", "7", "8"))
    np.testing.assert_array_equal(column(first, "dmag_r_lsst"), column(again, "dmag_r_lsst"))
    assert not np.allclose(column(first, "dmag_r_lsst"), column(other, "dmag_r_lsst"), equal_nan=True)
    asked = [
        "predict",
        str(tmp_path / "in.parquet"),
        str(tmp_path / "ew.parquet"),
        "--noise",
        "intrinsic",
        "--seed",
        "7",
    ]
    assert cli.main(asked) == 0
    drawn = read_table(tmp_path / "ew.parquet")
    ew = np.column_stack([column(drawn, f"{name}_EW_NOISY") for name in LINE_NAMES]).astype(np.float32)
    _, wavelength, responses = load_bands("LSST")
    found = line_magnitudes(wavelength, responses, FLUX[9], ew[9], float(REDSHIFT[9]))
    assert column(first, "mag_r_lsst")[9] == pytest.approx(float(found.with_lines[2]), abs=2e-4)


def test_without_a_unit_there_are_changes_alone(run, capsys):
    out = run(galaxies(unit=""))
    assert [name for name in out.column_names if "mag_" in name] == [f"dmag_{band}_lsst" for band in "ugrizy"]
    stated = run(galaxies())
    np.testing.assert_allclose(column(out, "dmag_r_lsst"), column(stated, "dmag_r_lsst"), atol=1e-5)
    given = run(galaxies(unit=""), "--flux-unit", UNIT)
    np.testing.assert_array_equal(column(given, "mag_r_lsst"), column(stated, "mag_r_lsst"))
    capsys.readouterr()
    run(galaxies(unit=""), "--lines", "none", status=1)
    assert "Give it with --flux-unit" in capsys.readouterr().err
    alone = run(galaxies(), "--lines", "none")
    np.testing.assert_allclose(column(alone, "mag_r_lsst"), column(stated, "mag_r_lsst_no_lines"), atol=1e-5)
    assert "mag_r_lsst_no_lines" not in alone.column_names


@pytest.mark.parametrize("unit", ["uJy", "mag(AB)", "photon / (s cm2 Angstrom)", "W / (m2 um)"])
def test_the_unit_of_the_fluxes_does_not_change_a_magnitude(run, unit):
    observed = (3550 + 300 * np.arange(12)) * (1 + REDSHIFT[:, None].astype(float))
    cgs = FLUX.astype(float) * 1e-17
    per_hz = cgs * observed**2 / 2.99792458e18
    flux = {
        "uJy": per_hz / 1e-29,
        "mag(AB)": -2.5 * np.log10(per_hz) - 48.6,
        "photon / (s cm2 Angstrom)": cgs * observed / 1.98644586e-8,
        "W / (m2 um)": cgs * 10,
    }[unit]
    found, expected = run(galaxies(unit, flux), "--lines", "predicted"), run(galaxies(), "--lines", "predicted")
    for name in ("mag_g_lsst", "mag_r_lsst", "mag_r_lsst_no_lines"):
        np.testing.assert_allclose(column(found, name), column(expected, name), atol=3e-4)


def test_bands_that_are_not_covered_are_counted_and_never_extrapolated(run, capsys):
    out = run(galaxies(), "--bands", "euclid", "lsst")
    said = " ".join(capsys.readouterr().err.split())
    covered = np.isfinite(column(out, "mag_g_lsst"))
    assert 0 < covered.sum() < N
    assert "less than 99 % of the band lies within 3400-7000 Å" in said
    assert f"LSST u {N}, LSST g {N - covered.sum()}," in said
    assert f"Euclid H {N}." in said
    assert np.isnan(column(out, "mag_H_euclid")).all()
    assert set(out["PROBLEM"].to_pylist()) == {""}


def test_rows_without_redshift_or_flux_have_a_problem(run, capsys):
    redshift, flux = REDSHIFT.copy(), FLUX.copy()
    redshift[2], flux[5, 3] = np.nan, -1.0
    out = run(galaxies(flux=flux).set_column(12, "redshift", pa.array(redshift)), status=3)
    problems = out["PROBLEM"].to_pylist()
    assert problems[2] == "redshift is missing; magnitudes need it"
    assert "flux_03 is -1" in problems[5]
    assert [row for row in range(N) if problems[row]] == [2, 5]
    assert np.isnan(column(out, "mag_r_lsst")[[2, 5]]).all()
    run(galaxies().drop_columns(["redshift"]), status=1)
    assert "Magnitudes need a column redshift" in capsys.readouterr().err


def test_missing_bins_are_filled_in_and_columns_chosen(run):
    flux = FLUX.copy()
    flux[4, 6] = np.nan
    chosen = ("--fill-missing", "--columns", "redshift", "mag_r_lsst")
    out = run(galaxies(flux=flux), *chosen)
    assert out.column_names == ["redshift", "mag_r_lsst", "PROBLEM"]
    assert column(out, "mag_r_lsst")[4] == pytest.approx(column(run(galaxies(), *chosen), "mag_r_lsst")[4], abs=0.2)


@pytest.mark.parametrize("out", ["out.csv", "out.ecsv", "out.fits"])
def test_every_format_holds_the_same_magnitudes(run, out):
    expected, found = run(galaxies()), run(galaxies(), out=out)
    np.testing.assert_allclose(column(found, "mag_r_lsst"), column(expected, "mag_r_lsst"), atol=1e-5)


def test_rails_reader_reads_the_table(run, tmp_path):
    reader = pytest.importorskip("tables_io", reason="tables_io, which RAIL reads tables with, is not installed")
    out = run(galaxies())
    read = reader.read(str(tmp_path / "out.parquet"), tType=reader.types.NUMPY_DICT)
    np.testing.assert_array_equal(read["mag_r_lsst"], column(out, "mag_r_lsst"))


def test_an_unknown_survey_is_named(run, capsys):
    run(galaxies(), "--bands", "hst", status=2)
    assert "There are no bands 'hst'. There are lsst, desi, roman, euclid, spherex." in " ".join(
        capsys.readouterr().err.replace("│", " ").split()
    )
