"""Compress the files of the app's page before their first request."""

import re
from typing import Final

from dash import Dash

from server.http.compression import LASTING, compress_ahead
from server.http.request_metrics import WARM_UP

# Loaded by scripts on demand, so that no tag of the page names them.
ON_DEMAND: Final = (
    "/_dash-component-suites/dash/dcc/async-graph.js",
    "/_dash-component-suites/plotly/package_data/plotly.min.js",
)


def compress_page(app: Dash, quality: int = LASTING) -> int:
    """Compress every file that the page loads, unless it is cached; return the number of files."""
    client = app.server.test_client()
    client.environ_base[WARM_UP] = True
    tags = re.findall(r'(?:src|href)="(/[^"]+\.(?:m?js|css)[^"]*)"', client.get("/").text)
    for address in (*tags, *ON_DEMAND):
        with client.get(address) as answer, app.server.app_context():
            compress_ahead(answer.data, quality)
    return len(tags) + len(ON_DEMAND)
