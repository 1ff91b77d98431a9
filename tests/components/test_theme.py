"""The theme: one source for its colours, readable text, and a map of widths that grows evenly."""

from pathlib import Path

import pytest
from plotly import graph_objects as go

from components import theme
from model.lines import LINES

ROOT = Path(__file__).parents[2]
SCHEMES = ("dark", "light")
SURFACES = ("background", "card", "raised")
TEXTS = ("text", "muted", "starlight", "violet", "cyan", "green", "red")


def luminance(color: str) -> float:
    """Return the relative luminance of ``#rrggbb`` (WCAG 2)."""
    channels = [int(color[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


def test_the_style_sheet_is_the_tokens() -> None:
    written = (ROOT / "assets" / "styles" / "tokens.css").read_text()
    assert written == theme.css_variables(), "Run: python -m components.theme > assets/styles/tokens.css"


@pytest.mark.parametrize("scheme", SCHEMES)
@pytest.mark.parametrize("surface", SURFACES)
@pytest.mark.parametrize("text", TEXTS)
def test_text_is_readable_on_every_surface(scheme: theme.Scheme, surface: str, text: str) -> None:
    tokens = theme.TOKENS[scheme]
    assert contrast(tokens[text], tokens[surface]) >= 4.5


@pytest.mark.parametrize("scheme", SCHEMES)
def test_every_accent_of_a_line_is_a_token(scheme: theme.Scheme) -> None:
    assert {line.accent for line in LINES} <= theme.TOKENS[scheme].keys()


@pytest.mark.parametrize("scheme", SCHEMES)
def test_widths_grow_away_from_the_page(scheme: theme.Scheme) -> None:
    lightness = [luminance(color) for color in theme.ew_colors(scheme)]
    assert len(lightness) == theme.TABLE_SIZE
    assert lightness == sorted(lightness, reverse=scheme == "light")


@pytest.mark.parametrize(("reported", "shown"), [("light", "light"), ("dark", "dark"), (None, "dark"), ("x", "dark")])
def test_an_unknown_scheme_is_dark(reported: str | None, shown: str) -> None:
    assert theme.scheme_or_dark(reported) == shown


@pytest.mark.parametrize("scheme", SCHEMES)
def test_plotly_knows_everything_in_the_template(scheme: theme.Scheme) -> None:
    template = theme.template_json(scheme)
    assert go.layout.Template(template).to_plotly_json() == template
