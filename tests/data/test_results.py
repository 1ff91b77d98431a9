"""The table that goes back: every row, in order, its numbers and its text unharmed."""

import csv

import numpy as np

from data.results import predict_table, table_as_csv
from data.schema import FLUX_NAMES
from data.uploads import read
from model.lines import LINE_NAMES
from model.network import predict
from model.weights import load_params, load_sidecar

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
    prediction, variants = predict_table(params, table)
    assert variants == ("luminosity", "", "colors")
    np.testing.assert_allclose(prediction.ew[0], predict(params, table.bin_flux[0], 6.2).ew, rtol=1e-4)
    np.testing.assert_allclose(prediction.ew[2], predict(params, table.bin_flux[2]).ew, rtol=1e-4)
    assert np.isnan(prediction.ew[1]).all()


def test_the_csv_is_safe_complete_and_can_be_uploaded_again():
    table = read(UPLOAD, "a.csv")
    text = table_as_csv(table, "default")
    lines = text.splitlines()
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

    again = read(text.encode(), "b.csv")
    np.testing.assert_array_equal(again.bin_flux[[0, 2]], table.bin_flux[[0, 2]])
