import re
from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from data.catalogue.schema import COLUMNS, as_catalogue_types, check
from data.errors import CatalogueError
from tests.builders import REQUIRED_NAMES, galaxies


def with_value(name, row, value):
    table = galaxies()
    values = table[name].to_numpy().copy()
    values[row] = value
    return galaxies(**{name: values})


@pytest.mark.parametrize("name", REQUIRED_NAMES)
def test_each_required_column_is_asked_for_by_name(name):
    with pytest.raises(CatalogueError, match=f"Column {name} is missing"):
        check(galaxies(**dict[str, Any]({name: None})))


@pytest.mark.parametrize(
    ("table", "sentence"),
    [
        (with_value("flux_03", 2, 0.0), "Row 3, column flux_03: 0 is not positive; correct the value or remove"),
        (with_value("flux_11", 1, np.nan), "Row 2, column flux_11: nan is not positive"),
        (with_value("flux_00", 0, np.inf), "Row 1, column flux_00: inf is not positive"),
        (with_value("redshift", 3, -0.1), "Row 4, column redshift: -0.1 is not positive"),
        (with_value("log_luminosity", 1, np.nan), "Row 2, column log_luminosity: nan is not finite"),
        (with_value("HALPHA_EW", 1, -2.0), "Row 2, column HALPHA_EW: -2 is not positive or missing.*not detected"),
        (with_value("HALPHA_EW_IVAR", 1, 0.0), "Row 2, column HALPHA_EW_IVAR: 0 is not positive or missing"),
        (with_value("HALPHA_EW_IVAR", 2, np.nan), "Row 3, column HALPHA_EW_IVAR: empty .* HALPHA_EW is .* both"),
        (with_value("HBETA_EW", 0, np.nan), "Row 1, column HBETA_EW: empty .* HBETA_EW_IVAR is .* both or neither"),
        (galaxies(HGAMMA_EW_IVAR=None), "Column HGAMMA_EW is given without HGAMMA_EW_IVAR"),
        (galaxies(HGAMMA_EW=None), "Column HGAMMA_EW_IVAR is given without HGAMMA_EW;"),
        (galaxies(TARGETID=["a", "b", "a", "c"]), "Row 3, column TARGETID: a is also in row 1"),
        (galaxies(TARGETID=["a", None, "b", "c"]), "Row 2, column TARGETID: None is not a name"),
        (galaxies(TARGETID=["a", "b", "c d", "c"]), "Row 3, column TARGETID: 'c d' is not a name"),
        (galaxies(TARGETID=["a", "b" * 65, "c", "d"]), "Row 2, column TARGETID: .* 1 to 64"),
        (galaxies(TARGETID=[1.0, 2.0, 3.0, 4.0]), "Column TARGETID is of type double; .* exactly"),
        (galaxies(flux_05=["1", "2", "3", "4"]), "Column flux_05 is of type string; it must hold numbers"),
        (galaxies().slice(0, 0), "The table has no rows"),
    ],
)
def test_each_broken_rule_is_one_sentence(table, sentence):
    with pytest.raises(CatalogueError) as raised:
        check(table)
    assert re.search(sentence, str(raised.value))


def test_a_good_table_passes_with_and_without_lines():
    check(galaxies())
    check(galaxies().select(REQUIRED_NAMES))


def test_integer_ids_become_text_without_losing_a_digit():
    ids = [39627733927462346, 39633470523181151, 9007199254740993, 1]
    table = galaxies(TARGETID=None).append_column("target_id", pa.array(ids))
    check(table)
    assert as_catalogue_types(table)["TARGETID"].to_pylist() == [str(target_id) for target_id in ids]


def test_nulls_become_nan_and_other_columns_pass():
    table = galaxies(HALPHA_EW=[1.0, None, 2.0, 3.0], HALPHA_EW_IVAR=[1, None, 1, 1], survey=["sv3"] * 4)
    standard = as_catalogue_types(table)
    np.testing.assert_array_equal(np.isnan(standard["HALPHA_EW"].to_numpy()), [False, True, False, False])
    assert standard["survey"].to_pylist() == ["sv3"] * 4
    check(table)


def test_column_names_are_unique():
    names = [column.name for column in COLUMNS]
    assert len(set(names)) == len(names)
