"""The downloader and the author's files, from a server on localhost that behaves well or badly."""

import json
import re
from pathlib import Path

import numpy as np
import pytest

import cli
from data.archives.download import Source, fetch_files
from data.archives.published_files import SPECTRA, SPECTRA_IDS, check_array, join, sources
from data.catalogue.registry import open_catalogues
from data.catalogue.spectra import rest_spectrum
from data.catalogue.stored_spectra import WAVELENGTHS
from data.errors import FetchError
from model.lines import LINE_NAMES
from model.storage.weights import load_params
from tests.local_http import Handler, answering


class Files:
    """Serves a folder with ranges; `faults` maps a path to a function that answers in its place, once."""

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
        wanted = re.fullmatch(r"bytes=(\d+)-", request.headers.get("Range") or "")
        if wanted:
            start = int(wanted[1])
            if start >= len(content):
                request.reply(b"", 416)
                return
            span = f"bytes {start}-{len(content) - 1}/{len(content)}"
            request.reply(content[start:], 206, Content_Range=span)
            return
        request.reply(content)


def cut(content: bytes, after: int):
    """Promise all, send a piece, hang up."""

    def answer(request: Handler) -> None:
        request.send_response(200)
        request.send_header("Content-Length", str(len(content)))
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


def test_a_later_run_goes_on_from_what_came(numbers, tmp_path):
    (tmp_path / "got").mkdir()
    (tmp_path / "got/a.npy.part").write_bytes((numbers / "a.npy").read_bytes()[:1000])
    with answering(files := Files(numbers)) as url:
        fetch_files(source(url), tmp_path / "got")
    assert files.asked == [("a.npy", "bytes=1000-")]


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


def test_what_never_comes_is_given_up_and_kept(numbers, tmp_path):
    content = (numbers / "a.npy").read_bytes()
    (tmp_path / "got").mkdir()
    (tmp_path / "got/a.npy.part").write_bytes(content[:500])
    with (
        answering(lambda request: request.reply(b"", 503)) as url,
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
    monkeypatch.setattr("data.archives.download.shutil.disk_usage", lambda _: type("Usage", (), {"free": 10}))
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
            galaxy = catalogue.galaxy(catalogue.row_of(str(arrays["target_ids"][row])))
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
