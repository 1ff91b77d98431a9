"""The author's own numbers, through our import of his weights."""

import pickle

import numpy as np
import pytest

from model.predictions.batch import predict_many
from model.predictions.params import Params
from model.storage.published_pickles import read_published
from model.storage.weights import WeightsError

VARIANTS = {"colors": "without", "luminosity": "with"}


@pytest.mark.parametrize("variant", VARIANTS)
def test_the_published_predictions_are_reproduced(published, variant):
    word = VARIANTS[variant]
    found, network = read_published(published / f"models/params_of_model_{word}_luminosity.npy")
    assert found == variant
    golden = np.load(published / "golden_predictions.npz")
    luminosity = golden["log_luminosity"].astype(np.float32) if variant == "luminosity" else None
    params = Params(**{"colors": None, "luminosity": None, "map": None, variant: network})
    prediction = predict_many(params, golden["flux"].astype(np.float32), luminosity)
    expected = golden[f"ew_{word}_luminosity"]
    assert (np.abs(prediction.ew - expected) <= 1e-3 + 1e-5 * np.abs(expected)).all()
    assert np.isnan(prediction.p16).all()


class _Evil:
    def __reduce__(self):
        return print, ("owned",)


def _npy(path, thing):
    holder = np.empty((), object)
    holder[()] = thing
    np.save(path, holder)
    return path


def test_any_other_class_is_refused_by_name(tmp_path, capsys):
    with pytest.raises(WeightsError, match=r"builtins\.print"):
        read_published(_npy(tmp_path / "evil.npy", {"OII_DOUBLET": _Evil()}))
    assert "owned" not in capsys.readouterr().out


@pytest.mark.parametrize("content", [b"", b"<html>404</html>", b"\x93NUMPY", pickle.dumps({})])
def test_what_is_no_weights_file_gets_a_sentence(tmp_path, content):
    path = tmp_path / "bad.npy"
    path.write_bytes(content)
    with pytest.raises(WeightsError, match=r"bad\.npy"):
        read_published(path)


def test_numbers_and_incomplete_dictionaries_are_refused(tmp_path):
    np.save(tmp_path / "numbers.npy", np.ones(3))
    with pytest.raises(WeightsError, match="not one pickled dictionary"):
        read_published(tmp_path / "numbers.npy")
    with pytest.raises(
        WeightsError, match=r"lacks the lines OII_DOUBLET, HGAMMA, .* not a file of the published networks"
    ):
        read_published(_npy(tmp_path / "short.npy", {"HALPHA": {"params": []}}))
