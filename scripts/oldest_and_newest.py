"""Compare predictions of the wheel with the oldest and the newest packages that it claims to work with.

    .venv/bin/python scripts/oldest_and_newest.py dist/galactic_neon-*.whl

For each Python that is installed, the wheel is put into a new environment with its extra `cli`, once with the lowest
version of each direct dependency that its metadata allow and once with the newest. All predict the same galaxies, through
the library and through `galactic-neon predict`, and a number that differs by more than `TOLERANCE` fails. The
environments are made with uv in a temporary folder; it takes minutes (docs/decisions/0022).
"""

import json
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final, NamedTuple

import numpy as np

PYTHONS: Final = ("3.11", "3.12", "3.13")
RESOLUTIONS: Final = {"oldest": "lowest-direct", "newest": "highest"}
TOLERANCE: Final = 1e-6
"""Largest difference, relative to the larger of the number and 1 (Å, for equivalent widths)."""
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
    reference = found[-1]
    worst = 0.0
    print(f"| environment | {' | '.join(NAMES)} | largest difference |\n{'| --- ' * (len(NAMES) + 2)}|")
    for one in found:
        differences = {name: difference(one.numbers[name], value) for name, value in reference.numbers.items()}
        name, largest = max(differences.items(), key=lambda item: item[1])
        worst = max(worst, largest)
        said = f"{largest:.1e} ({name})" if largest else "0"
        print(f"| {one.title} | {' | '.join(one.versions[name] for name in NAMES)} | {said} |")
    if not worst <= TOLERANCE:
        sys.stderr.write(f"Predictions differ by {worst:.1e}; {TOLERANCE:.0e} is allowed.\n")
        return 1
    return 0


def environments(wheel: Path, folder: Path) -> Iterator[Answers]:
    """Make the environments one after another and yield what each computes."""
    for python in PYTHONS:
        if subprocess.run([*uv("python", "find"), python], capture_output=True, check=False).returncode:
            sys.stderr.write(f"Python {python} is not installed; it is left out.\n")
            continue
        for title, resolution in RESOLUTIONS.items():
            place = folder / f"{python}-{title}"
            subprocess.run([*uv("venv"), "--python", python, place], check=True)
            needed = [f"galactic-neon[cli] @ {wheel.as_uri()}"]
            install = [*uv("pip", "install"), "--python", place / "bin" / "python", "--resolution", resolution]
            subprocess.run([*install, *needed], check=True)
            yield Answers(f"Python {python}, {title}", *computed(place))


def computed(place: Path) -> tuple[dict[str, str], dict[str, np.ndarray]]:
    """Return the versions and the numbers of an environment."""
    command = [place / "bin" / "python", "-c", PROGRAM]
    done = subprocess.run(command, cwd=place, input=json.dumps(NAMES), stdout=subprocess.PIPE, text=True, check=True)
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
