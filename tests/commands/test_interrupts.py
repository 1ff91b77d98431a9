"""The command line told to end, short of room, twice at once: one sentence, and files that are whole or untouched."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.csv as pacsv
import pyarrow.parquet as pq
import pytest

from data.catalogue.registry import EMBEDDED_FILE
from data.catalogue.schema import FLUX_NAMES
from data.formats.whole import read_table
from tests.serving import PATIENCE, ROOT

pytestmark = pytest.mark.slow

EARLIER = b"what was there"
FORMATS = ("parquet", "csv", "ecsv", "fits")


def write_galaxies(path: Path, rows: int) -> Path:
    flux = np.random.default_rng(0).lognormal(0, 0.1, (rows, 12)).astype(np.float32)
    table = pa.table({name: flux[:, index] for index, name in enumerate(FLUX_NAMES)})
    pacsv.write_csv(table, path) if path.suffix == ".csv" else pq.write_table(table, path)
    return path


@pytest.fixture(scope="module")
def galaxies(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Enough of them that a run takes a while."""
    return write_galaxies(tmp_path_factory.mktemp("in") / "in.csv", 200_000)


def begin(*arguments: Path | str, limit: str = "") -> subprocess.Popen[str]:
    command = [sys.executable, "cli.py", *map(str, arguments)]
    environment = dict(os.environ)
    if limit:
        command = ["bash", "-c", f'{limit}; exec "$@"', "bash", *command]
        # What JAX keeps of its compilations would be cut off too.
        del environment["JAX_COMPILATION_CACHE_DIR"]
    return subprocess.Popen(
        command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )


def wait_for(condition: Callable[[], object], process: subprocess.Popen[str]) -> None:
    deadline = time.monotonic() + PATIENCE
    while not condition():
        assert process.poll() is None, process.communicate()
        assert time.monotonic() < deadline
        time.sleep(0.01)


def stop(process: subprocess.Popen[str], number: int, folder: Path) -> str:
    """Send a signal; returns what was said, after which only what was there is there."""
    process.send_signal(number)
    said, errors = process.communicate(timeout=PATIENCE)
    assert process.returncode == 128 + number, errors
    assert not said
    assert errors.count("\n") == 1
    assert [path.name for path in folder.iterdir()] == [f"out{next(folder.iterdir()).suffix}"]
    assert next(folder.iterdir()).read_bytes() == EARLIER
    return errors


@pytest.mark.parametrize(("format", "number"), [*((one, signal.SIGINT) for one in FORMATS), ("csv", signal.SIGTERM)])
def test_ctrl_c_while_it_writes_is_one_sentence_and_leaves_what_was_there(galaxies, tmp_path, format, number):
    out = tmp_path / f"out.{format}"
    out.write_bytes(EARLIER)
    process = begin("predict", galaxies, out)
    wait_for(lambda: len(list(tmp_path.rglob("*"))) > 1, process)
    said = stop(process, number, tmp_path)
    kept = "the same command goes on" if format == "parquet" else "nothing was written"
    assert said == f"Interrupted after 0 galaxies; {kept}.\n"


def heeds(process: subprocess.Popen[str], number: int) -> bool:
    caught = next(line for line in Path(f"/proc/{process.pid}/status").read_text().splitlines() if "SigCgt" in line)
    return bool(int(caught.split()[1], 16) >> (number - 1) & 1)


@pytest.mark.parametrize("seconds", [0, 0.3])
def test_ctrl_c_while_it_is_imported_is_one_sentence(tmp_path, seconds):
    """A program begins with seconds of imports."""
    out = tmp_path / "out.parquet"
    out.write_bytes(EARLIER)
    process = begin("catalogue", "mock", out)
    wait_for(lambda: heeds(process, signal.SIGTERM), process)
    time.sleep(seconds)
    assert stop(process, signal.SIGINT, tmp_path) == "Interrupted; nothing was written.\n"


