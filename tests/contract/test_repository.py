"""What holds for the repository as a whole: it speaks of the product alone, and its files agree."""

import re
import subprocess
import tomllib
from importlib.metadata import distribution

import pytest

from tests.serving import ROOT

TEXT = (".py", ".js", ".css", ".md", ".toml", ".txt", ".yaml", ".yml", ".json", ".cff", ".cfg", ".sh", ".svg", "")
# A folder of somebody's machine, except the one that the container makes; a package index other than the public one.
PLACES = re.compile(
    r"(?<![\w.~])/(?:home/(?!neon\b)|root/|Users/|work/|mnt/)|file:///|(?:extra-)?index-url|--find-links"
)
REQUIREMENTS = ("requirements-serve.txt", "requirements.txt", "requirements-dev.txt")
GIVEN = ["dash", "plotly", "jax", "jaxlib", "umap-learn", "pandas", "numpy", "flask-caching", "gunicorn"]


def tracked() -> list[str]:
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, check=True, capture_output=True, text=True)
    return [name for name in listed.stdout.split("\0") if name and (ROOT / name).is_file()]


def pins(file: str) -> dict[str, str]:
    text = (ROOT / file).read_text(encoding="utf-8")
    return dict(re.findall(r"^([\w.-]+)==(\S+)$", text, flags=re.MULTILINE))


def test_no_file_names_a_place_on_somebodys_machine():
    found = [
        f"{name}:{number}: {line.strip()}"
        for name in tracked()
        if (ROOT / name).suffix in TEXT and ROOT / name != ROOT / "tests/contract/test_repository.py"
        for number, line in enumerate((ROOT / name).read_text(encoding="utf-8").splitlines(), 1)
        if PLACES.search(line)
    ]
    assert not found, "\n".join(found)


@pytest.mark.parametrize("file", REQUIREMENTS)
def test_requirements_are_exact_and_installed(file):
    lines = (ROOT / file).read_text(encoding="utf-8").splitlines()
    assert all(re.fullmatch(r"#.*|-r \S+|[\w.-]+==\S+", line) for line in lines)
    different = {name: version for name, version in pins(file).items() if distribution(name).version != version}
    assert not different, "Run `make pin`, or install the pinned versions."


def test_requirements_show_the_products_packages():
    assert set(GIVEN) <= set(pins("requirements.txt"))


def test_serving_installs_no_building_package():
    assert not {"pandas", "umap-learn", "scikit-learn", "numba", "optax"} & set(pins("requirements-serve.txt"))


def test_release_has_one_number():
    version = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["version"]
    assert f"version: {version}\n" in (ROOT / "CITATION.cff").read_text(encoding="utf-8")
    assert f"[{version}]" in (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")


def test_container_holds_every_folder_that_serving_imports():
    allowed = set(re.findall(r"^!(\S+)$", (ROOT / ".dockerignore").read_text(encoding="utf-8"), flags=re.MULTILINE))
    assert {"app.py", "gunicorn.conf.py", "assets", "components", "data", "model", "pages", "server"} <= allowed
