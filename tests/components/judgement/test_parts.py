"""Judgements drawn from their records."""

import copy
from typing import Any

import pytest

from components.judgement.parts import sections
from components.judgement.report import report
from components.widgets.html import to_html
from model.lines import LINES

LEVELS = ("0.68", "0.95", "0.999")


@pytest.fixture
def record() -> dict[str, Any]:
    """A judgement of a mock with strong Hα, of which Hβ is not given."""
    fair = {"beyond": dict(zip(LEVELS, (0.31, 0.052, 0.001), strict=True)), "difference": 0.02, "ranks": [1.0] * 20}
    lines = {line.name: copy.deepcopy(fair) for line in LINES}
    lines["HALPHA"] |= {"beyond": dict(zip(LEVELS, (0.5, 0.21, 0.03), strict=True)), "difference": -5.0}
    absent = {"beyond": dict.fromkeys(LEVELS), "difference": None, "ranks": None}
    ratio = {"percentiles": [1, 16, 50, 84, 99], "mock": [1.0] * 5, "expected": [1, 1, 0.5, 1, 1], "error": [0.1] * 5}
    example = {"row": 17, "flux": [1.0] * 12, "ew": 44.2, "rank": 0.99, "log_luminosity": 6.1, "redshift": None}
    return {
        "name": "<mock>.csv",
        "passes": False,
        "verdict": "DESI's galaxies have other lines.",
        "limit": 0.08,
        "galaxies": 900,
        "catalogued": False,
        "lines": lines | {"HBETA": absent},
        "joint": dict(zip(LEVELS, (0.33, 0.06, 0.001), strict=True)),
        "joint_ranks": [1.0] * 20,
        "regions": [{"sentence": "quiescent (40): Hα too strong; rows 17", "examples": [example]}],
        "classes": [{"diagram": "BPT", "name": "composite", "mock": 0.3, "expected": 0.2, "error": 0.01}],
        "ratios": [{"name": "Hα/Hβ", "galaxies": 700} | ratio],
        "dust": {"sentence": "Dust: none."},
        "notes": ["Columns <flux>."],
    }


def test_what_departs_is_marked_with_a_sign_and_not_by_colour_alone(record):
    text = to_html([body for _, _, body in sections(record)])
    assert text.count("▲") == 3  # Hα beyond 95 %, the composite class, and the median ratio
    assert "▲ 21.0 %" in text
    assert "▲ 30.0 %" in text
    assert "−5.00 Å" in text
    assert "Hβ 4861" not in text


def test_examples_are_links_where_something_shows_them(record):
    linked = to_html([body for _, _, body in sections(record, lambda each: f"/show/{each['row']}")])
    assert '<a href="/show/17">row 17 (44.2 Å)</a>' in linked
    plain = to_html([body for _, _, body in sections(record)])
    assert "rows 17" in plain
    assert "<a " not in plain


def test_parts_without_numbers_are_left_out(record):
    fair = record | {"regions": [], "classes": [], "ratios": [], "dust": None}
    titles = [title for title, *_ in sections(fair)]
    assert len(titles) == len(sections(record)) - 2
    assert "Nowhere by more than chance." in to_html([body for _, _, body in sections(fair)])


def test_a_report_stands_alone_and_escapes_what_it_is_given(record):
    page = report(record)
    assert "&lt;mock&gt;.csv" in page
    assert "<mock>" not in page
    assert "<flux>" not in page
    assert "src=" not in page
    assert "http" not in page
    assert page.count('class="rank-bars"') == len(LINES)
    assert "Dust: none." in page
