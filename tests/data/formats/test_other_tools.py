"""Catalogues are read by the tools that astronomers have; each test is skipped where its tool is not installed."""

import shutil
import subprocess
from pathlib import Path

import numpy as np
import pyarrow.csv as pacsv
import pytest

from analysis.catalogues.convert import convert
from tests import builders

STILTS = shutil.which("stilts")


@pytest.fixture(scope="module")
def catalogue(tmp_path_factory):
    ew = np.array([3.5, np.nan, 12.25, 0.125], np.float32)
    table = builders.built(4, HALPHA_EW=ew, HALPHA_EW_IVAR=1 / ew**2, ra=np.arange(4.0), dec=np.arange(4.0))
    return builders.write_catalogue(tmp_path_factory.mktemp("tools") / "four.parquet", table), table


def stilts(*arguments: str) -> str:
    ran = subprocess.run([str(STILTS), "tpipe", *arguments], capture_output=True, text=True, check=False)
    if "No table handler available for parquet" in ran.stderr:
        pytest.skip("This build of STILTS reads no Parquet (Debian's does not).")
    assert ran.returncode == 0, ran.stderr
    return ran.stdout


@pytest.mark.slow
@pytest.mark.skipif(STILTS is None, reason="STILTS, TOPCAT's command line, is not installed (Debian: stilts).")
@pytest.mark.parametrize(("suffix", "format"), [("fits", "fits"), ("vot", "votable"), ("parquet", "parquet")])
def test_topcats_command_line_reads_values_units_descriptions_and_ucds(catalogue, tmp_path: Path, suffix, format):
    path, table = catalogue
    out = tmp_path / f"four.{suffix}"
    convert(path, out)
    stilts(f"in={out}", f"ifmt={format}", "ofmt=csv", f"out={tmp_path / 'read.csv'}")
    read = pacsv.read_csv(tmp_path / "read.csv")
    assert read.column_names == table.column_names
    assert read["TARGETID"].to_pylist() == table["TARGETID"].to_pylist()
    for name in ("redshift", "flux_00", "HALPHA_EW", "HALPHA_EW_IVAR"):
        np.testing.assert_allclose(read[name].to_numpy(), table[name].to_numpy(), rtol=1e-6)
    about = stilts(f"in={out}", f"ifmt={format}", "cmd=meta Name Units UCD Description", "ofmt=csv")
    assert 'HALPHA_EW,Angstrom,spect.line.eqWidth;em.opt,"observed EW of H' in about


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore")  # LSDB's own
def test_nested_pandas_reads_the_parquet_file_and_lsdb_makes_a_catalogue_of_it(catalogue):
    tools = pytest.importorskip("lsdb", reason="LSDB is not installed (pip install lsdb).")
    nested = pytest.importorskip("nested_pandas")
    path, table = catalogue
    frame = nested.read_parquet(path)
    assert frame["TARGETID"].tolist() == table["TARGETID"].to_pylist()
    np.testing.assert_array_equal(frame["flux_00"].to_numpy(), table["flux_00"].to_numpy())
    whole = tools.from_dataframe(frame, ra_column="ra", dec_column="dec")
    assert len(whole.cone_search(2.0, 2.0, radius_arcsec=60).compute()) == 1
