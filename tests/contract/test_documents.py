"""What the documents say is what the code does."""

import re
import shlex
from pathlib import Path

import numpy as np
import pytest

import cli
from model.lines import LINE_NAMES
from model.weights import load_sidecar

ROOT = Path(__file__).resolve().parents[2]
README = (ROOT / "README.md").read_text()


def test_every_command_of_the_readme_is_one_that_the_command_line_takes():
    commands = re.findall(r"^\.venv/bin/python cli\.py (.*?)(?:\s+#.*)?$", README, re.MULTILINE)
    assert len(commands) >= 5
    for command in commands:
        if not command.endswith("--help"):
            cli.parser().parse_args(shlex.split(command))


def test_the_readmes_python_runs():
    code = re.search(r"```python\n(.*?)```", README, re.DOTALL)
    assert code is not None
    exec(code.group(1).replace("galactic_neon", "model").replace("print(", "str("), {})  # noqa: S102


@pytest.mark.parametrize("document", ["README.md", "docs/model-card.md"])
def test_the_scores_in_the_documents_are_the_sidecars(document):
    text, metrics = (ROOT / document).read_text(), load_sidecar()["metrics"]
    for name in LINE_NAMES:
        row = re.search(rf"^\| {name} \| (.*?) \| (.*?) \|", text, re.MULTILINE)
        assert row is not None
        for cell, variant in zip(row.groups(), ("colors", "luminosity"), strict=True):
            numbers = metrics[variant][name]
            said = f"{numbers['spearman']:.3f} / {numbers['nmad']:.3f} / {numbers['bias']:+.1%}"
            assert cell == said


def test_the_defaults_beat_the_published_column_of_the_readme():
    means = re.search(r"^\| mean rho \| (.*?) \|$", README, re.MULTILINE)
    assert means is not None
    ours_colors, ours_luminosity, published_colors, published_luminosity = map(float, means.group(1).split(" | "))
    assert ours_colors > published_colors
    assert ours_luminosity > published_luminosity
    metrics = load_sidecar()["metrics"]
    assert ours_colors == round(float(np.mean([line["spearman"] for line in metrics["colors"].values()])), 3)


def test_links_between_documents_lead_somewhere():
    for document in [ROOT / "README.md", *ROOT.glob("docs/**/*.md")]:
        for target in re.findall(r"\]\((?!https?:|#|mailto:)([^)#]+)", document.read_text()):
            assert (document.parent / target).exists(), f"{document.name} links to {target}"
