"""What messages call the program, in a clone and where pip installed it."""

import runpy
from pathlib import Path

from storage import program
from tests.serving import ROOT


def test_in_a_clone_messages_name_what_is_there():
    assert program.IMPORT_ROOT == ROOT
    assert (ROOT / program.PROGRAM).is_file()
    assert program.module("analysis.isolation.template") == "analysis.isolation.template"
    assert (ROOT / program.install_line("train").split()[-1]).is_file()


def test_where_pip_installed_it_messages_name_the_command_and_the_extra():
    installed = runpy.run_path(str(Path(program.__file__)), run_name="galactic_neon.app.storage.program")
    assert (installed["PROGRAM"], installed["COMMAND"]) == ("galactic-neon", "galactic-neon")
    assert installed["SERVE"] == "galactic-neon serve"
    assert installed["install_line"]("web") == "pip install 'galactic-neon[web]'"
    assert installed["module"]("server") == "galactic_neon.app.server"
