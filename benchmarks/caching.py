"""Compare response times with and without the server's cache: ``python -m benchmarks.caching``.

Responses that the cache does not speed up should not be cached.
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
    """Return the median time of a request after a first one, which may fill the cache [ms]."""
    ask()
    times = []
    for _ in range(REPEATS):
        began = time.perf_counter()
        ask()
        times.append(1000 * (time.perf_counter() - began))
    return median(times)


def compare(client: FlaskClient, path: str) -> tuple[float, float]:
    """Return the time of a request with the cache and without it [ms]."""
    ask = partial(client.get, path, headers=ENCODINGS)
    with_cache = milliseconds(ask)
    with mock.patch.object(compression, "remembered", lambda _key, make: make()):
        return with_cache, milliseconds(ask)


def main() -> None:
    """Print the times and their ratios."""
    for steps in ("preparation", "afterwards"):
        for step in app.server.extensions[steps].values():
            step.result()
    client = app.server.test_client()
    name, version = next(iter(client.get("/version").json["catalogues"].items()))
    paths = {
        "a column": f"/catalogues/{name}/columns/HALPHA_EW.bin?v={version}",
        "a place": f"/catalogues/{name}/columns/map_x.bin?v={version}&bits=16",
        "the hexagons": f"/catalogues/{name}/cells.json?v={version}",
        "plotly's script": "/_dash-component-suites/plotly/package_data/plotly.min.js",
    }
    for title, path in paths.items():
        cached, computed = compare(client, path)
        ratio = computed / cached
        sys.stdout.write(f"{title}: {cached:.1f} ms with the cache, {computed:.1f} ms without, ratio {ratio:.0f}\n")


if __name__ == "__main__":
    main()
