import json
import shutil

import numpy as np
import pytest

from model.distribution.colors import ColorMixture
from model.networks.joint import JointNetwork
from model.predictions.params import LineDistribution, Params
from model.predictions.predict import predict_ew
from model.storage.release import __version__
from model.storage.weights import (
    PACKAGE_FOLDER,
    USER_FOLDER_VARIABLE,
    WeightsError,
    available_models,
    load_params,
    load_sidecar,
    read_params,
    save_params,
)

FLUX = np.linspace(1, 2, 12, dtype=np.float32)


@pytest.fixture
def copied(tmp_path):
    for suffix in (".safetensors", ".json"):
        shutil.copy(PACKAGE_FOLDER / f"default{suffix}", tmp_path / f"mine{suffix}")
    return tmp_path / "mine.safetensors"


def test_the_default_model_has_both_variants_the_map_the_domain_and_the_distributions():
    params = load_params()
    assert all(isinstance(network, JointNetwork) for network in (params.colors, params.luminosity, params.map))
    assert isinstance(params.domain, ColorMixture)
    assert isinstance(params.intrinsic, LineDistribution)


def test_the_sidecar_tells_what_the_weights_are():
    sidecar = load_sidecar()
    assert {"sha256", "networks", "training", "metrics", "date", "git_revision", "unit", "recipe"} <= sidecar.keys()
    assert sidecar["training"]["galaxies"] + sidecar["training"]["held_out"] == 86_594


def test_saving_and_reading_changes_nothing(tmp_path):
    params = load_params()
    save_params(params._replace(map=None), tmp_path / "again.safetensors", {"name": "again"})
    again = read_params(tmp_path / "again.safetensors")
    assert np.array_equal(predict_ew(again, FLUX), predict_ew(params, FLUX))
    assert again.map is None
    assert again.domain is not None
    assert params.domain is not None
    assert all(np.array_equal(left, right) for left, right in zip(again.domain, params.domain, strict=True))
    assert [path.suffix for path in sorted(tmp_path.iterdir())] == [".json", ".safetensors"]


@pytest.mark.parametrize("name", ["default", "map", "domain", "intrinsic"])
def test_a_committed_file_is_written_again_byte_by_byte(name, tmp_path):
    committed = PACKAGE_FOLDER / f"{name}.safetensors"
    save_params(read_params(committed), tmp_path / committed.name, {})
    assert (tmp_path / committed.name).read_bytes() == committed.read_bytes()
    again, before = (
        json.loads(path.with_suffix(".json").read_text()) for path in (tmp_path / committed.name, committed)
    )
    assert again["networks"] == before["networks"]


def test_a_changed_byte_is_noticed(copied):
    content = bytearray(copied.read_bytes())
    content[-1] ^= 1
    copied.write_bytes(content)
    with pytest.raises(WeightsError, match="checksum"):
        load_params(copied)


def test_a_file_of_an_earlier_release_is_read_as_before(copied):
    """Its sidecar has no version; the checksum is compared all the same."""
    sidecar = json.loads(copied.with_suffix(".json").read_text())
    assert sidecar.pop("version") == load_sidecar()["version"]
    copied.with_suffix(".json").write_text(json.dumps(sidecar))
    assert np.array_equal(predict_ew(load_params(copied), FLUX), predict_ew(load_params(), FLUX))
    copied.with_suffix(".json").write_text(json.dumps(sidecar | {"sha256": "0" * 64}))
    with pytest.raises(WeightsError, match="checksum"):
        read_params(copied)


def test_new_weights_name_the_release_that_wrote_them(copied, tmp_path):
    save_params(read_params(copied), tmp_path / "new.safetensors", {"source": "here"})
    assert load_sidecar(tmp_path / "new.safetensors")["version"] == __version__


def test_a_newer_format_is_refused(copied):
    sidecar = copied.with_suffix(".json")
    sidecar.write_text(json.dumps(json.loads(sidecar.read_text()) | {"format": 2}))
    with pytest.raises(WeightsError, match="format 2"):
        load_params(copied)


def test_a_missing_sidecar_is_named(copied):
    copied.with_suffix(".json").unlink()
    with pytest.raises(WeightsError, match=r"mine\.json is missing"):
        load_params(copied)


def test_unknown_models_are_named_with_the_known_ones(tmp_path, monkeypatch):
    monkeypatch.setenv(USER_FOLDER_VARIABLE, str(tmp_path))
    with pytest.raises(WeightsError, match="Known models: default"):
        load_params("nonsense")
    with pytest.raises(WeightsError, match="import-published"):
        load_params("published")


def test_models_in_the_users_folder_are_found_by_name(copied, monkeypatch):
    monkeypatch.setenv(USER_FOLDER_VARIABLE, str(copied.parent))
    assert available_models() == ("default", "mine", "noise-free")
    assert isinstance(load_params("mine"), Params)
