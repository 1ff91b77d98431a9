"""Finding galaxies: what is understood, and the sentence for what is not."""

import contextlib
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis.explorer.search import FindError, absent_names, counted_from_one, find
from analysis.explorer.search.grammar import parse
from analysis.explorer.selections import named_rows
from data.catalogue import registry


@pytest.fixture(scope="module")
def catalogue() -> registry.Catalogue:
    return next(iter(registry.open_catalogues().values()))


def test_ranges_and_comparisons_meet(catalogue: registry.Catalogue) -> None:
    rows = find(catalogue, "redshift 0.1..0.2 & HALPHA_EW > 50 and hbeta >= 2")
    redshift, halpha, hbeta = (catalogue.column(name) for name in ("redshift", "HALPHA_EW", "HBETA_EW"))
    expected = (redshift >= 0.1) & (redshift <= 0.2) & (halpha > 50) & (hbeta >= 2)
    np.testing.assert_array_equal(rows, np.flatnonzero(expected))
    assert rows.dtype == np.uint32
    assert 0 < len(rows) < catalogue.n


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("", 20_000),
        ("row 17", 1),
        ("rows 5..9", 5),
        ("z 0..10", 20_000),
        ("MOCK-000042", 1),
        ("MOCK-000042, MOCK-000001\nX", 2),
    ],
)
def test_how_many_are_left(catalogue: registry.Catalogue, text: str, count: int) -> None:
    assert len(find(catalogue, text)) == count


@pytest.mark.parametrize(
    ("text", "same"),
    [
        ("0.1 < z < 0.2", "redshift > 0.1 & redshift < 0.2"),
        ("0.2 >= REDSHIFT > 0.1", "redshift > 0.1 & redshift <= 0.2"),
        ("50 < Ha", "HALPHA_EW > 50"),
        ("Hα > 50", "HALPHA_EW > 50"),
        ("[O III] 5007 > 20", "OIII_5007_EW > 20"),
        ("[OIII] > 20", "OIII_5007_EW > 20"),
        ("oiii 20..30", "OIII_5007_EW 20..30"),
        ("[N II] 1..", "NII_6584_EW 1.."),
        ("[OII] > 3 AND hb > 2", "OII_DOUBLET_EW > 3 & HBETA_EW > 2"),
        ("SII_6731 > 1", "SII_6731_EW > 1"),
        ("halpha_ew > 50", "HALPHA_EW > 50"),
        ("mock-000042 or MOCK-000001", "MOCK-000042, MOCK-000001"),
        ("z > 0.1 && z < 0.2 || z > 0.3", "(z > 0.1 & z < 0.2) or z > 0.3"),
    ],
)
def test_other_spellings_mean_the_same(catalogue: registry.Catalogue, text: str, same: str) -> None:
    found = find(catalogue, text)
    np.testing.assert_array_equal(found, find(catalogue, same))
    assert 0 < len(found) < catalogue.n


CONDITIONS = st.sampled_from(["z > 0.15", "Ha > 20", "0.1 < z < 0.2", "[OIII] missing", "Star-forming", "rows 1..9000"])


@given(CONDITIONS, CONDITIONS, CONDITIONS)
def test_or_unites_and_intersects_and_binds_closer(
    catalogue: registry.Catalogue, first: str, second: str, third: str
) -> None:
    a, b, c = (set(find(catalogue, text).tolist()) for text in (first, second, third))
    assert set(find(catalogue, f"{first} or {second}").tolist()) == a | b
    assert set(find(catalogue, f"({first}) & ({second})").tolist()) == a & b
    assert set(find(catalogue, f"{first} or {second} and {third}").tolist()) == a | (b & c)
    assert set(find(catalogue, f"({first} | {second}) & {third}").tolist()) == (a | b) & c


@given(st.text(st.sampled_from("()&|zandor<1. "), max_size=40))
def test_any_grouping_is_read_or_refused(text: str) -> None:
    with contextlib.suppress(FindError):
        assert parse(text) is not None


def test_rows_are_counted_from_one(catalogue: registry.Catalogue) -> None:
    assert find(catalogue, "row 1").tolist() == [0]
    assert find(catalogue, "rows 19999..20000").tolist() == [19_998, 19_999]


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("row 17", "row 18"),
        ("ROWS 0 .. 9", "ROWS 1 .. 10"),
        ("redshift > 0.1 & rows 5..9 and row 7", "redshift > 0.1 & rows 6..10 and row 8"),
        ("HALPHA_EW > 50", "HALPHA_EW > 50"),
        ("39627652591521181, row-5", "39627652591521181, row-5"),
    ],
)
def test_searches_of_old_links_find_the_same_rows(old: str, new: str) -> None:
    assert counted_from_one(old) == new


