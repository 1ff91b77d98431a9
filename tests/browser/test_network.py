"""The networks in the browser give JAX's numbers to float32 precision, in a real Chromium."""

import base64
import itertools

import numpy as np
import pytest
from playwright.sync_api import Page

from analysis.browser import weights
from data.catalogue.registry import open_catalogues
from data.catalogue.schema import FLUX_NAMES
from model.lines import LINES
from model.networks.layers import Dense
from model.networks.per_line import PerLineNetwork
from model.predictions.batch import intrinsic_many, place_many, predict_many, score_many
from model.predictions.params import Params
from model.predictions.predict import predict
from model.sensitivity import ew_sensitivity
from model.storage.weights import load_params
from tests.serving import Served

pytestmark = pytest.mark.browser

ASK = """async ({ shared, weights, rows }) => {
  const network = window.galacticNeon.network;
  const bytes = (text) => Uint8Array.from(atob(text), (c) => c.charCodeAt(0)).buffer;
  const [map, domain] = ["map", "domain"].map((part) => network.under(network.parseSafetensors(bytes(shared)), part));
  const all = network.parseSafetensors(bytes(weights));
  const [net, summary] = ["net", "summary"].map((part) => network.under(all, part));
  return rows.map(([flux, luminosity]) => {
    const answer = network.predict(net, flux, luminosity);
    const free = network.intrinsic(summary, flux, luminosity);
    const place = network.place(map, flux);
    return [
      answer.ew, answer.p16, answer.p84, free.p16, free.p50, free.p84, free.pDetected, place.position, place.spread,
      [network.domainScore(domain, flux)], network.sensitivity(net, flux, luminosity, 6),
    ].map((values) => Array.from(values));
  });
}"""


def galaxies(n: int) -> tuple[np.ndarray, np.ndarray]:
    catalogue = next(iter(open_catalogues(None).values()))
    rows = np.linspace(0, catalogue.n - 1, n).astype(int)
    flux = np.column_stack([catalogue.column(name)[rows] for name in FLUX_NAMES])
    return (flux / flux.mean(axis=1, keepdims=True)).astype(np.float32), catalogue.column("log_luminosity")[rows]


def encoded(content: bytes) -> str:
    return base64.b64encode(content).decode()


@pytest.mark.parametrize("part", ["colors", "luminosity"])
def test_the_browser_predicts_what_jax_predicts(page: Page, served: Served, part: str):
    flux, luminosity = galaxies(100)
    given = luminosity if part == "luminosity" else None
    params = load_params()
    listed, free = predict_many(params, flux, given), intrinsic_many(params, flux, given)
    place, score = place_many(params, flux), score_many(params, flux)
    slope = [ew_sensitivity(params, row, None if given is None else given[i])[6] for i, row in enumerate(flux)]
    page.goto(f"{served.url}/predict")
    rows = [[row.tolist(), None if given is None else float(given[i])] for i, row in enumerate(flux)]
    answers = page.evaluate(
        ASK,
        {
            "shared": encoded(weights.weights_file("default", "shared")),
            "weights": encoded(weights.weights_file("default", part)),
            "rows": rows,
        },
    )
    ours = [np.array([row[place] for row in answers]) for place in range(11)]
    theirs = [*listed, *free, *place, score[:, None], slope]
    for name, one, other in zip(range(11), ours, theirs, strict=True):
        np.testing.assert_allclose(one, np.asarray(other), rtol=2e-4, atol=2e-4, err_msg=f"part {name}")
    # Most numbers agree far better: what float32 itself keeps.
    assert np.median(np.abs(ours[0] - listed.ew) / np.maximum(listed.ew, 0.01)) < 2e-6


def test_the_published_architecture_too(page: Page, served: Served):
    random = np.random.default_rng(5)
    sizes = (11, 64, 128, 64, 1)
    layers = tuple(
        Dense(
            (random.normal(size=(10, a, b)) / np.sqrt(a)).astype(np.float32),
            (0.1 * random.normal(size=(10, b))).astype(np.float32),
        )
        for a, b in itertools.pairwise(sizes)
    )
    mean, std = random.normal(size=(10, 11)).astype(np.float32) * 0.1, np.full((10, 11), 0.2, np.float32)
    network = PerLineNetwork(mean, std, layers)
    flux, _ = galaxies(5)
    tensors = {name: np.asarray(leaf) for name, leaf in weights.named("net", network).items()}
    page.goto(f"{served.url}/predict")
    answers = page.evaluate(
        """({ tensors, rows }) => {
          const net = Object.fromEntries(Object.entries(tensors).map(([name, { shape, data }]) =>
            [name.slice(4), { shape, data: Float32Array.from(data) }]));
          const { predict, sensitivity } = window.galacticNeon.network;
          return rows.map((flux) => [predict(net, flux, null).ew, sensitivity(net, flux, null, 6)].map((x) => [...x]));
        }""",
        {
            "tensors": {name: {"shape": leaf.shape, "data": leaf.ravel().tolist()} for name, leaf in tensors.items()},
            "rows": flux.tolist(),
        },
    )
    expected = predict(Params(network, None, None), flux).ew
    np.testing.assert_allclose([ew for ew, _ in answers], expected, rtol=2e-4, atol=1e-5)
    assert len(answers[0][0]) == len(LINES)
    slope = [ew_sensitivity(Params(network, None, None), row)[6] for row in flux]
    np.testing.assert_allclose([drives for _, drives in answers], slope, rtol=1e-3, atol=1e-4)
