"""The committed record: whole, without small cells, and readable only as what it is."""

import json

import pytest

from data.errors import DataError
from model.lines import LINE_NAMES
from research.evaluation.documents import fill
from research.evaluation.record.files import committed, read_record, write_record
from research.evaluation.record.schema import FEWEST, OURS
from research.evaluation.tables import blocks


def test_the_committed_record_holds_no_small_cell_and_every_line():
    record = committed()
    for variant in record.variants.values():
        assert tuple(variant.lines) == LINE_NAMES
        grids = [found.density for found in variant.lines.values()]
        if variant.distribution is not None:
            grids += [*variant.distribution.whan.values()]
            grids += [grid for by_version in variant.distribution.bpt.values() for grid in by_version.values()]
        for grid in grids:
            assert min(grid.count) >= FEWEST
            assert sum(grid.count) <= grid.n + len(grid.count)  # counts are rounded means
        for found in variant.lines.values():
            assert found.scores[OURS].n / len(found.observed.at) >= FEWEST
    assert record.resamples >= 200


def test_a_record_reads_back_and_a_damaged_one_is_a_sentence(tmp_path):
    path = tmp_path / "evaluation.json"
    write_record(committed(), path)
    again = read_record(path)
    assert again.model == committed().model
    assert blocks(again) == blocks(committed())
    content = json.loads(path.read_text())
    del content["table"]["held_out"]
    path.write_text(json.dumps(content))
    with pytest.raises(DataError, match=r"table\.held_out: Field required"):
        read_record(path)
    with pytest.raises(DataError, match="no file"):
        read_record(tmp_path / "nothing.json")


def test_tables_fill_the_marks_and_leave_the_rest_alone():
    text = "before\n<!-- evaluation: coverage -->\nold\n<!-- end -->\nafter\n"
    filled = fill(text, committed())
    assert filled.startswith("before\n<!-- evaluation: coverage -->\n| line | galaxies |")
    assert filled.endswith("\n<!-- end -->\nafter\n")
    assert "old" not in filled
    assert fill(filled, committed()) == filled
