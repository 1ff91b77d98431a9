"""Every callback of the product is called over HTTP with its own names and other people's values."""

import json
import random
import urllib.error
import urllib.request
from collections.abc import Iterator
from typing import Any

import pytest

from pages.values import VALUES
from tests.serving import Served, serving

pytestmark = pytest.mark.slow

CASES, SOAK_CASES = 12, 400
WRONG: tuple[Any, ...] = (
    None,
    True,
    False,
    0,
    -1,
    7,
    2**31,
    10**30,
    0.5,
    -1e300,
    "",
    "mock",
    "x" * 300,
    "\0\ud7ff<script>",
    "../../etc/passwd",
    [],
    [None],
    [[]],
    ["a"] * 50,
    list(range(12)),
    {},
    {"row": 10**9},
    {"row": -1},
    {"row": "1"},
    {"row": 3},
    {"version": 1, "name": "a", "rows": "AAAA", "gate": None},
    {"version": 1, "name": "a", "rows": "AAAAAA==", "gate": None},
    {"version": 1, "name": "a", "rows": "/////w==", "gate": None, "find": "a"},
    {"version": 2, "name": None, "rows": 3},
    {"bins": ["1"] * 12},
    {"bins": [1] * 12, "luminosity": None},
    {"bins": ["1"] * 12, "luminosity": "6", "redshift": "0.1", "model": "default", "measured": [1.0] * 10},
    {"name": "a", "table": "AAAA"},
    {"lines": ["HALPHA"], "noise": "observed", "seed": 1},
    [{"name": "a.csv", "contents": "data:;base64,AAAA"}],
    [{"name": 3, "contents": None, "bytes": 10**12}],
    {"a": {"a": {"a": [1, 2, {"b": None}]}}},
)


@pytest.fixture(scope="module")
def answering() -> Iterator[Served]:
    with serving(CALLBACK_RATE_LIMIT="1000000 per minute", UPLOAD_RATE_LIMIT="1000000 per minute") as served:
        yield served


def fetch(served: Served, path: str, body: Any = None) -> tuple[int, str]:
    data = None if body is None else json.dumps(body).encode()
    asked = urllib.request.Request(served.url + path, data, {"Content-Type": "application/json"})
    try:
        with urllib.request.urlopen(asked, timeout=120) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as error:
        return error.code, error.read().decode("utf-8", "replace")


def callbacks(served: Served) -> list[dict[str, Any]]:
    """What the server answers; the rest runs in the browser."""
    return [each for each in json.loads(fetch(served, "/_dash-dependencies")[1]) if not each["clientside_function"]]


def outputs_of(output: str) -> Any:
    names = output.removeprefix("..").removesuffix("..").split("...") if output.startswith("..") else [output]
    parts = [part_of(*name.rpartition(".")[::2]) for name in names]
    return parts if output.startswith("..") else parts[0]


def part_of(name: str, property_name: str) -> Any:
    if not name.startswith("{"):
        return {"id": name, "property": property_name}
    named = {key: "CSV" if isinstance(value, list) else value for key, value in json.loads(name).items()}
    return [{"id": named, "property": property_name}]


def call_of(callback: dict[str, Any], chance: random.Random) -> dict[str, Any]:
    """A call of the right form, with values chosen anyhow."""

    def filled(parts: list[dict[str, str]]) -> list[Any]:
        made = [part_of(part["id"], part["property"]) for part in parts]
        for part in made:
            for one in part if isinstance(part, list) else [part]:
                one["value"] = "mock-20000" if chance.random() < 0.3 else chance.choice(WRONG)
                if one["id"] == "explorer-catalogue" and chance.random() < 0.8:
                    one["value"] = "mock"
        return made

    inputs = filled(callback["inputs"])
    flat = [one for part in inputs for one in (part if isinstance(part, list) else [part])]
    first = chance.choice(flat)
    name = (
        first["id"] if isinstance(first["id"], str) else json.dumps(first["id"], sort_keys=True, separators=(",", ":"))
    )
    return {
        "output": callback["output"],
        "outputs": outputs_of(callback["output"]),
        "inputs": inputs,
        "state": filled(callback["state"]),
        "changedPropIds": [f"{name}.{first['property']}"],
    }


def survive(served: Served, cases: int) -> dict[int, int]:
    """Call every callback that many times; returns how often each status came."""
    chance, statuses = random.Random(4), {}  # noqa: S311  # no secret: the same calls each time
    for callback in callbacks(served):
        for _ in range(cases):
            call = call_of(callback, chance)
            status, text = fetch(served, "/_dash-update-component", call)
            assert status in (200, 204, 400), (callback["output"], call, status, text[:300])
            assert "Traceback" not in text
            statuses[status] = statuses.get(status, 0) + 1
    assert "Traceback" not in served.log.read_text(errors="replace")
    return statuses


def test_every_input_of_every_callback_has_a_type(answering: Served):
    read = set()
    for callback in callbacks(answering):
        for part in (*callback["inputs"], *callback["state"]):
            name = json.loads(part["id"])["type"] if part["id"].startswith("{") else part["id"]
            read.add(f"{name}.{part['property']}")
    assert read == set(VALUES)


def test_wrong_values_end_in_400_or_an_answer(answering: Served):
    statuses = survive(answering, CASES)
    assert statuses[400] > statuses.get(200, 0)


@pytest.mark.soak
def test_ten_thousand_wrong_calls(answering: Served, capsys: pytest.CaptureFixture[str]):
    statuses = survive(answering, SOAK_CASES)
    with capsys.disabled():
        print(f"calls of callbacks with wrong values: {statuses}")  # noqa: T201


def test_a_callback_of_the_browser_is_not_called_here(answering: Served):
    every = json.loads(fetch(answering, "/_dash-dependencies")[1])
    one = next(each for each in every if each["clientside_function"])
    call = call_of(one, random.Random(1))  # noqa: S311
    assert fetch(answering, "/_dash-update-component", call)[0] == 400
