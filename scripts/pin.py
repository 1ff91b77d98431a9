"""Write the requirements files with the exact versions that are installed here: ``make pin``, after an upgrade.

``pyproject.toml`` lists under ``[dependency-groups]`` the packages that each part needs; these and all their
dependencies in the present environment are pinned. For the container the packages of the server are also written with
the hashes of all their files in the package index.
"""

import subprocess
import sys
import tomllib
from collections.abc import Iterable, Mapping
from importlib.metadata import distribution
from pathlib import Path
from typing import Final

from packaging.requirements import Requirement
from packaging.utils import NormalizedName, canonicalize_name

ROOT: Final = Path(__file__).resolve().parent.parent
FILES: Final = {
    "serve": ("requirements-serve.txt", None, "What serving the app needs, and nothing more."),
    "build": ("requirements.txt", "requirements-serve.txt", "The whole product: serving, training, data."),
    "dev": ("requirements-dev.txt", "requirements.txt", "The product with its tests and checks."),
}
LOCK: Final = "requirements-serve.lock"
PREINSTALLED: Final = {"pip"}
"""Packages of an empty environment."""


def main() -> None:
    """Write all files; packages of an included file are not pinned again, unless the group lists them."""
    groups = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["dependency-groups"]
    included = set[NormalizedName]()
    for group, (file, includes, title) in FILES.items():
        listed = [Requirement(line) for line in groups[group]]
        named = {canonicalize_name(each.name): each.extras for each in listed}
        needed = closure(named) - PREINSTALLED
        lines = [f"# {title} Written by `make pin`.", *([f"-r {includes}"] if includes else [])]
        lines += [pin(name, extras) for name, extras in sorted(named.items())]
        lines += ["# what these need", *(pin(name) for name in sorted(needed - named.keys() - included))]
        (ROOT / file).write_text("\n".join(lines) + "\n", encoding="utf-8")
        included |= needed
    lock(ROOT / FILES["serve"][0], ROOT / LOCK)


def lock(pinned: Path, locked: Path) -> None:
    """Write the pinned packages to `locked`, with the hashes of their files."""
    uv = [sys.executable, "-m", "uv", "pip", "compile", "--quiet", "--no-config", "--no-deps", "--generate-hashes"]
    plain = ["--no-annotate", "--no-header", "--output-file", locked.name, pinned.name]
    subprocess.run([*uv, *plain], cwd=ROOT, check=True)


def closure(named: Mapping[NormalizedName, set[str]]) -> set[NormalizedName]:
    """Return the packages, given with their extras, and all their dependencies."""
    found = set[NormalizedName]()
    waiting = list(named)
    while waiting:
        name = waiting.pop()
        if name in found:
            continue
        found.add(name)
        for needed in map(Requirement, distribution(name).requires or []):
            extras = ("", *named.get(name, ()))
            if needed.marker is None or any(needed.marker.evaluate({"extra": extra}) for extra in extras):
                waiting.append(canonicalize_name(needed.name))
    return found


def pin(name: str, extras: Iterable[str] = ()) -> str:
    """Return the requirement of exactly the installed version."""
    return f"{name}{'[' + ','.join(sorted(extras)) + ']' if extras else ''}=={distribution(name).version}"


if __name__ == "__main__":
    main()
