"""What surveys do with masks, targets and names: the usable target, bits that inform, ids of every generation."""

import numpy as np
import pytest
from astropy.io import fits

import cli
from data.errors import UploadError
from data.surveys.readers.desi import FIRST_PIXEL, PIXEL, read_observed
from data.surveys.readers.sdss import read_spec
from data.surveys.registry import MASKS, convention_of
from data.uploads import apply_plan, open_files

IDS = [-1695072, 39627652591521182]
REDSHIFT = 0.08


def coadd(path, bad: tuple[int, ...] = (), compressed: bool = False, kinds: tuple[str, ...] = ("SKY", "TGT")):
    wave = FIRST_PIXEL + PIXEL * np.arange(7781)
    flux = np.tile(2 + (wave - 6000) / 6000, (2, 1)).astype(np.float32)
    ivar, mask = np.full(flux.shape, 4.0, np.float32), np.zeros(flux.shape, np.int32)
    for row in bad:
        flux[row] = ivar[row] = 0
    mask[:, 100:110] = 1
    columns = [fits.Column("TARGETID", "K", array=IDS), fits.Column("OBJTYPE", "3A", array=list(kinds))]
    image = (
        fits.CompImageHDU(mask, name="B_MASK", compression_type="GZIP_1")
        if compressed
        else fits.ImageHDU(mask, name="B_MASK")
    )
    parts = [
        fits.ImageHDU(values, name=f"B_{what}")
        for what, values in (("WAVELENGTH", wave), ("FLUX", flux), ("IVAR", ivar))
    ]
    fits.HDUList([fits.PrimaryHDU(), fits.BinTableHDU.from_columns(columns, name="FIBERMAP"), *parts, image]).writeto(
        path
    )
    return path


def redrock(path, kinds: tuple[str, str] = ("STAR", "GALAXY"), warnings: tuple[int, int] = (1570, 0)):
    columns = [
        fits.Column("TARGETID", "K", array=IDS),
        fits.Column("Z", "D", array=[-0.0019, REDSHIFT]),
        fits.Column("ZWARN", "K", array=list(warnings)),
        fits.Column("SPECTYPE", "6A", array=list(kinds)),
    ]
    fits.HDUList([fits.PrimaryHDU(), fits.BinTableHDU.from_columns(columns, name="REDSHIFTS")]).writeto(path)
    return path


def upload(*paths):
    return open_files([(path.read_bytes(), path.name) for path in paths])


@pytest.mark.parametrize("bad", [(0,), ()])
def test_the_target_that_can_be_used_is_taken(bad, tmp_path):
    found = apply_plan(upload(coadd(tmp_path / "coadd.fits", bad), redrock(tmp_path / "redrock.fits")))
    assert found.table.ids == (str(IDS[1]),)
    assert any("number 2" in step for step in found.steps)


def test_masked_targets_alone_are_not_called_damaged(tmp_path):
    with pytest.raises(UploadError, match="every pixel of every target is masked") as raised:
        upload(coadd(tmp_path / "coadd.fits", (0, 1)))
    assert "Download" not in str(raised.value)


def test_compressed_masks_are_unfolded(tmp_path):
    plain, folded = (
        read_observed(coadd(tmp_path / name, compressed=name == "b.fits")) for name in ("a.fits", "b.fits")
    )
    np.testing.assert_array_equal(plain.ivar, folded.ivar)
    assert (folded.ivar[:, 100:110] == 0).all()


def test_a_quasar_is_said(tmp_path):
    pair = coadd(tmp_path / "coadd.fits"), redrock(tmp_path / "redrock.fits", ("STAR", "QSO"))
    found = apply_plan(upload(*pair))
    assert any("Redrock classifies the target as QSO" in step for step in found.steps)
    assert found.table.kinds == ("QSO",)


def test_the_file_that_is_no_coadd_is_blamed(tmp_path):
    table = fits.BinTableHDU.from_columns([fits.Column("WAVELENGTH", "D", array=np.arange(9.0))])
    fits.HDUList([fits.PrimaryHDU(), table]).writeto(tmp_path / "mine.fits")
    with pytest.raises(UploadError, match=r"^mine.fits is no DESI coadd"):
        upload(tmp_path / "mine.fits", redrock(tmp_path / "redrock.fits"))


