import os
from pathlib import Path

import pytest

from server.process import settings
from server.process.settings import Settings
from tests.serving import ROOT


def test_defaults_need_no_environment(monkeypatch: pytest.MonkeyPatch):
    for name in Settings.model_fields:
        monkeypatch.delenv(name.upper(), raising=False)
    loaded = settings.load()
    assert (loaded.host, loaded.port, loaded.catalogues) == ("127.0.0.1", 8050, None)


@pytest.mark.parametrize(
    ("name", "value", "reason"),
    [
        ("PORT", "http", "integer"),
        ("PORT", "70000", "65535"),
        ("WEB_CONCURRENCY", "0", "greater than or equal to 1"),
        ("CATALOGUES", "/no/such/catalogue", "no such file"),
        ("REDIS_URL", "ftp://example.org", "redis"),
        ("LOG_LEVEL", "loud", "'debug'"),
    ],
)
def test_wrong_value_stops_with_one_sentence(name, value, reason, monkeypatch, capsys):
    monkeypatch.setenv(name, value)
    with pytest.raises(SystemExit) as stopped:
        settings.load()
    said = capsys.readouterr().err
    assert stopped.value.code == settings.EXIT_BAD_SETTING
    assert said.count("\n") == 1
    assert said.startswith(f"{name}={value} is not valid: ")
    assert reason in said


def test_several_catalogues_are_joined_by_the_path_separator(monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    (tmp_path / "one.parquet").touch()
    (tmp_path / "two.parquet").touch()
    joined = os.pathsep.join([str(tmp_path / "one.parquet"), str(tmp_path)])
    monkeypatch.setenv("CATALOGUES", joined)
    assert settings.load().catalogues == joined


def test_empty_value_is_the_default(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("PORT", "")
    assert settings.load().port == 8050


def test_private_folder_is_private(tmp_path: Path):
    folder = settings.private_folder(tmp_path / "a" / "b")
    assert folder.stat().st_mode & 0o777 == 0o700


def test_folder_that_others_could_only_read_is_closed_to_them(tmp_path: Path):
    tmp_path.chmod(0o755)
    assert settings.private_folder(tmp_path).stat().st_mode & 0o777 == 0o700


def test_folder_open_to_others_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture):
    tmp_path.chmod(0o777)
    with pytest.raises(SystemExit):
        settings.private_folder(tmp_path)
    assert "open to other users" in capsys.readouterr().err


def test_readme_shows_every_setting():
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    missing = [row for row in settings.table().splitlines() if row not in readme]
    assert not missing, "Paste the output of `python -m server.process.settings` into the README."
