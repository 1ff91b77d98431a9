"""Write the requirements files: exact versions of what is installed here, for reproducible installations.

``pyproject.toml`` says under ``[dependency-groups]`` what each part needs; this follows the dependencies of
those packages in the present environment and pins them all. What serving needs is written once more with the hashes of
every file that the package index has of it, for the container. Run it by ``make pin`` after an upgrade.
"""

import subprocess
import sys
import tomllib
from collections.abc import Iterable
from importlib.metadata import distribution
from pathlib import Path
from typing import Final

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT: Final = Path(__file__).resolve().parent.parent
FILES: Final = {
    "serve": ("requirements-serve.txt", None, "What serving the app needs, and nothing more."),
    "build": ("requirements.txt", "requirements-serve.txt", "The whole product: serving, training, data."),
    "dev": ("requirements-dev.txt", "requirements.txt", "The product with its tests and checks."),
}
LOCK: Final = "requirements-serve.lock"
BROUGHT: Final = {"pip"}
"""What an environment has before anything is installed into it."""


def main() -> None:
    """Write every file; what a file includes is not pinned in it again, except where the group names it."""
    groups = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["dependency-groups"]
    included: set[str] = set()
    for group, (file, includes, title) in FILES.items():
        named = {canonicalize_name(Requirement(line).name) for line in groups[group]}
        needed = closure(named) - BROUGHT
        lines = [f"# {title} Written by `make pin`.", *([f"-r {includes}"] if includes else [])]
        lines += [pin(name) for name in sorted(named)]
        lines += ["# what these need", *(pin(name) for name in sorted(needed - named - included))]
        (ROOT / file).write_text("\n".join(lines) + "\n", encoding="utf-8")
        included |= needed
    lock(ROOT / FILES["serve"][0], ROOT / LOCK)


def lock(pinned: Path, locked: Path) -> None:
    """Write the pinned packages with the hashes of their files."""
    uv = [sys.executable, "-m", "uv", "pip", "compile", "--quiet", "--no-config", "--no-deps", "--generate-hashes"]
    plain = ["--no-annotate", "--no-header", "--output-file", locked.name, pinned.name]
    subprocess.run([*uv, *plain], cwd=ROOT, check=True)


def closure(names: Iterable[str]) -> set[str]:
    """Return the packages and everything they depend on."""
    found: set[str] = set()
    waiting = list(names)
    while waiting:
        name = waiting.pop()
        if name in found:
            continue
        found.add(name)
        requirements = map(Requirement, distribution(name).requires or [])
        waiting += [
            canonicalize_name(needed.name)
            for needed in requirements
            if needed.marker is None or needed.marker.evaluate({"extra": ""})
        ]
    return found


def pin(name: str) -> str:
    """Return the line that asks for exactly the installed version."""
    return f"{name}=={distribution(name).version}"


if __name__ == "__main__":
    main()
