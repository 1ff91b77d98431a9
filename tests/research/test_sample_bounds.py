"""What FastSpecFit's fit leaves at its bounds, in samples and in draws; `scripts.catalogue_conventions` prints it."""

import numpy as np
import pyarrow.parquet as pq
import pytest

from data.catalogue.catalogue import Catalogue
from data.catalogue.registry import EMBEDDED_FILE
from data.catalogue.schema import EW_SUFFIX, FLUX_NAMES, IVAR_SUFFIX
from model.lines import LINE_NAMES
from model.predictions.batch import sample_many
from model.storage.weights import load_params
from research.sample import LEAST_EW, read_sample
from scripts.catalogue_conventions import unlisted_shares


def test_a_line_that_the_fit_left_at_zero_is_not_detected(tmp_path):
    table = pq.read_table(EMBEDDED_FILE).slice(0, 20)
    red = LINE_NAMES.index("SII_6731")
    for name, value in (("SII_6731_EW", 1e-6), ("SII_6731_EW_IVAR", 4.0), ("SII_6716_EW", 2.0)):
        column = table[name].to_numpy().copy()
        column[3] = value
        table = table.set_column(table.column_names.index(name), name, [column])
    ivar = table["SII_6716_EW_IVAR"].to_numpy().copy()
    ivar[3] = 4.0
    table = table.set_column(table.column_names.index("SII_6716_EW_IVAR"), "SII_6716_EW_IVAR", [ivar])
    pq.write_table(table, tmp_path / "table.parquet")
    sample = read_sample(tmp_path / "table.parquet")
    assert np.isnan([sample.ew[3, red], sample.ew_ivar[3, red]]).all()
    assert sample.ew[3, red - 1] == 2
    listed = table["SII_6731_EW"].to_numpy()
    np.testing.assert_array_equal(np.isfinite(sample.ew[:, red]), listed >= LEAST_EW)


@pytest.mark.slow
def test_draws_leave_out_the_weak_line_of_oiii_as_often_as_the_catalogue():
    catalogue, count = Catalogue(EMBEDDED_FILE), 6000
    columns = lambda names: np.stack([catalogue.column(name)[:count] for name in names], axis=1)  # noqa: E731
    redshift = catalogue.column("redshift")[:count]
    given = columns(FLUX_NAMES), catalogue.column("log_luminosity")[:count], redshift
    drawn = sample_many(0, load_params(), *given)[1]
    observable = catalogue.survey.observable(redshift)
    listed = unlisted_shares(*(columns([n + end for n in LINE_NAMES]) for end in (EW_SUFFIX, IVAR_SUFFIX)), observable)
    sampled = unlisted_shares(np.asarray(drawn.ew), np.asarray(drawn.ew_ivar), observable)
    assert listed[1] > 0.3
    assert listed[-1] < 0.01
    np.testing.assert_allclose(sampled, listed, atol=0.06)
