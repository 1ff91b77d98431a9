"""The environment that `make` creates."""

import sys
from pathlib import Path

import pytest

from scripts import environment


def test_a_linked_environment_is_left_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys):
    other = tmp_path / "other"
    (other / "bin").mkdir(parents=True)
    link = tmp_path / ".venv"
    link.symlink_to(other)
    monkeypatch.setattr(environment, "ENVIRONMENT", link)
    monkeypatch.setattr(environment, "PYTHON", link / "bin" / "python")
    monkeypatch.setattr(sys, "argv", ["environment.py", "requirements-serve.txt"])
    assert environment.main() == 1
    assert f"is a link to {other}" in "".join(capsys.readouterr())
    assert other.is_dir()
