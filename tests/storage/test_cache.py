import os

import pytest

from storage import cache


@pytest.fixture
def folder(tmp_path):
    return cache.DiskCache(tmp_path / "cache", 250)


def put(folder, name, size=100, age=0):
    path = folder.put(name, lambda file: file.write(b"x" * size))
    os.utime(path, (1e9 - age, 1e9 - age))
    return path


def names(folder):
    return sorted(path.name for path in folder.path.iterdir())


def test_the_longest_unused_goes_first(folder):
    put(folder, "old", age=30)
    put(folder, "used", age=60)
    assert folder.get("used").read_bytes() == b"x" * 100
    put(folder, "new")
    assert names(folder) == ["new", "used"]


def test_what_was_just_written_stays_even_when_it_is_too_big(folder):
    put(folder, "old")
    put(folder, "huge", size=1000)
    assert names(folder) == ["huge"]


def test_a_failure_leaves_nothing_behind_and_keeps_what_was_there(folder):
    put(folder, "whole")

    def fail(file):
        file.write(b"half")
        raise OSError(28, "No space left on device")

    with pytest.raises(OSError, match="No space left"):
        folder.put("whole", fail)
    assert names(folder) == ["whole"]
    assert folder.get("whole").stat().st_size == 100


def test_the_remains_of_a_killed_process_go_but_not_what_another_is_writing(folder):
    put(folder, "any")
    for name, age in ((".killed.1.1.part", 7200), (".other.2.2.part", 0)):
        (folder.path / name).write_bytes(b"half")
        if age:
            os.utime(folder.path / name, (1e9, 1e9))
    put(folder, "more")
    assert names(folder) == [".other.2.2.part", "any", "more"]


def test_the_folder_is_private_and_what_is_absent_is_none(folder):
    assert folder.get("absent") is None
    put(folder, "any")
    assert folder.path.stat().st_mode & 0o077 == 0
