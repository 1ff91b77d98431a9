"""The table that goes back: every row, in order, its numbers and its text unharmed."""

import csv

import numpy as np
import pytest
from scipy.stats import spearmanr

from analysis.answers.answer import PredictOptions, answer
from analysis.answers.measured import measured_lines, scores
from analysis.answers.upload import answer_table, answers_as_file, rows_of
from data.catalogue.schema import FLUX_NAMES
from data.formats import FORMATS, FormatName
from data.uploads import read
from model.lines import LINE_NAMES
from model.predictions.predict import predict
from model.storage.weights import load_params, load_sidecar

ROW = "2.71,3.79,4.95,4.88,4.71,4.55,4.39,4.28,4.19,3.95,3.76,3.60"
UPLOAD = "\n".join(
    [
        f"TARGETID,{','.join(FLUX_NAMES)},log_luminosity,comment,HALPHA_EW",
        f"39627835576420141,{ROW},6.2,=1+1,12.5",
        f"39627835576420142,{ROW.replace('4.95', '-1')},,-3.5,",
        f"39627835576420143,{ROW},,plain,1",
    ]
).encode()


def test_every_row_comes_back_with_its_own_variant():
    params = load_params()
    table = read(UPLOAD, "a.csv")
    answers = answer_table(params, table)
    prediction = answers.catalogued
    assert answers.variants == ["luminosity", "", "colors"]
    np.testing.assert_allclose(prediction.ew[0], predict(params, table.bin_flux[0], 6.2).ew, rtol=1e-4)
    np.testing.assert_allclose(prediction.ew[2], predict(params, table.bin_flux[2]).ew, rtol=1e-4)
    assert np.isnan(prediction.ew[1]).all()


@pytest.mark.parametrize("format", list(FORMATS))
def test_every_format_brings_every_row_back(format: FormatName):
    table = read(UPLOAD, "a.csv")
    content, extension = answers_as_file(table, "default", format)
    again = read(content, f"again{extension}")
    np.testing.assert_allclose(again.bin_flux[[0, 2]], table.bin_flux[[0, 2]], rtol=1e-6)
    assert again.ids == table.ids
    assert again.problems[1]
    assert "HALPHA_P_DETECTED" in again.extra
    # FITS folds long cards; the other formats hold the checksum in one piece.
    assert load_sidecar()["sha256"][:30].encode() in content


def test_the_csv_is_safe_complete_and_says_its_units():
    table = read(UPLOAD, "a.csv")
    lines = answers_as_file(table, "default", "csv")[0].decode().splitlines()
    comments = [line for line in lines if line.startswith("#")]
    assert any(f"sha256 {load_sidecar()['sha256']}" in line for line in comments)
    assert any("HALPHA_EW_INTRINSIC [Angstrom]" in line for line in comments)
    rows = list(csv.DictReader(lines[len(comments) :]))
    assert [row["TARGETID"] for row in rows] == list(table.ids)
    assert [row["comment"] for row in rows] == ["'=1+1", "-3.5", "plain"]
    assert [row["INPUT_HALPHA_EW"] for row in rows] == ["12.5", "", "1"]
    assert all(float(rows[0][f"{name}_EW"]) >= 0 for name in LINE_NAMES)
    assert rows[1]["HALPHA_EW"] == ""
    assert rows[1]["PROBLEM"].startswith("Row 3, column flux_02")


def test_a_column_never_hides_ours():
    twelve = ",".join(f"band{place}" for place in range(12))
    table = read(f"name,{twelve},TARGETID\ng1,{ROW},77".encode(), "a.csv", {"id": "name", "flux": "band0"})
    lines = answers_as_file(table, "default", "csv")[0].decode().splitlines()
    (row,) = csv.DictReader(line for line in lines if not line.startswith("#"))
    assert (row["TARGETID"], row["INPUT_TARGETID"], row["flux_00"]) == ("g1", "77", "2.71")


def test_measured_widths_are_found_and_compared():
    rows = [f"{ROW.replace('2.71', str(1 + i / 5))},{10 + i},4" for i in range(12)]
    header = ",".join([*FLUX_NAMES, "HALPHA_EW", "halpha_ew_ivar"])
    table = read("\n".join([header, *rows]).encode(), "a.csv")
    measured = measured_lines(table)
    assert measured is not None
    place = LINE_NAMES.index("HALPHA")
    np.testing.assert_array_equal(measured.ew[:, place], np.arange(10, 22))
    np.testing.assert_array_equal(measured.ew_ivar[:, place], np.full(12, 4))
    assert np.isnan(measured.ew[:, place - 1]).all()
    prediction = answer(rows_of(table), PredictOptions(load_params(), parts=("catalogued",))).catalogued
    scored = scores(measured, prediction)
    assert list(scored) == ["HALPHA"]
    expected, _ = spearmanr(measured.ew[:, place], prediction.ew[:, place])
    assert scored["HALPHA"].spearman == pytest.approx(expected, abs=1e-6)
    assert measured_lines(read(UPLOAD.replace(b"HALPHA_EW", b"x"), "a.csv")) is None
