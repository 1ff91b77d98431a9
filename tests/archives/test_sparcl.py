import json
import threading
import time
from collections.abc import Callable
from pathlib import Path
from urllib.parse import parse_qs, urlparse

import numpy as np
import pytest

from archives import sparcl
from archives.sparcl import Archive
from data.errors import ArchiveError
from tests.local_http import Handler, answering

TARGET_ID = "39628368387740426"
N = 50
# Science name and the archive's inner name, which differ for some.
INNER = {"sparcl_id": "uuid", "specid": "specid", "data_release": "data_release_id", "redshift": "z"}
INNER |= {name: name for name in ("specprimary", "wavelength", "flux", "ivar", "mask")}


class StandIn:
    """An archive with one galaxy; `override` replaces the answer of a service."""

    def __init__(self, **override: Callable[[Handler], object]) -> None:
        self.asked: list[str] = []
        self.override = override

    def __call__(self, request: Handler) -> None:
        address, body = urlparse(request.path), request.body()
        service = address.path.strip("/").removeprefix("api/")
        self.asked.append(service)
        if service in self.override:
            self.override[service](request)
            return
        answer = {"datafields": self.datafields, "find": self.find, "spectras": self.spectras}[service]
        given = json.loads(body) if body else None
        request.reply(json.dumps(answer(parse_qs(address.query), given)).encode(), Content_Type="application/json")

    def datafields(self, _query, _body):
        return [
            {"data_release": release, "newdp": name, "origdp": inner, "storage": "C"}
            for release in ("SDSS-DR17", "DESI-EDR", "DESI-DR1")
            for name, inner in INNER.items()
        ]

    def find(self, _query, body):
        search = {name: values for name, *values in body["search"]}
        assert search["data_release_id"] == ["DESI-EDR", "DESI-DR1"]
        if search["specid"] != [int(TARGET_ID)]:
            return [{"status": {}}]
        return [
            {"status": {}},
            {"uuid": "later", "specprimary": True, "data_release_id": "DESI-DR1", "_dr": "DESI-DR1"},
            {"uuid": "other", "specprimary": False, "data_release_id": "DESI-EDR", "_dr": "DESI-EDR"},
            {"uuid": "best", "specprimary": True, "data_release_id": "DESI-EDR", "_dr": "DESI-EDR"},
        ]

    def spectras(self, query, body):
        assert body == ["best"]
        assert query["format"] == ["json"]
        assert set(query["include"][0].split(",")) == {"uuid", "wavelength", "flux", "ivar", "mask", "z"}
        return [{"status": {}}, record()]


def record(**columns):
    flux = np.linspace(1, 2, N).tolist()
    flux[7] = float("nan")
    mask = [0] * N
    mask[3] = 4
    whole = {"uuid": "best", "_dr": "DESI-EDR", "wavelength": np.linspace(3600, 9824, N).tolist(), "flux": flux}
    whole |= {"ivar": [4.0] * N, "mask": mask, "z": 0.25}
    return whole | columns


def test_a_spectrum_comes_in_the_rest_frame_with_its_mask():
    with answering(StandIn()) as url:
        spectrum = Archive(url).fetch(TARGET_ID)
    np.testing.assert_allclose(spectrum.wavelength_rest, np.linspace(3600, 9824, N) / 1.25)
    assert (spectrum.redshift, spectrum.target_id) == (0.25, TARGET_ID)
    assert spectrum.source == "DESI-EDR, SPARCL; 1 pixel without a finite number masked"
    assert np.flatnonzero(spectrum.ivar == 0).tolist() == [3, 7]
    assert np.isfinite(spectrum.flux).all()


def test_the_catalogues_redshift_shifts_it_where_given():
    with answering(StandIn()) as url:
        assert Archive(url).fetch(TARGET_ID, redshift=0.2).wavelength_rest[0] == pytest.approx(3600 / 1.2)


