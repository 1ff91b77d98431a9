"""BPT and WHAN diagrams of a population, with the dividing curves."""

import math
from collections.abc import Callable
from typing import TYPE_CHECKING, Final

import numpy as np

from components.figures.evaluation.frame import Figure, figure, heat, line, note
from components.theme import TOKENS, Scheme
from model.physics.diagnostics import (
    KAUFFMANN,
    KEWLEY,
    WHAN_CLASSES,
    WHAN_PASSIVE,
    WHAN_RATIO,
    WHAN_STRONG,
    WHAN_WEAK,
    Curve,
    curve_height,
)

if TYPE_CHECKING:
    from research.evaluation.record.schema import Cells

STEPS: Final = 60
_CLASSES: Final = (
    (WHAN_CLASSES[0], -1.36, 2.25),
    (WHAN_CLASSES[1], -0.36, 2.25),
    (WHAN_CLASSES[3], -1.36, 0.36),
    (WHAN_CLASSES[4], -1.36, -0.42),
)
"""Names of WHAN's classes, and their positions [dex]."""


def _branch(curve: Curve, low: float, floor: float) -> tuple[list[float], list[float]]:
    """Return x and y of a dividing curve, from x = `low` to y = `floor`."""
    x = np.linspace(low, curve.pole + curve.height / (floor - curve.level), STEPS)
    return x.tolist(), curve_height(curve, x).tolist()


def bpt_figure(cells: "Cells", scheme: Scheme) -> Figure:
    """Draw log [N II]/Hα against log [O III]/Hβ.

    Parameters
    ----------
    cells : Cells
        Galaxies in the diagram.
    scheme : {"dark", "light"}
        Colour scheme.

    Returns
    -------
    dict
        A Plotly figure with the curves of Kewley et al. 2001 and Kauffmann et al. 2003.
    """
    low, floor = cells.x_range[0], cells.y_range[0]
    token = TOKENS[scheme]
    traces = [
        heat(cells, scheme),
        line(*_branch(KEWLEY, low, floor), token["text"], line={"width": 1.5}),
        line(*_branch(KAUFFMANN, low, floor), token["text"], line={"width": 1.5, "dash": "dash"}),
    ]
    return _diagram(cells, scheme, traces, "log [N II] / Hα", "log [O III] / Hβ", lambda _: [])


def whan_figure(cells: "Cells", scheme: Scheme) -> Figure:
    """Draw log [N II]/Hα against the equivalent width of Hα.

    Parameters
    ----------
    cells : Cells
        Galaxies in the diagram; y is log10 of EW [Å].
    scheme : {"dark", "light"}
        Colour scheme.

    Returns
    -------
    dict
        A Plotly figure with the classes of Cid Fernandes et al. 2011.
    """
    (left, right), (bottom, top) = cells.x_range, cells.y_range
    token = TOKENS[scheme]
    passive, weak, strong = (round(math.log10(limit), 3) for limit in (WHAN_PASSIVE, WHAN_WEAK, WHAN_STRONG))
    traces = [
        heat(cells, scheme),
        line([WHAN_RATIO, WHAN_RATIO], [weak, top], token["text"]),
        line([left, right], [weak] * 2, token["text"]),
        line([WHAN_RATIO, right], [strong] * 2, token["text"]),
        line([left, 0.0, right], [passive, passive, passive - right], token["text"]),
    ]

    def names(scheme: Scheme) -> list[Figure]:
        return [note(text, x, y, scheme, xref="x", yref="y", xanchor="left") for text, x, y in _CLASSES]

    made = _diagram(cells, scheme, traces, "log [N II] / Hα", "EW Hα [Å]", names)
    made["layout"]["yaxis"] |= {
        "tickmode": "array",
        "tickvals": [passive, weak, strong, 1.477, 2.0],
        "ticktext": [*(f"{limit:g}" for limit in (WHAN_PASSIVE, WHAN_WEAK, WHAN_STRONG)), "30", "100"],
        "range": [bottom, top],
    }
    return made


def _diagram(
    cells: "Cells",
    scheme: Scheme,
    traces: list[Figure],
    x_title: str,
    y_title: str,
    names: Callable[[Scheme], list[Figure]],
) -> Figure:
    return figure(
        scheme,
        traces,
        {"range": list(cells.x_range), "dtick": 0.5, "title": {"text": x_title, "standoff": 6}},
        {"range": list(cells.y_range), "title": {"text": y_title, "standoff": 2}},
        annotations=names(scheme),
        margin={"l": 46, "r": 8, "t": 6, "b": 40},
    )
