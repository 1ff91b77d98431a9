"""The folder of the caches: private, ours, never taken from others."""

import os
from pathlib import Path

import pytest

from data import paths
from data.errors import CatalogueError
from server.process import settings
from server.process.folders import TEMPORARY, FolderError, private_folder, with_caches
from server.process.settings import Settings


def test_a_new_folder_is_private(tmp_path: Path):
    assert private_folder(tmp_path / "a" / "b").stat().st_mode & 0o777 == 0o700


def test_an_empty_folder_that_others_could_read_is_closed_to_them(tmp_path: Path):
    tmp_path.chmod(0o755)
    assert private_folder(tmp_path).stat().st_mode & 0o777 == 0o700


@pytest.mark.parametrize("mode", [0o755, 0o750, 0o777, 0o1777])
def test_a_folder_with_files_is_never_closed_to_others(tmp_path: Path, mode: int):
    """It may be anything: `CACHE_DIR=/etc` must not lock a system out of its own folder."""
    (tmp_path / "hosts").touch()
    tmp_path.chmod(mode)
    with pytest.raises(FolderError, match=rf"open to other users \(mode {mode & 0o777:o}\). Run `chmod 700`"):
        private_folder(tmp_path)
    assert tmp_path.stat().st_mode & 0o777 == mode & 0o777


def test_a_file_is_no_folder(tmp_path: Path):
    (tmp_path / "file").touch()
    with pytest.raises(FolderError, match="is a file"):
        private_folder(tmp_path / "file")


def test_a_folder_that_cannot_be_made_is_named():
    with pytest.raises(FolderError, match="/proc/galactic-neon cannot be created"):
        private_folder(Path("/proc/galactic-neon"))


@pytest.mark.skipif(os.getuid() != 0, reason="Only root may give a folder to somebody else.")
def test_a_home_that_is_not_there_is_named():
    with pytest.raises(FolderError, match="this system knows none of that user"):
        private_folder(Path("~nobody-of-that-name/caches"))


def test_somebody_elses_folder_is_named_with_its_owner(tmp_path: Path):
    tmp_path.chmod(0o700)
    os.chown(tmp_path, 65534, -1)
    with pytest.raises(FolderError, match=r"belongs to nobody \(user 65534\), and .* as root \(user 0\)"):
        private_folder(tmp_path)


def test_a_chosen_folder_that_cannot_be_used_stops_the_start(tmp_path: Path, capsys: pytest.CaptureFixture):
    (tmp_path / "file").touch()
    with pytest.raises(SystemExit) as stopped:
        with_caches(Settings(cache_dir=tmp_path / "file"))
    assert stopped.value.code == 2
    assert "Set CACHE_DIR to a folder of this user's own." in capsys.readouterr().err


def test_without_a_usable_home_a_temporary_folder_serves(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture
):
    (tmp_path / "file").touch()
    monkeypatch.delenv("CACHE_DIR", raising=False)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "file"))
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    used = with_caches(Settings()).cache_dir
    assert used.parent == tmp_path
    assert used.name.startswith(TEMPORARY)
    assert used.stat().st_mode & 0o777 == 0o700
    assert f"The caches are in {used} until the server ends" in capsys.readouterr().err


def test_a_user_without_a_home_is_served_from_a_temporary_folder(monkeypatch: pytest.MonkeyPatch, capsys):
    def no_home(*_: object, **__: object) -> Path:
        raise RuntimeError("Could not determine home directory.")

    for name in ("CACHE_DIR", "DATA_DIR"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(paths, "user_cache_path", no_home)
    monkeypatch.setattr(paths, "user_data_path", no_home)
    with pytest.raises(CatalogueError, match="This user has no home folder"):
        paths.user_data_folder()
    used = with_caches(settings.load())
    assert used.cache_dir.name.startswith(TEMPORARY)
    assert "this system knows none of that user" in capsys.readouterr().err
    assert not paths.fetched_files(used.data_dir)
    used.cache_dir.rmdir()
