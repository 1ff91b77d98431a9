from hashlib import sha256
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from data.catalogue.schema import FLUX_NAMES, check
from data.catalogue.survey import DESI
from data.errors import CatalogueError
from model.lines import LINE_NAMES, LINES
from model.physics.luminosities import log_luminosity
from research.mock.density import load_density, save_density
from research.mock.draw import draw, rounded
from research.statistics.draw_scores import robust_scatter
from tests.builders import density

EMBEDDED = Path(__file__).parents[3] / "data/files/mock.parquet"


@pytest.fixture(scope="module")
def shipped():
    return load_density()[0]


@pytest.fixture(scope="module")
def sample(shipped):
    return draw(shipped, 5_000, seed=1)


def column(table, name):
    return table[name].to_numpy()


@given(n=st.integers(1, 300), seed=st.integers(0, 2**32))
@settings(max_examples=5, deadline=None)
def test_a_draw_follows_the_schema_and_its_seed(n, seed):
    table = draw(density(), n, seed)
    assert table.num_rows == n
    check(table)
    again = draw(density(), n, seed)
    for name in table.column_names:
        np.testing.assert_array_equal(column(again, name), column(table, name))


def test_another_seed_draws_other_galaxies():
    assert (column(draw(density(), 5, 1), "flux_00") != column(draw(density(), 5, 2), "flux_00")).all()


@pytest.mark.parametrize("n", [0, -1, 10_000_001])
def test_impossible_numbers_are_refused(n):
    with pytest.raises(CatalogueError, match="ask for 1 to 10,000,000"):
        draw(density(), n)


def test_a_density_survives_its_file(tmp_path):
    save_density(density(), load_density()[1] | {"seed": 5}, tmp_path / "d.safetensors")
    again, record = load_density(tmp_path / "d.safetensors")
    assert record["seed"] == 5
    np.testing.assert_allclose(again.continuum.choleskys, density().continuum.choleskys, rtol=1e-6)
    np.testing.assert_allclose(again.catalogued.heads[1].output, density().catalogued.heads[1].output, rtol=1e-6)
    np.testing.assert_allclose(again.margins[0].log_weight, density().margins[0].log_weight, rtol=1e-6)


def test_a_missing_or_foreign_density_says_so(tmp_path):
    with pytest.raises(CatalogueError, match="fit-density"):
        load_density(tmp_path / "none.safetensors")
    save_density(density(), {"quantities": ["color_00"]}, tmp_path / "other.safetensors")
    with pytest.raises(CatalogueError, match="not a density of this version"):
        load_density(tmp_path / "other.safetensors")


def test_ids_are_numbered(sample):
    ids = sample["TARGETID"].to_pylist()
    assert (ids[0], ids[-1]) == ("MOCK-000001", "MOCK-005000")


def test_luminosity_and_fluxes_agree(sample):
    flux = np.stack([column(sample, name) for name in FLUX_NAMES], axis=1)
    expected = np.asarray(log_luminosity(flux, column(sample, "redshift")))
    np.testing.assert_allclose(column(sample, "log_luminosity"), expected, atol=1e-4)  # kept to 16 bits


def test_nothing_is_measured_in_the_camera_overlaps(sample):
    cut = ~DESI.observable(column(sample, "redshift"))
    for index, name in enumerate(LINE_NAMES):
        assert np.isnan(column(sample, f"{name}_EW")[cut[:, index]]).all()
    assert 0.05 < cut[:, LINE_NAMES.index("HBETA")].mean() < 0.2


@pytest.mark.parametrize("overlap", DESI.camera_gaps)
def test_a_line_is_cut_inside_an_overlap_only(overlap):
    line = LINES[LINE_NAMES.index("HALPHA")]
    edges = np.array([overlap[0] - 1, overlap[0] + 1, overlap[1] - 1, overlap[1] + 1])
    cut = ~DESI.observable(edges / line.wavelength - 1)[:, LINE_NAMES.index("HALPHA")]
    np.testing.assert_array_equal(cut, [False, True, True, False])


