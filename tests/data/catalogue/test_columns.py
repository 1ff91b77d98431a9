import threading
import time

import numpy as np
import pytest

from data.catalogue import columns
from data.catalogue.columns import NAMES, open_columns
from data.errors import ChangedError
from storage import cache
from tests.builders import built, write_catalogue


@pytest.fixture
def path(tmp_path):
    return write_catalogue(tmp_path / "field.parquet", built(50))


@pytest.fixture
def folder(tmp_path):
    return tmp_path / "columns"


def numbers(opened):
    return np.stack([opened.values.column(place) for place in range(len(NAMES))])


def same(one, other):
    np.testing.assert_array_equal(numbers(one), numbers(other))
    np.testing.assert_array_equal(one.values.galaxy(7), numbers(other)[:, 7])
    np.testing.assert_array_equal(one.target_ids, other.target_ids)
    np.testing.assert_array_equal(one.order, other.order)
    return (one.version, one.metadata) == (other.version, other.metadata)


def test_kept_columns_are_those_in_memory(path, folder):
    kept = open_columns(path, folder)
    assert not kept.values.column(0).flags.writeable
    assert numbers(kept).shape == (len(NAMES), 50)
    assert same(kept, open_columns(path))


def test_a_second_opening_reads_no_parquet(path, folder, monkeypatch):
    first = open_columns(path, folder)
    monkeypatch.setattr(columns, "_expand", None)
    assert same(open_columns(path, folder), first)


def test_changed_content_is_another_catalogue(path, folder):
    first = open_columns(path, folder)
    write_catalogue(path, built(60))
    assert len(open_columns(path, folder).values.column(0)) == 60
    assert len(first.values.column(0)) == 50


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


def test_the_folder_stays_bounded_and_what_is_open_stays_readable(tmp_path, folder, monkeypatch):
    monkeypatch.setattr(columns, "FOLDER_BYTES", 40_000)
    opened = [open_columns(write_catalogue(tmp_path / f"c{n}.parquet", built(n)), folder) for n in range(50, 60)]
    assert sum(file.stat().st_size for file in folder.iterdir()) <= 40_000
    for n, one in zip(range(50, 60), opened, strict=True):
        assert same(one, open_columns(tmp_path / f"c{n}.parquet"))


def truncate(victim):
    with victim.open("r+b") as file:
        file.truncate(100)


def empty(victim):
    victim.open("wb").close()


def write_into(victim):
    """Other numbers at the same place, as a program does that copies a file over another."""
    time.sleep(0.01)  # the clock of files ticks in milliseconds
    with victim.open("r+b") as file:
        file.seek(-4000, 2)
        file.write(bytes(4000))


HARM = (truncate, empty, write_into)


@pytest.mark.parametrize("harm", HARM)
def test_columns_that_are_harmed_while_they_are_served_are_made_again(path, folder, harm, caplog):
    kept, content = open_columns(path, folder), open_columns(path)
    (victim,) = folder.glob("*.values.npy")
    harm(victim)
    assert same(kept, content)
    assert "are made again" in caplog.text
    harm(next(folder.glob("*.values.npy")))
    np.testing.assert_array_equal(kept.values.galaxy(3), content.values.galaxy(3))


@pytest.mark.parametrize("harm", HARM)
def test_where_the_catalogue_is_another_one_by_then_nothing_is_mixed(path, folder, harm):
    kept = open_columns(path, folder)
    write_catalogue(path, built(60))
    (victim,) = folder.glob("*.values.npy")
    harm(victim)
    for read in (kept.values.column, kept.values.galaxy):
        with pytest.raises(ChangedError, match=r"field\.parquet were damaged.*Start the server again"):
            read(3)


def test_a_catalogue_that_is_replaced_while_it_is_opened_is_read_as_one(path, folder, monkeypatch):
    """Its checksum, names and numbers are of one file, whatever has its name by then."""
    content = open_columns(path)
    names = columns.cache.DiskCache.get

    def replace_first(room, name):
        write_catalogue(path, built(60))
        return names(room, name)

    monkeypatch.setattr(columns.cache.DiskCache, "get", replace_first)
    assert same(open_columns(path, folder), content)


def test_use_by_another_server_is_no_harm(path, folder, caplog):
    kept = open_columns(path, folder)
    for file in folder.iterdir():
        cache.DiskCache(folder, 10**9).get(file.name)
    assert same(open_columns(path, folder), kept)
    assert not caplog.text
