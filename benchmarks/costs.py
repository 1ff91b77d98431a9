"""Measure the processor time of each kind of request: ``python -m benchmarks.costs``.

Requests are answered in this process, without a network, and all threads count. A worker cannot answer requests of more
than one second of processor time per second.
"""

import json
import random
import sys
import time
from collections.abc import Callable
from concurrent.futures import wait

import app
from data.catalogue.registry import served
from tests.load.visitors import JSON, galaxy_path

REPEATS = 100


def main() -> None:
    """Print the costs."""
    for steps in ("preparation", "afterwards"):
        wait(app.server.extensions[steps].values())
    client = app.server.test_client()
    name, catalogue = next(iter(served().items()))
    version = client.get("/version").get_json()["catalogues"][name]
    chance = random.Random(0)  # noqa: S311 - repeatable, no secret
    accepted = {"Accept-Encoding": "br"}

    def get(path: str) -> Callable[[], object]:
        return lambda: client.get(path, headers=accepted)

    def post(path: str, body: Callable[[], object]) -> Callable[[], object]:
        return lambda: client.post(path, data=json.dumps(body()), headers=accepted | JSON)

    kinds = {
        "the page": get("/"),
        "its layout": get("/_dash-layout"),
        "its callbacks": get("/_dash-dependencies"),
        "a column": get(f"/catalogues/{name}/columns/HALPHA_EW.bin?v={version}"),
        "a click": lambda: client.get(galaxy_path(name, chance.randrange(catalogue.n), version), headers=accepted),
        "a prediction": post("/api/v1/predict", lambda: {"flux": [[1 + chance.random() for _ in range(12)]]}),
    }
    for kind, ask in kinds.items():
        for _ in range(10):
            ask()
        began = time.process_time()
        for _ in range(REPEATS):
            ask()
        sys.stdout.write(f"{kind}: {1000 * (time.process_time() - began) / REPEATS:.1f} ms of processor\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
