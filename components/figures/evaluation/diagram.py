"""BPT and WHAN diagrams of a population, with the curves that astronomers read them by."""

from collections.abc import Callable
from typing import Final

from components.figures.evaluation.frame import CellCounts, Figure, figure, heat, line, note
from components.theme import TOKENS, Scheme

STEPS: Final = 60
_CLASSES: Final = (
    ("star-forming", -1.36, 2.25),
    ("strong nucleus", -0.36, 2.25),
    ("retired", -1.36, 0.36),
    ("passive", -1.36, -0.42),
)
"""Names of WHAN's classes, and where they stand."""


def _branch(center: float, offset: float, low: float, floor: float) -> tuple[list[float], list[float]]:
    """Return the curve y = .61 / (x - center) + offset, from `low` to where it leaves the picture at `floor`."""
    end = center + 0.61 / (floor - offset)
    x = [low + (end - low) * k / (STEPS - 1) for k in range(STEPS)]
    return x, [0.61 / (each - center) + offset for each in x]


def bpt_figure(cells: CellCounts, scheme: Scheme) -> Figure:
    """Draw log [N II]/Hα against log [O III]/Hβ.

    Parameters
    ----------
    cells : CellCounts
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
        line(*_branch(0.47, 1.19, low, floor), token["text"], line={"width": 1.5}),
        line(*_branch(0.05, 1.3, low, floor), token["text"], line={"width": 1.5, "dash": "dash"}),
    ]
    return _diagram(cells, scheme, traces, "log [N II] / Hα", "log [O III] / Hβ", lambda _: [])


def whan_figure(cells: CellCounts, scheme: Scheme) -> Figure:
    """Draw log [N II]/Hα against the equivalent width of Hα.

    Parameters
    ----------
    cells : CellCounts
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
    logs = {0.5: -0.301, 3.0: 0.477, 6.0: 0.778}
    traces = [
        heat(cells, scheme),
        line([-0.4, -0.4], [logs[3.0], top], token["text"]),
        line([left, right], [logs[3.0]] * 2, token["text"]),
        line([-0.4, right], [logs[6.0]] * 2, token["text"]),
        line([left, right], [logs[0.5]] * 2, token["text"]),
    ]

    def names(scheme: Scheme) -> list[Figure]:
        return [note(text, x, y, scheme, xref="x", yref="y", xanchor="left") for text, x, y in _CLASSES]

    made = _diagram(cells, scheme, traces, "log [N II] / Hα", "EW Hα [Å]", names)
    made["layout"]["yaxis"] |= {
        "tickmode": "array",
        "tickvals": [-0.301, 0.477, 0.778, 1.477, 2.0],
        "ticktext": ["0.5", "3", "6", "30", "100"],
        "range": [bottom, top],
    }
    return made


def _diagram(
    cells: CellCounts,
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
