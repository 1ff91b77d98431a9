"""Try a release before it is published: ``make release-check``.

It builds the source distribution and the wheel into `dist/`, lets twine check them, installs each in a new environment
and predicts with it there, compares the oldest and the newest packages, and writes `dist/release-notes.md` from
CHANGELOG.md and `dist/recipe.yaml`, the recipe for conda-forge. It stops at the first thing that is wrong, with exit
status 1. What only the maintainers know, and have not stated, it names at the end, with the same status.
"""

import hashlib
import re
import shutil
import subprocess
import sys
import tempfile
import tomllib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Final
from zipfile import ZipFile

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

ROOT: Final = Path(__file__).resolve().parent.parent
DIST: Final = ROOT / "dist"
PURE: Final = "from galactic_neon import load_params, predict_ew; print(predict_ew(load_params(), range(1, 13)).shape)"
RECIPE: Final = ROOT / "packaging" / "conda" / "recipe.yaml"
HEADING: Final = r"^## \[{}\] - (\d{{4}}-\d\d-\d\d)\n(.*?)(?=^## \[|\Z)"


class ReleaseError(Exception):
    """The release is not ready; the message says what to change."""


def main() -> int:
    """Do all steps; return the exit status."""
    try:
        project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
        version, repository = project["version"], project.get("urls", {}).get("Repository", "")
        notes = release_notes((ROOT / "CHANGELOG.md").read_text(encoding="utf-8"), version)
        source, wheel = build()
        run("-m", "twine", "check", "--strict", source, wheel)
        same_content(source, wheel)
        for archive in (wheel, source):
            try_in_new_environment(archive)
        run(ROOT / "scripts" / "oldest_and_newest.py", wheel)
    except (ReleaseError, subprocess.CalledProcessError) as error:
        sys.stderr.write(f"Not ready: {error}\n")
        return 1
    (DIST / "release-notes.md").write_text(notes, encoding="utf-8")
    text = recipe(RECIPE.read_text(encoding="utf-8"), version, source, repository)
    (DIST / RECIPE.name).write_text(text, encoding="utf-8")
    for archive in (wheel, source):
        print(f"{archive.name}: {archive.stat().st_size / 1e6:.1f} MB")
    print("Its notes are in dist/release-notes.md, its recipe in dist/recipe.yaml.")
    missing = unstated(repository, text)
    if missing:
        sys.stderr.write("\n".join([f"Release {version} works, and is not ready:", *missing, ""]))
        return 1
    print(f"Release {version} can be published.")
    return 0


def unstated(repository: str, recipe: str) -> list[str]:
    """Return a sentence for each fact that a release needs, only its maintainers know, and no file states."""
    sentences = []
    if not repository.startswith("https://"):
        sentences.append(
            'pyproject.toml states no address of the repository: add Repository = "https://..." to [project.urls]. '
            "The links of the README lead nowhere on a package index without it."
        )
    if re.search(r"^  recipe-maintainers: \[\]$", recipe, flags=re.MULTILINE):
        sentences.append(f"{RECIPE.relative_to(ROOT)} names no maintainer: list their GitHub accounts.")
    return sentences


def release_notes(changelog: str, version: str) -> str:
    """Return the changes of a release.

    Raises
    ------
    ReleaseError
        If CHANGELOG.md has no section with the version and a date, or an empty one.
    """
    found = re.search(HEADING.format(re.escape(version)), changelog, flags=re.MULTILINE | re.DOTALL)
    if found is None or not found[2].strip():
        raise ReleaseError(f"CHANGELOG.md has no changes below “## [{version}] - YYYY-MM-DD”.")
    return found[2].strip() + "\n"


def build() -> tuple[Path, Path]:
    """Build the source distribution, and from it the wheel, into `dist/`."""
    for old in (*DIST.glob("*.tar.gz"), *DIST.glob("*.whl")):
        old.unlink()
    with without_leftovers():
        run("-m", "uv", "build", "--quiet", "--out-dir", DIST, ROOT)
    (source,), (wheel,) = DIST.glob("*.tar.gz"), DIST.glob("*.whl")
    return source, wheel


