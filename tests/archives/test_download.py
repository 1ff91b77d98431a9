"""The downloader and the author's files, from a server on localhost that behaves well or badly."""

import hashlib
import json
import re
import time
from email.utils import formatdate
from pathlib import Path

import numpy as np
import pytest

import cli
from analysis.explorer.spectra import rest_spectrum
from archives.download import Source, fetch_files
from commands.catalogue.published_files import SPECTRA, SPECTRA_IDS, WEIGHTS, check_array, join, sources
from data.catalogue.registry import open_catalogues
from data.catalogue.stored_spectra import WAVELENGTHS
from data.errors import FetchError
from model.lines import LINE_NAMES
from model.storage.weights import load_params
from tests.local_http import Handler, answering


class Files:
    """Serves a folder with ranges and ETags; `faults` maps a path to a function that answers in its place, once."""

    def __init__(self, root: Path, **faults) -> None:
        self.root, self.faults, self.asked = root, faults, []

    def __call__(self, request: Handler) -> None:
        path = request.path.lstrip("/")
        self.asked.append((path, request.headers.get("Range")))
        fault = self.faults.pop(path, None)
        if fault is not None:
            fault(request)
            return
        if not (self.root / path).is_file():
            request.reply(b"404: Not Found", 404)
            return
        content = (self.root / path).read_bytes()
        tag = etag(content)
        wanted = re.fullmatch(r"bytes=(\d+)-", request.headers.get("Range") or "")
        if wanted and request.headers.get("If-Range", tag) == tag:
            start = int(wanted[1])
            if start >= len(content):
                request.reply(b"", 416)
                return
            span = f"bytes {start}-{len(content) - 1}/{len(content)}"
            request.reply(content[start:], 206, Content_Range=span, ETag=tag)
            return
        request.reply(content, ETag=tag)


def etag(content: bytes) -> str:
    return f'"{hashlib.sha256(content).hexdigest()[:16]}"'


def cut(content: bytes, after: int, **headers: str):
    """Promise all, send a piece, hang up."""

    def answer(request: Handler) -> None:
        request.send_response(200)
        request.send_header("Content-Length", str(len(content)))
        for name, value in (headers or {"ETag": etag(content)}).items():
            request.send_header(name.replace("_", "-"), value)
        request.end_headers()
        request.wfile.write(content[:after])
        request.close_connection = True

    return answer


@pytest.fixture
def numbers(tmp_path):
    root = tmp_path / "public"
    root.mkdir()
    np.save(root / "a.npy", np.arange(20_000.0))
    return root


def source(url: str, **more) -> list[Source]:
    return [Source("a.npy", f"{url}/a.npy", lambda path: check_array(path, 0), **more)]


def test_a_file_is_fetched_once_and_recorded(numbers, tmp_path):
    with answering(files := Files(numbers)) as url:
        first = fetch_files(source(url), tmp_path / "got")
        again = fetch_files(source(url), tmp_path / "got")
    assert files.asked == [("a.npy", None)]
    assert first == again == json.loads((tmp_path / "got/manifest.json").read_text())
    assert (tmp_path / "got/a.npy").read_bytes() == (numbers / "a.npy").read_bytes()


def test_a_cut_connection_is_resumed_where_it_broke(numbers, tmp_path):
    content = (numbers / "a.npy").read_bytes()
    with answering(files := Files(numbers, **{"a.npy": cut(content, 50_000)})) as url:
        fetch_files(source(url), tmp_path / "got", pause=0)
    assert files.asked == [("a.npy", None), ("a.npy", "bytes=50000-")]
    assert (tmp_path / "got/a.npy").read_bytes() == content


def stopped(url: str, folder: Path, after: int = 1) -> int:
    """Fetch until so many bytes came, then press Ctrl-C; returns how many came."""

    def stop(_path, size, _total):
        if size >= after:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        fetch_files(source(url), folder, stop)
    return (folder / "a.npy.part").stat().st_size


def test_a_later_run_goes_on_from_what_came(numbers, tmp_path):
    content = (numbers / "a.npy").read_bytes()
    with answering(files := Files(numbers, **{"a.npy": cut(content, 1000)})) as url:
        assert stopped(url, tmp_path / "got") == 1000
        fetch_files(source(url), tmp_path / "got")
    assert files.asked == [("a.npy", None), ("a.npy", "bytes=1000-")]
    assert (tmp_path / "got/a.npy").read_bytes() == content
    assert sorted(path.name for path in (tmp_path / "got").iterdir()) == [".lock", "a.npy", "manifest.json"]


