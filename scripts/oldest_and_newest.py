"""Compare predictions of the wheel with the oldest and the newest packages that it claims to work with.

    .venv/bin/python scripts/oldest_and_newest.py dist/galactic_neon-*.whl

For each Python that is found on the path or in pyenv's folder, the wheel is put into a new environment with its extra
`cli`, once with the lowest version of each dependency that its metadata allow and once with the newest. All predict the
same galaxies, through the library and through `galactic-neon predict`, and a number that differs by more than
`TOLERANCES` fails. The environments are made with uv in a temporary folder; it takes minutes (docs/decisions/0022).
"""

import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final, NamedTuple
from zipfile import ZipFile

import numpy as np
from packaging.requirements import Requirement

PYTHONS: Final = ("3.11", "3.12", "3.13")
RESOLUTIONS: Final = {"oldest": "lowest-direct", "newest": "highest"}
TOLERANCES: Final = {"predict": 1e-5, "": 1e-5}
"""Largest difference of answers whose name begins so, relative to the larger of the number and 1 (Å, for EWs).

Releases of JAX round sums of float32 numbers differently: 1e-6, the first aim, was met by none before 0.10.
"""
NAMES: Final = ("jax", "jaxlib", "jaxtyping", "numpy", "safetensors", "pyarrow", "astropy", "click")
PROGRAM: Final = """
import json
import sys
from importlib.metadata import version
import jax
import numpy as np
import galactic_neon as neon
from galactic_neon.__main__ import start
params = neon.load_params()
flux = (np.random.default_rng(3).lognormal(0, 0.1, (200, 12)) * np.linspace(1, 2, 12)).astype(np.float32)
luminosity = np.linspace(5.5, 7.5, 200).astype(np.float32)
asked = {
    "predict": neon.predict(params, flux),
    "predict, luminosity": neon.predict(params, flux, luminosity),
    "intrinsic_ew": neon.intrinsic_ew(params, flux[:20]),
    "sample_many": neon.sample_many(1, params, flux[:50]),
    "place_on_map": neon.place_on_map(params, flux),
    "domain_score": neon.domain_score(params, flux),
    "gradient": jax.jacfwd(neon.predict_ew, argnums=1)(params, flux[0]),
}
answers = {
    f"{name} {number}": leaf for name, value in asked.items() for number, leaf in enumerate(jax.tree.leaves(value))
}
import pyarrow as pa
import pyarrow.parquet as pq
table = pa.table({f"flux_{bin:02d}": flux[:, bin] for bin in range(12)} | {"log_luminosity": luminosity})
pq.write_table(table, "in.parquet")
sys.argv = ["galactic-neon", "predict", "in.parquet", "out.parquet", "--noise", "observed"]
assert start() == 0
out = pq.read_table("out.parquet")
floats = [field.name for field in out.schema if pa.types.is_floating(field.type)]
answers |= {name: out[name].to_numpy() for name in floats}
versions = {name: version(name) for name in json.loads(sys.stdin.read())}
answers = {name: np.asarray(one, float).tolist() for name, one in answers.items()}
print(json.dumps({"versions": versions, "answers": answers}))
"""


class Answers(NamedTuple):
    """What one environment computes: its title, the versions of its packages, and numbers by name."""

    title: str
    versions: dict[str, str]
    numbers: dict[str, np.ndarray]


def main(wheel: Path) -> int:
    """Compare all environments with the last one, and print a table."""
    with tempfile.TemporaryDirectory() as folder:
        found = list(environments(wheel.resolve(), Path(folder)))
    if not found:
        sys.stderr.write(f"None of Python {', '.join(PYTHONS)} is installed.\n")
        return 1
    reference, passed = found[-1], True
    print(f"| environment | {' | '.join(NAMES)} | predictions | all others |\n{'| --- ' * (len(NAMES) + 3)}|")
    for one in found:
        largest: dict[str, tuple[float, str]] = dict.fromkeys(TOLERANCES, (0.0, ""))
        for name, value in reference.numbers.items():
            beginning = next(each for each in TOLERANCES if name.startswith(each))
            largest[beginning] = max(largest[beginning], (difference(one.numbers[name], value), name))
        passed &= all(size <= TOLERANCES[beginning] for beginning, (size, _) in largest.items())
        said = [f"{size:.1e} ({name})" if size else "0" for size, name in largest.values()]
        print(f"| {one.title} | {' | '.join([*(one.versions[name] for name in NAMES), *said])} |")
    if not passed:
        sys.stderr.write(f"Predictions differ by more than {TOLERANCES}.\n")
    return 0 if passed else 1


def environments(wheel: Path, folder: Path) -> Iterator[Answers]:
    """Make the environments one after another and yield what each computes."""
    for python in PYTHONS:
        interpreter = find(python)
        if interpreter is None:
            sys.stderr.write(f"Python {python} is not installed; it is left out.\n")
            continue
        for title, resolution in RESOLUTIONS.items():
            place = folder / f"{python}-{title}"
            subprocess.run([*uv("venv"), "--python", interpreter, place], check=True)
            # As direct dependencies; uv would take the newest of a dependency's.
            needed = [f"galactic-neon[cli] @ {wheel.as_uri()}", *dependencies(wheel)]
            install = [
                *uv("pip", "install"),
                "--python",
                place / "bin" / "python",
                "--resolution",
                resolution,
                "--no-build",
            ]
            subprocess.run([*install, *needed], check=True)
            yield Answers(f"Python {python}, {title}", *computed(place))


def find(python: str) -> str | None:
    """Return the path of an interpreter that starts; None if there is none."""
    versions = Path(os.environ.get("PYENV_ROOT", "~/.pyenv")).expanduser() / "versions"
    for path in (shutil.which(f"python{python}"), *map(str, versions.glob(f"{python}.*/bin/python"))):
        if path and not subprocess.run([path, "-c", ""], capture_output=True, check=False).returncode:
            return path
    return None


def dependencies(wheel: Path) -> list[str]:
    """Return what a wheel and its extra `cli` need."""
    with ZipFile(wheel) as archive:
        (name,) = (name for name in archive.namelist() if name.endswith(".dist-info/METADATA"))
        lines = archive.read(name).decode().split("\n\n")[0].splitlines()
    found = [Requirement(line.partition(": ")[2]) for line in lines if line.startswith("Requires-Dist: ")]
    chosen = [one for one in found if one.marker is None or one.marker.evaluate({"extra": "cli"})]
    return [f"{one.name}{one.specifier}" for one in chosen]


def computed(place: Path) -> tuple[dict[str, str], dict[str, np.ndarray]]:
    """Return the versions and the numbers of an environment; end with a sentence where it cannot predict."""
    command = [place / "bin" / "python", "-c", PROGRAM]
    done = subprocess.run(command, cwd=place, input=json.dumps(NAMES), stdout=subprocess.PIPE, text=True, check=False)
    if done.returncode:
        sys.exit(f"The environment {place.name} cannot predict: see above.")
    answer: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return answer["versions"], {name: np.array(one, float) for name, one in answer["answers"].items()}


def difference(one: np.ndarray, other: np.ndarray) -> float:
    """Return the largest difference of two arrays; infinite if they have missing numbers in other places."""
    if one.shape != other.shape or not np.array_equal(np.isnan(one), np.isnan(other)):
        return float("inf")
    return float(np.nanmax(np.abs(one - other) / np.maximum(np.abs(other), 1), initial=0.0))


def uv(*words: str) -> list[str]:
    """Return the beginning of a command of uv."""
    return [sys.executable, "-m", "uv", "--quiet", *words]


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
