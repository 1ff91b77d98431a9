"""The figure of differences between the network and other methods, with bootstrap intervals."""

from collections.abc import Mapping

from components.figures.evaluation.frame import Figure, figure
from components.theme import TOKENS, Scheme

Interval = tuple[float, float, float]


def difference_figure(
    differences: Mapping[str, Interval], titles: Mapping[str, str], axis: str, better: float, scheme: Scheme
) -> Figure:
    """Draw our score minus that of each other method, with its interval.

    Parameters
    ----------
    differences : mapping
        Value and the ends of its interval, by method.
    titles : mapping
        Titles of the methods.
    axis : str
        Title of the horizontal axis.
    better : float
        +1 if a larger difference is in our favour, -1 if a smaller one is.
    scheme : {"dark", "light"}
        Colour scheme.

    Returns
    -------
    dict
        A Plotly figure. Circles are filled if the interval excludes zero in our favour; crosses, if against us.
    """
    token = TOKENS[scheme]
    names = list(differences)[::-1]
    traces = []
    for place, name in enumerate(names):
        value, low, high = differences[name]
        ahead, behind = better * value > 0 and low * high > 0, better * value < 0 and low * high > 0
        color = token["cyan"] if ahead else token["starlight"] if behind else token["muted"]
        outcome = "ahead" if ahead else "behind" if behind else "no difference that the sample shows"
        traces.append(
            {
                "type": "scatter",
                "mode": "markers",
                "x": [value],
                "y": [place],
                "error_x": {
                    "type": "data",
                    "symmetric": False,
                    "array": [high - value],
                    "arrayminus": [value - low],
                    "color": color,
                    "thickness": 2,
                    "width": 0,
                },
                "marker": {
                    "size": 10,
                    "symbol": "circle" if ahead else "x" if behind else "circle-open",
                    "color": color,
                },
                "hovertemplate": f"{titles[name]}: {value:+.4g} [{low:+.4g}, {high:+.4g}]<br>{outcome}<extra></extra>",
            }
        )
    zero = {"type": "line", "x0": 0, "x1": 0, "yref": "paper", "y0": 0, "y1": 1}
    ends = [1.08 * each for found in differences.values() for each in found]
    reach = max(map(abs, ends))
    return figure(
        scheme,
        traces,
        {
            "range": [min(-0.12 * reach, *ends), max(0.12 * reach, *ends)],
            "title": {"text": axis, "standoff": 6},
            "nticks": 5,
        },
        {
            "range": [-0.6, len(names) - 0.4],
            "tickmode": "array",
            "tickvals": list(range(len(names))),
            "ticktext": [titles[name] for name in names],
            "showgrid": False,
        },
        shapes=[zero | {"line": {"color": token["edge"], "width": 1}}],
        margin={"l": 158, "r": 12, "t": 8, "b": 40},
    )
