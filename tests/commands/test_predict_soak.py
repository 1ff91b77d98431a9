"""Long files through the command line: rows a second and memory at one, three and ten million rows."""

import os
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from data.catalogue.registry import open_catalogues
from data.catalogue.schema import FLUX_NAMES

ROOT = Path(__file__).parents[2]
RUNS = (
    ("EWs as catalogued", ["--columns", "id", "*_EW"], (1, 3, 10)),
    ("everything, noise as observed", ["--noise", "observed"], (1, 3, 10)),
)
"""What is asked for, how, and the millions of rows."""
CHUNK = 250_000
MORE_MEMORY = 1.15
"""Ten times the rows may take this much more memory: allocators, not rows."""


def write_galaxies(path: Path, rows: int) -> None:
    """Write mock galaxies, each a little different every time it comes round."""
    (mock,) = open_catalogues().values()
    flux = np.stack([mock.column(name) for name in FLUX_NAMES], axis=1)
    chance = np.random.default_rng(1)
    schema = pa.schema([("id", pa.int64()), *((name, pa.float32()) for name in FLUX_NAMES)])
    with pq.ParquetWriter(path, schema) as out:
        for start in range(0, rows, CHUNK):
            part = flux[chance.integers(len(flux), size=CHUNK)] * chance.lognormal(sigma=0.02, size=(CHUNK, 12))
            columns = [np.arange(start, start + CHUNK), *part.astype(np.float32).T]
            out.write_table(pa.table(columns, schema=schema))


def measured(arguments: list[str]) -> tuple[float, float]:
    """Run the command line; returns its seconds and its own peak resident memory [MiB]."""
    start = time.monotonic()
    process = subprocess.Popen([sys.executable, "cli.py", *arguments], cwd=ROOT, stdout=subprocess.DEVNULL)
    _, status, used = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    assert process.returncode == 0
    return time.monotonic() - start, used.ru_maxrss / 1024


@pytest.mark.soak
def test_memory_does_not_grow_with_the_rows(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    peaks = {}
    for kind, options, sizes in RUNS:
        for millions in sizes:
            rows, given, out = millions * 1_000_000, tmp_path / "galaxies.parquet", tmp_path / "lines.parquet"
            write_galaxies(given, rows)
            seconds, peaks[kind, millions] = measured(["predict", str(given), str(out), *options])
            assert pq.ParquetFile(out).metadata.num_rows == rows
            out.unlink()
            with capsys.disabled():
                rate, peak = rows / seconds, peaks[kind, millions]
                print(f"| {kind} | {millions:,},000,000 | {seconds:,.0f} s | {rate:,.0f} | {peak:,.0f} MiB |")  # noqa: T201
        assert peaks[kind, sizes[-1]] < MORE_MEMORY * peaks[kind, sizes[0]]
