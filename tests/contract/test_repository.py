"""What holds for the repository as a whole: it speaks of the product alone, and its files agree."""

import ast
import re
import subprocess
import sys
import tomllib
from importlib.metadata import distribution, packages_distributions

import pytest
from packaging.utils import canonicalize_name

from model.storage.release import __version__
from server.process import selftest
from tests.serving import ROOT

TEXT = (
    ".py",
    ".js",
    ".mjs",
    ".css",
    ".md",
    ".toml",
    ".txt",
    ".yaml",
    ".yml",
    ".json",
    ".cff",
    ".cfg",
    ".sh",
    ".svg",
    "",
)
# A folder of somebody's machine, except the one that the container makes; a package index other than the public one.
PLACES = re.compile(
    r"(?<![\w.~])/(?:home/(?!neon\b)|root/|Users/|work/|mnt/)|file:///|(?:extra-)?index-url|--find-links"
)
REQUIREMENTS = ("requirements-serve.txt", "requirements.txt", "requirements-dev.txt")
BY_HAND = ("scripts/filter_curves.py",)  # says itself what to install
GIVEN = ["dash", "plotly", "jax", "jaxlib", "umap-learn", "pandas", "numpy", "flask-caching", "gunicorn"]


def tracked() -> list[str]:
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, check=True, capture_output=True, text=True)
    return [name for name in listed.stdout.split("\0") if name and (ROOT / name).is_file()]


def pins(file: str) -> dict[str, str]:
    text = (ROOT / file).read_text(encoding="utf-8")
    return dict(re.findall(r"^([\w.-]+)(?:\[[\w,-]+\])?==(\S+)$", text, flags=re.MULTILINE))


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
    assert all(re.fullmatch(r"#.*|-r \S+|[\w.-]+(\[[\w,-]+\])?==\S+", line) for line in lines)
    different = {name: version for name, version in pins(file).items() if distribution(name).version != version}
    assert not different, "Run `make pin`, or install the pinned versions."


def test_requirements_show_the_products_packages():
    assert set(GIVEN) <= set(pins("requirements.txt"))


def test_serving_installs_no_building_package():
    assert not {"pandas", "umap-learn", "scikit-learn", "numba", "optax"} & set(pins("requirements-serve.txt"))


def test_every_package_that_the_code_imports_is_pinned():
    own = packages_distributions()
    pinned = {canonicalize_name(name) for file in REQUIREMENTS for name in pins(file)}
    imported = set()
    for name in tracked():
        if name.endswith(".py") and name not in BY_HAND:
            for node in ast.walk(ast.parse((ROOT / name).read_text(encoding="utf-8"))):
                if isinstance(node, ast.Import):
                    imported |= {each.name.partition(".")[0] for each in node.names}
                elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
                    imported.add(node.module.partition(".")[0])
    packages = {name: own[name] for name in imported - set(sys.stdlib_module_names) if name in own}
    assert not {name for name, among in packages.items() if not pinned & set(map(canonicalize_name, among))}


def test_release_has_one_number():
    version = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["version"]
    assert f"version: {version}\n" in (ROOT / "CITATION.cff").read_text(encoding="utf-8")
    assert version == __version__
    assert f"\n## [{version}] - 20" in (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")


def test_container_holds_every_folder_that_serving_imports():
    allowed = set(re.findall(r"^!(\S+)$", (ROOT / ".dockerignore").read_text(encoding="utf-8"), flags=re.MULTILINE))
    assert {"app.py", "gunicorn.conf.py", "assets", "components", "data", "model", "pages", "server"} <= allowed


def test_the_lock_has_the_served_packages_with_hashes():
    text = (ROOT / "requirements-serve.lock").read_text(encoding="utf-8")
    locked = dict(re.findall(r"^([\w.-]+)==(\S+) \\\n    --hash=sha256:[0-9a-f]{64}", text, flags=re.MULTILINE))
    assert locked == pins("requirements-serve.txt"), "Run `make pin`."


def test_container_installs_by_hash_and_runs_as_nobody_special():
    dockerfile = (ROOT / "Dockerfile").read_text(encoding="utf-8")
    assert "--require-hashes -r requirements-serve.lock" in dockerfile
    assert re.search(r"^ARG PYTHON=python:\d+\.\d+\.\d+-slim-\w+$", dockerfile, flags=re.MULTILINE)
    assert re.findall(r"^USER (\S+)$", dockerfile, flags=re.MULTILINE)[-1] == "1000"
    assert "HEALTHCHECK" in dockerfile


def test_golden_prediction_is_that_of_the_committed_weights():
    selftest.check()  # after new weights: `python -m server.process.selftest`
