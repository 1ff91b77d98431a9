"""The browser's modules compute what the library and the server compute."""

import base64
import itertools
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from jaxtyping import Array, Float

from analysis.explorer.quantities import QUANTITIES
from analysis.web_client import weights
from components.explorer.view import DEFAULTS, FIELDS, parse, parse_gate
from components.figures import diagram
from components.figures.quantise import Scale, encode
from data.catalogue.registry import open_catalogues
from data.catalogue.schema import FLUX_NAMES
from model.features import VARIANTS
from model.lines import LINES
from model.networks.layers import Dense
from model.networks.per_line import PerLineNetwork
from model.physics.diagnostics import HALPHA, bpt_class, bpt_point, whan_class, whan_point
from model.predictions.batch import intrinsic_many, place_many, predict_many, score_many
from model.predictions.params import Params
from model.predictions.predict import predict, predict_ew
from model.storage.weights import load_params
from tests.node import evaluate

NETWORKS = """
import { domainScore, intrinsic, place, predict } from "./assets/network/network.mjs";
import { parseSafetensors, under } from "./assets/network/safetensors.mjs";
import { sensitivity } from "./assets/network/sensitivity.mjs";
"""


@jax.jit
def ew_sensitivity(
    params: Params, bin_flux: Float[Array | np.ndarray, " bin"], *given: Any
) -> Float[Array, "line bin"]:
    """dEW / dln(flux) [Å]; `given` are log luminosity and redshift."""
    return jax.jacfwd(lambda log_flux: predict_ew(params, jnp.exp(log_flux), *given))(jnp.log(bin_flux))


def galaxies(n: int) -> tuple[np.ndarray, np.ndarray]:
    catalogue = next(iter(open_catalogues(None).values()))
    rows = np.linspace(0, catalogue.n - 1, n).astype(int)
    flux = np.column_stack([catalogue.column(name)[rows] for name in FLUX_NAMES])
    return (flux / flux.mean(axis=1, keepdims=True)).astype(np.float32), catalogue.column("log_luminosity")[rows]


@pytest.mark.parametrize("model", ["default", "noise-free"])
@pytest.mark.parametrize("part", VARIANTS)
def test_the_browser_predicts_what_jax_predicts(part: str, model: str):
    flux, luminosity = galaxies(100)
    # A tenth has rare colours, for which intervals widen.
    flux[::10] *= np.random.default_rng(1).lognormal(0, 0.1, (10, flux.shape[1])).astype(np.float32)
    given = (luminosity, np.linspace(0.06, 0.29, 100, dtype=np.float32))[: VARIANTS.index(part)]
    params = load_params(model)
    listed, free = predict_many(params, flux, *given), intrinsic_many(params, flux, *given)
    place, score = place_many(params, flux), score_many(params, flux)
    slope = [ew_sensitivity(params, row, *(column[i] for column in given))[HALPHA] for i, row in enumerate(flux)]
    answers = evaluate(
        NETWORKS,
        """
        const read = (text) => parseSafetensors(Uint8Array.from(atob(text), (c) => c.charCodeAt(0)).buffer);
        const [map, domain] = ["map", "domain"].map((part) => under(read(given.shared), part));
        const [net, summary, other] = ["net", "summary", "diluted"].map((part) => under(read(given.weights), part));
        const diluted = other.feature_mean ? other : null;
        return given.rows.map(([flux, more]) => {
          const answer = predict(net, flux, more, domain);
          const free = intrinsic({ net, summary, diluted }, flux, more);
          const at = place(map, flux);
          return [
            answer.ew, answer.p16, answer.p84, free.p16, free.p50, free.p84, free.pDetected, at.position, at.spread,
            [domainScore(domain, flux)], sensitivity(net, flux, more, given.line),
          ];
        });""",
        {
            "shared": base64.b64encode(weights.weights_file(model, "shared") or b"").decode(),
            "weights": base64.b64encode(weights.weights_file(model, part) or b"").decode(),
            "rows": [[row.tolist(), [float(column[i]) for column in given]] for i, row in enumerate(flux)],
            "line": HALPHA,
        },
    )
    ours = [np.array([row[place] for row in answers]) for place in range(11)]
    theirs = [*listed, *free, *place, score[:, None], slope]
    for name, one, other in zip(range(11), ours, theirs, strict=True):
        np.testing.assert_allclose(one, np.asarray(other), rtol=2e-4, atol=2e-4, err_msg=f"part {name}")
    # Most numbers agree far better: what float32 itself keeps.
    assert np.median(np.abs(ours[0] - listed.ew) / np.maximum(listed.ew, 0.01)) < 2e-6


