"""Build and test the Dockerfile without a container engine: ``make container-check`` (Debian, root).

A Debian with Python replaces the base image. The steps of the Dockerfile are executed in a copy of it. The result is
inspected, started as the Dockerfile's user with a read-only root, tested until it is ready, and ended. Build arguments
are given as ``NAME=VALUE``.
"""

import json
import os
import re
import shlex
import shutil
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass, field
from fnmatch import fnmatch
from pathlib import Path
from typing import Final

from dockerfile_parse import DockerfileParser

ROOT: Final = Path(__file__).resolve().parent.parent
WORK: Final = Path(os.environ.get("CONTAINER_CHECK_DIR", ROOT / "build" / "container"))
RELEASE: Final = "bookworm"
LIMIT_MB: Final = 1000
PORT: Final = 8139
PATH: Final = "/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin"
READY_SECONDS: Final = 120
UNWANTED: Final = ("umap", "numba", "sklearn", "pandas", "optax", "pip", "setuptools")
LICENCES: Final = "app/packaging/licences"
LICENCE: Final = re.compile(r"(.*[-_])?(licen[cs]e|copying)", re.IGNORECASE)
UNWANTED_PROGRAMS: Final = ("gcc", "cc", "make", "ld")
SLIM: Final = ("doc", "info", "locale", "man")
"""Folders of /usr/share that Debian's slim images, such as the base image, leave out; copyrights remain."""
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
PASSED_ON: Final = re.compile(r"PIP_|SSL_CERT_FILE$|HTTPS?_PROXY$|NO_PROXY$", re.IGNORECASE)
"""Variables of this machine that the build needs to reach the package index; they do not remain in the image."""


@dataclass
class Stage:
    """The state of one stage of the Dockerfile."""

    root: Path
    folder: str = "/"
    user: str = "0"
    arguments: dict[str, str] = field(default_factory=dict)
    environment: dict[str, str] = field(
        default_factory=lambda: {"PATH": "/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin"}
    )
    command: list[str] = field(default_factory=list)
    healthcheck: list[str] = field(default_factory=list)
    volumes: list[str] = field(default_factory=list)

    def run(self, command: list[str], **options: object) -> subprocess.CompletedProcess[bytes]:
        """Run a command in the stage as its user."""
        return subprocess.run(self.inside(command), env=self.environment | self.arguments, check=True, **options)  # type: ignore[call-overload]

    def inside(self, command: list[str], *more: str) -> list[str]:
        """Return the command that runs another one in the stage, after the mount commands `more`."""
        script = f"cd {shlex.quote(self.folder)} && exec {shlex.join(command)}"
        chroot = ["chroot", f"--userspec={self.user}:{self.user}", str(self.root), "/bin/sh", "-c", script]
        # Every container has /proc and /sys, where libraries look up the processor's features.
        mounts = [*more, f"mount -t proc proc {self.root}/proc", f"mount --bind /sys {self.root}/sys"]
        mounts += [f"mount -t tmpfs tmpfs {self.root}/{folder}" for folder in ("tmp", "dev/shm")]
        return ["unshare", "--mount", "sh", "-c", f"{' && '.join(mounts)} && exec {shlex.join(chroot)}"]


def main(arguments: dict[str, str]) -> None:
    """Build the image, inspect and start it, and print its size."""
    base = _base()
    final = build(base, arguments)
    inspect(final)
    size, ours = _size(final.root), _size(final.root) - _size(base)
    final.run(["python", "-c", READ_ALL])
    print(f"Unpacked: {size} MB, of which {ours} MB are added to the base; the limit is {LIMIT_MB} MB.")
    if size > LIMIT_MB:
        raise SystemExit("The image is larger than its limit.")
    start(final)


def build(base: Path, given: dict[str, str]) -> Stage:
    """Execute all steps of the Dockerfile and return the last stage."""
    stages: dict[str, Stage] = {}
    ahead: dict[str, str] = {}
    stage: Stage | None = None
    for step in DockerfileParser(str(ROOT / "Dockerfile")).structure:
        kind, value = step["instruction"], step["value"]
        if kind == "COMMENT":
            continue
        print(f"{kind} {value}"[:120], flush=True)
        if kind == "FROM":
            source, _, name = re.sub(r"\s+AS\s+", " AS ", value, flags=re.IGNORECASE).partition(" AS ")
            name = name or str(len(stages))
            stages[name] = stage = _begin(name, base if source == "${PYTHON}" else stages[source].root)
            if source in stages:
                stage.environment |= stages[source].environment
        elif stage is None:
            name, _, default = value.partition("=")
            ahead[name] = given.get(name, default)
        else:
            execute(stage, kind, value, stages, given)
    if stage is None:
        raise SystemExit("The Dockerfile has no FROM.")
    return stage


