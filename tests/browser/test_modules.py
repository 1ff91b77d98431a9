"""The explorer's scripts without the explorer: pure functions of the raster layer, scales, shapes and addresses."""

from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Page

from analysis.explorer.quantities import QUANTITIES
from components.explorer.view import DEFAULTS, FIELDS, parse, parse_gate
from tests.serving import ROOT

pytestmark = pytest.mark.browser
SCRIPTS = ("raster", "scales", "shapes", "gestures", "address", "panels", "scrub")


@pytest.fixture(scope="module")
def scripts(browser: Browser) -> Iterator[Page]:
    with browser.new_context() as context:
        page = context.new_page()
        for name in SCRIPTS:
            page.add_script_tag(path=ROOT / "assets" / f"{name}.js")
        yield page


def run(page: Page, body: str, argument: Any = None) -> Any:
    return page.evaluate(f"(given) => {{ const n = galacticNeon; {body} }}", argument)


def test_the_order_is_a_permutation_and_always_the_same(scripts: Page) -> None:
    first, again = (run(scripts, "return [...n.raster.shuffledOrder(1000, 1)]") for _ in range(2))
    assert first == again
    assert sorted(first) == list(range(1000))
    assert first != sorted(first)


PLACED = """
  const codes = (...values) => ({ codes: Uint16Array.from(values), low: 0, high: 65534 });
  const raster = new n.raster.Raster(n.raster.shuffledOrder(3), codes(1, 32768, 0), codes(1, 32768, 5));
  raster.project({ x0: 0, x1: 65534, y0: 0, y1: 65534 }, 100, 50);
"""


def test_galaxies_are_projected_picked_and_left_out_without_a_place(scripts: Page) -> None:
    found = run(
        scripts,
        PLACED + "return [raster.visible, raster.placed, raster.placeOf(1), raster.placeOf(2),"
        "raster.pick(50, 25), raster.pick(1, 49), raster.pick(90, 5)]",
    )
    visible, placed, middle, nowhere, *picked = found
    assert (visible, placed, nowhere, picked) == (2, 2, None, [1, 0, -1])
    assert (middle["left"], middle["top"]) == pytest.approx((50, 25), abs=0.01)


def test_a_point_is_painted_where_it_lies_and_a_veil_covers_the_others(scripts: Page) -> None:
    body = (
        PLACED
        + """
      const canvas = Object.assign(document.createElement("canvas"), { width: 100, height: 50 });
      const context = canvas.getContext("2d");
      const table = n.raster.colorTable(Array(256).fill("#ff8000"), null);
      const paint = (more) => raster.paint(context, { codes: new Uint8Array([9, 9, 9]), table, ...more });
      const at = () => [...context.getImageData(50, 25, 1, 1).data];
      raster.opacity = 255;
      paint({});
      const plain = at();
      const dimTable = n.raster.dimmed(table, "#000000", 1);
      paint({ chosen: new Uint8Array(3), dimTable });
      return [plain, at()];
    """
    )
    plain, dim = run(scripts, body)
    assert plain == [255, 128, 0, 255]
    assert dim == [0, 0, 0, 255]


def test_a_glide_starts_where_the_galaxies_were(scripts: Page) -> None:
    body = (
        PLACED
        + """
      const other = new n.raster.Raster(raster.order, codes(65535, 32768, 7), codes(1, 1, 7));
      other.leave(raster);
      const view = { x0: 0, x1: 65534, y0: 0, y1: 65534 };
      const lefts = [0, 0.5, 1].map((glide) => {
        other.project(view, 100, 50, 1, { glide });
        const i = [...other.who.subarray(0, other.visible)].indexOf(other.rank[0]);
        return (other.at[i] % other.stride) - 12;
      });
      return lefts;
    """
    )
    assert run(scripts, body) == pytest.approx([0, 50, 100], abs=1)


def test_points_inside_a_polygon_are_found(scripts: Page) -> None:
    assert run(scripts, PLACED + "return [...raster.inside([[0, 0], [65534, 0], [65534, 9e4], [0, 9e4]])]") == [0, 1]
    assert run(scripts, PLACED + "return [...raster.inside([[3e4, 3e4], [4e4, 3e4], [4e4, 4e4], [3e4, 4e4]])]") == [1]


@pytest.mark.parametrize("cover", [0, 60, 128, 255])
def test_blending_is_between_its_colours(scripts: Page, cover: int) -> None:
    mixed = run(scripts, "return n.raster.blend(0xff000000, 0xffffffff, given)", cover)
    channels = [(mixed >> shift) & 255 for shift in (0, 8, 16)]
    assert all(abs(channel - cover) <= 2 for channel in channels)
    assert mixed >> 24 == 255


def test_a_decoded_code_is_what_the_server_meant(scripts: Page) -> None:
    from components.figures.quantise import Scale, decode

    for scale in (Scale("arcsinh", 0, 80, 1.25), Scale("linear", -2, 5)):
        for code in (1, 17, 128, 255):
            there = run(scripts, "return n.scales.decode(...given)", [scale._asdict(), code])
            assert there == pytest.approx(decode(code, scale))


