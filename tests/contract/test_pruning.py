"""What the image leaves out of the packages (scripts/prune.py) is nothing that serving opens or maps."""

import json
import re
import subprocess
import sys
import sysconfig
from pathlib import Path

import pytest

from scripts import prune
from tests.serving import ROOT

PACKAGES = Path(sysconfig.get_paths()["purelib"])

SERVE = """
import json, sys
opened = set()
sys.addaudithook(lambda event, args: opened.add(str(args[0])) if event == "open" else None)
import app
import numpy as np
from analysis.emission.synthetic_spectrum import LineShape, as_file, spectrum_of_bins
from analysis.isolation import samples
from data.formats import FORMATS
for step in (*app.server.extensions["preparation"].values(), *app.server.extensions["afterwards"].values()):
    step.result()
client = app.server.test_client()
for page in ("/", "/predict", "/predict/judge", "/synthesize", "/model", "/about", "/metrics", "/api/v1/openapi.json"):
    assert client.get(page).status_code in (200, 404), page
columns = spectrum_of_bins(np.ones(12, np.float32), np.ones(10, np.float32), LineShape(), 0.1)
for format in FORMATS:
    assert as_file(columns, LineShape(), "default", format)[0]
samples.read_all()
mapped = {line.split(maxsplit=5)[5].strip() for line in open("/proc/self/maps") if line.count("/") > 1}
print(json.dumps(sorted(opened | mapped)))
"""


@pytest.mark.parametrize("kind", prune.UNWANTED)
def test_every_pattern_still_finds_something(kind: str):
    for pattern in prune.UNWANTED[kind]:
        assert next(PACKAGES.glob(pattern), None), f"{pattern} matches nothing: the packages have changed"


@pytest.mark.slow
def test_serving_opens_nothing_that_the_image_lacks(tmp_path: Path):
    environment = {"CACHE_DIR": str(tmp_path / "cache"), "DATA_DIR": str(tmp_path), "SPARCL_URL": "off"}
    done = subprocess.run(
        [sys.executable, "-c", SERVE], cwd=ROOT, env={"PATH": "", "HOME": str(tmp_path)} | environment,
        capture_output=True, text=True,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-3000:]
    opened = {Path(name) for name in json.loads(done.stdout.splitlines()[-1])}
    # Libraries that look for plugins read the name of every installed package.
    used = {file for file in opened if file.is_relative_to(PACKAGES) and not file.parent.match("*.dist-info")}
    assert len(used) > 1000
    # pyarrow.fs imports its remote file systems where they are installed, and goes on where they are not.
    optional = {file for file in used if re.match(r"_(azure|gcs|hdfs|s3)|libarrow_s3", file.name)}
    used -= optional
    unwanted = set(prune.unwanted(PACKAGES))
    assert not [str(file) for file in used if unwanted & {file, *file.parents}]