def execute(stage: Stage, kind: str, value: str, stages: dict[str, Stage], given: dict[str, str]) -> None:
    """Execute one instruction of the Dockerfile."""
    if kind == "ARG":
        name, _, default = value.partition("=")
        stage.arguments[name] = given.get(name, default)
    elif kind == "ENV":
        for assignment in shlex.split(value):
            name, _, text = assignment.partition("=")
            stage.environment[name] = _expand(text, stage.environment | stage.arguments)
    elif kind == "WORKDIR":
        stage.folder = value
        (stage.root / value.lstrip("/")).mkdir(parents=True, exist_ok=True)
    elif kind == "USER":
        stage.user = value
        stage.environment["HOME"] = _home(stage, value)
    elif kind == "COPY":
        copy(stage, shlex.split(value), stages)
    elif kind == "RUN":
        stage.run(["/bin/sh", "-c", value])
    elif kind == "VOLUME":
        stage.volumes.append(value)
    elif kind in ("CMD", "HEALTHCHECK"):
        listed = json.loads(value[value.index("[") :])
        setattr(stage, "command" if kind == "CMD" else "healthcheck", listed)
    elif kind != "EXPOSE":
        raise SystemExit(f"This check does not know {kind}: teach it, or write the Dockerfile without it.")


def copy(stage: Stage, words: list[str], stages: dict[str, Stage]) -> None:
    """Copy files from another stage, or from the repository those that .dockerignore allows."""
    target = stage.root / Path(stage.folder, words[-1]).as_posix().lstrip("/")
    if words[0].startswith("--from="):
        source = stages[words[0].removeprefix("--from=")].root / words[1].lstrip("/")
        target.parent.mkdir(parents=True, exist_ok=True)
        subprocess.run(["cp", "-a", source, target], check=True)
        return
    for name in words[:-1]:
        for path in context():
            if name in (".", str(path)):
                place = target / (path if name == "." else path.name)
                place.parent.mkdir(parents=True, exist_ok=True)
                shutil.copyfile(ROOT / path, place)


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


def _base() -> Path:
    """Return the folder of a Debian with Python, which is made at the first call."""
    base = WORK / "base"
    if not (base / "made").exists():
        shutil.rmtree(base, ignore_errors=True)
        base.mkdir(parents=True)
        wanted = "--include=ca-certificates,python3,python3-venv"
        subprocess.run(["debootstrap", "--variant=minbase", wanted, RELEASE, str(base)], check=True)
        for folder in ("var/cache/apt", "var/lib/apt/lists"):
            shutil.rmtree(base / folder, ignore_errors=True)
        for path in (path for name in SLIM for path in (base / "usr" / "share" / name).rglob("*")):
            if path.is_file() and path.name != "copyright":
                path.unlink()
        (base / "made").touch()
    return base


def _begin(name: str, source: Path) -> Stage:
    root = WORK / f"stage-{name}"
    shutil.rmtree(root, ignore_errors=True)
    subprocess.run(["cp", "-a", "--reflink=auto", source, root], check=True)
    stage = Stage(root)
    (root / "dev" / "shm").mkdir(exist_ok=True)
    for file in ("/etc/resolv.conf", "/etc/hosts", "/etc/ssl/certs/ca-certificates.crt"):
        shutil.copyfile(file, root / file.lstrip("/"))
    stage.arguments |= {key: value for key, value in os.environ.items() if PASSED_ON.match(key)}
    return stage


def context() -> Iterator[Path]:
    """Yield the tracked files that .dockerignore lets into the image."""
    lines = (ROOT / ".dockerignore").read_text(encoding="utf-8").splitlines()
    allowed = [line[1:] for line in lines if line.startswith("!")]
    listed = subprocess.run(
        ["git", "ls-files", "-z", "-co", "--exclude-standard"], cwd=ROOT, check=True, capture_output=True
    )
    for name in listed.stdout.decode().split("\0"):
        if any(name == each or name.startswith(f"{each}/") or fnmatch(name, each) for each in allowed):
            yield Path(name)


def _expand(text: str, known: dict[str, str]) -> str:
    return re.sub(r"\$\{?(\w+)\}?", lambda found: known.get(found[1], ""), text)


def _home(stage: Stage, user: str) -> str:
    accounts = (stage.root / "etc" / "passwd").read_text().splitlines()
    return next((line.split(":")[5] for line in accounts if user in line.split(":")[0:3:2]), "/")


def _size(root: Path) -> int:
    measured = subprocess.run(
        ["du", "-sx", "--block-size=MB", "--exclude=./proc", str(root)], check=True, capture_output=True, text=True
    )
    return int(measured.stdout.split("MB")[0])


if __name__ == "__main__":
    main(dict(word.split("=", 1) for word in sys.argv[1:]))
