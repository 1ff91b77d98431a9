import numpy as np
import pytest

from analysis.explorer.stored_draws import stored_draw
from data.catalogue.catalogue import Catalogue
from storage import cache
from tests.builders import built, write_catalogue


@pytest.fixture
def catalogue(tmp_path):
    return Catalogue(write_catalogue(tmp_path / "field.parquet", built(6)), tmp_path / "cache")


def counted(calls):
    def draw():
        calls.append(1)
        return np.arange(60.0).reshape(6, 10)

    return draw


def test_a_draw_is_drawn_once_and_then_read(catalogue):
    calls = []
    first, again = (stored_draw(catalogue, "published-1", counted(calls)) for _ in range(2))
    assert len(calls) == 1
    np.testing.assert_array_equal(first, again)
    assert not first.flags.writeable
    assert not again.flags.writeable


def changed_bit(kept):
    middle = len(kept) // 2
    return kept[:middle] + bytes([kept[middle] ^ 4]) + kept[middle + 1 :]


def test_a_draw_that_is_truncated_while_it_is_used_stays(catalogue):
    stored_draw(catalogue, "published-1", counted([]))
    read = stored_draw(catalogue, "published-1", counted([]))
    (file,) = (catalogue.cache_folder / "draws").iterdir()
    file.open("wb").close()
    np.testing.assert_array_equal(read, np.arange(60.0).reshape(6, 10))


def test_another_seed_is_another_draw(catalogue):
    calls = []
    for seed in (1, 2):
        stored_draw(catalogue, f"published-{seed}", counted(calls))
    assert len(calls) == 2


@pytest.mark.parametrize(
    "damage", [lambda _: b"", lambda _: b"PK\x03\x04 nonsense", lambda kept: kept[:-200], changed_bit]
)
def test_a_damaged_draw_is_drawn_again(catalogue, damage):
    calls = []
    stored_draw(catalogue, "published-1", counted(calls))
    (file,) = (catalogue.cache_folder / "draws").iterdir()
    file.write_bytes(damage(file.read_bytes()))
    assert stored_draw(catalogue, "published-1", counted(calls)).shape == (6, 10)
    assert len(calls) == 2


def test_the_folder_stays_bounded(catalogue, monkeypatch):
    monkeypatch.setattr("analysis.explorer.stored_draws.FOLDER_BYTES", 1500)
    for seed in range(20):
        stored_draw(catalogue, f"published-{seed}", counted([]))
    assert sum(file.stat().st_size for file in (catalogue.cache_folder / "draws").iterdir()) <= 1500


def test_a_full_disk_and_no_folder_cost_time_only(catalogue, tmp_path, monkeypatch):
    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(cache.DiskCache, "put", full)
    assert stored_draw(catalogue, "published-1", counted([])).dtype == np.float32
    assert stored_draw(Catalogue(tmp_path / "field.parquet"), "published-1", counted([])).shape == (6, 10)
