"""The browser's modules: which of them the page loads, and under which addresses.

A module imports its neighbours by relative addresses, which say nothing of their content. The page's import map leads
each to the address with the hash of its content, so that modules may be kept for a year and none is stale after a
release; `modulepreload` has the browser ask for all of them at once instead of finding them one after the other.
"""

import json
import posixpath
import re
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Final

ENTRY: Final = "main.mjs"
"""The module that the page names; the others are imported."""

NOT_NAMED: Final = rf"^(?!{re.escape(ENTRY)}$).+\.mjs$"
"""Files that Dash shall not put into the page itself."""

_IMPORT: Final = re.compile(r'^import\b[^";]*"(\.[^"]+)";$', re.MULTILINE)


def imported(assets: Path) -> list[str]:
    """Return the modules that the page loads, as paths below the folder of assets: the entry, then what it imports."""
    if not (assets / ENTRY).is_file():
        return []
    found = [ENTRY]
    for module in found:
        folder = posixpath.dirname(module)
        for address in _imports(assets / module, (assets / module).stat().st_mtime_ns):
            path = posixpath.normpath(posixpath.join(folder, address))
            if path not in found:
                found.append(path)
    return found


@lru_cache(maxsize=256)
def _imports(path: Path, _modified: int) -> tuple[str, ...]:
    return tuple(_IMPORT.findall(path.read_text(encoding="utf-8")))


def import_map(addresses: Mapping[str, str]) -> str:
    """Return the page's import map: from the address that a module is imported by to the one that it is loaded from."""
    return json.dumps({"imports": dict(addresses)}, separators=(",", ":"))


def head(addresses: Mapping[str, str]) -> str:
    """Return what the page's head says of the modules; the map has to come before the first of them."""
    links = "".join(f'<link rel="modulepreload" href="{address}">' for address in addresses.values())
    return f'<script type="importmap">{import_map(addresses)}</script>{links}' if addresses else ""