def test_what_was_fetched_is_not_fetched_again_and_holds_no_pickle(tmp_path):
    archive = StandIn()
    with answering(archive) as url:
        first = Archive(url, tmp_path / "spectra").fetch(TARGET_ID)
        asked = len(archive.asked)
        again = Archive(url, tmp_path / "spectra").fetch(TARGET_ID)
    assert len(archive.asked) == asked == 3
    np.testing.assert_array_equal(first.flux, again.flux)
    assert again.source == first.source
    (kept,) = (tmp_path / "spectra").iterdir()
    with np.load(kept, allow_pickle=False) as arrays:
        assert all(arrays[name].dtype != object for name in arrays)


def test_a_damaged_kept_spectrum_is_fetched_again(tmp_path):
    with answering(StandIn()) as url:
        Archive(url, tmp_path).fetch(TARGET_ID)
        (kept,) = tmp_path.iterdir()
        kept.write_bytes(kept.read_bytes()[:100])
        assert Archive(url, tmp_path).fetch(TARGET_ID).flux.size == N


def test_a_galaxy_that_is_not_there_is_said_and_does_not_close_the_archive():
    with answering(StandIn()) as url:
        archive = Archive(url)
        with pytest.raises(ArchiveError, match="no spectrum of TARGETID 17 in DESI-EDR or DESI-DR1"):
            archive.fetch("17")
        assert archive.fetch(TARGET_ID).flux.size == N


@pytest.mark.parametrize("name", ["MOCK-000001", "", "1" * 20, "../x", "٣", "-5"])
def test_names_that_are_no_targetids_ask_nobody(name):
    with pytest.raises(ArchiveError, match="not a DESI TARGETID"):
        Archive("http://127.0.0.1:1").fetch(name)


def hang(request: Handler) -> None:
    time.sleep(0.8)
    request.close_connection = True


def drip(request: Handler) -> None:
    request.send_response(200)
    request.end_headers()
    for _ in range(20):
        request.wfile.write(b" ")
        time.sleep(0.05)


def drip_headers(request: Handler) -> None:
    """A header line now and then, each sooner than any wait is over, for a minute."""
    request.wfile.write(b"HTTP/1.1 200 OK\r\n")
    for number in range(600):
        request.wfile.write(b"X-%d: a\r\n" % number)
        request.wfile.flush()
        time.sleep(0.1)


def drip_a_header(request: Handler) -> None:
    request.wfile.write(b"HTTP/1.1 200 OK\r\nX: ")
    for _ in range(600):
        request.wfile.write(b"a")
        time.sleep(0.1)


