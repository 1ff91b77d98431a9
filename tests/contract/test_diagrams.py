"""Diagram curves, class limits and class names are defined once, in `model.physics.diagnostics`."""

import ast
import json
from pathlib import Path

import pytest

from components.figures.diagram import for_browser
from model.physics.diagnostics import BPT_CLASSES, KAUFFMANN, KEWLEY, WHAN_CLASSES, WHAN_STRONG, WHAN_WEAK

ROOT = Path(__file__).resolve().parents[2]
ROOMS = ("model", "data", "analysis", "archives", "research", "storage", "components", "pages", "server", "commands")
FILES = [path for room in ROOMS for path in sorted((ROOT / room).rglob("*.py")) if path.name != "diagnostics.py"]
HEIGHTS = {KAUFFMANN.height, KEWLEY.height, KEWLEY.pole, KEWLEY.level}
NAMES = {*BPT_CLASSES, *WHAN_CLASSES}


def copies(source: str) -> list[str]:
    """Return what looks like a second definition: curve constants, class names, limits of EW(Hα)."""
    found, tree = [], ast.parse(source)
    keys = {id(key) for node in ast.walk(tree) if isinstance(node, ast.Dict) for key in node.keys}
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and id(node) not in keys and (node.value in NAMES or node.value in HEIGHTS):
            found.append(f"line {node.lineno}: {node.value!r}")
        if isinstance(node, ast.Compare) and "halpha" in ast.unparse(node).lower():
            numbers = [side for side in (node.left, *node.comparators) if isinstance(side, ast.Constant)]
            numbers = [side for side in numbers if isinstance(side.value, int | float)]
            found += [f"line {node.lineno}: {ast.unparse(node)}" for side in numbers if side.value != 0]
    return found


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(ROOT)))
def test_no_copy_of_a_curve_a_limit_or_a_class_name(path):
    assert copies(path.read_text()) == []


@pytest.mark.parametrize(
    "source",
    ["curve = 0.61 / (x - 0.05) + 1.3", "kind = 'star-forming'", "burst = cells.halpha >= 50", "3 < row['HALPHA_EW']"],
)
def test_a_copy_would_be_found(source):
    assert copies(source)


def test_the_browser_gets_the_definitions():
    found = json.loads(json.dumps(for_browser()))
    curves = [(curve["height"], curve["pole"], curve["level"]) for curve in found["bpt"]["curves"]]
    assert curves == [curve[2:] for curve in (KAUFFMANN, KEWLEY)]
    assert (found["whan"]["weak"], found["whan"]["strong"]) == (WHAN_WEAK, WHAN_STRONG)
    assert (found["bpt"]["classes"], found["whan"]["classes"]) == (list(BPT_CLASSES), list(WHAN_CLASSES))
