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
        ("CATALOGUES", "~nobody-of-that-name/a.parquet", "there is no such home folder"),
        ("CACHE_DIR", "~nobody-of-that-name/caches", "there is no such home folder"),
        ("SPARCL_URL", "nonsense", "'off'"),
        ("SECURITY_CONTACT", "me@example.org", "mailto:"),
        ("DOCS_URL", "docs.example.org", "valid URL"),
        ("DOCS_URL", "javascript:alert(1)", "URL scheme should be 'http' or 'https'"),
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


@pytest.mark.parametrize(
    ("name", "value"),
    [("REDIS_URL", "ftp://:secret@example.org"), ("METRICS_TOKEN", "secret"), ("UPLOAD_KEY", "secret")],
)
def test_a_wrong_secret_is_not_repeated(name: str, value: str, monkeypatch: pytest.MonkeyPatch, capsys):
    monkeypatch.setenv(name, value)
    with pytest.raises(SystemExit):
        settings.load()
    said = capsys.readouterr().err
    assert said.startswith(f"{name} is not valid: ")
    assert "secret" not in said


def test_several_catalogues_are_joined_by_the_path_separator(monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    (tmp_path / "one.parquet").touch()
    (tmp_path / "two.parquet").touch()
    joined = os.pathsep.join([str(tmp_path / "one.parquet"), str(tmp_path)])
    monkeypatch.setenv("CATALOGUES", joined)
    assert settings.load().catalogues == joined


def test_empty_value_is_the_default(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("PORT", "")
    assert settings.load().port == 8050


@pytest.mark.parametrize("value", ["nonsense", "example.org", "https://a.example/page", "* https://a.example", "null"])
@pytest.mark.parametrize("name", ["API_CORS_ORIGINS", "FRAME_ANCESTORS"])
def test_nonsense_origins_are_refused(name: str, value: str, monkeypatch: pytest.MonkeyPatch, capsys):
    monkeypatch.setenv(name, value)
    with pytest.raises(SystemExit):
        settings.load()
    assert "write an origin as “https://example.org”" in capsys.readouterr().err


def test_origins_are_accepted(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("API_CORS_ORIGINS", "https://a.example http://localhost:8888")
    assert settings.load().api_cors_origins == "https://a.example http://localhost:8888"
    monkeypatch.setenv("API_CORS_ORIGINS", "*")
    assert settings.load().api_cors_origins == "*"


def test_folder_of_galaxies_that_is_not_there_is_refused(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys):
    monkeypatch.setenv("DATA_DIR", str(tmp_path / "none"))
    with pytest.raises(SystemExit):
        settings.load()
    assert "there is no such folder" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("name", "meant"),
    [
        ("CATALOGUE", "CATALOGUES"),
        ("TRUSTED_PROXY", "TRUSTED_PROXIES"),
        ("CACHEDIR", "CACHE_DIR"),
        ("GALACTIC_NEON_PORT", "PORT"),
        ("METRIC_TOKEN", "METRICS_TOKEN"),
        ("WEB_CONCURENCY", "WEB_CONCURRENCY"),
    ],
)
def test_variable_that_looks_like_a_setting_is_named(name: str, meant: str):
    assert settings.misspelt([name, "PORT"]) == [f"{name} is set and is not read: the setting is called {meant}."]


def test_other_variables_are_nobodys_business():
    usual = [
        "HOME",
        "PATH",
        "HOSTNAME",
        "PORTS",
        "LANG",
        "LOGNAME",
        "GALACTIC_NEON_WEIGHTS",
        "RENDER_GIT_COMMIT",
        "DYNO",
    ]
    assert not settings.misspelt([*usual, *(name.upper() for name in Settings.model_fields)])
    assert "no setting is called so" in settings.misspelt(["GALACTIC_NEON_COLOUR"])[0]


def test_the_documents_show_every_setting():
    page = (ROOT / "docs/settings.md").read_text(encoding="utf-8")
    missing = [row for row in settings.table().splitlines() if row not in page]
    assert not missing, "Paste the output of `python -m server.process.settings` into docs/settings.md."
