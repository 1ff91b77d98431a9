"""Create ``.venv`` and install a requirements file into it, unless that is done: ``environment.py REQUIREMENTS``.

It needs only Python: it works on a Debian without ``python3-venv`` (no ensurepip), without pip, and with an environment
whose folder was moved.
"""

import hashlib
import importlib.util
import os
import re
import shutil
import subprocess
import sys
import tempfile
import urllib.error
import urllib.parse
import urllib.request
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).resolve().parent.parent
ENVIRONMENT: Final = ROOT / ".venv"
PYTHON: Final = ENVIRONMENT / "bin" / "python"

# The pip that is downloaded if Python has none.
PIP_WHEEL: Final = "pip-26.3-py3-none-any.whl"
PIP_SHA256: Final = "f3b60b20ffaadd4415ed7957212a38ac63fa4c5fa375bd0f4a797777940fad13"
PACKAGE_INDEX: Final = "https://pypi.org/simple"


class SetupError(Exception):
    """The environment cannot be made; the message says why and what to do."""


def main() -> int:
    """Install the requirements file named on the command line, unless it is installed."""
    requirements = ROOT / sys.argv[1]
    stamp = ENVIRONMENT / f".{requirements.name}.sha256"
    wanted = fingerprint(requirements)
    if works(PYTHON) and stamp.exists() and stamp.read_text(encoding="utf-8") == wanted:
        return 0
    try:
        create()
        say(f"Installing {requirements.name} into .venv: a few minutes, once.")
        run(PYTHON, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "-r", requirements)
    except SetupError as error:
        say(str(error))
        return 1
    stamp.write_text(wanted, encoding="utf-8")
    return 0


def fingerprint(requirements: Path) -> str:
    """Return a hash of a requirements file, the files that it includes, and the environment's path."""
    text = requirements.read_text(encoding="utf-8")
    included = re.findall(r"^-r (\S+)", text, flags=re.MULTILINE)
    parts = [str(ENVIRONMENT), text, *(fingerprint(requirements.parent / name) for name in included)]
    return hashlib.sha256("".join(parts).encode()).hexdigest()


def create() -> None:
    """Create the environment with a working pip, unless it exists and works."""
    if works(PYTHON, "-m", "pip", "--version") and belongs_here():
        return
    if ENVIRONMENT.is_symlink():
        raise SetupError(
            f".venv is a link to {ENVIRONMENT.readlink()}, whose commands are another folder's. Delete the link."
        )
    if ENVIRONMENT.exists():
        say(".venv does not work here and is created again.")
        shutil.rmtree(ENVIRONMENT)
    if importlib.util.find_spec("venv") is None:
        raise SetupError("This Python has no venv module. Install it, e.g. `apt install python3-venv`.")
    if importlib.util.find_spec("ensurepip") is not None:
        run(sys.executable, "-m", "venv", ENVIRONMENT)
        return
    run(sys.executable, "-m", "venv", "--without-pip", ENVIRONMENT)
    if not works(sys.executable, "-m", "pip", "--python", PYTHON, "install", "--quiet", "pip"):
        with tempfile.TemporaryDirectory() as folder:
            wheel = fetch_pip(Path(folder))
            run(PYTHON, wheel / "pip", "install", "--quiet", "--no-index", wheel)


def belongs_here() -> bool:
    """Return whether the environment's commands start its own Python, which they do not after it was moved."""
    return str(PYTHON) in (ENVIRONMENT / "bin" / "pip").read_text(encoding="utf-8")


def fetch_pip(folder: Path) -> Path:
    """Download pip's wheel from the package index and check that it is the expected one."""
    index = os.environ.get("PIP_INDEX_URL", PACKAGE_INDEX).rstrip("/") + "/pip/"
    try:
        page = download(index).decode()
        link = re.search(rf'href="([^"#]*{re.escape(PIP_WHEEL)})', page)
        if link is None:
            raise SetupError(f"{index} does not offer {PIP_WHEEL}. Install pip for {sys.executable} yourself.")
        content = download(urllib.parse.urljoin(index, link[1]))
    except urllib.error.URLError as error:
        raise SetupError(f"{index} cannot be reached ({error.reason}); pip is needed once.") from error
    if hashlib.sha256(content).hexdigest() != PIP_SHA256:
        raise SetupError(f"{PIP_WHEEL} from {index} is not the file it should be; nothing was installed.")
    wheel = folder / PIP_WHEEL
    wheel.write_bytes(content)
    return wheel


def download(url: str) -> bytes:
    """Return the content of an https address."""
    if not url.startswith("https://"):
        raise SetupError(f"{url} is not an https address.")
    with urllib.request.urlopen(url, timeout=60) as answer:
        return answer.read()


def works(*command: str | Path) -> bool:
    """Return whether a command succeeds; its output is discarded."""
    if not Path(command[0]).exists():
        return False
    arguments = command[1:] or ("-c", "")
    return subprocess.run([command[0], *arguments], capture_output=True, check=False).returncode == 0


def run(*command: str | Path) -> None:
    """Run a command; raise SetupError if it fails."""
    if subprocess.run(command, check=False).returncode != 0:
        raise SetupError(f"This failed; its reason is above: {' '.join(map(str, command))}")


def say(sentence: str) -> None:
    """Print a sentence for the user to stderr."""
    print(sentence, file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())
