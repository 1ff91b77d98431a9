"""Every callback names components that are there: the browser is not told to look, so that pages stay small."""

import json
import subprocess
import sys

import pytest

from tests.serving import PATIENCE, ROOT

NAMES = """
import json, os
import dash
from dash.development.base_component import Component
import app

def ids(part):
    if isinstance(part, list | tuple):
        for each in part:
            yield from ids(each)
    elif isinstance(part, Component):
        if isinstance(name := getattr(part, "id", None), str):
            yield name
        for value in vars(part).values():
            yield from ids(value)

pages = [page["layout"] for page in dash.page_registry.values()]
layouts = [layout() if callable(layout) else layout for layout in pages]
named = []
for callback in app.app.callback_map.values():
    outputs = callback["output"] if isinstance(callback["output"], list) else [callback["output"]]
    named += [each["id"] for each in (*callback["inputs"], *callback["state"])]
    named += [each.component_id for each in outputs if hasattr(each, "component_id")]
print(json.dumps([sorted(set(ids([app.app.layout, *layouts]))), [name for name in named if isinstance(name, str)]]))
os.sys.stdout.flush()
os._exit(0)  # what is compiled for later visitors is not waited for
"""
PATTERN, OF_DASH = "{", "_pages_"


@pytest.mark.slow
def test_every_callback_names_components_of_a_page():
    finished = subprocess.run([sys.executable, "-c", NAMES], cwd=ROOT, capture_output=True, text=True, timeout=PATIENCE)
    assert finished.returncode == 0, finished.stderr
    there, named = json.loads(finished.stdout)
    assert len(there) > 50
    assert {name for name in named if not name.startswith((PATTERN, OF_DASH))} - set(there) == set()
