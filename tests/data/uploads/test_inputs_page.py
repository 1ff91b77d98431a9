"""docs/inputs.md says what the code understands: names, units, sentinels, masks and sentences of refusal."""

import re

import numpy as np
import pytest

from data.columns.missing import SENTINELS
from data.columns.names import TITLES
from data.columns.units import FLUX_UNITS, WAVELENGTH_UNITS, flux_unit, to_angstrom
from data.errors import DataError
from data.formats import FORMATS
from data.surveys.readers.sdss import GENERATIONS
from data.surveys.registry import MASKS, SURVEYS
from data.uploads.readers.recognise import READERS
from tests.serving import ROOT

PAGE = (ROOT / "docs" / "inputs.md").read_text()
FLAT = " ".join(PAGE.split())


def test_every_name_sentinel_and_mask_is_listed():
    for role, titles in TITLES.items():
        assert f"| {role} | {', '.join(f'`{title}`' for title in titles)} |" in PAGE
    for survey, convention in MASKS.items():
        assert f"| {survey} | {convention.meaning} | {convention.source} |" in PAGE
    assert ", ".join(f"`{value:g}`" for value in SENTINELS) in FLAT
    assert all(format.label in PAGE for format in FORMATS.values())


def test_every_unit_that_is_listed_is_understood():
    flux, wave = (re.search(rf"\n{what}: (.*?)\.?\n\n", PAGE, re.DOTALL) for what in ("Flux", "Wavelength"))
    said = re.findall(r"`([^`]+)`", flux[1])
    assert set(FLUX_UNITS) <= set(said)
    assert all(flux_unit(unit).scale > 0 for unit in said)
    assert re.findall(r"`([^`]+)`", wave[1]) == list(WAVELENGTH_UNITS)
    assert all(np.isfinite(to_angstrom(np.array([2.0]), unit)).all() for unit in WAVELENGTH_UNITS)


@pytest.mark.parametrize("unit", ["MJy / sr", "count", "mag", "MJY"])
def test_refusals_are_quoted_as_they_are_written(unit: str):
    with pytest.raises(DataError) as raised:
        flux_unit(unit)
    sentence = str(raised.value).split(":")[0].split(". ")[0]
    assert sentence in FLAT or sentence.removeprefix(f"The flux unit {unit!r} ") in FLAT


def rows_under(title: str) -> list[list[str]]:
    """Return the cells of the table under a heading."""
    lines = PAGE.split(f"\n## {title}\n")[1].split("\n## ")[0].splitlines()
    return [[cell.strip() for cell in line.strip("|").split(" | ")] for line in lines if line.startswith("| ")][2:]


def test_formats_and_surveys_are_those_of_the_registries():
    listed = [cell for row in rows_under("Formats") for cell in re.split(r",| \(only", row[0])]
    assert {form for form in READERS if not any(form in cell for cell in listed)} == set()
    surveys = " ".join(row[0] for row in rows_under("Surveys"))
    assert all(reader.SURVEY.name in surveys for reader in SURVEYS)
    names = " ".join(row[2] for row in rows_under("Surveys"))
    assert all(key in names for keys in GENERATIONS[:2] for key in keys)
    assert set(MASKS) == {row[0] for row in rows_under("Masks")}


SOURCE = re.sub(
    r"\"\s*\n\s*f?\"", "", "\n".join(path.read_text() for path in (ROOT / "data").rglob("*.py"))
)  # sentences in one piece
REFUSED = [row[1] for row in rows_under("Refused")]


@pytest.mark.parametrize("sentence", REFUSED)
def test_sentences_of_refusal_are_in_the_code(sentence: str):
    """Between the values that a sentence gives, its words are those of the code."""
    parts = [part.strip() for part in re.split(r"'[^']*'|“[^”]*”|\.\.\.|[\d,]*\d[\d,]*(?:e\d+)?", sentence)]
    longest = max(parts, key=len)
    assert longest in SOURCE or longest.replace("’", "'") in SOURCE
