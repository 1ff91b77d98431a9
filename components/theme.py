"""Colours and fonts of the app, from which CSS variables, the Mantine theme and figures are made.

`assets/styles/tokens.css` is the output of ``python -m components.theme``; a test keeps it up to date.
"""

from functools import cache
from typing import Any, Final, Literal

import numpy as np
from plotly.colors import sequential

Scheme = Literal["dark", "light"]

# Text colours have a contrast of at least 4.5:1 with card, raised and background of their scheme (tested).
TOKENS: Final[dict[str, dict[str, str]]] = {
    "dark": {
        "background": "#0b0d12",
        "card": "#12151c",
        "raised": "#171b24",
        "hairline": "#242a36",
        "edge": "#6b7484",
        "text": "#e6e9ef",
        "muted": "#8b94a5",
        "starlight": "#f5a65b",
        "violet": "#a884ff",
        "cyan": "#4cc9f0",
        "green": "#4ade80",
        "red": "#ff5d6c",
        "undetected": "#4a5160",
    },
    "light": {
        "background": "#f6f7f9",
        "card": "#ffffff",
        "raised": "#f1f3f6",
        "hairline": "#dfe3ea",
        "edge": "#7f8896",
        "text": "#181c24",
        "muted": "#5f6878",
        "starlight": "#a95510",
        "violet": "#7a4fe0",
        "cyan": "#02739e",
        "green": "#117a38",
        "red": "#c9253b",
        "undetected": "#c3c9d2",
    },
}

FONT: Final = 'Inter, system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", Arial, sans-serif'
TABLE_SIZE: Final = 256

# The end of a palette that resembles the page is left out: black on dark, pale yellow on light.
_PALETTES: Final = {"inferno": sequential.Inferno, "viridis": sequential.Viridis, "cividis": sequential.Cividis}
_SPANS: Final[dict[str, dict[str, tuple[float, float]]]] = {
    "inferno": {"dark": (0.16, 1.0), "light": (0.93, 0.0)},
    "viridis": {"dark": (0.06, 1.0), "light": (0.96, 0.0)},
    "cividis": {"dark": (0.06, 1.0), "light": (0.96, 0.0)},
}
# Blue and orange are distinguishable with every kind of colour vision; the middle is close to the page's colour.
_DIVERGING: Final[dict[str, tuple[str, ...]]] = {
    "dark": ("#8fdcf6", "#3a9fd0", "#2c4a63", "#30343d", "#6b4a2c", "#d9822f", "#ffc98f"),
    "light": ("#04395a", "#1d7fb3", "#a9cfe3", "#e3e5e8", "#f0c9a0", "#c9711b", "#6e3403"),
}


def scheme_or_dark(scheme: str | None) -> Scheme:
    """Return the colour scheme that the browser reported; dark if none."""
    return "light" if scheme == "light" else "dark"


@cache
def ew_colors(scheme: Scheme) -> tuple[str, ...]:
    """Return the 256 colours of equivalent widths from weak to strong, as ``#rrggbb``.

    The palette is Inferno, reversed for the light scheme. Its lightness is monotonic, so that the order is visible with
    colour blindness and in grey prints.
    """
    stops = np.array([[int(stop[i : i + 2], 16) for i in (1, 3, 5)] for stop in sequential.Inferno], float)
    start, end = _SPANS["inferno"][scheme]
    place = np.linspace(start, end, TABLE_SIZE) * (len(stops) - 1)
    rgb = np.column_stack([np.interp(place, np.arange(len(stops)), channel) for channel in stops.T])
    return tuple("#{:02x}{:02x}{:02x}".format(*row) for row in np.rint(rgb).astype(int).tolist())


def palette_stops(name: str) -> dict[str, Any]:
    """Return a palette for interpolation in the browser: its stops as ``#rrggbb``, and the part used by each scheme.

    All palettes have monotonic lightness.
    """
    return {"stops": list(_PALETTES[name]), "span": _SPANS[name]}


def diverging_colors(scheme: Scheme) -> list[str]:
    """Return the stops of the palette for quantities with both signs, as ``#rrggbb``."""
    return list(_DIVERGING[scheme])