def spec(path, keys: dict, bits: int = 0, table_keys: dict | None = None):
    loglam = 3.5523 + 1e-4 * np.arange(4300)
    mask = np.full(4300, bits, np.int32)
    pixels = [
        ("FLUX", "E", np.ones(4300)),
        ("LOGLAM", "E", loglam),
        ("IVAR", "E", np.ones(4300)),
        ("AND_MASK", "J", mask),
    ]
    about = [("Z", "E", [REDSHIFT]), ("ZWARNING", "J", [0]), ("CLASS", "6A", ["GALAXY"])]
    about += [(name, "K", [value]) for name, value in (table_keys or {}).items()]
    tables = [fits.BinTableHDU.from_columns([fits.Column(n, f, array=a) for n, f, a in one]) for one in (pixels, about)]
    primary = fits.PrimaryHDU()
    primary.header.update(keys)
    fits.HDUList([primary, *tables]).writeto(path)
    return path


@pytest.mark.parametrize(
    ("name", "keys", "table_keys", "expected"),
    [
        ("spec-0266-51630-0011.fits", {"PLATEID": 266, "MJD": 51630, "FIBERID": 11}, {}, "266-51630-11"),
        ("spec-015143-59205-04348294231.fits", {"FIELD": 15143, "MJD": 59205}, {}, "015143-59205-04348294231"),
        ("a.fits", {"FIELD": 15143, "MJD": 59205}, {"CATALOGID": 4348294231}, "15143-59205-4348294231"),
        ("my spectrum (1).fits", {"MJD": 59205}, {}, "my_spectrum__1_"),
    ],
)
def test_targets_are_named_as_their_generation_does(name, keys, table_keys, expected, tmp_path):
    path = spec(tmp_path / name, keys, 0, table_keys)
    assert read_spec(path)[0].target_ids == (expected,)
    assert read_spec(path.read_bytes(), name)[0].target_ids == (expected,)


@pytest.mark.parametrize(
    ("bit", "bad"), [(0, False), (9, False), (16, False), (19, False), (22, True), (23, True), (24, True)]
)
def test_sdss_bits_that_inform_mask_nothing(bit, bad, tmp_path):
    observed, _ = read_spec(spec(tmp_path / "spec-1-2-3.fits", {}, 1 << bit))
    assert (observed.ivar == 0).all() == bad


def test_mask_conventions():
    values = np.array([0.0, 1.0, 4.0, np.nan])
    assert MASKS["any"].masked(values).tolist() == [False, True, True, True]
    assert MASKS["JWST"].masked(values).tolist() == [False, True, False, True]
    assert MASKS["SDSS"].masked(np.array([1 << 9, 1 << 22])).tolist() == [False, True]
    assert convention_of("AND_MASK", "") == "SDSS"
    assert convention_of("DQ", "JWST") == "JWST"
    assert all(convention.source for convention in MASKS.values())


def test_a_line_table_without_a_column_is_named(tmp_path, capsys):
    names = (
        "OII_3726",
        "OII_3729",
        "HGAMMA",
        "HBETA",
        "OIII_4959",
        "OIII_5007",
        "NII_6548",
        "HALPHA",
        "NII_6584",
        "SII_6716",
    )
    columns = [fits.Column("TARGETID", "K", array=IDS)]
    columns += [fits.Column(name + end, "E", array=[1.0, 1.0]) for name in names for end in ("_EW", "_EW_IVAR")]
    table = fits.BinTableHDU.from_columns(columns, name="FASTSPEC")
    fits.HDUList([fits.PrimaryHDU(), table]).writeto(tmp_path / "lines.fits")
    files = ["--spectra", str(coadd(tmp_path / "coadd.fits")), "--redshifts", str(redrock(tmp_path / "redrock.fits"))]
    assert (
        cli.main(
            ["catalogue", "from-fits", *files, "--lines", str(tmp_path / "lines.fits"), str(tmp_path / "c.parquet")]
        )
        == 1
    )
    assert "SII_6731_EW" in capsys.readouterr().err
