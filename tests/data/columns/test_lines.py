"""Columns of lines in tables of mocks."""

import pytest

from data.columns.lines import NAMES, find_lines
from data.errors import CatalogueError
from model.lines import LINE_NAMES


@pytest.mark.parametrize("kind", NAMES)
def test_every_kind_names_every_line(kind: str):
    titles = {title for options in NAMES[kind].columns.values() for title in options[0]}
    unit = {"flux": "erg/s/cm2", "luminosity": "W"}.get(kind, "Angstrom")
    assert find_lines(titles, dict.fromkeys(titles, unit)).kind == kind
    found = find_lines(titles, {}, unit=unit)
    assert list(found.columns) == list(LINE_NAMES)


@pytest.mark.parametrize(
    ("title", "stated", "unit", "quantity", "factor"),
    [
        ("HALPHA_EW", "", "", "EW", 1.0),
        ("halpha_ew", "nm", "", "EW", 10.0),
        ("HALPHA_FLUX [erg/s/cm2]", "", "", "flux", 1e17),
        ("HALPHA_LUMINOSITY", "Lsun", "erg/s", "luminosity", 1.0),
        ("Ba_alpha_6563", "", "erg/s", "luminosity", 1 / 3.828e33),
        ("Ba_alpha_6563", "erg / s", "", "luminosity", 1 / 3.828e33),
        ("H 1 6562.80A", "Lsun", "", "luminosity", 1.0),
        ("H 1 6562.80A", "", "erg / (s cm2)", "flux", 1e17),
    ],
)
def test_units_say_what_lines_are(title: str, stated: str, unit: str, quantity: str, factor: float):
    found = find_lines(["flux_00", title], {title: stated} if stated else {}, unit=unit)
    assert found.quantity == quantity
    assert found.columns == {"HALPHA": (title,)}
    assert found.factors[title] == pytest.approx(factor, rel=1e-6)


def test_components_of_a_doublet_are_added():
    found = find_lines(["O_II_3729", "O_II_3726", "Ba_beta_4861"], {}, unit="Lsun")
    assert found.columns == {"OII_DOUBLET": ("O_II_3726", "O_II_3729"), "HBETA": ("Ba_beta_4861",)}
    alone = find_lines(["O_II_3729", "Ba_beta_4861"], {}, unit="Lsun")
    assert list(alone.columns) == ["HBETA"]


def test_equivalent_widths_come_first_unless_another_kind_is_asked_for():
    titles = ["HALPHA_FLUX", "HALPHA_EW"]
    assert find_lines(titles, {}).quantity == "EW"
    assert find_lines(titles, {}, "flux", "W/m2").quantity == "flux"


@pytest.mark.parametrize(
    ("titles", "stated", "kind", "words"),
    [
        (["HALPHA_FLUX"], {}, "auto", r"HALPHA_FLUX states no unit.*erg / s"),
        (["HALPHA_FLUX"], {"HALPHA_FLUX": "erg/s/Hz"}, "auto", "is in 'erg/s/Hz', which is neither"),
        (["HALPHA_FLUX"], {"HALPHA_FLUX": "parsnips"}, "auto", "'parsnips'"),
        (["HALPHA_FLUX"], {"HALPHA_FLUX": "erg/s"}, "auto", "a unit of luminosity, but its name says flux"),
        (
            ["HALPHA_LUMINOSITY"],
            {"HALPHA_LUMINOSITY": "Angstrom"},
            "auto",
            "a unit of EW, but its name says luminosity",
        ),
        (["ha"], {}, "auto", r"no column of a line\. For Hα .*Ba_alpha_6563.*It has: ha"),
        (["HALPHA_EW"], {}, "diffsky", "of the kind diffsky"),
        (
            ["H 1 6562.80A", "H 1 4861.32A"],
            {"H 1 6562.80A": "erg/s", "H 1 4861.32A": "erg/s/cm2"},
            "auto",
            "several kinds: H 1 4861.32A",
        ),
    ],
)
def test_what_is_missing_is_named(titles, stated, kind, words):
    with pytest.raises(CatalogueError, match=words):
        find_lines(titles, stated, kind)