@pytest.mark.soak
def test_ctrl_c_at_any_moment(galaxies, tmp_path, capsys):
    """Sixty moments of a run, from its first import to its end."""
    ends = {}
    for trial in range(60):
        out = tmp_path / f"out.{FORMATS[trial % len(FORMATS)]}"
        out.write_bytes(EARLIER)
        process = begin("predict", galaxies, out)
        time.sleep(0.1 + 0.2 * trial)
        process.send_signal(signal.SIGINT)
        _, errors = process.communicate(timeout=PATIENCE)
        assert process.returncode in (0, 130), errors
        assert errors.count("\n") == 1
        assert (out.read_bytes() == EARLIER) == (process.returncode == 130)
        kept = [path for path in tmp_path.iterdir() if path != out]
        assert all(path.name.endswith(".parts") and list(path.glob("*.parquet")) for path in kept)
        assert not list(tmp_path.rglob("*.part"))
        for path in kept:
            subprocess.run(["rm", "-r", str(path)], check=True)
        out.unlink()
        ends[process.returncode] = ends.get(process.returncode, 0) + 1
    with capsys.disabled():
        print(f"runs that were told to end, by exit status: {ends}")  # noqa: T201


def test_training_that_is_interrupted_resumes_and_ends_with_the_same_weights(tmp_path):
    table = tmp_path / "small.parquet"
    pq.write_table(pq.read_table(EMBEDDED_FILE).slice(0, 1_500), table)
    options = ["--members", "0", "--epochs", "60", "--width", "16"]
    whole = begin("train", table, "--out", tmp_path / "whole", *options)
    _, errors = whole.communicate(timeout=PATIENCE)
    assert whole.returncode == 0, errors
    parts, interruptions = tmp_path / "parts", 0
    while True:
        process = begin("train", table, "--out", parts, *options)
        if interruptions < 2:
            before = {file: file.stat().st_mtime_ns for file in parts.rglob("*.safetensors")}
            wait_for(
                lambda before=before: any(
                    before.get(file) != file.stat().st_mtime_ns for file in parts.rglob("*.safetensors")
                ),
                process,
            )
            process.send_signal(signal.SIGINT)
            interruptions += 1
        _, errors = process.communicate(timeout=PATIENCE)
        if process.returncode == 0:
            break
        assert process.returncode == 130, errors
        assert errors.splitlines()[-1] == "Interrupted. The same command goes on where it was."
        assert list((parts / ".training").glob("*.safetensors"))
        assert not (parts / "default.safetensors").exists()
    assert interruptions == 2
    assert (parts / "default.safetensors").read_bytes() == (tmp_path / "whole" / "default.safetensors").read_bytes()
    assert not (parts / ".training").exists()


@pytest.mark.parametrize("format", FORMATS)
def test_a_full_disk_is_one_sentence_and_leaves_what_was_there(tmp_path, format):
    """No file may grow beyond 64 KiB, as on a disk that fills up."""
    given = write_galaxies(tmp_path / "in.parquet", 3000)
    folder = tmp_path / "full"
    folder.mkdir()
    out = folder / f"out.{format}"
    out.write_bytes(EARLIER)
    process = begin("predict", given, out, limit="ulimit -f 64")
    said, errors = process.communicate(timeout=PATIENCE)
    assert process.returncode == 1, errors
    assert not said
    assert errors.startswith(f"cli.py predict: Cannot write {out}: File too large")
    assert errors.count("\n") == 1
    assert out.read_bytes() == EARLIER
    assert not [path for path in folder.rglob("*") if path.is_file() and path != out]


@pytest.mark.parametrize("format", FORMATS)
def test_two_runs_of_one_command_leave_one_whole_file(tmp_path, format):
    given = write_galaxies(tmp_path / "in.parquet", 60_000)
    folder = tmp_path / "out"
    folder.mkdir()
    out = folder / f"out.{format}"
    runs = [begin("predict", given, out, "--columns", "HALPHA_EW") for _ in range(2)]
    ends = [(*process.communicate(timeout=PATIENCE), process.returncode) for process in runs]
    assert all("Traceback" not in errors for _, errors, _ in ends)
    # Parquet is made of parts that a later run goes on with: there the second one is told to wait.
    expected = [0, 1] if format == "parquet" else [0, 0]
    assert sorted(status for _, _, status in ends) == expected, ends
    if format == "parquet":
        assert f"Another run is writing {out}. Wait until it is done" in "".join(errors for _, errors, _ in ends)
    assert read_table(out).num_rows == 60_000
    assert list(folder.iterdir()) == [out]