@pytest.mark.parametrize(
    ("strong", "weak", "ratio", "scatter"),
    [("OIII_5007", "OIII_4959", 3.19, 0.032), ("NII_6584", "NII_6548", 2.97, 0.018)],
)
def test_tied_doublets_keep_their_ratio(sample, strong, weak, ratio, scatter):
    log_ratio = np.log10(column(sample, f"{strong}_EW") / column(sample, f"{weak}_EW"))
    log_ratio = log_ratio[np.isfinite(log_ratio)]
    assert 10 ** np.median(log_ratio) == pytest.approx(ratio, rel=0.01)
    assert robust_scatter(log_ratio) == pytest.approx(scatter, rel=0.1)
    snr = {name: column(sample, f"{name}_EW") * np.sqrt(column(sample, f"{name}_EW_IVAR")) for name in (strong, weak)}
    with np.errstate(invalid="ignore"):
        assert np.mean(snr[weak] > snr[strong]) < 0.01


def test_free_pairs_have_their_physical_ratios(sample):
    sulphur = np.log10(column(sample, "SII_6716_EW") / column(sample, "SII_6731_EW"))
    assert 10 ** np.nanmedian(sulphur) == pytest.approx(1.36, rel=0.05)
    strong = column(sample, "HBETA_EW") * np.sqrt(column(sample, "HBETA_EW_IVAR")) > 3
    balmer = np.log10(column(sample, "HALPHA_EW") / column(sample, "HBETA_EW"))[strong]
    assert 10 ** np.nanmedian(balmer) == pytest.approx(4.26, rel=0.1)


def test_red_galaxies_are_detected_less_often(sample):
    color = np.log10(column(sample, "flux_03") / column(sample, "flux_01"))
    red, blue = color > np.quantile(color, 0.8), color < np.quantile(color, 0.2)
    missing = np.isnan(column(sample, "HALPHA_EW")) & DESI.observable(column(sample, "redshift"))[:, 6]
    assert missing[red].mean() > 0.3
    assert missing[blue].mean() < 0.05


def test_weak_lines_of_doublets_are_at_times_detected_alone(sample):
    weak, strong = column(sample, "OIII_4959_EW"), column(sample, "OIII_5007_EW")
    pair = [LINE_NAMES.index("OIII_4959"), LINE_NAMES.index("OIII_5007")]
    apart = DESI.observable(column(sample, "redshift"))[:, pair].all(axis=1)
    assert 0.2 < np.isfinite(weak)[apart & np.isnan(strong)].mean() < 0.5


def test_the_embedded_catalogue_is_the_first_draw_bit_for_bit(shipped):
    again, embedded = draw(shipped, 20_000, seed=0), pq.read_table(EMBEDDED)
    assert digest(again) == digest(embedded.select(again.column_names))


def test_the_first_galaxies_are_the_same_however_many_are_drawn(shipped, sample):
    assert digest(draw(shipped, 10, seed=1)) == digest(sample.slice(0, 10))


def test_the_example_table_holds_galaxies_of_the_embedded_catalogue():
    text = (EMBEDDED.parent / "examples/example_fluxes.csv").read_text(encoding="utf-8")
    rows = [row.split(",") for row in text.splitlines() if not row.startswith("#")]
    embedded = pq.read_table(EMBEDDED, columns=rows[0])
    assert len(rows) == 13
    for target_id, *values in rows[1:]:
        row = embedded.slice(int(target_id.removeprefix("MOCK-")) - 1, 1).to_pylist()[0]
        assert row.pop("TARGETID") == target_id
        np.testing.assert_allclose(np.array(values, float), list(row.values()), rtol=1e-4)


def digest(table):
    parts = sha256()
    for name in table.column_names:
        values = table[name].to_pylist() if name == "TARGETID" else table[name].to_numpy()
        parts.update("".join(values).encode() if name == "TARGETID" else np.nan_to_num(values, nan=-1.0).tobytes())
    return parts.hexdigest()


@given(value=st.floats(1e-6, 1e6))
def test_rounding_keeps_what_a_float32_holds(value):
    kept = rounded(np.array([value]))
    assert kept == pytest.approx(value, rel=2.0**-16)
    assert kept.astype(np.float32) == kept
