"""The wheel `galactic_neon`: complete, light to import, and with every command in an environment of its own."""

import ast
import os
import re
import shutil
import subprocess
import sys
import tomllib
from email.parser import Parser
from importlib.metadata import packages_distributions
from pathlib import Path
from typing import NamedTuple
from zipfile import ZipFile

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import yaml
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from commands.extras import EXTRAS
from scripts.release_check import RECIPE, ReleaseError, recipe, release_notes, unstated
from setup import (
    APP,
    FILES,
    LIBRARY,
    PACKAGES,
    PREFIXES,
    ImportFormError,
    long_description,
    with_absolute_links,
    with_absolute_names,
)

ROOT = Path(__file__).resolve().parent.parent
SOURCES = ("pyproject.toml", "setup.py", "MANIFEST.in", "README.md", "LICENSE", "CHANGELOG.md", "CITATION.cff")
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
PROGRAM = """
import importlib
import pkgutil
import sys
import warnings
import numpy as np
import galactic_neon
from galactic_neon import LINES, continuum_bins, load_params, measure_lines, place_on_map, predict_ew, sample_many
flux = np.linspace(1, 2, 12, dtype=np.float32)
ew = predict_ew(load_params(), flux)
assert ew.shape == (len(LINES),) and np.isfinite(ew).all()
assert np.isfinite(place_on_map(load_params(), flux).position).all()
assert np.isfinite(sample_many(1, load_params(), flux[None])[0]).all()
from galactic_neon.spectra.starlight import starlight
assert np.isfinite(starlight(flux)).all()
with warnings.catch_warnings(record=True) as said:
    warnings.simplefilter("always")
    assert galactic_neon.Observed is galactic_neon.ObservedLines and "ObservedLines" in str(said[0].message)
from importlib.metadata import version
assert galactic_neon.__version__ == version("galactic-neon")
# `app` and `__main__` need the extras; the library's own modules need none.
EXTRAS = ("galactic_neon.app", "galactic_neon.__main__")
for module in pkgutil.iter_modules(galactic_neon.__path__, "galactic_neon."):
    if module.name not in EXTRAS:
        importlib.import_module(module.name)
        inner = importlib.import_module(module.name)
        for one in pkgutil.walk_packages(getattr(inner, "__path__", []), f"{module.name}."):
            importlib.import_module(one.name)
strangers = {"model", "data", "server", "click", "dash", "pandas", "pyarrow", "optax", "sklearn", "umap"}
strangers &= set(sys.modules)
assert not strangers, strangers
assert not any(name.startswith("galactic_neon.app") for name in sys.modules)
"""
GALAXIES = 40
REPOSITORY = "https://git.example.org/neon"
BROUGHT_BY_OTHERS = ("flask", "werkzeug", "limits", "urllib3")
"""By dash, flask, flask-limiter and requests."""


class Built(NamedTuple):
    """The source distribution, and the wheel that was built from it."""

    source: Path
    wheel: Path


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Built:
    folder = tmp_path_factory.mktemp("built")
    source = folder / "source"
    source.mkdir()
    ignore = shutil.ignore_patterns("__pycache__")
    for name in (*SOURCES, "app.py", "gunicorn.conf.py"):
        shutil.copy(ROOT / name, source)
    for name in (*PACKAGES, "assets", "model"):
        shutil.copytree(ROOT / name, source / name, ignore=ignore)
    # What an earlier build left must not come along.
    (source / "build/lib/galactic_neon/app").mkdir(parents=True)
    (source / "build/lib/galactic_neon/app/stale.py").touch()
    build = [sys.executable, "-m", "uv", "build", "--quiet", "--offline", "--no-build-isolation"]
    subprocess.run([*build, "--python", sys.executable, "--out-dir", folder, source], check=True)
    (made,), (wheel,) = folder.glob("*.tar.gz"), folder.glob("*.whl")
    return Built(made, wheel)


def files_of(folder: Path) -> set[str]:
    files = (path.relative_to(folder) for path in folder.rglob("*") if path.is_file())
    return {path.as_posix() for path in files if "__pycache__" not in path.parts}


