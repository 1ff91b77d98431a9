"""The empty figure that is shown until a figure's data arrive."""

from typing import Any, Final

EMPTY: Final[dict[str, Any]] = {
    "data": [],
    "layout": {
        "paper_bgcolor": "rgba(0,0,0,0)",
        "plot_bgcolor": "rgba(0,0,0,0)",
        "xaxis": {"visible": False},
        "yaxis": {"visible": False},
    },
}
"""A figure without traces, transparent in both schemes."""
