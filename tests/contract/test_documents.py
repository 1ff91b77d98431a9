"""What the documents say is what the code does."""

import ast
import re
import shlex
from pathlib import Path

import click
import pytest

import cli
from model.features import VARIANTS
from model.storage.weights import DEFAULT
from research.baselines.methods import METHODS, PUBLISHED
from research.evaluation.documents import DOCUMENTS, fill
from research.evaluation.record.files import COMMITTED, committed
from research.evaluation.record.schema import OURS

ROOT = Path(__file__).resolve().parents[2]
README = (ROOT / "README.md").read_text()


def test_every_command_of_the_documents_is_one_that_the_command_line_takes():
    text = README + (ROOT / "docs/command-line.md").read_text()
    commands = re.findall(r"^\.venv/bin/python cli\.py (?!COMMAND)(.*?)(?:\s+#.*)?$", text, re.MULTILINE)
    assert len(commands) >= 5
    for command in commands:
        words, taken = shlex.split(command), cli.program
        while isinstance(taken, click.Group) and words != ["--help"]:
            taken = taken.commands[words.pop(0)]
        if words != ["--help"]:
            taken.make_context(taken.name, words)


def test_the_readmes_python_runs():
    code = re.search(r"```python\n(.*?)```", README, re.DOTALL)
    assert code is not None
    exec(code.group(1).replace("galactic_neon", "model").replace("print(", "str("), {})  # noqa: S102


@pytest.mark.parametrize("document", DOCUMENTS)
def test_the_tables_in_the_documents_are_the_committed_evaluations(document):
    text = (ROOT / document).read_text()
    assert text.count("<!-- evaluation: ") == text.count("<!-- end -->") >= 3
    assert fill(text, committed()) == text, "Run `python -m research.evaluation.documents`."


def test_the_readmes_scores_are_those_of_the_model_card():
    table = re.search(
        r"<!-- evaluation: scores -->.*?<!-- end -->", (ROOT / "docs/model-card.md").read_text(), re.DOTALL
    )
    assert table is not None
    rho = [float(value) for value in re.findall(r"^\| [A-Z]\w+ \| (0\.\d+) /", table[0], re.MULTILINE)]
    assert f"is {min(rho):.2f} to {max(rho):.2f}, depending" in " ".join(README.split())


def test_the_committed_evaluation_is_whole():
    record = committed()
    assert record.model.name == DEFAULT
    assert set(record.methods) >= {OURS, *METHODS}
    assert not any(method.absent for method in record.methods.values())
    assert set(record.missing) == {"0", "11", "0 11"}
    assert tuple(record.variants) == VARIANTS
    for name, variant in record.variants.items():
        # The published networks do not take the redshift.
        assert set(variant.mean_against) == set(METHODS) - ({PUBLISHED} if name == "redshift" else set())
        assert variant.distribution is not None
        assert variant.distribution.draws >= 64
    assert COMMITTED.stat().st_size < 300_000


def test_the_default_is_ahead_of_the_published_recipe_retrained():
    for variant in committed().variants.values():
        value, low, _ = variant.mean_against["retrained"]
        assert value > low > 0


def test_links_between_documents_lead_somewhere():
    for document in [ROOT / "README.md", *ROOT.glob("docs/**/*.md")]:
        for target in re.findall(r"\]\((?!https?:|#|mailto:)([^)#]+)", document.read_text()):
            assert (document.parent / target).exists(), f"{document.name} links to {target}"


def test_words_that_the_nomenclature_replaces_do_not_come_back():
    text = (ROOT / "docs/nomenclature.md").read_text()
    banned = set(re.findall(r"`(\w+)`", text[text.index("not used as names") :])) - {"model", "research"}
    assert {"listing", "there", "known", "looked", "surprise"} <= banned
    found = []
    for path in [*(ROOT / "model").rglob("*.py"), *(ROOT / "research").rglob("*.py")]:
        for node in ast.walk(ast.parse(path.read_text())):
            names = [getattr(node, field, None) for field in ("id", "arg", "attr", "name")]
            found += [f"{path.relative_to(ROOT)}: {name}" for name in names if name in banned]
    assert not found, found
