import threading

import numpy as np
import pytest

from data.catalogue import columns
from data.catalogue.columns import NAMES, open_columns
from data.storage import cache
from tests.builders import built, write_catalogue


@pytest.fixture
def path(tmp_path):
    return write_catalogue(tmp_path / "field.parquet", built(50))


@pytest.fixture
def folder(tmp_path):
    return tmp_path / "columns"


def same(one, other):
    np.testing.assert_array_equal(one.values, other.values)
    np.testing.assert_array_equal(one.target_ids, other.target_ids)
    np.testing.assert_array_equal(one.order, other.order)
    return (one.version, one.metadata) == (other.version, other.metadata)


def test_mapped_columns_are_those_in_memory(path, folder):
    mapped = open_columns(path, folder)
    assert isinstance(mapped.values.base, np.memmap)
    assert not mapped.values.flags.writeable
    assert mapped.values.shape == (len(NAMES), 50)
    assert same(mapped, open_columns(path))


def test_a_second_opening_reads_no_parquet(path, folder, monkeypatch):
    first = open_columns(path, folder)
    monkeypatch.setattr(columns, "_expand", None)
    assert same(open_columns(path, folder), first)


def test_changed_content_is_another_catalogue(path, folder):
    first = open_columns(path, folder)
    write_catalogue(path, built(60))
    assert open_columns(path, folder).values.shape[1] == 60
    assert first.values.shape[1] == 50


@pytest.mark.parametrize("damage", [b"", b"\x93NUMPY nonsense", b"{" * 40])
@pytest.mark.parametrize("suffix", ["values.npy", "ids.npy", "order.npy", "json"])
def test_damaged_columns_are_made_again(path, folder, suffix, damage):
    first = open_columns(path, folder)
    (victim,) = folder.glob(f"*.{suffix}")
    content = open_columns(path)
    assert same(content, first)
    del first
    victim.unlink()
    victim.write_bytes(damage)
    assert same(open_columns(path, folder), content)


@pytest.mark.parametrize("suffix", ["values.npy", "ids.npy", "order.npy"])
def test_a_changed_bit_is_noticed(path, folder, suffix):
    content = open_columns(path)
    open_columns(path, folder)
    (victim,) = folder.glob(f"*.{suffix}")
    changed = bytearray(victim.read_bytes())
    changed[-3] ^= 4
    victim.unlink()
    victim.write_bytes(changed)
    assert same(open_columns(path, folder), content)


def test_a_full_disk_costs_memory_and_not_the_catalogue(path, folder, monkeypatch, caplog):
    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(cache.DiskCache, "put", full)
    assert same(open_columns(path, folder), open_columns(path))
    assert "held in memory" in caplog.text


def test_many_workers_may_open_it_for_the_first_time(path, folder):
    opened = []
    threads = [threading.Thread(target=lambda: opened.append(open_columns(path, folder))) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(opened) == 8
    assert all(same(one, opened[0]) for one in opened)
    assert not list(folder.glob(".*"))


def test_the_folder_stays_bounded_and_what_is_mapped_stays_readable(tmp_path, folder, monkeypatch):
    monkeypatch.setattr(columns, "FOLDER_BYTES", 40_000)
    opened = [open_columns(write_catalogue(tmp_path / f"c{n}.parquet", built(n)), folder) for n in range(50, 60)]
    assert sum(file.stat().st_size for file in folder.iterdir()) <= 40_000
    for n, one in zip(range(50, 60), opened, strict=True):
        assert same(one, open_columns(tmp_path / f"c{n}.parquet"))
