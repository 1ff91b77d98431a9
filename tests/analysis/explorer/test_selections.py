"""Populations: what travels comes back, what was tampered with is refused in a sentence, names mean what they say."""

import base64

import numpy as np
import pytest

from analysis.explorer.selections import NAMED, named_rows, pack, unpack
from data.catalogue.catalogue import Catalogue
from data.errors import UploadError
from model.physics.diagnostics import KAUFFMANN, KEWLEY, is_above
from tests.builders import built, write_catalogue


@pytest.fixture(scope="module")
def catalogue(tmp_path_factory: pytest.TempPathFactory) -> Catalogue:
    return Catalogue(write_catalogue(tmp_path_factory.mktemp("named") / "some.parquet", built(400)))


def test_rows_come_back_sorted_and_once() -> None:
    assert unpack(pack("A", np.array([5, 2, 5])), 6).tolist() == [2, 5]


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"rows": "not base64"}, "cannot be read"),
        ({"rows": base64.b64encode(b"abc").decode()}, "cannot be read"),
        ({"rows": None}, "cannot be read"),
        ({"version": 9}, "of version 9"),
        ({"rows": base64.b64encode(np.array([99], "<u4").tobytes()).decode()}, "ends at 9"),
    ],
)
def test_a_selection_that_cannot_be_is_refused(change: dict[str, object], said: str) -> None:
    with pytest.raises(UploadError, match=said):
        unpack(pack("A", np.array([1])) | change, 10)


def test_names_mean_what_they_say(catalogue: Catalogue) -> None:
    halpha = catalogue.column("HALPHA_EW")
    found = {one.name: named_rows(catalogue, one.name) for one in NAMED}
    assert not np.nanmax(halpha[found["Quiescent"]], initial=0) >= 3
    assert ((halpha[found["Green valley"]] >= 3) & (halpha[found["Green valley"]] <= 10)).all()
    x = np.log10(catalogue.column("NII_6584_EW") / halpha).astype(float)
    y = np.log10(catalogue.column("OIII_5007_EW") / catalogue.column("HBETA_EW")).astype(float)
    forming, hosts = found["Star-forming"], found["Seyfert hosts"]
    assert len(forming)
    assert not is_above(KAUFFMANN, x[forming], y[forming]).any()
    assert len(hosts)
    assert is_above(KEWLEY, x[hosts], y[hosts]).all()
    assert (halpha[hosts] > 6).all()


def test_a_name_that_is_not_there(catalogue: Catalogue) -> None:
    with pytest.raises(KeyError):
        named_rows(catalogue, "Quasars")
