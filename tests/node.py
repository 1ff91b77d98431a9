"""Run those of the browser's modules in Node that need no page."""

import json
import shutil
import subprocess
from typing import Any

import pytest

from tests.serving import ROOT

NAMES = ("node", "nodejs")
PROGRAM = """
import {{ readFileSync }} from "node:fs";
{imports}
const given = JSON.parse(readFileSync(0, "utf-8"));
const answer = await (async () => {{ {body} }})();
console.log(JSON.stringify(answer, (_, value) => (ArrayBuffer.isView(value) ? Array.from(value) : value)));
"""


def evaluate(imports: str, body: str, given: Any = None) -> Any:
    """Return the result of a JavaScript function; argument and result are passed as JSON.

    Parameters
    ----------
    imports : str
        Import statements; addresses begin with ``./assets/``.
    body : str
        Body of a function of `given`; NaN in its result becomes None.
    given : Any
        Its argument.
    """
    program = next(filter(None, map(shutil.which, NAMES)), None)
    if program is None:
        pytest.skip("Needs Node 20 or newer on the PATH: install it, for example `apt install nodejs`.")
    done = subprocess.run(
        [program, "--input-type=module", "--eval", PROGRAM.format(imports=imports, body=body)],
        input=json.dumps(given),
        capture_output=True,
        text=True,
        cwd=ROOT,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)
