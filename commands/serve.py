"""Serve the web app."""

import os
import sys
from importlib import import_module

import click

from commands.options import Command
from storage.program import IMPORT_ROOT, INSTALLED, module

PATH_VARIABLE = "PYTHONPATH"


@click.command("serve", cls=Command)
def command() -> int:
    """Serve the web app at http://127.0.0.1:8050; environment variables such as PORT and CATALOGUES are its settings.

    It becomes another program, `python -m server`, because the process that supervises the workers must be free of JAX.
    """
    import_module("gunicorn")  # or ModuleNotFoundError, which names the extra
    if not INSTALLED:
        found = [str(IMPORT_ROOT), os.environ.get(PATH_VARIABLE, "")]
        os.environ[PATH_VARIABLE] = os.pathsep.join(filter(None, found))
    os.execv(sys.executable, [sys.executable, "-m", module("server")])  # noqa: S606
