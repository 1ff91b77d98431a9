"""How many small faults the tests catch: ``python -m benchmarks.mutation [FAULTS] [SEED] [FOLDER ...]``.

Faults are put at random places of the modules in the folders (by default model and analysis), one at a time, in a copy
of the repository: another comparison, sum for difference, product for quotient, "and" for "or", a number that is one
larger, a condition turned around. The tests of the module, or of its folder, run against each. Printed are the share
caught and each survivor; faults in text, types and defaults of the command line are not tried.
"""

import ast
import random
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Final

from tests.serving import ROOT

FAULTS: Final = 60
FOLDERS: Final = ("model", "analysis")
LONGEST: Final = 600
"""Seconds after which tests that hang count as having caught a fault."""
COMPARISONS: Final = {ast.Lt: ast.GtE, ast.LtE: ast.Gt, ast.Gt: ast.LtE, ast.GtE: ast.Lt, ast.Eq: ast.NotEq}
OPERATORS: Final = {ast.Add: ast.Sub, ast.Sub: ast.Add, ast.Mult: ast.Div, ast.Div: ast.Mult}
COPIED: Final = shutil.ignore_patterns(".git", "node_modules", ".venv", "__pycache__", "build", ".*cache")


def main() -> int:
    """Print the share of the faults that is caught, and the survivors."""
    numbers = [int(word) for word in sys.argv[1:3]]
    count, seed = [*numbers, *(FAULTS, 0)[len(numbers) :]]
    folders = sys.argv[3:] or list(FOLDERS)
    files = [file for folder in folders for file in sorted((ROOT / folder).rglob("*.py"))]
    places = [(file, place) for file in files for place in spoilable(file)]
    chosen = random.Random(seed).sample(places, min(count, len(places)))  # noqa: S311 - repeatable, no secret
    caught = 0
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder) / "copy"
        shutil.copytree(ROOT, copy, ignore=COPIED, symlinks=True)
        (copy / "node_modules").symlink_to(ROOT / "node_modules")
        for number, (file, place) in enumerate(chosen, 1):
            name = file.relative_to(ROOT)
            tree = ast.parse(file.read_text(encoding="utf-8"))
            node = expressions(tree)[place]
            what = spoil(node)
            (copy / name).write_text(ast.unparse(tree), encoding="utf-8")
            found = fails(copy, tests_of(name))
            shutil.copy(file, copy / name)
            caught += found
            word = "caught  " if found else "SURVIVED"
            print(f"{number}/{len(chosen)} {word} {name}:{node.lineno} {what}", flush=True)
    print(f"{caught} of {len(chosen)} caught ({caught / max(len(chosen), 1):.0%}), of {len(places)} possible faults")
    return 0


def expressions(tree: ast.Module) -> list[ast.expr]:
    """Return all expressions of a module, those of annotations left out."""
    annotations = set[int]()
    for node in ast.walk(tree):
        for field in ("annotation", "returns"):
            if isinstance(part := getattr(node, field, None), ast.expr):
                annotations |= {id(inner) for inner in ast.walk(part)}
    return [node for node in ast.walk(tree) if isinstance(node, ast.expr) and id(node) not in annotations]


def spoilable(file: Path) -> list[int]:
    """Return the positions of the expressions of a module that `spoil` can change."""
    tree = ast.parse(file.read_text(encoding="utf-8"))
    return [place for place, node in enumerate(expressions(tree)) if spoil(node)]


def spoil(node: ast.expr) -> str:
    """Change an expression in place and return what was done, or "" if nothing fits."""
    if isinstance(node, ast.Compare) and type(node.ops[0]) in COMPARISONS:
        before = type(node.ops[0])
        node.ops[0] = COMPARISONS[before]()
        return f"{before.__name__} -> {COMPARISONS[before].__name__}"
    if (
        isinstance(node, ast.BinOp)
        and type(node.op) in OPERATORS
        and not isinstance(node.left, ast.Constant | ast.JoinedStr)
    ):
        before = type(node.op)
        node.op = OPERATORS[before]()
        return f"{before.__name__} -> {OPERATORS[before].__name__}"
    if isinstance(node, ast.BoolOp):
        before = type(node.op)
        node.op = ast.Or() if before is ast.And else ast.And()
        return f"{before.__name__} turned"
    if isinstance(node, ast.Constant) and type(node.value) in (int, float):
        node.value += 1
        return f"{node.value - 1} -> {node.value}"
    if isinstance(node, ast.IfExp):
        node.body, node.orelse = node.orelse, node.body
        return "condition turned around"
    return ""


def tests_of(file: Path) -> Path:
    """Return the test module of a module, or the folder of its tests."""
    folder = Path("tests") / file.parent
    own = folder / f"test_{file.stem}.py"
    while not (ROOT / own).is_file() and not (ROOT / folder).is_dir():
        folder = folder.parent
    return own if (ROOT / own).is_file() else folder


def fails(copy: Path, tests: Path) -> bool:
    """Return whether the tests fail in the copy."""
    command = [
        sys.executable,
        "-m",
        "pytest",
        "-x",
        "-q",
        "-n0",
        "-p",
        "no:cacheprovider",
        "-m",
        "not browser and not soak",
    ]
    try:
        return subprocess.run([*command, str(tests)], cwd=copy, capture_output=True, timeout=LONGEST).returncode != 0
    except subprocess.TimeoutExpired:
        return True


if __name__ == "__main__":
    raise SystemExit(main())
