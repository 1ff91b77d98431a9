"""Still pictures: what assets/figure.js draws of a figure lies where Plotly's words put it."""

from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
from playwright.sync_api import Browser, Page

from components.figures import diagram
from components.figures.curves import typed_array
from components.theme import template_json
from tests.serving import ROOT

pytestmark = pytest.mark.browser

AXES = {
    "template": template_json("dark"),
    "margin": {"l": 50, "r": 50, "t": 10, "b": 40},
    "xaxis": {"range": [0, 10], "title": {"text": "time"}},
    "yaxis": {"range": [0, 1]},
}


@pytest.fixture(scope="module")
def board(browser: Browser) -> Iterator[Page]:
    with browser.new_context() as context:
        page = context.new_page()
        page.set_content('<div id="here" style="width: 300px; height: 150px"></div>')
        for name in ("scales", "figure"):
            page.add_script_tag(path=ROOT / "assets" / f"{name}.js")
        yield page


def draw(page: Page, *traces: dict[str, Any], **layout: Any) -> None:
    """Draw on 200 x 100 pixels that begin at (50, 10)."""
    figure = {"data": traces, "layout": AXES | layout}
    page.evaluate("(figure) => galacticNeon.figure.draw(document.getElementById('here'), figure)", figure)


def curve(x: list[float], y: list[float], **more: Any) -> dict[str, Any]:
    numbers = {"x": typed_array(np.array(x)), "y": typed_array(np.array(y))}
    return {"type": "scatter", **numbers, "mode": "lines", "line": {"color": "#ff0000", "width": 2}, **more}


def paths(page: Page) -> list[str]:
    return page.eval_on_selector_all("#here g path", "(all) => all.map((path) => path.getAttribute('d'))")


def test_a_curve_goes_through_its_points_and_stops_at_gaps(board: Page) -> None:
    draw(board, curve([0, 5, 7, 10], [0, 0.5, float("nan"), 1]))
    assert paths(board) == ["M50.00,110.00L150.00,60.00M250.00,10.00"]
    draw(board, {**curve([], [0, 1], x0=0, dx=10), "x": None})
    assert paths(board) == ["M50.00,110.00L250.00,10.00"]


def test_of_many_points_those_stay_that_can_be_seen(board: Page) -> None:
    x = np.linspace(0, 10, 5000)
    y = 0.5 + 0.01 * np.sin(50 * x)
    y[1234], y[3210], y[4000] = 1.0, 0.0, np.nan
    draw(board, curve(x.tolist(), y.tolist()))
    (path,) = paths(board)
    assert path.count("M") == 2
    assert path.count("L") < 4 * 202  # 200 pixels
    assert f"{50 + 20 * x[1234]:.2f},10.00" in path
    assert f"{50 + 20 * x[3210]:.2f},110.00" in path


def test_steps_hold_their_value_and_areas_reach_down_to_zero(board: Page) -> None:
    steps = {"line": {"color": "#ff0000", "width": 0, "shape": "hv"}, "fill": "tozeroy", "fillcolor": "#00ff00"}
    draw(board, curve([0, 5, 10], [1, 0.5, 0.5], **steps))
    assert paths(board) == ["M50.00,110.00L50.00,10.00H150.00V60.00H250.00V60.00V110.00Z"]


def test_what_lies_beyond_the_axes_is_cut(board: Page) -> None:
    draw(board, curve([0, 10], [0, 9]))
    box = board.eval_on_selector(
        "#here svg svg", "(cut) => ['x', 'y', 'width', 'height'].map((a) => cut.getAttribute(a))"
    )
    assert box == ["50", "10", "200.00", "100.00"]


def test_shapes_and_notes_lie_on_axes_or_on_the_paper(board: Page) -> None:
    band = {"type": "rect", "x0": 2, "x1": 4, "xref": "x", "y0": 0, "y1": 1, "yref": "y domain", "fillcolor": "#888"}
    note = {"text": "<b>", "x": 1, "y": 1, "xref": "paper", "yref": "paper", "xanchor": "right", "yanchor": "bottom"}
    draw(board, shapes=[band], annotations=[note])
    rect = board.eval_on_selector("#here rect", "(r) => ['x', 'y', 'width', 'height'].map((a) => r.getAttribute(a))")
    assert rect == ["90.00", "10.00", "40.00", "100.00"]
    written = board.locator("#here .note")
    assert (written.text_content(), written.get_attribute("x")) == ("<b>", "250.00")


def test_axes_say_round_numbers_and_their_title(board: Page) -> None:
    draw(board)
    assert board.locator("#here text").all_text_contents() == ["0", "2", "4", "6", "8", "10", "time", "0", "0.5", "1"]


def test_cells_have_the_colours_of_their_levels_and_rise(board: Page) -> None:
    density = np.zeros((diagram.CELLS, diagram.CELLS))
    density[0, 0] = 1
    figure = diagram.diagram_figure(diagram.BPT, density, "dark")
    board.evaluate("(figure) => galacticNeon.figure.draw(document.getElementById('here'), figure)", figure)
    alphas = board.evaluate(
        """async () => {
          const image = Object.assign(new Image(), { src: document.querySelector("#here image").getAttribute("href") });
          await image.decode();
          const canvas = Object.assign(document.createElement("canvas"), { width: image.width, height: image.height });
          const context = canvas.getContext("2d");
          context.drawImage(image, 0, 0);
          return [[0, image.height - 1], [0, 0], [5, 5]].map((at) => context.getImageData(...at, 1, 1).data[3]);
        }"""
    )
    assert alphas[0] == pytest.approx(0.75 * 255, abs=2)
    assert alphas[1:] == [0, 0]


def test_a_picture_follows_its_place(board: Page) -> None:
    draw(board, curve([0, 10], [0, 0]))
    board.evaluate("document.getElementById('here').style.width = '200px'")
    board.wait_for_function("document.querySelector('#here > svg').getAttribute('width') === '200'")
    assert paths(board) == ["M50.00,110.00L150.00,110.00"]
