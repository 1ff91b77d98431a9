"""The browser's modules joined into one file, at its first request.

Seventy requests for small modules would delay the first paint (docs/decisions/0016), so the page loads one file. In it
each module is a function after those of its imports, without comments. Only these forms are supported: named imports,
imports of a whole module, and exported functions, classes and constants.
"""

import hashlib
import posixpath
import re
from functools import lru_cache
from pathlib import Path
from typing import Final, NamedTuple

ENTRY: Final = "main.mjs"
"""The module that imports all others."""

ADDRESS: Final = "browser.mjs"
"""Path of the file below the app's root."""

SOURCES: Final = r"\.mjs$"
"""Pattern of assets for which Dash must not add script tags to the page."""

_COMMENT: Final = re.compile(r"^[ \t]*(?:/\*(?:(?!\*/).)*\*/|//[^\n]*)[ \t]*\n", re.MULTILINE | re.DOTALL)
_NAMED: Final = re.compile(r'^import \{ ([\w, ]+?),? \} from "(\.[^"]+)";$', re.MULTILINE)
_WHOLE: Final = re.compile(r'^import \* as (\w+) from "(\.[^"]+)";$', re.MULTILINE)
_EXPORT: Final = re.compile(r"^export (?=(?:async )?(?:function|class|const) (\w+))", re.MULTILINE)
_OTHER: Final = re.compile(r"^(?:import|export)\b.*$", re.MULTILINE)


class ModuleError(Exception):
    """A module cannot be joined with the others; the message says why."""


class Joined(NamedTuple):
    """The joined file.

    Attributes
    ----------
    text : str
        JavaScript, whose default export holds every module by its path.
    fingerprint : str
        First 16 digits of its SHA-256.
    """

    text: str
    fingerprint: str


def join(assets: Path) -> Joined | None:
    """Return the modules of a folder as one file; None if the folder has no `ENTRY`.

    Raises
    ------
    ModuleError
        If modules import each other in a circle, or use an unsupported form of import or export.
    """
    if not (assets / ENTRY).is_file():
        return None
    return _join(assets, tuple(sorted((path, path.stat().st_mtime_ns) for path in assets.rglob("*.mjs"))))


@lru_cache(maxsize=2)
def _join(assets: Path, _modified: tuple[tuple[Path, int], ...]) -> Joined:
    parts: dict[str, str] = {}
    _add(assets, ENTRY, parts, ())
    text = "const $ = {};\n" + "".join(parts.values()) + "export default $;\n"
    return Joined(text, hashlib.sha256(text.encode()).hexdigest()[:16])


def _add(assets: Path, module: str, parts: dict[str, str], asking: tuple[str, ...]) -> None:
    """Add a module to `parts` after its imports, unless it is there already."""
    if module in asking:
        circle = " -> ".join([*asking[asking.index(module) :], module])
        raise ModuleError(f"Modules import each other in a circle: {circle}.")
    if module in parts:
        return
    code = _COMMENT.sub("", (assets / module).read_text(encoding="utf-8"))
    folder = posixpath.dirname(module)

    def path(address: str) -> str:
        return posixpath.normpath(posixpath.join(folder, address))

    for _, address in (*_NAMED.findall(code), *_WHOLE.findall(code)):
        _add(assets, path(address), parts, (*asking, module))
    code = _NAMED.sub(lambda it: f'const {{ {it[1].replace(" as ", ": ")} }} = $["{path(it[2])}"];', code)
    code = _WHOLE.sub(lambda it: f'const {it[1]} = $["{path(it[2])}"];', code)
    names = _EXPORT.findall(code)
    code = _EXPORT.sub("", code)
    if other := _OTHER.search(code):
        raise ModuleError(f"{module}: “{other[0]}” is not a supported form of import or export.")
    parts[module] = f'(() => {{\n{code}$["{module}"] = {{ {", ".join(names)} }};\n}})();\n'