def metadata(wheel: Path, name: str = "METADATA") -> str:
    with ZipFile(wheel) as archive:
        (found,) = (held for held in archive.namelist() if held.endswith(f".dist-info/{name}"))
        return archive.read(found).decode()


@pytest.mark.slow
def test_the_wheel_holds_every_file_and_nothing_beside_galactic_neon(built):
    with ZipFile(built.wheel) as archive:
        held = {name for name in archive.namelist() if not name.partition("/")[0].endswith(".dist-info")}
    wanted = files_of(ROOT / "model") | {f"{APP}/__init__.py", *FILES.values()}
    wanted |= {f"{APP}/{name}/{file}" for name in (*PACKAGES, "assets") for file in files_of(ROOT / name)}
    wanted -= {f"{APP}/commands/__main__.py"}
    assert held == {f"{LIBRARY}/{name}" for name in wanted}
    assert {"galactic_neon/py.typed", "galactic_neon/storage/weights/default.safetensors"} <= held
    assert "galactic_neon/app/data/files/mock.parquet" in held
    assert built.wheel.stat().st_size < 12e6


@pytest.mark.slow
def test_no_module_of_the_wheel_imports_a_name_of_the_clone(built):
    with ZipFile(built.wheel) as archive:
        for name in archive.namelist():
            if name.endswith(".py"):
                for node in ast.walk(ast.parse(archive.read(name))):
                    if isinstance(node, ast.ImportFrom) and not node.level:
                        assert str(node.module).partition(".")[0] not in PREFIXES, f"{name}: {node.module}"


@pytest.mark.slow
def test_the_metadata_say_what_an_index_shows(built):
    about = Parser().parsestr(metadata(built.wheel))
    assert (about["Name"], about["Version"]) == ("galactic-neon", PROJECT["version"])
    assert set(about.get_all("Provides-Extra", [])) == {"cli", "web", "train", "dsps", "survey"}
    assert about["License-Expression"] == "MIT"
    assert about["Author"] == "Galactic Neon developers"
    assert about["Description-Content-Type"] == "text/markdown"
    assert about.get_payload() == long_description()
    assert {"Programming Language :: Python :: 3.13", "Typing :: Typed"} <= set(about.get_all("Classifier", []))
    assert metadata(built.wheel, "entry_points.txt").split() == [
        "[console_scripts]",
        "galactic-neon",
        "=",
        "galactic_neon.__main__:start",
    ]
    checked = subprocess.run(
        [sys.executable, "-m", "twine", "check", "--strict", *built], capture_output=True, text=True
    )
    assert checked.returncode == 0, checked.stdout


