"""Measure what the cache saves: ``python -m benchmarks.caching``.

The same requests are answered with the cache and with one that keeps nothing, side by side; what it does not make
faster has no place in it.
"""

import sys
import time
from collections.abc import Callable
from functools import partial
from statistics import median
from unittest import mock

from flask.testing import FlaskClient

import app
from server.http import compression

REPEATS = 15
ENCODINGS = {"Accept-Encoding": "br"}


def milliseconds(ask: Callable[[], object]) -> float:
    """Return the median time of a request, after one that may fill the cache."""
    ask()
    times = []
    for _ in range(REPEATS):
        began = time.perf_counter()
        ask()
        times.append(1000 * (time.perf_counter() - began))
    return median(times)


def compare(client: FlaskClient, path: str) -> tuple[float, float]:
    """Return the time of a request with the cache and without."""
    ask = partial(client.get, path, headers=ENCODINGS)
    kept = milliseconds(ask)
    with mock.patch.object(compression, "remembered", lambda _key, make: make()):
        return kept, milliseconds(ask)


def main() -> None:
    """Print the times and their ratio."""
    for steps in ("preparation", "afterwards"):
        for step in app.server.extensions[steps].values():
            step.result()
    client = app.server.test_client()
    name, version = next(iter(client.get("/version").json["catalogues"].items()))
    asked = {
        "a column": f"/catalogues/{name}/columns/HALPHA_EW.bin?v={version}",
        "a place": f"/catalogues/{name}/columns/map_x.bin?v={version}&bits=16",
        "the hexagons": f"/catalogues/{name}/cells.json?v={version}",
        "plotly's script": "/_dash-component-suites/plotly/package_data/plotly.min.js",
    }
    for what, path in asked.items():
        kept, made = compare(client, path)
        sys.stdout.write(f"{what}: {kept:.1f} ms with the cache, {made:.1f} ms without, {made / kept:.0f} times\n")


if __name__ == "__main__":
    main()