def drip_a_chunk_size(request: Handler) -> None:
    request.wfile.write(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
    for _ in range(600):
        request.wfile.write(b"0")
        time.sleep(0.1)


def begin(request: Handler) -> None:
    request.send_response(200)
    request.send_header("Content-Length", "1000")
    request.end_headers()
    request.wfile.write(b"[{}, ")


def stall(request: Handler) -> None:
    begin(request)
    hang(request)


def hang_up(request: Handler) -> None:
    begin(request)
    request.close_connection = True


@pytest.mark.parametrize(
    ("fault", "sentence"),
    [
        (hang, "did not answer within 0.3 s"),
        (stall, "did not answer within 0.3 s"),
        (hang_up, "cannot be reached"),
        (drip, "did not answer within 0.3 s"),
        (drip_headers, "did not answer within 0.3 s"),
        (drip_a_header, "did not answer within 0.3 s"),
        (drip_a_chunk_size, "did not answer within 0.3 s"),
        (lambda request: request.reply(b"oops", 500), "answered with status 500"),
        (lambda request: request.reply(b"", 302, Location="http://127.0.0.1:1/"), "answered with status 302"),
        (lambda request: request.reply(b"<html>"), "not JSON"),
        (lambda request: request.reply(b"\x80\x05]q."), "not JSON"),
        (lambda request: request.reply(b"[" * 100_000), "not JSON"),
        (lambda request: request.reply(b" " * 9_000_000), "more than 8 MB"),
        (lambda request: request.reply(b"{}"), "not a spectrum"),
        (lambda request: request.reply(b"[{}, 3]"), "not a spectrum"),
        (lambda request: request.reply(json.dumps([{}, record(flux=[1])]).encode()), "not a spectrum"),
        (lambda request: request.reply(json.dumps([{}, record(z=None)]).encode()), "not a spectrum"),
        (lambda request: request.reply(json.dumps([{}, record(wavelength=[5.0] * N)]).encode()), "not a spectrum"),
    ],
)
def test_a_fault_is_one_sentence_and_then_the_archive_is_left_alone(fault, sentence):
    stand_in = StandIn(spectras=fault)
    with answering(stand_in) as url:
        # Short only where the fault is that nothing comes: a busy machine may take longer for 9 MB.
        archive = Archive(url, timeout=0.3 if "0.3 s" in sentence else 3)
        start = time.monotonic()
        with pytest.raises(ArchiveError, match=sentence):
            archive.fetch(TARGET_ID)
        assert time.monotonic() - start < 3
        asked = len(stand_in.asked)
        with pytest.raises(ArchiveError, match="failed a moment ago"):
            archive.fetch(TARGET_ID)
        assert len(stand_in.asked) == asked


def test_nobody_there_is_said():
    with pytest.raises(ArchiveError, match="cannot be reached"):
        Archive("http://127.0.0.1:9").fetch(TARGET_ID)


def test_a_hanging_archive_takes_two_threads_at_most():
    with answering(StandIn(datafields=hang)) as url:
        archive = Archive(url, timeout=0.5)
        sentences = []

        def ask() -> None:
            try:
                archive.fetch(TARGET_ID)
            except ArchiveError as error:
                sentences.append(str(error))

        threads = [threading.Thread(target=ask) for _ in range(6)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert sum("busy with other galaxies" in sentence for sentence in sentences) == 4


def test_switched_off_it_says_so():
    sparcl.use(None)
    with pytest.raises(ArchiveError, match="switched off"):
        sparcl.fetch(TARGET_ID)


INFINITE = float("inf")


@pytest.mark.parametrize("column", ["flux", "ivar", "mask"])
@pytest.mark.parametrize("value", [INFINITE, -INFINITE, float("nan"), 1e300, None])
def test_numbers_that_are_not_finite_are_masked_and_counted(column, value):
    """JSON has no infinities, and Python's reader takes them all the same; some writers put null."""
    wrong = record(flux=[1.0] * N, mask=[0] * N)
    wrong[column] = [*wrong[column][:9], value, value, *wrong[column][11:]]
    masked = value == 1e300 and column == "mask"  # any bit masks
    with answering(StandIn(spectras=lambda asked: asked.reply(json.dumps([{}, wrong]).encode()))) as url:
        spectrum = Archive(url).fetch(TARGET_ID)
    assert spectrum.ivar is not None
    assert np.flatnonzero(spectrum.ivar == 0).tolist() == [9, 10]
    assert np.isfinite(spectrum.flux).all()
    assert np.isfinite(spectrum.ivar).all()
    assert spectrum.source == "DESI-EDR, SPARCL" + ("" if masked else "; 2 pixels without a finite number masked")


def test_a_spectrum_without_a_good_pixel_is_refused_by_name_and_does_not_close_the_archive():
    empty = json.dumps([{}, record(flux=[INFINITE] * 40 + [1.0] * 10, mask=[1] * N)]).encode()
    with answering(StandIn(spectras=lambda asked: asked.reply(empty))) as url:
        archive = Archive(url)
        for _ in range(2):
            with pytest.raises(
                ArchiveError, match="has no good pixel: of 50 pixels, 40 have numbers that are not finite"
            ):
                archive.fetch(TARGET_ID)


@pytest.mark.parametrize("redshift", [INFINITE, float("nan"), -5, 1e300])
def test_a_redshift_that_is_none_is_refused(redshift):
    wrong = json.dumps([{}, record(z=redshift)]).encode()
    with (
        answering(StandIn(spectras=lambda asked: asked.reply(wrong))) as url,
        pytest.raises(ArchiveError, match="not a spectrum"),
    ):
        Archive(url).fetch(TARGET_ID)


def test_no_connection_stays_open():
    before = len(list(Path("/proc/self/fd").iterdir()))
    with answering(StandIn()) as url:
        for _ in range(5):
            Archive(url).fetch(TARGET_ID)
    assert len(list(Path("/proc/self/fd").iterdir())) <= before + 3
