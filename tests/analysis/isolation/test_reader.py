"""Files read by a confined process: as readers read them, within limits, whatever they are."""

import threading
from collections.abc import Iterator

import numpy as np
import pytest

from analysis import isolation
from analysis.emission.synthetic_spectrum import LineShape, as_file, spectrum_of_bins
from analysis.isolation import Limits, Reader
from analysis.isolation.confinement import MIB
from data import uploads
from data.errors import UploadError
from data.formats import FORMATS
from data.formats.kinds import FormatName
from tests.analysis.isolation.bombs import BOMBS
from tests.data.uploads.test_fuzz import GOOD, REAL

LIMITS = Limits(memory=256 * MIB, processor_seconds=3, wall_seconds=120)
SMALL = b"a,b\n1,2\n"
PARSERS_KIB = 160 * 1024
"""What the parsers' own code takes, at most."""
FOREIGN = (
    '<VOTABLE><RESOURCE><TABLE><FIELD name="a" datatype="double"/><DATA><BINARY>'
    '<STREAM {more}href="{address}"/></BINARY></DATA></TABLE></RESOURCE></VOTABLE>'
)


@pytest.fixture(scope="module")
def reader() -> Iterator[Reader]:
    reader = Reader(LIMITS)
    yield reader
    reader.stop()


def read(reader: Reader, content: bytes, name: str = "a") -> dict:
    return reader.run("upload", [content], name, names=[name])


@pytest.mark.parametrize("content", GOOD)
def test_a_table_comes_as_its_reader_gives_it(content: bytes):
    confined, plain = isolation.read_upload([(content, "a")]), uploads.open_files([(content, "a")])
    assert confined._replace(columns={}, row_numbers=0)._asdict() == plain._replace(columns={}, row_numbers=0)._asdict()
    assert list(confined.columns) == list(plain.columns)
    for title, values in plain.columns.items():
        assert confined.columns[title].dtype == values.dtype
        np.testing.assert_array_equal(confined.columns[title], values)
    np.testing.assert_array_equal(confined.row_numbers, plain.row_numbers)


@pytest.mark.parametrize("form", FORMATS)
def test_what_the_product_writes_is_read(form: FormatName):
    columns = spectrum_of_bins(np.ones(12, np.float32), np.ones(10, np.float32), LineShape(), 0.1)
    content, *_ = as_file(columns, LineShape(), "default", form)
    read = isolation.read_upload([(content, f"spectrum{FORMATS[form].extensions[0]}")])
    assert len(next(iter(read.columns.values()))) > 100


def test_a_pair_of_files_is_read_together():
    raw = isolation.read_upload([(path.read_bytes(), path.name) for path in REAL])
    assert raw.form == "DESI coadd"
    assert raw.about["redshift"] == pytest.approx(0.3687, abs=1e-4)


@pytest.mark.parametrize("name", BOMBS)
def test_a_bomb_takes_no_more_than_is_allowed(name: str, reader: Reader):
    reader.last_used = isolation.Used(0, 0)
    sentence = ""
    try:
        read(reader, BOMBS[name](), name)
    except UploadError as error:
        sentence = str(error)
    assert len(sentence) < 400
    assert reader.last_used.peak_kib < LIMITS.memory // 1024 + PARSERS_KIB
    assert reader.last_used.processor_seconds <= LIMITS.processor_seconds + 1
    assert list(read(reader, SMALL)["columns"]) == ["a", "b"], "the next file is read"


@pytest.mark.parametrize("more", ["", 'encoding=">" ', "\n\t", "x='" + "y" * 3000 + "' "])
@pytest.mark.parametrize("address", ["file://localhost/etc/passwd", "http://localhost/", "/etc/passwd"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_a_table_in_another_file_is_refused_before_it_is_parsed(more: str, address: str, encoding: str, reader: Reader):
    with pytest.raises(UploadError, match=r"STREAM href|cannot be read|no table|binary|UTF"):
        read(reader, FOREIGN.format(more=more, address=address).encode(encoding))


def test_too_many_files_at_a_time_are_told_to_wait():
    reader = Reader(LIMITS)
    try:
        read(reader, SMALL)
        answers: list[str] = []
        slow = BOMBS["nulls.parquet"]()

        def send() -> None:
            try:
                read(reader, slow, "slow.parquet")
            except UploadError as error:
                answers.append(str(error))

        senders = [threading.Thread(target=send) for _ in range(8)]
        for sender in senders:
            sender.start()
        for sender in senders:
            sender.join()
        assert sum("has to wait" in answer for answer in answers) >= 4
        assert sum("takes more" in answer for answer in answers) >= 1
        assert list(read(reader, SMALL)["columns"]) == ["a", "b"]
    finally:
        reader.stop()


def test_a_template_that_ended_is_started_again():
    reader = Reader(LIMITS)
    try:
        read(reader, SMALL)
        assert reader._template is not None
        reader._template.kill()
        reader._template.wait()
        assert list(read(reader, SMALL)["columns"]) == ["a", "b"]
    finally:
        reader.stop()


def test_a_template_without_work_gives_its_memory_back():
    reader = Reader(LIMITS, idle_seconds=0.2)
    try:
        read(reader, SMALL)
        assert reader._template is not None
        assert reader._template.wait(timeout=60) == 0
        assert list(read(reader, SMALL)["columns"]) == ["a", "b"]
    finally:
        reader.stop()


def test_too_little_memory_is_said(reader: Reader, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("analysis.isolation.reader.available_memory", lambda: 10 * MIB)
    with pytest.raises(UploadError, match="short of memory"):
        read(reader, SMALL)
