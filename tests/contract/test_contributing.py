"""What CONTRIBUTING.md promises: a page, a column, a format and a survey are each added in the places that it names.

The line is added in test_eleventh_line.py.
"""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from components.predict import predicted_lines
from data.formats import FORMATS
from data.formats.codecs import CODECS
from tests.serving import ROOT, cache_folder

PAGE = '''"""Hello."""

import dash
from dash import html

dash.register_page(__name__, path="/hello", name="Hello", title="Hello", order=9)


def layout(**_):
    """Return the page."""
    return html.P("Hello, galaxies.")
'''

LISTED = """
import json
import dash, app
from components import shell
print(json.dumps([page["path"] for page in dash.page_registry.values()]))
print("Hello" in json.dumps(shell.layout().to_plotly_json(), default=lambda part: part.to_plotly_json()))
"""

COLUMN = """    yield Column("stellar_mass", "dex", "logarithm of the stellar mass", False, "finite or missing")
"""

COLUMN_USED = """
import sys
from pathlib import Path
import numpy as np, pyarrow as pa, pyarrow.parquet as pq
from analysis.catalogues.build import build, describe
from data.catalogue.parquet import write
from data.catalogue.catalogue import Catalogue
from tests.builders import galaxies
table = galaxies(3).append_column("stellar_mass", pa.array(np.array([9.5, 10.0, np.nan], np.float32)))
path = Path(sys.argv[1])
built = build(table)
write(built, path, describe(built, title="Three", provenance="invented"))
print(Catalogue(path).column("stellar_mass").tolist())
print(pq.read_schema(path).field("stellar_mass").metadata)
"""

FORMAT = '''"""A toy format: a first line, then the rows as JSON."""

import json

import pyarrow as pa

from data.formats.readers.source import Source


def open_toy(given, start):
    """Open a file."""
    with given.open() as file:
        rows = json.loads(file.read().removeprefix(b"TOY"))
    table = pa.Table.from_pylist(rows).slice(start)
    return Source(table.schema, table.num_rows, iter(table.to_batches()), {}, [])


def write_toy(table, destination, meta):
    """Write a table."""
    destination.write(b"TOY" + json.dumps(table.to_pylist()).encode())
'''

FORMAT_USED = """
import io, sys
import numpy as np, pyarrow as pa, pyarrow.csv as pacsv, pyarrow.parquet as pq
import app, cli
from analysis import isolation
from analysis.answers.upload import answers_as_file
from data import uploads
from data.formats.whole import read_table, write_table
from data.formats import TableMeta
from pages.explorer import population
from pathlib import Path
from tests.builders import galaxies

folder = Path(sys.argv[1])
table = galaxies(3).select([f"flux_{n:02d}" for n in range(12)])
write_table(table, folder / "in.toy", "toy", TableMeta("Three"))
content = (folder / "in.toy").read_bytes()

raw = isolation.read_upload([(content, "in.toy")])
shown = uploads.apply_plan(raw).table
page = raw.form, len(shown.ids), answers_as_file(shown, "default", "toy")[1], ("toy", "Toy") in population.DOWNLOADS

cli.program(["predict", str(folder / "in.toy"), str(folder / "out.parquet")], standalone_mode=False)
cli.program(["catalogue", "convert", str(folder / "out.parquet"), str(folder / "back.toy")], standalone_mode=False)
back = read_table(folder / "back.toy")
command = back.num_rows, np.allclose(back["HALPHA_EW"], pq.read_table(folder / "out.parquet")["HALPHA_EW"])

body = io.BytesIO()
pacsv.write_csv(table, body)
answer = app.server.test_client().post(
    "/api/v1/predict?format=toy", data=body.getvalue(), content_type="text/csv"
)
print(*page)
print(*command)
print(answer.status_code, answer.mimetype, answer.data[:3])
"""


SURVEY = '''"""A toy survey: one galaxy in a table of pixels, its redshift in the header."""

from data.catalogue.survey import Survey
from data.surveys.extensions import column, opened
from data.surveys.masks import MaskConvention
from data.surveys.spectra import Redshift, SurveySpectra

SURVEY = Survey("Spectrograph", (3500.0, 9000.0), ((6000.0, 6050.0),), 3.0, 1.5)
FORM = "Spectrograph file"
PIPELINE = ("Its pipeline", "WARNED")
MASK = MaskConvention(-1, "any bit is bad", "its paper", ("toy_mask",))
REDSHIFTS = None


def is_of_survey(file):
    """Return whether a file is one of these."""
    return "TOY" in file


def count_targets(file):
    """Return the number of targets."""
    return 1


def read_spectra(source, name):
    """Read a file."""
    with opened(source, name) as file:
        wavelength, flux, ivar = (column(file, "TOY", one, name).astype("f4") for one in ("WAVE", "FLUX", "IVAR"))
        redshift = Redshift(file["TOY"].header["Z"], 0, "GALAXY")
    return SurveySpectra(("one",), wavelength, flux[None], ivar[None]), {"one": redshift}
'''

