"""The house stays one in which a stranger finds things: rooms of a size, each with a sentence about what it holds."""

import ast
import subprocess
from collections import Counter
from pathlib import Path

from tests.serving import ROOT

ROOMS = (
    "commands", "server", "pages", "analysis", "archives", "research", "components", "data", "storage", "model",
    "assets",
)  # fmt: skip
SOURCES = (".py", ".mjs", ".js", ".css")
MOST_ENTRIES = 13
LARGEST_SHARE = 0.20


def sources() -> list[Path]:
    listed = subprocess.run(["git", "ls-files", *ROOMS], cwd=ROOT, capture_output=True, text=True, check=True)
    return [Path(name) for name in listed.stdout.split() if name.endswith(SOURCES) and (ROOT / name).exists()]


def test_no_folder_holds_more_than_a_dozen_entries():
    entries = {(path.parents[depth], path.parts[: len(path.parts) - depth]) for path in sources() for depth in (0, 1)}
    count = Counter(folder for folder, entry in entries if entry[-1] != "__init__.py" and folder != Path())
    assert {str(folder): n for folder, n in count.items() if n > MOST_ENTRIES} == {}


def test_no_room_holds_much_more_than_a_fifth_of_the_code():
    lines = Counter[str]()
    for path in sources():
        lines[path.parts[0]] += len((ROOT / path).read_text(encoding="utf-8").splitlines())
    room, most = lines.most_common(1)[0]
    assert most / lines.total() < LARGEST_SHARE, room


def test_every_folder_says_what_it_holds():
    folders = {path.parent for path in sources() if path.suffix == ".py"}
    for folder in folders:
        text = (ROOT / folder / "__init__.py").read_text(encoding="utf-8")
        assert len(ast.get_docstring(ast.parse(text)) or "") > 30, folder
