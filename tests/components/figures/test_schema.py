"""The language of still pictures: every figure of the app keeps to it, on both sides of the wire."""

import typing
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from plotly import graph_objects as go

from components.figures import diagram, population, schema
from components.figures.curves import typed_array
from components.figures.spectrum import Look, pane_grid, spectrum_figure
from components.theme import Scheme
from model.lines import LEADING_LINES
from tests.node import evaluate

BINS = np.linspace(1.0, 2.0, 12).astype(np.float32)
PARTS = {
    name: part
    for name, part in vars(schema).items()
    if typing.is_typeddict(part) and part.__module__ == schema.__name__
}


def unknown(value: Any, hint: Any, where: str = "figure") -> Iterator[str]:
    """The keys of a value that its type does not have."""
    members = [part for part in (hint, *typing.get_args(hint)) if part in PARTS.values()]
    if isinstance(value, list):
        inner = typing.get_args(hint)[0] if typing.get_origin(hint) is list else None
        for i, each in enumerate(value):
            yield from unknown(each, inner, f"{where}[{i}]")
    elif isinstance(value, dict):
        if len(members) > 1:  # a trace is what its type says
            members = [schema.Cells if value.get("type") == "heatmap" else schema.Curve]
        hints = typing.get_type_hints(members[0])
        for key, each in value.items():
            if key in hints:
                yield from unknown(each, hints[key], f"{where}.{key}")
            else:
                yield f"{where}.{key}"


def figures(scheme: Scheme) -> dict[str, schema.Figure]:
    """Every still picture that the app makes."""
    wavelength_rest = 3400.5 + np.arange(3600.0)
    light: Any = SimpleNamespace(
        wavelength_rest=wavelength_rest,
        flux=np.ones(3600, np.float32),
        ivar=np.ones(3600, np.float32),
        continuum=np.ones(3600, np.float32),
    )
    group: Any = SimpleNamespace(mean=BINS, scatter=0.1 * BINS)
    counts: Any = SimpleNamespace(
        edges=np.sinh(np.linspace(0, 6, 9)), **dict.fromkeys(("observed", "predicted", "noisy"), BINS[:8])
    )
    density = np.zeros((diagram.CELLS, diagram.CELLS))
    return {
        "spectrum": spectrum_figure(BINS, light, scheme, Look(1.2, 2.0, "simulated"), np.ones(len(pane_grid()))),
        "bins": spectrum_figure(BINS, None, scheme, Look()),
        "continuum": population.continuum_figure(group, group, scheme),
        "histograms": population.histograms_figure({line.name: counts for line in LEADING_LINES}, scheme),
        "bpt": diagram.diagram_figure(diagram.BPT, density, scheme),
        "whan": diagram.diagram_figure(diagram.WHAN, density, scheme, density),
    }


@pytest.mark.parametrize("scheme", ["dark", "light"])
def test_every_figure_keeps_to_the_language(scheme: Scheme) -> None:
    for name, figure in figures(scheme).items():
        assert list(unknown(figure, schema.Figure)) == [], name
        go.Figure(figure)


def test_an_unknown_key_is_found_wherever_it_is() -> None:
    figure: Any = figures("dark")["spectrum"]
    figure["data"][0]["line"] = {"width": 1, "smoothing": 1}
    figure["data"][1]["x"] = {**typed_array(BINS), "order": "C"}
    figure["layout"]["xaxis"]["title"] = {"standoff": 3}
    figure["layout"]["shapes"][0]["layer"] = "below"
    assert sorted(unknown(figure, schema.Figure)) == [
        "figure.data[0].line.smoothing",
        "figure.data[1].x.order",
        "figure.layout.shapes[0].layer",
        "figure.layout.xaxis.title.standoff",
    ]


def test_the_browser_knows_the_same_words() -> None:
    there = evaluate('import { SCHEMA } from "./assets/pictures/schema.mjs";', "return SCHEMA;")
    assert {name: sorted(keys) for name, keys in there.items()} == {
        name: sorted(typing.get_type_hints(part)) for name, part in PARTS.items()
    }


def test_the_browser_draws_every_figure() -> None:
    drawn = evaluate(
        """
        globalThis.document = { createElement: () => ({
          getContext: () => ({
            createImageData: (w, h) => ({ data: new Uint8ClampedArray(4 * w * h) }),
            putImageData() {},
          }),
          toDataURL: () => "data:,",
        }) };
        import { svgOf } from "./assets/pictures/figure.mjs";""",
        "return given.map((figure) => svgOf(figure, 400, 300));",
        list(figures("dark").values()),
    )
    assert all(markup.count("<") > 20 and "NaN" not in markup and "undefined" not in markup for markup in drawn)
