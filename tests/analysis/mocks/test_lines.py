"""Equivalent widths from fluxes and luminosities: the way back from the library's own conversions."""

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from analysis.mocks.judging import Asked, _pieces, plan_of, source_of
from analysis.mocks.lines import equivalent_widths
from data.columns.units import to_f_lambda
from data.errors import DataError
from data.formats.readers.source import Source, with_field, with_stated_units
from model.bins import BIN_CENTERS
from model.lines import LINE_NAMES
from model.numerics.constants import CM_PER_MPC
from model.physics.cosmology import luminosity_distance
from model.physics.derived import line_flux
from model.physics.luminosities import SOLAR_LUMINOSITY, line_fluxes, line_luminosities
from model.storage.weights import load_params
from tests.serving import ROOT

FLUXES = [f"flux_{index:02d}" for index in range(12)]


@pytest.fixture(scope="module")
def mock() -> dict[str, np.ndarray]:
    table = pq.read_table(ROOT / "data/files/mock.parquet").slice(0, 60)
    return {
        "bins": np.stack([table[name].to_numpy() for name in FLUXES], axis=1).astype(np.float64),
        "ew": np.stack([table[f"{name}_EW"].to_numpy() for name in LINE_NAMES], axis=1).astype(np.float64),
        "log_luminosity": table["log_luminosity"].to_numpy(),
        "redshift": table["redshift"].to_numpy().astype(np.float64),
    }


def source(bins: np.ndarray, bin_unit: str, lines: np.ndarray, line_unit: str, **optional: np.ndarray) -> Source:
    """A file of mock galaxies whose columns state these units."""
    columns = dict(zip(FLUXES, bins.T, strict=True))
    suffix = "_FLUX" if "cm2" in line_unit else "_LUMINOSITY"
    columns |= {name + suffix: column for name, column in zip(LINE_NAMES, lines.T, strict=True)} | optional
    units = dict.fromkeys(FLUXES, bin_unit) | {name + suffix: line_unit for name in LINE_NAMES}
    arrays = [pa.array(values) for values in columns.values()]
    fields = [
        with_field(pa.field(name, array.type), units.get(name, "")) for name, array in zip(columns, arrays, strict=True)
    ]
    batch = pa.RecordBatch.from_arrays(arrays, schema=pa.schema(fields))
    return with_stated_units(Source(batch.schema, batch.num_rows, iter([batch]), {}, []))


def read(given: Source) -> np.ndarray:
    params = load_params()
    plan = plan_of(given, params, Asked())
    (piece,) = _pieces(given.batches, plan, params)
    return equivalent_widths(piece["lines"], plan.lines.quantity, plan.scale, plan.columns.unit, piece)


def test_fluxes_over_bins_in_a_unit_of_flux(mock):
    lines = np.stack([line_flux(*row) for row in zip(mock["bins"], mock["ew"], mock["redshift"], strict=True)])
    given = source(mock["bins"], "1e-17 erg/s/cm2/Angstrom", lines * 1e-17, "erg/s/cm2", redshift=mock["redshift"])
    np.testing.assert_allclose(read(given), mock["ew"], rtol=1e-6)


@pytest.mark.parametrize(("unit", "power"), [("mJy", 2), ("photon / (s cm2 Angstrom)", 1)])
def test_bins_per_frequency_and_of_photons_are_those_of_observed_wavelengths(mock, unit, power):
    lines = np.stack([line_flux(*row) for row in zip(mock["bins"], mock["ew"], mock["redshift"], strict=True)])
    # One unit of the flux density at the observed wavelengths is so much f_lambda.
    observed = 1 / (1 + mock["redshift"][:, None]) ** power * to_f_lambda(np.ones(12), BIN_CENTERS, unit)[0]
    given = source(mock["bins"] / observed, unit, lines, "1e-17 erg/s/cm2", redshift=mock["redshift"])
    np.testing.assert_allclose(read(given), mock["ew"], rtol=1e-6)


@pytest.mark.parametrize("unit", ["erg/s", "Lsun"])
def test_luminosities_over_the_column_log_luminosity(mock, unit):
    lines = np.asarray(line_luminosities(mock["bins"], mock["ew"], mock["log_luminosity"]), np.float64)
    lines *= SOLAR_LUMINOSITY if unit == "erg/s" else 1
    optional = {"log_luminosity": mock["log_luminosity"]}
    np.testing.assert_allclose(read(source(mock["bins"], "", lines, unit, **optional)), mock["ew"], rtol=2e-6)