class Replaced:
    """Has one file until it was asked once, then another of the same length; `honest` heeds If-Range."""

    def __init__(self, one: bytes, other: bytes, headers, *, honest: bool) -> None:
        self.one, self.other, self.headers, self.honest, self.asked = one, other, headers, honest, []

    def __call__(self, request: Handler) -> None:
        wanted, condition = request.headers.get("Range"), request.headers.get("If-Range")
        self.asked.append((wanted, condition))
        if len(self.asked) == 1:
            cut(self.one, 60_000, **self.headers(self.one))(request)
            return
        given = self.headers(self.other)
        if wanted and not (self.honest and condition not in given.values()):
            start = int(wanted.removeprefix("bytes=").rstrip("-"))
            span = f"bytes {start}-{len(self.other) - 1}/{len(self.other)}"
            request.reply(self.other[start:], 206, Content_Range=span, **given)
            return
        request.reply(self.other, **given)


NAMED = {
    "strong": lambda content: {"ETag": etag(content)},
    "weak": lambda content: {"ETag": f"W/{etag(content)}"},
    "dated": lambda content: {"Last_Modified": formatdate(1e9 + content[-1], usegmt=True)},
    "just changed": lambda _: {"Last_Modified": formatdate(time.time() + 1, usegmt=True)},
    "nameless": lambda _: {"X_Nothing": "said"},
}


@pytest.mark.parametrize("honest", [True, False])
@pytest.mark.parametrize("named", NAMED)
def test_half_of_one_file_and_half_of_another_are_never_joined(tmp_path, named, honest):
    """The file changes while it comes, and has the same length; whatever the server calls its versions."""
    for number in (3.0, 4.0):
        np.save(tmp_path / f"{number}.npy", np.full(20_000, number))
    # Their last bytes would be the same; marked, they tell which file the time of change belongs to.
    one, other = ((tmp_path / f"{number}.npy").read_bytes()[:-1] + mark for number, mark in ((3.0, b"1"), (4.0, b"2")))
    assert len(one) == len(other)
    with answering(server := Replaced(one, other, NAMED[named], honest=honest)) as url:
        fetch_files(source(url), tmp_path / "got", pause=0)
    assert (tmp_path / "got/a.npy").read_bytes() == other
    conditional = named in ("strong", "dated")
    assert server.asked[1] == (
        ("bytes=60000-", next(iter(NAMED[named](one).values()))) if conditional else (None, None)
    )


def test_a_rest_of_another_length_is_not_joined(numbers, tmp_path):
    """A server that says the name is the same, and yet the whole is longer."""
    content = (numbers / "a.npy").read_bytes()
    answers = [
        cut(content, 50_000),
        lambda request: request.reply(b"x" * 9, 206, Content_Range="bytes 50000-50008/50009", ETag=etag(content)),
        lambda request: request.reply(content),
    ]
    with answering(lambda request: answers.pop(0)(request)) as url:
        fetch_files(source(url), tmp_path / "got", pause=0)
    assert (tmp_path / "got/a.npy").read_bytes() == content


def test_a_file_that_was_joined_and_is_not_the_known_one_is_fetched_whole(numbers, tmp_path):
    """The name of the content is the same and the content is not: the checksum decides, and the whole is asked for."""
    content = (numbers / "a.npy").read_bytes()
    known = hashlib.sha256(content).hexdigest()
    answers = [
        cut(b"?" * len(content), 50_000, ETag='"same"'),
        lambda request: request.reply(
            content[50_000:], 206, Content_Range=f"bytes 50000-{len(content) - 1}/{len(content)}", ETag='"same"'
        ),
        lambda request: request.reply(content),
    ]
    with answering(lambda request: answers.pop(0)(request)) as url:
        fetch_files(source(url, sha256=known), tmp_path / "got", pause=0)
    assert (tmp_path / "got/a.npy").read_bytes() == content


