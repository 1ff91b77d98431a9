"""The folder of the caches: what is kept there is trusted when it is read back, so nobody else may write to it."""

import os
import pwd
import sys
import tempfile
from pathlib import Path
from typing import Final

from server.process.settings import Settings, stop

TEMPORARY: Final = "galactic-neon-caches-"
"""How the name of a temporary folder for caches begins."""
_ANYBODY_MAY_WRITE: Final = 0o022
_ANYBODY_MAY_ENTER: Final = 0o077


class FolderError(Exception):
    """A folder cannot be used; the message is a sentence that says why and what to do."""


def private_folder(path: Path) -> Path:
    """Create a folder that only this user can enter.

    Parameters
    ----------
    path : Path
        Made with its parents where it does not exist.

    Returns
    -------
    Path
        The same; a file can be written in it.

    Raises
    ------
    FolderError
        If it cannot be made or written to, belongs to somebody else, is open to others, or is below a home that is
        not there.
    """
    if path.parts and path.parts[0].startswith("~"):
        raise FolderError(f"{path} is below a home folder, and this system knows none of that user.")
    try:
        path.mkdir(mode=0o700, parents=True, exist_ok=True)
        status = path.stat()
        if status.st_uid != os.getuid():
            raise FolderError(
                f"{path} belongs to {_name(status.st_uid)}, and this process runs as {_name(os.getuid())}."
            )
        mode = status.st_mode & 0o777
        if mode & _ANYBODY_MAY_ENTER and not mode & _ANYBODY_MAY_WRITE and not any(path.iterdir()):
            # It is empty and nobody else could write to it, so nothing of anybody's is closed.
            path.chmod(0o700)
        elif mode & _ANYBODY_MAY_ENTER:
            raise FolderError(
                f"{path} is open to other users (mode {mode:o}). Run `chmod 700` on it, if it is yours alone."
            )
        with tempfile.TemporaryFile(dir=path):
            return path
    except FileExistsError as error:
        raise FolderError(f"{path} is a file, and a folder is needed.") from error
    except OSError as error:
        raise FolderError(f"{path} cannot be created or written to ({error.strerror}).") from error


def with_caches(settings: Settings) -> Settings:
    """Return settings whose folder for caches can be used, or stop the program.

    Where `CACHE_DIR` is not set and the usual folder cannot be used, such as below a read-only home, a temporary
    folder takes its place, and a sentence says so.
    """
    try:
        private_folder(settings.cache_dir)
    except FolderError as error:
        if "cache_dir" in settings.model_fields_set:
            stop(f"{error} Set CACHE_DIR to a folder of this user's own.")
        folder = Path(tempfile.mkdtemp(prefix=TEMPORARY))
        sys.stderr.write(
            f"{error} The caches are in {folder} until the server ends, and the next start fills them again. "
            "Set CACHE_DIR to a folder of this user's own to keep them.\n"
        )
        return settings.model_copy(update={"cache_dir": folder})
    return settings


def _name(user: int) -> str:
    try:
        return f"{pwd.getpwuid(user).pw_name} (user {user})"
    except KeyError:
        return f"user {user}"