def css_gradient(scheme: Scheme, stops: int = 17) -> str:
    """Return the colours of equivalent widths as a CSS gradient from bottom to top, for colour bars."""
    colors = ew_colors(scheme)
    picked = [colors[round(i * (TABLE_SIZE - 1) / (stops - 1))] for i in range(stops)]
    return f"linear-gradient(to top, {', '.join(picked)})"


def css_variables() -> str:
    """Return the tokens as CSS custom properties: dark unless the system or the visitor chose light."""
    dark, light = _css_block("dark"), _css_block("light")
    return (
        "/* Written by `python -m components.theme`; edit components/theme.py instead. */\n"
        f":root {{\n{dark}}}\n\n"
        f'[data-mantine-color-scheme="light"] {{\n{light}}}\n\n'
        "@media (prefers-color-scheme: light) {\n"
        f':root:not([data-mantine-color-scheme="dark"]) {{\n{light}}}\n}}\n'
    )


def _css_block(scheme: Scheme) -> str:
    tokens = "".join(f"  --{name}: {value};\n" for name, value in TOKENS[scheme].items())
    return f"{tokens}  --ew-gradient: {css_gradient(scheme)};\n  --font: {FONT};\n  color-scheme: {scheme};\n"


def mantine_theme() -> Any:
    """Return the Mantine theme, with our surface colours as its dark and gray scales."""
    return {
        "fontFamily": FONT,
        "primaryColor": "cyan",
        "primaryShade": {"light": 7, "dark": 3},
        "autoContrast": True,
        "luminanceThreshold": 0.4,
        "defaultRadius": "md",
        "radius": {"sm": "6px", "md": "8px", "lg": "10px"},
        "fontSizes": {"xs": "12px", "sm": "13px", "md": "14px", "lg": "16px", "xl": "18px"},
        "colors": {
            "dark": [
                "#e6e9ef", "#b9c0cc", "#8b94a5", "#6b7484", "#323a49",
                "#242a36", "#171b24", "#12151c", "#0b0d12", "#07080b",
            ],
            "gray": [
                "#f6f7f9", "#f1f3f6", "#e8ebf0", "#dfe3ea", "#cdd3dc",
                "#a3abb8", "#5f6878", "#454d5b", "#2b313c", "#181c24",
            ],
            "cyan": [
                "#e3f6fd", "#c3ebfa", "#8fdcf6", "#4cc9f0", "#2bb4de",
                "#119cc8", "#0686b3", "#02739e", "#045f83", "#054b67",
            ],
        },
    }  # fmt: skip


@cache
def template_json(scheme: Scheme) -> dict[str, Any]:
    """Return the Plotly template of a scheme, with a transparent background and a thin grid.

    It is plain data, because Plotly's Python objects would load 18 MiB of validators.
    """
    token = TOKENS[scheme]
    axis = {
        "gridcolor": token["hairline"],
        "linecolor": token["hairline"],
        "tickcolor": token["hairline"],
        "zeroline": False,
        "showline": False,
        "ticks": "",
        "automargin": False,
        "title": {"font": {"size": 11, "color": token["muted"]}},
        "tickfont": {"size": 11, "color": token["muted"]},
    }
    return {
        "layout": {
            "font": {"family": FONT, "size": 12, "color": token["text"]},
            "paper_bgcolor": "rgba(0,0,0,0)",
            "plot_bgcolor": "rgba(0,0,0,0)",
            "colorway": [token[name] for name in ("cyan", "violet", "green", "red", "starlight")],
            "margin": {"l": 40, "r": 8, "t": 8, "b": 28},
            "xaxis": axis,
            "yaxis": axis,
            "hoverlabel": {
                "bgcolor": token["raised"],
                "bordercolor": token["hairline"],
                "font": {"family": FONT, "size": 12, "color": token["text"]},
            },
            "modebar": {"bgcolor": "rgba(0,0,0,0)", "color": token["muted"], "activecolor": token["text"]},
            "showlegend": False,
        }
    }


if __name__ == "__main__":
    import sys

    sys.stdout.write(css_variables())