@pytest.mark.parametrize("form", ["seconds", "date"])
def test_a_server_that_asks_to_wait_is_asked_again_no_sooner(numbers, tmp_path, form):
    """Times are its own: a server whose clock is a year behind is understood, too."""
    asked, last_year = [], time.time() - 365 * 86_400

    def answer(request: Handler) -> None:
        asked.append(time.monotonic())
        if len(asked) > 1:
            request.reply((numbers / "a.npy").read_bytes())
            return
        request.send_response_only(503)
        request.send_header("Date", formatdate(last_year, usegmt=True))
        request.send_header("Retry-After", "2" if form == "seconds" else formatdate(last_year + 2, usegmt=True))
        request.send_header("Content-Length", "0")
        request.end_headers()

    with answering(answer) as url:
        fetch_files(source(url), tmp_path / "got", pause=0)
    assert 1.9 < asked[1] - asked[0] < 30


@pytest.mark.parametrize(
    "asked", ["3600", formatdate(time.time() + 86_400, usegmt=True), "9" * 30], ids=["hour", "day", "for ever"]
)
def test_a_server_that_asks_for_longer_is_left_with_a_sentence(numbers, tmp_path, asked):
    said = r"status 429 and asks to wait [\d,]{5,} s\. The part that was downloaded is kept"
    with (
        answering(lambda request: request.reply(b"", 429, Retry_After=asked)) as url,
        pytest.raises(FetchError, match=said),
    ):
        fetch_files(source(url), tmp_path / "got", pause=0)


@pytest.mark.parametrize(
    "asked", ["", "-5", "soon", "1.5", "٣", "Mon, 99 Foo 2020 00:00:00 GMT", "Thu, 01 Jan 1970 00:00:00 GMT"]
)
def test_a_wait_that_is_none_is_ignored(numbers, tmp_path, asked):
    asked = asked.encode().decode("latin-1")
    files = Files(numbers, **{"a.npy": lambda request: request.reply(b"", 503, Retry_After=asked)})
    with answering(files) as url:
        assert fetch_files(source(url), tmp_path / "got", pause=0)


def test_a_server_without_ranges_sends_it_again(numbers, tmp_path):
    (tmp_path / "got").mkdir()
    (tmp_path / "got/a.npy.part").write_bytes(b"something else entirely")
    content = (numbers / "a.npy").read_bytes()
    with answering(lambda request: request.reply(content)) as url:
        fetch_files(source(url), tmp_path / "got")
    assert (tmp_path / "got/a.npy").read_bytes() == content


@pytest.mark.parametrize("status", [500, 503, 429])
def test_a_passing_trouble_is_waited_out(numbers, tmp_path, status):
    with answering(Files(numbers, **{"a.npy": lambda request: request.reply(b"", status)})) as url:
        assert fetch_files(source(url), tmp_path / "got", pause=0)


def refused(content: bytes, tmp_path: Path, sentence: str, **more) -> None:
    with answering(lambda request: request.reply(content)) as url, pytest.raises(FetchError, match=sentence):
        fetch_files(source(url, **more), tmp_path / "got", pause=0)
    assert sorted(path.name for path in (tmp_path / "got").iterdir()) == [".lock"]


@pytest.mark.parametrize("content", [b"<!DOCTYPE html><p>Not here", b"version https://git-lfs.github.com/spec/v1", b""])
def test_a_page_in_place_of_an_array_is_refused(tmp_path, content):
    refused(content, tmp_path, "a.npy is not a NumPy array")


def test_an_array_of_objects_is_refused_unread(tmp_path):
    np.save(tmp_path / "evil.npy", np.array([{"a": 1}], object), allow_pickle=True)
    refused((tmp_path / "evil.npy").read_bytes(), tmp_path, "could run code")


@pytest.mark.parametrize(
    ("array", "sentence"),
    [(np.ones((5, 3)), r"has the shape \(5, 3\); it must be \(n\)"), (np.array(["a"]), "not numbers")],
)
def test_another_array_is_refused(tmp_path, array, sentence):
    np.save(tmp_path / "other.npy", array)
    refused((tmp_path / "other.npy").read_bytes(), tmp_path, sentence)


@pytest.mark.parametrize("change", [lambda content: content[:-8], lambda content: content + b"more"])
def test_a_size_that_is_not_the_headers_is_refused(numbers, tmp_path, change):
    refused(change((numbers / "a.npy").read_bytes()), tmp_path, "its header promises")


def test_another_checksum_is_refused(numbers, tmp_path):
    refused((numbers / "a.npy").read_bytes(), tmp_path, "is not the known file", sha256="0" * 64)