@contextmanager
def without_leftovers() -> Iterator[None]:
    """Delete what setuptools leaves in this folder, before and after: it would add old files to the next build."""
    leftovers = (ROOT / "build", ROOT / "galactic_neon.egg-info")
    for folder in leftovers:
        shutil.rmtree(folder, ignore_errors=True)
    try:
        yield
    finally:
        for folder in leftovers:
            shutil.rmtree(folder, ignore_errors=True)


def recipe(text: str, version: str, source: Path, repository: str) -> str:
    """Return the recipe for conda-forge with version, checksum of the source distribution, and repository."""
    if repository:
        text = text.replace("\nabout:\n", f"\nabout:\n  homepage: {repository}\n  repository: {repository}\n")
    text = re.sub(r'^(  version: )".*"$', rf'\g<1>"{version}"', text, count=1, flags=re.MULTILINE)
    checksum = hashlib.sha256(source.read_bytes()).hexdigest()
    return re.sub(r'^(  sha256: )".*"$', rf'\g<1>"{checksum}"', text, count=1, flags=re.MULTILINE)


def same_content(source: Path, wheel: Path) -> None:
    """Compare the wheel, which was built from the source distribution, with one that is built from this folder.

    Raises
    ------
    ReleaseError
        If a file differs: MANIFEST.in leaves it out, or git does not know it.
    """
    with tempfile.TemporaryDirectory() as folder, without_leftovers():
        run("-m", "uv", "build", "--quiet", "--wheel", "--out-dir", folder, ROOT)
        (other,) = Path(folder).glob("*.whl")
        different = digests(wheel) ^ digests(other)
    names = sorted({name for name, _ in different if not name.endswith("/RECORD")})
    if names:
        raise ReleaseError(f"{source.name} does not give the same wheel as this folder: {', '.join(names[:5])}.")


def digests(wheel: Path) -> set[tuple[str, int]]:
    """Return name and checksum of every file in a wheel."""
    with ZipFile(wheel) as archive:
        return {(info.filename, info.CRC) for info in archive.infolist()}


def try_in_new_environment(archive: Path) -> None:
    """Install the library alone, then the command line, in a new environment, and predict with both.

    Raises
    ------
    ReleaseError
        If a command does not end as it should.
    """
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder)
        run("-m", "uv", "venv", "--quiet", "--python", sys.executable, place / "env")
        python, program = place / "env/bin/python", place / "env/bin/galactic-neon"
        install = ("-m", "uv", "pip", "install", "--quiet", "--python", python)
        run(*install, archive)
        expect([python, "-c", PURE], place, 0)
        expect([program, "--help"], place, 1)  # the sentence that names the extra
        run(*install, f"galactic-neon[cli] @ {archive.as_uri()}")
        flux = np.random.default_rng(0).lognormal(0, 0.1, (9, 12)).astype(np.float32)
        pq.write_table(pa.table({f"flux_{index:02d}": flux[:, index] for index in range(12)}), place / "a.parquet")
        for words in (["--help"], ["--version"], ["self-test"], ["predict", "a.parquet", "b.parquet"]):
            expect([program, *words], place, 0)
        expect([python, "-m", "galactic_neon", "self-test"], place, 0)
        expect([program, "predict"], place, 2)
        expect([program, "predict", "absent.parquet", "b.parquet"], place, 1)
        if pq.read_table(place / "b.parquet").num_rows != len(flux):
            raise ReleaseError(f"{archive.name} does not predict every galaxy.")


def expect(command: Sequence[str | Path], folder: Path, status: int) -> None:
    """Run a command of the new environment and check its exit status."""
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    if done.returncode != status:
        words = " ".join(map(str, command[1:]))
        raise ReleaseError(f"“{words}” ends with {done.returncode}, not {status}: {done.stderr or done.stdout}")


def run(*words: str | Path) -> None:
    """Run a Python module of this environment."""
    subprocess.run([sys.executable, *words], check=True)


if __name__ == "__main__":
    sys.exit(main())
