"""A catalogue carries its survey: what it covers and where it is blind."""

import numpy as np
import pytest

from analysis.catalogues.build import describe
from data.catalogue.catalogue import Catalogue
from data.catalogue.parquet import write
from data.catalogue.survey import DESI, Survey, survey_of
from data.surveys.readers import sdss
from model.lines import LINE_NAMES, LINES
from tests.builders import built


@pytest.mark.parametrize("survey", [DESI, sdss.SURVEY])
def test_a_catalogue_says_its_survey_and_reads_it_back(survey, tmp_path):
    table = built(4)
    write(table, tmp_path / "four.parquet", describe(table, title="Four", provenance="invented", survey=survey))
    assert Catalogue(tmp_path / "four.parquet").survey == survey


def test_a_file_without_a_survey_is_an_old_one_of_desi():
    assert survey_of({"title": "old"}) is DESI


def test_gaps_of_one_survey_are_not_those_of_another():
    place = LINE_NAMES.index("HBETA")
    redshift = np.array([5800 / LINES[place].wavelength - 1])
    assert not DESI.observable(redshift)[0, place]
    assert sdss.SURVEY.observable(redshift)[0, place]


def test_a_line_beyond_the_spectrum_is_not_observable():
    survey = Survey("Short", (4000.0, 7000.0), (), 2.0, 1.0)
    seen = survey.observable(np.array([0.0, 0.1]))
    assert list(seen[:, LINE_NAMES.index("OII_DOUBLET")]) == [False, True]
    assert list(seen[:, LINE_NAMES.index("HALPHA")]) == [True, False]