def test_a_file_at_a_fixed_revision_is_what_git_calls_it(numbers, tmp_path):
    content = (numbers / "a.npy").read_bytes()
    name = hashlib.sha1(f"blob {len(content)}\0".encode() + content, usedforsecurity=False).hexdigest()
    with answering(Files(numbers)) as url:
        assert fetch_files(source(url, git_blob=name), tmp_path / "got")
    refused(content, tmp_path / "other", "is not the known file: git calls it", git_blob="0" * 40)


def test_every_public_file_of_numbers_has_a_known_content(published):
    """Of GitHub's; a mirror may hold fewer galaxies, so that of its files the first fetch is recorded."""
    public = {one.path: one for one in sources()}
    assert {path for path, one in public.items() if one.git_blob is None} == {SPECTRA_IDS}
    assert all(one.git_blob is None for one in sources("http://127.0.0.1:9"))
    for path in WEIGHTS:
        content = (published / path).read_bytes()
        name = hashlib.sha1(f"blob {len(content)}\0".encode() + content, usedforsecurity=False).hexdigest()
        assert public[path].git_blob == name


def test_a_file_that_is_not_the_one_recorded_is_refused_with_the_way_out(numbers, tmp_path):
    with answering(Files(numbers)) as url:
        fetch_files(source(url), tmp_path / "got")
        (tmp_path / "got/a.npy").unlink()
        assert fetch_files(source(url), tmp_path / "got")
        (tmp_path / "got/a.npy").unlink()
        np.save(numbers / "a.npy", np.arange(1.0, 20_001.0))
        with pytest.raises(FetchError, match=r"no longer the file that was fetched before.*delete manifest\.json"):
            fetch_files(source(url), tmp_path / "got", pause=0)
        (tmp_path / "got/manifest.json").unlink()
        assert fetch_files(source(url), tmp_path / "got")


def test_what_never_comes_is_given_up_and_kept(numbers, tmp_path):
    content = (numbers / "a.npy").read_bytes()
    answers = [cut(content, 500)]
    with (
        answering(lambda request: (answers.pop() if answers else lambda asked: asked.reply(b"", 503))(request)) as url,
        pytest.raises(FetchError, match=r"status 503, 5 times\. The part that was downloaded is kept"),
    ):
        fetch_files(source(url), tmp_path / "got", pause=0)
    assert (tmp_path / "got/a.npy.part").read_bytes() == content[:500]


def test_two_runs_do_not_write_into_one_folder(numbers, tmp_path):
    def during(*_):
        with pytest.raises(FetchError, match="Another fetch"):
            fetch_files(source(url), tmp_path / "got")

    with answering(Files(numbers)) as url:
        fetch_files(source(url), tmp_path / "got", progress=during)


def test_more_than_the_disk_holds_is_not_begun(numbers, tmp_path, monkeypatch):
    monkeypatch.setattr("archives.download.shutil.disk_usage", lambda _: type("Usage", (), {"free": 10}))
    with answering(Files(numbers)) as url, pytest.raises(FetchError, match="needs 160,128 bytes"):
        fetch_files(source(url), tmp_path / "got")


@pytest.fixture
def home(tmp_path, monkeypatch):
    monkeypatch.setenv("DATA_DIR", str(tmp_path / "home"))
    monkeypatch.setenv("GALACTIC_NEON_WEIGHTS", str(tmp_path / "home"))
    return tmp_path / "home"


