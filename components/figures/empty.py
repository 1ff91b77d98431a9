"""What stands where a figure will be, before its numbers come."""

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
"""Nothing, in either scheme."""