SURVEY_USED = """
import sys
from pathlib import Path
import numpy as np
from astropy.io import fits
from analysis.catalogues.from_fits import from_fits
from data import uploads
from data.catalogue.catalogue import Catalogue
from data.surveys.registry import MASKS, convention_of
from model.spectra.starlight import starlight, starlight_grid

folder = Path(sys.argv[1])
wavelength = np.arange(3500.0, 9000.0, 1.5)
flux = np.interp(wavelength / 1.1, starlight_grid(), starlight(np.linspace(1, 2, 12).astype(np.float32)))
columns = {"WAVE": wavelength, "FLUX": flux, "IVAR": np.full_like(flux, 100.0)}
made = [fits.Column(name, "D", array=each) for name, each in columns.items()]
table = fits.BinTableHDU.from_columns(made, name="TOY")
table.header["Z"] = 0.1
table.writeto(folder / "galaxy.fits")

from_fits([folder / "galaxy.fits"], [], folder / "out.parquet")
catalogue = Catalogue(folder / "out.parquet")
survey = catalogue.survey
print(survey.name, survey.camera_gaps, catalogue.target_ids[0], "Spectrograph" in catalogue.provenance)
raw = uploads.open_files([((folder / "galaxy.fits").read_bytes(), "galaxy.fits")])
read = uploads.apply_plan(raw)
print(raw.form, raw.about["redshift"], raw.about["class_why"], read.table.bin_flux.shape)
print(MASKS["Spectrograph"].meaning, convention_of("TOY_MASK", ""))
"""


def house(folder: Path, *copied: str) -> Path:
    """Lay the project out in a folder: links, and copies of the rooms that a test changes."""
    for entry in ROOT.iterdir():
        if entry.name.startswith(".") or entry.name in ("build", "dist", "node_modules"):
            continue
        if entry.name in copied:
            shutil.copytree(entry, folder / entry.name, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            (folder / entry.name).symlink_to(entry)
    return folder


def run(code: str, folder: Path, *arguments: str) -> str:
    """Run code in a house of its own."""
    cache = cache_folder(folder / "cache")
    environment = os.environ | {"CACHE_DIR": str(cache), "DATA_DIR": str(folder), "SPARCL_URL": "off"}
    command = [sys.executable, "-c", code, *arguments]
    done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.mark.slow
def test_a_page_is_a_folder_and_the_navigation_lists_it(tmp_path):
    folder = house(tmp_path, "pages")
    (folder / "pages" / "hello").mkdir()
    (folder / "pages" / "hello" / "page.py").write_text(PAGE)
    paths, named = run(LISTED, folder).splitlines()[-2:]
    assert '"/hello"' in paths
    assert named == "True"


@pytest.mark.slow
def test_a_column_is_one_entry_of_the_schema(tmp_path):
    folder = house(tmp_path, "data")
    schema = folder / "data" / "catalogue" / "schema.py"
    text = schema.read_text()
    place = text.index('    yield Column("log_luminosity"')
    schema.write_text(text[:place] + COLUMN + text[place:])
    values, described = run(COLUMN_USED, folder, str(tmp_path / "three.parquet")).splitlines()[-2:]
    assert values == "[9.5, 10.0, nan]"
    assert "stellar mass" in described


def test_every_format_has_a_codec_and_stands_in_the_menus():
    assert CODECS.keys() == FORMATS.keys()
    assert set(predicted_lines.FORMATS) == {kind.label for kind in FORMATS.values()}


@pytest.mark.slow
def test_a_format_is_a_kind_a_codec_and_a_module(tmp_path):
    folder = house(tmp_path, "data", "analysis")
    place = folder / "data" / "formats"
    (place / "toy.py").write_text(FORMAT)
    for name, old, new in (
        ("kinds.py", '"fits", "votable"]', '"fits", "votable", "toy"]'),
        (
            "kinds.py",
            '        "csv": Format(',
            '        "toy": Format("Toy", (".toy",), "text/x-toy", (b"TOY",)),\n        "csv": Format(',
        ),
        ("codecs.py", "from data.formats import arrow,", "from data.formats import toy, arrow,"),
        (
            "codecs.py",
            '        "csv": Codec(',
            '        "toy": Codec(lambda given, how: nullcontext(toy.open_toy(given, how.start)), toy.write_toy),\n'
            '        "csv": Codec(',
        ),
    ):
        text = (place / name).read_text()
        assert text.count(old) == 1
        (place / name).write_text(text.replace(old, new))
    page, command, api = run(FORMAT_USED, folder, str(tmp_path)).splitlines()[-3:]
    assert page == "Toy 3 .toy True"
    assert command == "3 True"
    assert api == "200 text/x-toy b'TOY'"


@pytest.mark.slow
def test_a_survey_is_one_module_that_knows_its_files(tmp_path):
    folder = house(tmp_path, "data")
    (folder / "data" / "surveys" / "readers" / "spectrograph.py").write_text(SURVEY)
    built, uploaded, masks = run(SURVEY_USED, folder, str(tmp_path)).splitlines()[-3:]
    assert built == "Spectrograph ((6000.0, 6050.0),) b'one' True"
    assert uploaded == "Spectrograph file 0.1 Its pipeline (1, 12)"
    assert masks == "any bit is bad Spectrograph"
