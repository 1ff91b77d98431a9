"""Build and test the Dockerfile without a container engine: ``make container-check`` (Debian, root).

A Debian with Python replaces the base image. The steps of the Dockerfile are executed in a copy of it. The result is
inspected, started as the Dockerfile's user with a read-only root, tested until it is ready, and ended. Build arguments
are given as ``NAME=VALUE``.
"""

import re
import shutil
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path
from typing import Final

from scripts.dockerfile_steps import WORK, Stage, build, context, debian

LIMIT_MB: Final = 1000
PORT: Final = 8139
READY_SECONDS: Final = 120
UNWANTED: Final = ("umap", "numba", "sklearn", "pandas", "optax", "pip", "setuptools")
LICENCES: Final = "app/packaging/licences"
LICENCE: Final = re.compile(r"(.*[-_])?(licen[cs]e|copying)", re.IGNORECASE)
UNWANTED_PROGRAMS: Final = ("gcc", "cc", "make", "ld")
READ_ALL: Final = """
import numpy as np
from analysis import isolation
from analysis.emission.synthetic_spectrum import LineShape, as_file, spectrum_of_bins
from data.formats import FORMATS
columns = spectrum_of_bins(np.ones(12, np.float32), np.ones(10, np.float32), LineShape(), 0.1)
for form, kind in FORMATS.items():
    content, *_ = as_file(columns, LineShape(), "default", form)
    assert isolation.read_upload([(content, f"spectrum{kind.extensions[0]}")]).columns
    print(f"Wrote and read {kind.label}.")
"""


def main(arguments: dict[str, str]) -> None:
    """Build the image, inspect and start it, and print its size."""
    base = debian()
    final = build(base, arguments)
    inspect(final)
    size, ours = _size(final.root), _size(final.root) - _size(base)
    final.run(["python", "-c", READ_ALL])
    print(f"Unpacked: {size} MB, of which {ours} MB are added to the base; the limit is {LIMIT_MB} MB.")
    if size > LIMIT_MB:
        raise SystemExit("The image is larger than its limit.")
    start(final)


def inspect(final: Stage) -> None:
    """Stop if the last stage has packages or programs for building, or files that its user could change."""
    packages = [path.name for path in final.root.glob("opt/venv/lib/python3*/site-packages/*")]
    found = [name for name in UNWANTED if name in packages]
    found += [
        name
        for name in UNWANTED_PROGRAMS
        for folder in ("usr/bin", "opt/venv/bin")
        if (final.root / folder / name).exists()
    ]
    if found:
        raise SystemExit(f"The last stage holds {', '.join(found)}.")
    if final.user in ("0", "root"):
        raise SystemExit("The container would run as root.")
    writable = subprocess.run(
        final.inside(["find", "/app", "/opt", "/galaxies", "-writable", "!", "-type", "l"]),
        capture_output=True,
        check=True,
    )
    if writable.stdout:
        raise SystemExit(f"The container's user could change {writable.stdout.decode().split()[0]}.")
    if kept := [path.name for path in final.root.glob("home/neon/**/*") if "key" in path.name]:
        raise SystemExit(f"The image holds a secret that all its containers would share: {', '.join(kept)}.")
    print("The last stage has no building tool or package, and its user can change neither code nor data.")
    if unlicensed := without_licence(final.root):
        raise SystemExit(f"The image has no licence of {', '.join(unlicensed)}: add it to packaging/licences.")
    print("The image has the licences of the product and of each package.")


def without_licence(root: Path) -> list[str]:
    """Return the packages, and the product's own files, of which no licence is in the image."""
    kept = {path.stem for path in (root / LICENCES).glob("*.txt")}
    expected = [str(path) for path in context() if LICENCE.match(path.name)]
    found = [name for name in expected if not (root / "app" / name).exists()]
    for folder in sorted(root.glob("opt/venv/lib/python3*/site-packages/*.dist-info")):
        name = folder.name.split("-")[0].replace("_", "-").lower()
        if name not in kept and not any(LICENCE.match(path.name) for path in folder.rglob("*")):
            found.append(name)
    return found


def start(final: Stage) -> None:
    """Start the container's command with a read-only root, wait until it is ready, check its health, and end it."""
    kept = WORK / "volume"
    shutil.rmtree(kept, ignore_errors=True)
    volume = final.root / final.volumes[0].lstrip("/")
    subprocess.run(["cp", "-a", volume, kept], check=True)
    environment = final.environment | {"HOST": "127.0.0.1", "PORT": str(PORT), "SPARCL_URL": "off"}
    # In its own mount namespace the root is mounted read-only on itself; only the volume is writable.
    read_only = [f"mount --bind {final.root} {final.root}", f"mount -o remount,bind,ro {final.root}"]
    command = final.inside(final.command, *read_only, f"mount --bind {kept} {volume}")
    began = time.monotonic()
    with subprocess.Popen(command, env=environment) as process:
        try:
            _wait_until_ready(process, began)
            subprocess.run(final.inside(final.healthcheck), env=environment, check=True)
            predict()
            print(f"Ready after {time.monotonic() - began:.1f} s as user {final.user} on a read-only root; healthy.")
        finally:
            process.terminate()
            process.wait(timeout=30)
    print(f"Ended by SIGTERM with status {process.returncode}.")


def predict() -> None:
    """Predict a galaxy, sent as CSV and returned as FITS, which shows that Arrow and astropy work."""
    galaxy = ",".join(f"flux_{number:02d}" for number in range(12)) + "\n" + ",".join(["1"] * 12) + "\n"
    address = f"http://127.0.0.1:{PORT}/api/v1/predict?format=fits"
    request = urllib.request.Request(address, galaxy.encode(), {"Content-Type": "text/csv"})
    try:
        with urllib.request.urlopen(request, timeout=60) as answer:
            if answer.read(6) != b"SIMPLE":
                raise SystemExit("The container does not answer with a FITS file.")
    except urllib.error.HTTPError as error:
        raise SystemExit(f"The container refuses a galaxy: {error.read().decode()}") from error


def _wait_until_ready(process: subprocess.Popen[bytes], began: float) -> None:
    while time.monotonic() - began < READY_SECONDS and process.poll() is None:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{PORT}/readyz", timeout=10):
                return
        except OSError:
            time.sleep(0.1)
    raise SystemExit("The container did not become ready.")


def _size(root: Path) -> int:
    measured = subprocess.run(
        ["du", "-sx", "--block-size=MB", "--exclude=./proc", str(root)], check=True, capture_output=True, text=True
    )
    return int(measured.stdout.split("MB")[0])


if __name__ == "__main__":
    main(dict(word.split("=", 1) for word in sys.argv[1:]))