def test_luminosities_over_bins_in_units_of_luminosity_and_of_flux(mock):
    sphere = 4 * np.pi * (np.asarray(luminosity_distance(mock["redshift"]), np.float64)[:, None] * CM_PER_MPC) ** 2
    density = mock["bins"] * 1e-17 * (1 + mock["redshift"][:, None]) * sphere  # [erg/s/Å]
    fluxes = np.stack([line_flux(*row) for row in zip(mock["bins"], mock["ew"], mock["redshift"], strict=True)])
    lines = fluxes * 1e-17 * sphere  # [erg/s]
    np.testing.assert_allclose(read(source(density, "erg/s/Angstrom", lines, "erg/s")), mock["ew"], rtol=1e-6)
    in_hz = density / SOLAR_LUMINOSITY * BIN_CENTERS**2 / 2.99792458e18
    np.testing.assert_allclose(read(source(in_hz, "Lsun/Hz", lines, "erg/s")), mock["ew"], rtol=1e-6)
    given = source(mock["bins"], "1e-17 erg/s/cm2/Angstrom", lines, "erg/s", redshift=mock["redshift"])
    np.testing.assert_allclose(read(given), mock["ew"], rtol=1e-6)
    given = source(density, "erg/s/Angstrom", fluxes, "1e-17 erg/s/cm2", redshift=mock["redshift"])
    np.testing.assert_allclose(read(given), mock["ew"], rtol=1e-6)


def test_fluxes_over_the_column_log_luminosity(mock):
    solar = line_luminosities(mock["bins"], mock["ew"], mock["log_luminosity"])
    lines = np.asarray(line_fluxes(solar, mock["redshift"]), np.float64)
    optional = {"log_luminosity": mock["log_luminosity"], "redshift": mock["redshift"]}
    np.testing.assert_allclose(read(source(mock["bins"], "", lines, "1e-17 erg/s/cm2", **optional)), mock["ew"], 5e-6)


def test_a_galaxy_without_its_scale_has_no_line(mock):
    luminosity, lines = mock["log_luminosity"].copy(), np.ones_like(mock["ew"])
    luminosity[3], lines[5, 2] = np.nan, -999.0
    found = read(source(mock["bins"], "", lines, "Lsun", log_luminosity=luminosity))
    assert np.isnan(found[3]).all()
    assert np.isnan(found[5, 2])
    assert np.isfinite(found).sum() == found.size - len(LINE_NAMES) - 1


@pytest.mark.parametrize(
    ("bin_unit", "line_unit", "optional", "words"),
    [
        ("", "erg/s", (), "state no unit, and there is no column log_luminosity"),
        ("1e-17 erg/s/cm2/Angstrom", "erg/s", (), "need a column redshift"),
        ("1e-17 erg/s/cm2/Angstrom", "erg/s/cm2", ("log_luminosity",), "need a column redshift"),
        ("Lsun/Angstrom", "erg/s/cm2", (), "need a column redshift"),
        ("", "erg/s/cm2", ("log_luminosity",), "need a column redshift"),
        ("", "", ("log_luminosity",), "states no unit"),
    ],
)
def test_what_the_conversion_lacks_is_named(mock, bin_unit, line_unit, optional, words):
    given = source(mock["bins"], bin_unit, mock["ew"], line_unit, **{name: mock[name] for name in optional})
    with pytest.raises(DataError, match=words):
        plan_of(given, load_params(), Asked())


def test_an_upload_is_read_as_a_file_is(mock):
    from data.uploads import open_files

    columns = dict(zip(FLUXES, mock["bins"].T, strict=True)) | {"HALPHA_LUMINOSITY [Lsun]": mock["ew"][:, 6]}
    rows = [",".join(columns), *(",".join(map(repr, map(float, row))) for row in zip(*columns.values(), strict=True))]
    given = source_of(open_files([("\n".join(rows).encode(), "mock.csv")]))
    plan = plan_of(given, load_params(), Asked(flux_unit="Lsun / Angstrom"))
    assert plan.scale == "luminosity"
    (piece,) = _pieces(given.batches, plan, load_params())
    np.testing.assert_allclose(piece["lines"][:, 6], mock["ew"][:, 6])
