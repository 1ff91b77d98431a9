"""Every public name of the library has an example in its docstring, and every example runs."""

import doctest
import re
import sys

import griffe
import pytest

import model
from tests.serving import ROOT


@pytest.fixture(autouse=True)
def _library_under_its_name(monkeypatch: pytest.MonkeyPatch) -> None:
    """The package is installed as `galactic_neon`; here it is the folder `model`."""
    monkeypatch.setitem(sys.modules, "galactic_neon", model)


@pytest.fixture(scope="module")
def documented() -> griffe.Object | griffe.Alias:
    """The package as the API reference reads it, which shows docstrings of constants too."""
    return griffe.load("model", search_paths=[ROOT], docstring_parser="numpy", resolve_aliases=True)


@pytest.mark.parametrize("name", model.__all__)
def test_every_public_name_has_an_example_that_runs(documented: griffe.Object | griffe.Alias, name: str):
    docstring = documented[name].docstring
    assert docstring is not None, f"{name} has no docstring."
    test = doctest.DocTestParser().get_doctest(docstring.value, {}, name, None, None)
    assert test.examples, f"{name} has no example."
    told: list[str] = []
    assert doctest.DocTestRunner(verbose=False).run(test, out=told.append).failed == 0, "".join(told)


def test_the_reference_shows_every_public_name_once():
    shown = re.findall(r"^::: galactic_neon\.(\w+)$", (ROOT / "docs/reference.md").read_text("utf-8"), re.MULTILINE)
    assert sorted(shown) == sorted(model.__all__)
