"""The licences of the product, its data and its packages are in the image; the bill of materials names the release."""

import json
import re
import shutil
import subprocess
import sys
import sysconfig
from importlib.metadata import distribution
from pathlib import Path

import pytest

from scripts import prune
from scripts.container_check import LICENCE, without_licence
from scripts.dockerfile_steps import context
from tests.serving import ROOT

KEPT = ROOT / "packaging" / "licences"
SERVED = re.findall(r"^([\w.-]+)==", (ROOT / "requirements-serve.txt").read_text(encoding="utf-8"), flags=re.MULTILINE)
PACKAGES = Path(sysconfig.get_paths()["purelib"])


def licence_files(package: str) -> list[Path]:
    return [
        Path(str(file))
        for file in distribution(package).files or []
        if LICENCE.match(file.name) and ".dist-info" in str(file)
    ]


def test_the_image_gets_the_licences_of_the_product_and_of_its_data():
    listed = [
        "git",
        "ls-files",
        "-co",
        "--exclude-standard",
        "LICENSE",
        "data",
        "model",
        "assets",
        "packaging/licences",
    ]
    names = subprocess.run(listed, cwd=ROOT, check=True, capture_output=True, text=True).stdout.splitlines()
    licences = {name for name in names if LICENCE.match(Path(name).name) or name.startswith("packaging/")}
    assert licences >= {
        "LICENSE",
        "data/files/LICENSE-filters.md",
        "data/files/examples/LICENSE-fastspecfit.rst",
        "model/spectra/templates_data/LICENSE.md",
        "packaging/licences/flask-cors.txt",
    }
    assert licences <= {str(path) for path in context()}


@pytest.mark.parametrize("package", SERVED)
def test_each_package_has_its_licence_in_the_image(package: str):
    assert licence_files(package) or (KEPT / f"{package}.txt").exists()


def test_the_image_loses_no_licence_but_with_its_package():
    removed = set(prune.unwanted(PACKAGES))
    for package in SERVED:
        for file in licence_files(package):
            path = PACKAGES / file
            assert PACKAGES / file.parts[0] in removed or not removed & {path, *path.parents}


def test_no_licence_is_kept_for_a_package_that_brings_its_own():
    for path in KEPT.iterdir():
        assert path.stem in SERVED
        assert not licence_files(path.stem)


def test_the_check_of_the_image_finds_what_is_missing(tmp_path: Path):
    packages = tmp_path / "opt" / "venv" / "lib" / "python3.11" / "site-packages"
    for name in ("with_it-1.0.dist-info/licenses", "without-1.0.dist-info", "flask_cors-6.0.dist-info"):
        (packages / name).mkdir(parents=True)
    (packages / "with_it-1.0.dist-info" / "licenses" / "LICENSE.txt").touch()
    for path in context():
        if LICENCE.match(path.name) or "licences" in path.parts:
            (tmp_path / "app" / path).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(ROOT / path, tmp_path / "app" / path)
    assert without_licence(tmp_path) == ["without"]
    (tmp_path / "app" / "LICENSE").unlink()
    assert without_licence(tmp_path) == ["LICENSE", "without"]


def test_the_sources_of_the_filters_are_named():
    named = (ROOT / "data/files/LICENSE-filters.md").read_text(encoding="utf-8")
    table = (ROOT / "data/files/filters.csv").read_text(encoding="utf-8")
    surveys = set(re.findall(r"^(\w+) \w+,", table, flags=re.MULTILINE))
    assert len(surveys) == 5
    for survey in surveys:
        assert f"`{survey} " in named
    for licence in (
        "Redistribution and use in source and binary forms",
        "Permission is hereby granted, free of charge",
    ):
        assert licence in named


def test_the_bill_of_materials_names_the_release_and_every_package(tmp_path: Path):
    recipe = re.search(
        r"^\t@\$\(BIN\)/cyclonedx-py (.*?)\n(?!\t\t)", (ROOT / "Makefile").read_text("utf-8"), re.M | re.S
    )
    assert recipe
    words = recipe[1].replace("\\\n", " ").replace("dist/sbom.json", str(tmp_path / "sbom.json")).split()
    subprocess.run([Path(sys.executable).with_name("cyclonedx-py"), *words], cwd=ROOT, check=True, capture_output=True)
    bill = json.loads((tmp_path / "sbom.json").read_text(encoding="utf-8"))
    version = re.search(r'^version = "(.*)"$', (ROOT / "pyproject.toml").read_text(encoding="utf-8"), re.MULTILINE)
    assert version
    about = bill["metadata"]["component"]
    assert (about["name"], about["version"], about["type"]) == ("galactic-neon", version[1], "application")
    assert {component["name"] for component in bill["components"]} == set(SERVED)
