"""Judgement on the lines of mocks."""

from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
import pytest

from model import LINES, intrinsic_ew, judge, load_params, sample_many
from model.statistics.mock_regions import POPULATIONS
from model.training.held_out import held_out_mask

MOCK = Path(__file__).parents[3] / "data/files/mock.parquet"
FLUXES = [f"flux_{index:02d}" for index in range(12)]
NAMES = [line.name for line in LINES]
HALPHA = NAMES.index("HALPHA")
GALAXIES = 1500


@pytest.fixture(scope="module")
def params():
    return load_params("noise-free")


@pytest.fixture(scope="module")
def rows():
    return pq.read_table(MOCK, columns=[*FLUXES, "log_luminosity", "redshift"]).slice(0, GALAXIES)


@pytest.fixture(scope="module")
def bins(rows):
    return np.stack([rows[name].to_numpy() for name in FLUXES], axis=1).astype(np.float32)


@pytest.fixture(scope="module")
def fair(params, bins):
    return np.asarray(sample_many(11, params, bins, ids=np.arange(len(bins))).ew)


def test_lines_of_the_same_distribution_pass(params, bins, fair):
    found = judge(params, bins, fair)
    assert found.passes
    assert not found.regions
    pulls = [(share.mock - share.expected) / share.error for share in found.classes if share.error > 0]
    pulls += [each for ratio in found.ratios for each in (ratio.mock - ratio.expected) / ratio.error]
    assert np.std(pulls) == pytest.approx(1, abs=0.35)
    assert np.abs(pulls).max() < 4.5
    np.testing.assert_allclose(found.beyond, np.broadcast_to([0.32, 0.05, 0.001], found.beyond.shape), atol=0.05)
    np.testing.assert_allclose(found.joint, [0.32, 0.05, 0.001], atol=0.04)


def test_stronger_halpha_is_caught(params, bins, fair):
    ew = fair.copy()
    ew[:, HALPHA] *= 1.5
    found = judge(params, bins, ew)
    assert not found.passes
    assert found.joint[1] > found.beyond[HALPHA, 1] > 0.1
    assert {region.line for region in found.regions[:1]} == {HALPHA}
    assert "Hα 6563" in found.regions[0].sentence
    assert "too strong" in found.regions[0].sentence


def test_shuffled_ratios_are_caught_jointly(params, bins, fair):
    middle = np.asarray(intrinsic_ew(params, bins).p50)
    order = np.argsort(middle[:, HALPHA])
    ew = fair.copy()
    for line in range(len(LINES)):
        # Neighbours in Hα swap their residuals: each line alone stays as it was.
        swapped = np.roll(order, 3 + line)
        ew[order, line] = middle[order, line] * fair[swapped, line] / np.maximum(middle[swapped, line], 0.05)
    found = judge(params, bins, ew)
    assert not found.passes
    assert found.joint[1] > 0.12
    assert found.joint[1] > np.nanmax(found.beyond[:, 1])


def test_lines_of_quenched_galaxies_are_named(params, bins, fair, rows):
    quenched = np.asarray(intrinsic_ew(params, bins).p50)[:, HALPHA] < POPULATIONS[0][2]
    ew = fair.copy()
    ew[quenched, HALPHA] += 12.0
    found = judge(params, bins, ew, rows["log_luminosity"].to_numpy(), rows["redshift"].to_numpy())
    assert not found.passes
    region = found.regions[0]
    assert region.words.startswith("quiescent, log L")
    assert region.line == HALPHA
    assert region.difference == pytest.approx(12, abs=1.5)
    assert quenched[list(region.rows)].all()


def test_lines_that_are_not_given_do_not_count(params, bins, fair):
    ew = np.full_like(fair, np.nan)
    ew[:, HALPHA] = fair[:, HALPHA]
    ew[::2, HALPHA + 1] = fair[::2, HALPHA + 1]
    found = judge(params, bins, ew)
    assert found.passes
    assert np.isnan(found.beyond).any(axis=1).sum() == len(LINES) - 2
    unusable = bins.copy()
    unusable[:5] = np.nan
    assert judge(params, unusable, ew).n == len(bins) - 5
    assert np.isnan(judge(params, unusable, ew).joint_tail[:5]).all()


def test_bad_input_is_named(params, bins, fair):
    with pytest.raises(ValueError, match="a row per galaxy"):
        judge(params, bins, fair[:, :3])
    with pytest.raises(ValueError, match="at least 100"):
        judge(params, bins[:50], fair[:50])


@pytest.mark.slow
def test_real_galaxies_pass(desi_table):
    columns = [*FLUXES, "target_id", "log_luminosity", "redshift", *(f"{name}_EW" for name in NAMES)]
    table = pq.read_table(desi_table, columns=columns)
    held = np.flatnonzero(held_out_mask(table["target_id"].to_pylist()))[:3000]
    table = table.take(held)
    ew = np.stack([table[f"{name}_EW"].to_numpy() for name in NAMES], axis=1)
    redshift = table["redshift"].to_numpy()
    wavelength = np.array([line.wavelength for line in LINES]) * (1 + redshift[:, None])
    cut = np.zeros(ew.shape, bool)
    for low, high in ((5740, 5860), (7500, 7640)):
        cut |= (wavelength > low) & (wavelength < high)
    ew = np.where(cut, np.nan, np.where(np.isnan(ew), -1.0, ew))
    bins = np.stack([table[name].to_numpy() for name in FLUXES], axis=1).astype(np.float32)
    luminosity = table["log_luminosity"].to_numpy()
    found = judge(load_params(), bins, ew, luminosity, redshift, catalogued=True)
    assert found.passes, (found.beyond, found.joint)
    for share in found.classes:
        assert abs(share.mock - share.expected) < 4 * share.error + 0.01, share
    for ratio in found.ratios:
        assert abs(ratio.mock[2] / ratio.expected[2] - 1) < 4 * ratio.error[2] / ratio.expected[2] + 0.01, ratio
    stronger = ew.copy()
    stronger[:, HALPHA] *= 1.5
    assert not judge(
        load_params(), bins, stronger, table["log_luminosity"].to_numpy(), redshift, catalogued=True
    ).passes
