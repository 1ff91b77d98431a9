"""A catalogue is ranked by a process of its own, once."""

import time
from pathlib import Path

import numpy as np
import pytest

from analysis.outliers import outlier_ranking
from data.catalogue.catalogue import Catalogue
from model.storage.weights import load_params
from tests.builders import built, write_catalogue

PATIENCE = 600


@pytest.mark.slow
def test_a_catalogue_is_ranked_once_by_a_process_of_its_own(tmp_path: Path) -> None:
    catalogue = Catalogue(write_catalogue(tmp_path / "some.parquet", built(30)))
    folder = tmp_path / "rankings"
    outlier_ranking.start(catalogue, folder)
    assert outlier_ranking.progress_of(catalogue, folder) is not None
    (process,) = outlier_ranking._running.values()
    outlier_ranking.start(catalogue, folder)
    assert list(outlier_ranking._running.values()) == [process]
    until = time.monotonic() + PATIENCE
    while (found := outlier_ranking.find(catalogue, folder)) is None and time.monotonic() < until:
        assert process.poll() in (None, 0)
        time.sleep(0.2)
    assert process.wait(PATIENCE) == 0
    assert found is not None
    expected = outlier_ranking.rank(outlier_ranking.sample_of(catalogue), load_params())
    np.testing.assert_allclose(found.statistic, expected.statistic, rtol=1e-4)
    assert outlier_ranking.progress_of(catalogue, folder) is None
    assert [path.suffix for path in folder.iterdir()] == [".npz"]
