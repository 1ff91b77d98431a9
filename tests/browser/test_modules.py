"""The browser's modules in a real Chromium: painted pixels, drawn cells, the networks' numbers, what starts first."""

import numpy as np
import pytest
from playwright.sync_api import Page

from components.figures import diagram
from model.predictions.predict import predict
from model.storage.weights import load_params
from tests.browser.explorer_page import ask, inside, open_explorer
from tests.serving import Served

pytestmark = pytest.mark.browser


@pytest.fixture
def about(page: Page, served: Served) -> Page:
    """A page without pictures of its own, and a place for one."""
    page.goto(f"{served.url}/about")
    page.wait_for_selector("main h1")
    page.evaluate(
        """() => document.body.insertAdjacentHTML("beforeend",
          '<div id="here" style="position: fixed; top: 0; width: 300px; height: 150px"></div>')"""
    )
    return page


def test_a_point_is_painted_where_it_lies(about: Page) -> None:
    pixel = about.evaluate(
        inside("""
          const codes = (...values) => ({ codes: Uint16Array.from(values), low: 0, high: 65534 });
          const { Raster } = $["raster/raster.mjs"];
          const raster = new Raster($["raster/order.mjs"].shuffledOrder(2), codes(1, 32768), codes(1, 32768));
          raster.project({ x0: 0, x1: 65534, y0: 0, y1: 65534 }, 100, 50);
          raster.opacity = 255;
          const canvas = Object.assign(document.createElement("canvas"), { width: 100, height: 50 });
          const context = canvas.getContext("2d");
          const table = $["raster/pixels.mjs"].colorTable(Array(256).fill("#ff8000"), null);
          $["raster/painting.mjs"].paint(raster, context, { codes: new Uint8Array([9, 9]), table });
          return [...context.getImageData(50, 25, 1, 1).data];""")
    )
    assert pixel == [255, 128, 0, 255]


def test_cells_have_the_colours_of_their_levels_and_rise(about: Page) -> None:
    density = np.zeros((diagram.CELLS, diagram.CELLS))
    density[0, 0] = 1
    alphas = about.evaluate(
        inside("""
          $["pictures/figure.mjs"].draw(document.getElementById("here"), given);
          const image = new Image();
          image.src = document.querySelector("#here image").getAttribute("href");
          await image.decode();
          const canvas = Object.assign(document.createElement("canvas"), { width: image.width, height: image.height });
          const context = canvas.getContext("2d");
          context.drawImage(image, 0, 0);
          return [[0, image.height - 1], [0, 0], [5, 5]].map((at) => context.getImageData(...at, 1, 1).data[3]);"""),
        diagram.diagram_figure(diagram.BPT, density, "dark"),
    )
    assert alphas[0] == pytest.approx(0.75 * 255, abs=2)
    assert alphas[1:] == [0, 0]


def test_a_picture_follows_its_place(about: Page) -> None:
    figure = diagram.diagram_figure(diagram.WHAN, np.zeros((diagram.CELLS, diagram.CELLS)), "dark")
    about.evaluate(inside('$["pictures/figure.mjs"].draw(document.getElementById("here"), given);'), figure)
    about.wait_for_selector("#here > svg[width='300']")
    about.evaluate("document.getElementById('here').style.width = '200px'")
    about.wait_for_selector("#here > svg[width='200']")


def test_the_networks_number_is_jaxs(page: Page, served: Served) -> None:
    page.goto(f"{served.url}/predict")
    page.wait_for_selector("#predict[data-ready]")
    flux = np.linspace(0.8, 1.2, 12).astype(np.float32)
    ew = page.evaluate(
        inside("""
          const { parseSafetensors, under } = $["network/safetensors.mjs"];
          const fetched = performance.getEntriesByType("resource").map(({ name }) => name);
          const address = fetched.find((name) => name.includes("colors.safetensors"));
          const tensors = parseSafetensors(await (await fetch(address)).arrayBuffer());
          return [...$["network/network.mjs"].predict(under(tensors, "net"), given, []).ew];"""),
        flux.tolist(),
    )
    np.testing.assert_allclose(ew, predict(load_params(), flux).ew, rtol=2e-4, atol=2e-4)


def test_dash_starts_after_the_modules_however_late_they_come(page: Page, served: Served) -> None:
    page.route("**/browser.mjs*", lambda route: (page.wait_for_timeout(1500), route.continue_()))
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    open_explorer(page, served.url)
    late = next(i for i, url in enumerate(asked) if "browser.mjs" in url)
    assert next(i for i, url in enumerate(asked) if "_dash-layout" in url) > late
    assert ask(page, "Object.keys($).length") > 50


def test_the_product_puts_no_name_of_its_own_on_the_window(page: Page, served: Served) -> None:
    open_explorer(page, served.url)
    assert page.evaluate("Object.keys(window).filter((name) => /neon/i.test(name))") == []