def test_a_population_is_found_by_its_name(catalogue: registry.Catalogue) -> None:
    np.testing.assert_array_equal(find(catalogue, "green Valley"), named_rows(catalogue, "Green valley"))


def test_missing_and_open_ends(catalogue: registry.Catalogue) -> None:
    ew = catalogue.column("OIII_5007_EW")
    assert len(find(catalogue, "OIII_5007_EW missing")) == np.isnan(ew).sum()
    assert len(find(catalogue, "OIII_5007_EW 3..")) == (ew >= 3).sum()
    assert len(find(catalogue, "OIII_5007_PULL ..-2")) > 0


def test_names_that_are_not_there_are_counted(catalogue: registry.Catalogue) -> None:
    assert absent_names(catalogue, "MOCK-000042 X Y") == 2
    assert absent_names(catalogue, "redshift > 0.1") == 0


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("MOCK-9", "No galaxy “MOCK-9” in this catalogue"),
        ("A B", "None of the 2 names"),
        ("redshfit > 1", "Did you mean redshift"),
        ("redshift ..", "has no ends"),
        ("z 0.1-0.2", "Write z 0.1..0.2 or z > 0.1"),
        ("redshift 2..1", "Write the smaller end first"),
        ("redshift > 1 &", "no condition beside “&”"),
        ("z > 1 or", "no condition beside “or”"),
        ("or z > 1", "no condition beside “or”"),
        ("z > 1 & | z > 2", "no condition beside “&”"),
        ("()", "no condition between the parentheses"),
        ("(z > 1", "opened that is not closed"),
        ("z > 1)", "closed that was not opened"),
        ("(z > 1) z > 2", "not understood"),
        ("(" * 9 + "z > 1" + ")" * 9, "more than 8 parentheses"),
        ("0.1 < z > 0.2", "point in different directions"),
        ("0.2 < z < 0.1", "Write the smaller end first"),
        ("[SII] > 3", "SII_6716_EW or SII_6731_EW"),
        ("redshift = 1", "was not understood"),
        ("row 20001", "rows go from 1 to 20,000"),
        ("rows 0..3", "rows go from 1 to 20,000"),
        ("cone(1, 2, 3)", "no sky positions"),
        ("cone(400, 2, 3)", "RA is 0 to 360"),
        ("__import__('os').system('x')", "was not understood"),
        ("x" * 20_001, "the limit is 20,000"),
        ("&".join(["row 1"] * 21), "21 conditions"),
    ],
)
def test_what_is_not_understood_is_said(catalogue: registry.Catalogue, text: str, sentence: str) -> None:
    with pytest.raises(FindError, match=sentence.replace("(", r"\(")):
        find(catalogue, text)


def test_a_cone_holds_what_is_near_across_the_meridian() -> None:
    sky: Any = {"ra": np.array([359.9, 0.1, 1.0, 180.0]), "dec": np.array([0.0, 0.0, 0.0, 0.0])}
    catalogue: Any = SimpleNamespace(n=4, column=sky.__getitem__)
    assert find(catalogue, "cone(0, 0, 0.2)").tolist() == [0, 1]


@pytest.mark.parametrize(("ra", "dec", "radius"), [(0, 0, 30), (350, 60, 25), (10, -89, 5), (200, -45, 100)])
def test_a_cone_is_bounded_by_the_angle_between_directions(ra: float, dec: float, radius: float) -> None:
    rng = np.random.default_rng(1)
    sky: Any = {"ra": rng.uniform(0, 360, 4000), "dec": np.degrees(np.arcsin(rng.uniform(-1, 1, 4000)))}
    catalogue: Any = SimpleNamespace(n=4000, column=sky.__getitem__)

    def direction(ra: Any, dec: Any) -> np.ndarray:
        longitude, latitude = np.radians(ra), np.radians(dec)
        return np.array([np.cos(latitude) * np.cos(longitude), np.cos(latitude) * np.sin(longitude), np.sin(latitude)])

    angle = np.degrees(np.arccos(direction(ra, dec) @ direction(sky["ra"], sky["dec"])))
    inside = np.flatnonzero(angle <= radius)
    assert len(inside) > 3
    assert find(catalogue, f"cone({ra}, {dec}, {radius})").tolist() == inside.tolist()


class Three:
    """Three galaxies without names."""

    n = 3

    def column(self, _name: str) -> np.ndarray:
        return np.array([0.1, 0.2, np.nan], np.float32)

    def row_of(self, _name: str) -> None:
        return None


@given(st.text(max_size=60) | st.from_regex(r"(redshift|row|z|HALPHA_EW) ?[<>.0-9 -]{1,8}", fullmatch=True))
def test_any_text_is_found_or_refused_with_a_sentence(text: str) -> None:
    catalogue: Any = Three()
    with contextlib.suppress(FindError):
        assert find(catalogue, text).max(initial=0) < 3
