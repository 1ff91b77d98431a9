"""The presets are what they say: more line light from type to type, and only real galaxies behind them."""

import numpy as np

from data.presets import CLASSES, load_presets
from model.batch import predict_many
from model.lines import LINE_NAMES
from model.weights import load_params


def test_every_type_has_a_preset_of_many_galaxies():
    presets = load_presets()
    assert [preset.name for preset in presets] == [kind.name for kind in CLASSES]
    assert all(preset.n >= 100 for preset in presets)
    assert all(np.isclose(preset.bin_flux.mean(), 1, atol=1e-3) for preset in presets)


def test_predicted_halpha_grows_from_quiescent_to_starburst():
    flux = np.stack([preset.bin_flux for preset in load_presets()])
    halpha = predict_many(load_params(), flux).ew[:, LINE_NAMES.index("HALPHA")]
    assert (np.diff(halpha) > 0).all()
    assert halpha[0] < 5
    assert halpha[-1] > 40
