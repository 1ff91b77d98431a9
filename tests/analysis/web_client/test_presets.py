"""The presets are what they say: more line light from type to type, and only real galaxies behind them."""

import numpy as np

from analysis.web_client.presets import CLASSES, load_presets
from model.lines import LINE_NAMES
from model.predictions.batch import predict_many
from model.storage.weights import load_params


def test_every_type_has_a_preset_of_many_galaxies():
    presets = load_presets()
    assert [preset.name for preset in presets] == [kind.name for kind in CLASSES]
    assert all(preset.n >= 100 for preset in presets)
    assert all(np.isclose(preset.bin_flux.mean(), 1, atol=1e-3) for preset in presets)


def test_the_types_have_the_lines_that_they_promise():
    presets = {preset.name: place for place, preset in enumerate(load_presets())}
    flux = np.stack([preset.bin_flux for preset in load_presets()])
    ew = dict(zip(LINE_NAMES, np.asarray(predict_many(load_params(), flux).ew).T, strict=True))
    halpha = ew["HALPHA"]
    order = [halpha[presets[name]] for name in ("Quiescent", "Green valley", "Star-forming", "Starburst")]
    assert (np.diff(order) > 0).all()
    assert order[0] < 3
    assert order[-1] > 40
    assert halpha[presets["Dusty"]] > 10
    host = presets["Seyfert / LINER host"]
    assert np.log10(ew["NII_6584"] / halpha)[host] > -0.25


def test_dust_reddens():
    presets = {preset.name: preset.bin_flux for preset in load_presets()}
    assert presets["Dusty"][11] / presets["Dusty"][3] > presets["Star-forming"][11] / presets["Star-forming"][3]