@pytest.mark.parametrize("stretch", ["linear", "log", "arcsinh"])
def test_stretches_rise_from_end_to_end(scripts: Page, stretch: str) -> None:
    places = run(scripts, "return [0.1, 1, 5, 20].map((v) => n.scales.place([0.1, 20], given, v))", stretch)
    assert places[0] == pytest.approx(0, abs=1e-9)
    assert places[-1] == pytest.approx(1)
    assert places == sorted(places)


def test_clipping_takes_percentiles_of_what_has_a_value(scripts: Page) -> None:
    codes = [0] * 50 + list(range(1, 101))
    at = run(
        scripts,
        "const c = n.scales.histogram(Uint8Array.from(given));return [2, 50, 98].map((p) => n.scales.percentile(c, p))",
        codes,
    )
    assert at == [2, 50, 98]


def test_a_path_is_simplified_within_its_tolerance(scripts: Page) -> None:
    path = [[i, 0.2 * (i % 2)] for i in range(50)] + [[49, 30]]
    assert run(scripts, "return n.shapes.simplify(given, 0.5)", path) == [[0, 0], [49, 0.2], [49, 30]]


def test_a_contour_surrounds_a_peak(scripts: Page) -> None:
    body = """
      const values = Float32Array.from({ length: 49 }, (_, i) => -Math.hypot((i % 7) - 3, Math.floor(i / 7) - 3));
      return n.shapes.contour(values, 7, 7, -2).map(([x, y]) => Math.hypot(x - 3, y - 3));
    """
    radii = run(scripts, body)
    assert len(radii) >= 8
    assert all(1.8 < radius < 2.2 for radius in radii)


def test_zooming_keeps_the_place_under_the_pointer(scripts: Page) -> None:
    view = run(scripts, "return n.gestures.zoomed({ x0: 0, x1: 10, y0: 0, y1: 10 }, 2, 0.25, 0.25)")
    assert (view["x1"] - view["x0"], view["y1"] - view["y0"]) == (5, 5)
    assert view["x0"] + 0.25 * 5 == 2.5
    assert view["y1"] - 0.25 * 5 == 7.5


def test_panels_that_would_look_alike_are_left_out(scripts: Page) -> None:
    def count(**changes: Any) -> int:
        return run(scripts, "return n.panels.plan(given).panels.length", {**DEFAULTS, **changes})

    assert count() == 12
    assert count(color="redshift") == 1
    assert count(color="redshift", view="bpt") == 3
    assert count(color="redshift", view="bpt", places="observed") == 1
    assert count(color="SN") == 4
    assert count(columns=["observed", "pull"]) == 8


def test_an_address_written_here_is_read_there(scripts: Page) -> None:
    state = {
        **DEFAULTS, "lines": ["HGAMMA", "SII_6731"], "columns": ["pull"], "view": "xy", "x": "redshift", "lock": True,
        "missing": False, "size": 1.3, "seed": 12, "zoom": [-1.25, 2, 1e-3, 0.5],
    }  # fmt: skip
    gate = {"x": "map_x", "y": "map_y", "polygon": [[0.123456, 1], [2, -3], [4, 5]]}
    body = """
      const text = n.address.query(given.fields, given.state, { galaxy: "A", gate: given.gate });
      return Object.fromEntries(new URLSearchParams(text));
    """
    query = run(scripts, body, {"fields": [field._asdict() for field in FIELDS], "state": state, "gate": gate})
    assert parse(query, QUANTITIES) == (state, [])
    there = parse_gate(query["gate"], QUANTITIES)
    assert there is not None
    assert there.polygon[0] == [0.12346, 1]
    assert (
        run(
            scripts,
            "return n.address.query(given.fields, given.state)",
            {"fields": [f._asdict() for f in FIELDS], "state": DEFAULTS},
        )
        == ""
    )


def test_steps_go_back_and_forward(scripts: Page) -> None:
    body = """
      const steps = new n.address.Steps("a");
      ["b", "b", "c"].forEach((each) => steps.push(each));
      const seen = [steps.move(-1), steps.move(-1), steps.move(-1), steps.move(1)];
      steps.push("d");
      return [...seen, steps.can(1), steps.move(-1)];
    """
    assert run(scripts, body) == ["b", "a", None, "b", False, "b"]


def test_starlight_goes_through_the_bins(scripts: Page) -> None:
    values = run(
        scripts,
        "const f = n.scrub.curve(given); return given.map((_, i) => f(3400 + 300 * (i + 0.5)))",
        [1.0, 3, 2, 5, 4, 4, 4, 1, 1, 2, 3, 2],
    )
    assert values == pytest.approx([1, 3, 2, 5, 4, 4, 4, 1, 1, 2, 3, 2])
