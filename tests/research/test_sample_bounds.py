"""What FastSpecFit's fit leaves at its bounds, in draws; `scripts.catalogue_conventions` prints it."""

import numpy as np
import pytest

from data.catalogue.catalogue import Catalogue
from data.catalogue.registry import EMBEDDED_FILE
from data.catalogue.schema import EW_SUFFIX, FLUX_NAMES, IVAR_SUFFIX
from model.lines import LINE_NAMES
from model.predictions.joint.batch import sample_many
from model.storage.weights import load_params
from scripts.catalogue_conventions import unlisted_shares


@pytest.mark.slow
def test_draws_leave_out_the_weak_line_of_oiii_as_often_as_the_catalogue():
    catalogue, count = Catalogue(EMBEDDED_FILE), 6000
    columns = lambda names: np.stack([catalogue.column(name)[:count] for name in names], axis=1)  # noqa: E731
    redshift = catalogue.column("redshift")[:count]
    given = columns(FLUX_NAMES), catalogue.column("log_luminosity")[:count], redshift
    drawn = sample_many(0, load_params(), *given)[1]
    observable = catalogue.survey.observable(redshift)
    ew, ew_ivar = (columns([name + end for name in LINE_NAMES]) for end in (EW_SUFFIX, IVAR_SUFFIX))
    listed = unlisted_shares(ew, ew_ivar, observable)
    sampled = unlisted_shares(np.asarray(drawn.ew), np.asarray(drawn.ew_ivar), observable)
    assert listed[1] > 0.3
    assert listed[-1] < 0.01
    np.testing.assert_allclose(sampled, listed, atol=0.06)
