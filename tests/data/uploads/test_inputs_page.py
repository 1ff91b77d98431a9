"""docs/inputs.md says what the code understands: names, units, sentinels, masks and sentences of refusal."""

import re

import numpy as np
import pytest

from data.columns.missing import SENTINELS
from data.columns.names import TITLES
from data.columns.units import FLUX_UNITS, WAVELENGTH_UNITS, flux_unit, to_angstrom
from data.errors import DataError
from data.formats import FORMATS
from data.surveys.masks import MASKS
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