@pytest.mark.slow
def test_the_authors_files_become_a_catalogue_and_a_model(published, home, capsys):
    with answering(files := Files(published)) as url:
        assert cli.main(["catalogue", "fetch", "published", "--base-url", url]) == 0
        said = capsys.readouterr().out
        asked = len(files.asked)
        assert cli.main(["catalogue", "fetch", "published", "--base-url", url]) == 0
    assert "The server has no spectra: galaxies are shown by their twelve bins." in said
    assert "Nothing to do" in capsys.readouterr().out
    # Once more, all that is asked for are the files that the server did not have.
    assert {path for path, _ in files.asked[asked:]} <= set(SPECTRA)
    opened = open_catalogues(None, home)
    assert list(opened) == ["published", "mock"]
    catalogue = opened["published"]
    for line in ("HALPHA", "OII_DOUBLET"):
        arrays = {
            name: np.load(published / f"data/test_set_{name}_{line}.npy")
            for name in ("target_ids", "ews", "ew_ivars", "fluxes", "redshifts", "continuum_luminosities")
        }
        for row in (0, 700, 1999):
            at = catalogue.row_of(str(arrays["target_ids"][row]))
            assert at is not None
            galaxy = catalogue.galaxy(at)
            index = LINE_NAMES.index(line)
            assert galaxy.ew[index] == np.float32(arrays["ews"][row])
            assert galaxy.ew_ivar[index] == np.float32(arrays["ew_ivars"][row])
            assert galaxy.redshift == pytest.approx(arrays["redshifts"][row], rel=1e-6)
            assert galaxy.log_luminosity == pytest.approx(arrays["continuum_luminosities"][row], abs=0.005)
            np.testing.assert_allclose(galaxy.bin_flux, arrays["fluxes"][row], rtol=0.02)
        assert np.isfinite(catalogue.column(f"{line}_EW")).sum() == 2000
    assert load_params("published").luminosity is not None
    assert load_params("published").colors is not None


@pytest.mark.slow
def test_spectra_lie_beside_the_catalogue_in_its_order(published, home, tmp_path, capsys):
    """The public folder with spectra made up here: each is its galaxy's place in the author's list."""
    root = tmp_path / "public"
    root.mkdir()
    for folder in ("models", "data"):
        (root / folder).symlink_to(published / folder)
    ids = np.load(published / SPECTRA_IDS)
    (root / "data_for_umap_dash").mkdir()
    np.save(root / SPECTRA_IDS, ids)
    numbered = np.repeat(np.arange(len(ids), dtype=np.float32)[:, None], len(WAVELENGTHS), axis=1)
    numbered[5, :100] = np.nan
    np.save(root / SPECTRA[0], numbered[:2000])
    np.save(root / SPECTRA[1], numbered[2000:])
    with answering(Files(root)) as url:
        assert cli.main(["catalogue", "fetch", "published", "--base-url", url]) == 0
    assert "1,539 with a spectrum" in capsys.readouterr().out
    catalogue = open_catalogues(None, home)["published"]
    for place in (0, 5, 1999, 2000, len(ids) - 1, *range(100, 130)):
        row = catalogue.row_of(str(ids[place]))
        if row is not None:
            spectrum = rest_spectrum(catalogue, row)
            assert set(spectrum.flux[np.isfinite(spectrum.flux)].tolist()) == {float(place)}
            assert spectrum.target_id == str(ids[place])
            assert np.isnan(spectrum.flux).sum() == 100 * (place == 5)
    assert rest_spectrum(catalogue, 1538) is not None
    assert rest_spectrum(catalogue, 1539) is None


def test_without_spectra_none_are_asked_for():
    assert len(sources()) == len(sources(with_spectra=False)) + 3
    assert not any("dash_umap" in one.url for one in sources(with_spectra=False))
    assert all(one.url.startswith("https://raw.githubusercontent.com/ashodkh/") for one in sources())


def test_tables_that_contradict_each_other_are_refused(published, tmp_path):
    (tmp_path / "data").mkdir()
    for path in (published / "data").glob("test_set_*.npy"):
        (tmp_path / "data" / path.name).symlink_to(path)
    twisted = tmp_path / "data/test_set_redshifts_HBETA.npy"
    redshifts = np.load(twisted) + 0.1
    twisted.unlink()
    np.save(twisted, redshifts)
    with pytest.raises(FetchError, match="the redshifts of HBETA contradict"):
        join(tmp_path, with_spectra=False)


def test_arrays_of_different_lengths_are_refused(published, tmp_path):
    (tmp_path / "data").mkdir()
    for path in (published / "data").glob("test_set_*.npy"):
        (tmp_path / "data" / path.name).symlink_to(path)
    short = tmp_path / "data/test_set_ews_SII_6731.npy"
    ews = np.load(short)[:-1]
    short.unlink()
    np.save(short, ews)
    with pytest.raises(FetchError, match="arrays of SII_6731 have different lengths"):
        join(tmp_path, with_spectra=False)


def test_a_wrong_address_is_one_sentence(tmp_path, home, capsys):
    with answering(Files(tmp_path)) as url:
        assert cli.main(["catalogue", "fetch", "published", "--base-url", url]) == 1
    assert "answered with status 404. Check the address (--base-url)" in capsys.readouterr().err
    assert not (home / "catalogues").exists()