@pytest.mark.slow
def test_the_wheel_installs_alone_and_predicts(built, tmp_path):
    install = [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--no-index"]
    subprocess.run([*install, "--target", tmp_path / "site", built.wheel], check=True)
    environment = os.environ | {"PYTHONPATH": str(tmp_path / "site")}
    subprocess.run([sys.executable, "-c", PROGRAM], check=True, cwd=tmp_path, env=environment)


@pytest.fixture(scope="module")
def clean(built: Built, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with an environment `env`, which holds the wheel with its extra `cli`, and a table of galaxies."""
    folder = tmp_path_factory.mktemp("clean")
    uv = [sys.executable, "-m", "uv", "--quiet"]
    subprocess.run([*uv, "venv", "--python", sys.executable, folder / "env"], check=True)
    install = [*uv, "pip", "install", "--python", folder / "env/bin/python"]
    # With the versions that the tests are pinned to.
    install += ["--constraint", ROOT / "requirements-serve.txt"]
    subprocess.run([*install, built.wheel], check=True)
    without = subprocess.run([folder / "env/bin/galactic-neon", "--help"], capture_output=True, text=True)
    assert without.returncode == 1
    assert without.stderr == "galactic-neon needs click. Install it: pip install 'galactic-neon[cli]'\n"
    subprocess.run([*install, f"galactic-neon[cli] @ {built.wheel.as_uri()}"], check=True)
    flux = np.random.default_rng(3).lognormal(0, 0.1, (GALAXIES, 12)).astype(np.float32)
    pq.write_table(pa.table({f"flux_{index:02d}": flux[:, index] for index in range(12)}), folder / "a.parquet")
    return folder


def started(folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    command = [folder / "env/bin" / words[0], *words[1:]]
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, env=environment)


@pytest.mark.slow
def test_in_a_clean_environment_the_command_line_predicts_as_the_library_does(clean):
    done = started(clean, "galactic-neon", "predict", "a.parquet", "b.parquet")
    assert done.returncode == 0, done.stderr
    program = """
import numpy as np, pyarrow.parquet as pq
from galactic_neon import LINES, load_params, predict_ew
flux = np.column_stack([column.to_numpy() for column in pq.read_table("a.parquet").columns])
out = pq.read_table("b.parquet")
ew = np.column_stack([out[f"{line.name}_EW"].to_numpy() for line in LINES])
assert np.allclose(ew, predict_ew(load_params(), flux), rtol=1e-4, atol=1e-4)
print(len(ew))
"""
    checked = started(clean, "python", "-c", program)
    assert checked.stdout == f"{GALAXIES}\n", checked.stderr
    (site,) = (clean / "env/lib").glob("python*/site-packages")
    assert not {*PACKAGES, "model", "assets", "app.py", "cli.py"} & {path.name for path in site.iterdir()}


@pytest.mark.slow
@pytest.mark.parametrize(
    ("words", "status", "says"),
    [
        (["galactic-neon", "--help"], 0, "Usage: galactic-neon [OPTIONS] COMMAND"),
        (["galactic-neon", "predict", "--help"], 0, "  galactic-neon predict galaxies.csv lines.parquet"),
        (["galactic-neon", "--version"], 0, PROJECT["version"]),
        (["galactic-neon", "self-test"], 0, "predicts the stored values"),
        (["galactic-neon", "catalogue", "mock", "--n", "5", "mock.parquet"], 0, "5 galaxies"),
        (["galactic-neon", "predict"], 2, "Usage: galactic-neon predict"),
        (["galactic-neon", "predict", "none.csv", "b.csv"], 1, "galactic-neon predict: There is no file 'none.csv'"),
        (["python", "-m", "galactic_neon", "predict"], 2, "Usage: python -m galactic_neon predict"),
        (["galactic-neon", "evaluate", "a.parquet"], 1, "Install it: pip install 'galactic-neon[train]'"),
        (["galactic-neon", "serve"], 1, "needs gunicorn. Install it: pip install 'galactic-neon[web]'"),
    ],
)
def test_in_a_clean_environment_every_command_answers(clean, words, status, says):
    done = started(clean, *words)
    assert says in done.stdout + done.stderr
    assert done.returncode == status
    assert "Traceback" not in done.stderr


def test_imports_are_written_for_the_wheel_and_nothing_else_is():
    code = b'"""from data.x import y"""\nfrom data.x import y; from model import z\nif y:\n    from database import z\n'
    written = with_absolute_names(code, "x.py").decode().splitlines()
    assert written == [
        '"""from data.x import y"""',
        "from galactic_neon.app.data.x import y; from galactic_neon import z",
        "if y:",
        "    from database import z",
    ]


@pytest.mark.parametrize("code", [b"import data.x\n", b"from \\\n  data import x\n"])
def test_an_import_that_cannot_be_written_for_the_wheel_stops_the_build(code):
    with pytest.raises(ImportFormError, match=r"x\.py, line 1"):
        with_absolute_names(code, "x.py")


def test_every_package_of_the_clone_is_in_the_wheel():
    folders = {path.parent.name for path in ROOT.glob("*/__init__.py")}
    assert folders - {"model", "tests", "benchmarks", "scripts"} == set(PACKAGES)


def test_the_extras_bring_what_the_code_imports():
    """The names of packages differ from those of distributions; `importlib.metadata` knows both."""
    distributions = packages_distributions()
    for extra, packages in EXTRAS.items():
        wanted = [Requirement(line) for line in PROJECT["optional-dependencies"][extra]]
        brought = {canonicalize_name(one.name) for one in wanted}
        for package in packages:
            if package not in BROUGHT_BY_OTHERS:
                assert brought & set(map(canonicalize_name, distributions[package])), f"{extra}: {package}"


def test_the_recipe_for_conda_needs_what_the_wheel_and_its_command_line_need(tmp_path):
    text = RECIPE.read_text(encoding="utf-8")
    stated = yaml.safe_load(text)
    lines = [*PROJECT["dependencies"], *PROJECT["optional-dependencies"]["cli"]]
    wanted = {(one.name, str(one.specifier)) for one in map(Requirement, lines)}
    run = {tuple(line.split(" ", 1)) for line in stated["requirements"]["run"]}
    assert run - {("python", ">=${{ python_min }}")} == wanted
    assert stated["context"]["version"] == PROJECT["version"]
    assert f">={stated['context']['python_min']}" == PROJECT["requires-python"]
    (tmp_path / "source.tar.gz").write_bytes(b"")
    filled = yaml.safe_load(recipe(text, "7.8.9", tmp_path / "source.tar.gz", REPOSITORY))
    assert filled["context"]["version"] == "7.8.9"
    assert filled["about"] == stated["about"] | {"homepage": REPOSITORY, "repository": REPOSITORY}
    assert filled["source"]["sha256"].startswith("e3b0c442")


def test_release_notes_are_the_section_of_the_version():
    text = "# Changes\n\n## [Unreleased]\n\n- new\n\n## [1.1.0] - 2026-01-02\n\n- a\n\n## [1.0.0] - 2026-01-01\n\n- b\n"
    assert release_notes(text, "1.1.0") == "- a\n"
    assert release_notes(text, "1.0.0") == "- b\n"
    with pytest.raises(ReleaseError, match=r"## \[1\.2\.0\] - YYYY-MM-DD"):
        release_notes(text, "1.2.0")
    assert release_notes((ROOT / "CHANGELOG.md").read_text(encoding="utf-8"), PROJECT["version"])


def test_a_release_is_not_ready_before_its_maintainers_have_stated_what_only_they_know():
    text = RECIPE.read_text(encoding="utf-8")
    named = text.replace("recipe-maintainers: []", "recipe-maintainers:\n    - somebody")
    assert unstated(REPOSITORY, named) == []
    (about_repository,) = unstated("", named)
    assert "[project.urls]" in about_repository
    (about_maintainers,) = unstated(REPOSITORY, text)
    assert about_maintainers.startswith("packaging/conda/recipe.yaml names no maintainer")


def links(markdown: str) -> list[str]:
    return re.findall(r"\]\(([^)#][^)]*)\)", markdown) + re.findall(r'<img src="([^"]+)"', markdown)


def test_links_of_the_readme_lead_to_files_of_the_release_on_a_package_index():
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    written = with_absolute_links(text, f"{REPOSITORY}/", "7.8.9")
    assert all(link.startswith("https://") for link in links(written))
    own = [link for link in links(written) if link.startswith(REPOSITORY)]
    assert len(own) > 30
    for link in own:
        view, tag, path = link.removeprefix(f"{REPOSITORY}/").split("/", 2)
        assert (view, tag) == ("raw" if path.endswith(".png") else "blob", "v7.8.9")
        assert (ROOT / path.partition("#")[0]).exists(), path
    assert with_absolute_links(text, "", "7.8.9") == text


def test_no_file_but_pyproject_states_an_address_of_the_repository():
    files = [*ROOT.glob("*.*"), *ROOT.glob("docs/**/*.md"), *ROOT.glob("packaging/**/*.*"), *ROOT.glob("scripts/*.py")]
    address = re.compile(r"https://[\w.]+/[\w-]+/galactic-neon\b")
    read = [path for path in files if path.suffix in {".md", ".cff", ".yaml", ".yml", ".py"}]
    assert len(read) > 50
    assert not [path for path in read if address.search(path.read_text(encoding="utf-8"))]
