"""The steps of the Dockerfile, executed in copies of a Debian with Python instead of a container engine."""

import json
import os
import re
import shlex
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass, field
from fnmatch import fnmatch
from pathlib import Path
from typing import Final

from dockerfile_parse import DockerfileParser

ROOT: Final = Path(__file__).resolve().parent.parent
WORK: Final = Path(os.environ.get("CONTAINER_CHECK_DIR", ROOT / "build" / "container"))
RELEASE: Final = "bookworm"
PATH: Final = "/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin"
SLIM: Final = ("doc", "info", "locale", "man")
"""Folders of /usr/share that Debian's slim images, such as the base image, leave out; copyrights remain."""
PASSED_ON: Final = re.compile(r"PIP_|SSL_CERT_FILE$|HTTPS?_PROXY$|NO_PROXY$", re.IGNORECASE)
"""Variables of this machine that the build needs to reach the package index; they do not remain in the image."""


@dataclass
class Stage:
    """The state of one stage of the Dockerfile."""

    root: Path
    folder: str = "/"
    user: str = "0"
    arguments: dict[str, str] = field(default_factory=dict)
    environment: dict[str, str] = field(default_factory=lambda: {"PATH": PATH})
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


def debian() -> Path:
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
