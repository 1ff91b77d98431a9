import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from model.storage.weights import load_sidecar
from research.fitting.map import JUDGED, neighbour_scores, orientation


@given(angle=st.floats(0, 2 * np.pi), mirrored=st.booleans())
def test_the_map_is_the_same_however_it_was_turned(angle, mirrored):
    position = np.random.default_rng(1).normal(size=(200, 2)) * [3, 1]
    rightward, upward = position @ [1.0, 0.5], position @ [0.0, 1.0]
    turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    turned = position @ turn @ np.diag([1, -1 if mirrored else 1]) + [5, -7]

    def oriented(given_position):
        center, rotation = orientation(given_position, rightward, upward)
        np.testing.assert_allclose(rotation @ rotation.T, np.eye(2), atol=1e-9)
        return (given_position - center) @ rotation

    np.testing.assert_allclose(oriented(turned), oriented(position), atol=1e-9)
    gradient = np.linalg.lstsq(oriented(turned), rightward - rightward.mean(), rcond=None)[0]
    assert gradient[0] > 0
    assert abs(gradient[1]) < 1e-9


def test_the_sidecar_records_how_well_the_network_places():
    measured = load_sidecar("map")["held_out"]
    assert measured["galaxies"] > 10_000
    assert measured["error_median_percent"] < 1.0
    assert measured["trustworthiness_network"] > 0.95


def test_a_map_is_judged_by_the_neighbours_it_keeps():
    generator = np.random.default_rng(0)
    place = generator.uniform(size=(600, 2))
    shape = np.column_stack([place, 0.01 * generator.normal(size=(600, 10))])
    ew = np.sinh(np.column_stack([place[:, :1] + 0.3 * generator.normal(size=(600, 1))] * 10))
    ew[::7, 3] = np.nan
    kept, lost = neighbour_scores(shape, place, ew), neighbour_scores(shape, generator.uniform(size=(600, 2)), ew)
    assert len(shape) < JUDGED
    assert kept["trustworthiness"] > 0.99
    assert lost["trustworthiness"] < 0.6
    for neighbours in ("15", "50"):
        assert min(kept["explained"][neighbours].values()) > 0.95
        assert max(lost["explained"][neighbours].values()) < 0.2
