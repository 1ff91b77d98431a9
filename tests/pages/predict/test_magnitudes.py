"""What lines change in magnitudes, as a download of the Predict page."""

import io

import numpy as np
import pyarrow.parquet as pq
import pytest

from analysis.emission.magnitude_file import magnitudes_as_file
from data import uploads
from data.catalogue.schema import FLUX_NAMES
from data.errors import CatalogueError

FLUXES = ["2.71", "3.79", "4.95", "4.88", "4.71", "4.55", "4.39", "4.28", "4.19", "3.95", "3.76", "3.60"]


def table_of(redshift):
    head, row = [*FLUX_NAMES, "redshift"], [*FLUXES, redshift]
    dark = ["-1", *FLUXES[1:], redshift]
    text = "\n".join(map(",".join, (head, row, dark)))
    return uploads.read(text.encode(), "a.csv")


def test_lines_make_a_band_brighter_and_each_line_adds_its_part():
    content, extension = magnitudes_as_file(table_of("0.1"), "default", "parquet", seed=3)
    found = pq.read_table(io.BytesIO(content)).to_pydict()
    assert extension == ".parquet"
    whole = found["dmag_r_lsst"][0]
    assert -0.5 < whole < 0
    each = [found[name][0] for name in found if name.startswith("dmag_r_lsst_")]
    assert len(each) == 10
    shares = 10 ** (-0.4 * np.array([whole, *each])) - 1
    assert shares[0] == pytest.approx(shares[1:].sum(), rel=1e-3)
    assert np.isnan(found["dmag_z_desi"][0])  # the bins end at 7000 Å
    assert found["PROBLEM"][0] == ""
    assert found["PROBLEM"][1]
    assert np.isnan(found["dmag_r_lsst"][1])


def test_the_seed_changes_the_draw():
    one, other, again = (magnitudes_as_file(table_of("0.1"), "default", "csv", seed)[0] for seed in (1, 2, 1))
    assert one == again
    assert one != other


def test_without_redshifts_there_are_none():
    with pytest.raises(CatalogueError, match="column redshift"):
        magnitudes_as_file(table_of(""), "default")