def test_the_published_architecture_too():
    random = np.random.default_rng(5)
    sizes, n = (11, 64, 128, 64, 1), len(LINES)
    layers = tuple(
        Dense(
            (random.normal(size=(n, a, b)) / np.sqrt(a)).astype(np.float32),
            (0.1 * random.normal(size=(n, b))).astype(np.float32),
        )
        for a, b in itertools.pairwise(sizes)
    )
    mean, std = random.normal(size=(n, 11)).astype(np.float32) * 0.1, np.full((n, 11), 0.2, np.float32)
    network = PerLineNetwork(mean, std, layers)
    flux, _ = galaxies(5)
    tensors = {name: np.asarray(leaf) for name, leaf in weights.named("net", network).items()}
    answers = evaluate(
        NETWORKS,
        """
        const net = Object.fromEntries(Object.entries(given.tensors).map(([name, { shape, data }]) =>
          [name.slice(4), { shape, data: Float32Array.from(data) }]));
        return given.rows.map((flux) => [predict(net, flux, [], null).ew, sensitivity(net, flux, [], given.line)]);""",
        {
            "tensors": {name: {"shape": leaf.shape, "data": leaf.ravel().tolist()} for name, leaf in tensors.items()},
            "rows": flux.tolist(),
            "line": HALPHA,
        },
    )
    params = Params(network, None, None)
    np.testing.assert_allclose([ew for ew, _ in answers], predict(params, flux).ew, rtol=2e-4, atol=1e-5)
    slope = [ew_sensitivity(params, row)[HALPHA] for row in flux]
    np.testing.assert_allclose([drives for _, drives in answers], slope, rtol=1e-3, atol=1e-4)


def test_a_decoded_code_is_the_number_that_the_server_encoded():
    for scale in (Scale("arcsinh", 0, 80, 1.25), Scale("linear", -2, 5)):
        numbers = np.linspace(scale.low, scale.high, 40)
        there = evaluate(
            'import { decode } from "./assets/raster/scales.mjs";',
            "return given.codes.map((code) => decode(given.scale, code));",
            {"scale": scale._asdict(), "codes": encode(numbers, scale, 8).tolist()},
        )
        step = (np.arcsinh(scale.high / scale.soft) if scale.kind == "arcsinh" else scale.high - scale.low) / 254
        apart = np.arcsinh(np.array([there, numbers]) / scale.soft) if scale.kind == "arcsinh" else [there, numbers]
        assert np.abs(np.subtract(*apart)).max() < 0.51 * step
        assert encode(np.array(there), scale, 8).tolist() == encode(numbers, scale, 8).tolist()


def test_diagrams_are_divided_where_the_library_divides_them():
    random = np.random.default_rng(1)
    ew = np.exp(random.normal(1, 2, size=(500, len(LINES))))
    ew[::25, HALPHA] = 0
    places, classes = evaluate(
        'import { bptClass, bptPlace, whanClass, whanPlace } from "./assets/raster/diagrams.mjs";',
        """
        const { diagrams, ew } = given;
        const [bpt, whan] = [ew.map((row) => bptPlace(diagrams, row)), ew.map((row) => whanPlace(diagrams, row))];
        const classes = [bpt.map((at) => bptClass(diagrams, at)), whan.map((at) => whanClass(diagrams, at))];
        return [[bpt, whan], classes];""",
        {"diagrams": diagram.for_browser(), "ew": ew.tolist()},
    )
    for there, named, place, name in zip(
        places, classes, (bpt_point(ew), whan_point(ew)), (bpt_class, whan_class), strict=True
    ):
        x, y = np.array(there, float).T
        np.testing.assert_allclose(x, place.x)
        np.testing.assert_allclose(y, place.y)
        assert named == name(place.x, place.y).tolist()
        assert len(set(named)) >= 4


def test_a_predicted_class_names_the_others_that_its_intervals_reach():
    """As the library classes the medians with each line at one end of its interval; unknown ends add nothing."""
    random = np.random.default_rng(0)
    ew = np.exp(random.normal(1, 1.2, size=(200, len(LINES))))
    ends = {"p16": ew * random.uniform(0.5, 1, size=ew.shape), "p84": ew * random.uniform(1, 2, size=ew.shape)}
    ends["p16"][:20] = ends["p84"][:20] = np.nan
    rows = [
        {"ew": e, "p16": a, "p84": b} for e, a, b in zip(*map(np.ndarray.tolist, (ew, *ends.values())), strict=True)
    ]
    rows = [{key: [v if v == v else None for v in values] for key, values in row.items()} for row in rows]
    found = evaluate(
        'import { bptClass, bptPlace, predictedClass, whanClass, whanPlace } from "./assets/raster/diagrams.mjs";',
        """
        const { diagrams, rows } = given;
        return [[bptClass, bptPlace], [whanClass, whanPlace]].map(([classOf, placeOf]) =>
          rows.map((row) => predictedClass(diagrams, classOf, placeOf, row)));""",
        {"diagrams": diagram.for_browser(), "rows": rows},
    )
    for words, place, name in zip(found, (bpt_point, whan_point), (bpt_class, whan_class), strict=True):
        at = place(ew)
        median = name(at.x, at.y)
        reached = [{one} for one in median]
        for line in range(len(LINES)):
            for end in ends.values():
                moved = ew.copy()
                moved[:, line] = end[:, line]
                at = place(moved)
                for named, more in zip(reached, name(at.x, at.y), strict=True):
                    named |= {more} - {""}
        for said, first, names in zip(words, median, reached, strict=True):
            assert said.startswith(first)
            assert set(said.replace(", or ", " or ").split(" or ")) == names
        assert sum(" or " in one for one in words) > 20
        assert not any(" or " in one for one in words[:20])


def test_a_curve_is_drawn_where_the_library_has_it():
    strokes = evaluate(
        'import { strokesOf } from "./assets/raster/diagrams.mjs";',
        'return strokesOf(given, "bpt");',
        diagram.for_browser(),
    )
    for stroke, (curve, dashed) in zip(strokes, diagram.BPT_CURVES, strict=True):
        x, y = np.array(stroke["points"]).T
        np.testing.assert_allclose(y, diagram.curve_height(curve, x))
        assert stroke["dashed"] == dashed


def written(state: dict[str, Any], **more: Any) -> dict[str, str]:
    return evaluate(
        'import { query } from "./assets/explorer/address.mjs";',
        "return Object.fromEntries(new URLSearchParams(query(given.fields, given.state, given.more)));",
        {"fields": [field._asdict() for field in FIELDS], "state": state, "more": more},
    )


def test_an_address_written_there_is_read_here():
    state = {
        **DEFAULTS, "lines": ["HGAMMA", "SII_6731"], "columns": ["pull"], "view": "xy", "x": "redshift", "lock": True,
        "missing": False, "size": 1.3, "seed": 12, "zoom": [-1.25, 2, 1e-3, 0.5],
    }  # fmt: skip
    gate = {"x": "map_x", "y": "map_y", "polygon": [[0.123456, 1], [2, -3], [4, 5]]}
    query = written(state, galaxy="A", gate=gate)
    assert parse(query, QUANTITIES) == (state, [])
    there = parse_gate(query["gate"], QUANTITIES)
    assert there is not None
    assert there.polygon[0] == [0.12346, 1]
    assert written(DEFAULTS) == {}
