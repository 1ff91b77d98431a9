"""Texts of a VOTable are whole, whatever length the document declares; arrays of texts are refused by name."""

import pytest

from data.errors import DataError
from data.uploads import apply_plan, open_files
from tests.data.uploads.test_ways_in import FLUX, IDS, MJY, WAYS, shape

SIZES = [
    "",
    ' arraysize="1"',
    ' arraysize="3"',
    ' arraysize="8*"',
    ' arraysize="*"',
    ' arraysize="8x12"',
    ' arraysize="*x3"',
]
TYPES = ["char", "unicodeChar"]
PAGE = [way for way in WAYS if way != "API"]


def document(declared: str, flux=FLUX, param: str = "", binary: bool = False) -> bytes:
    names = ["TARGETID", *(f"flux_{place:02d}" for place in range(12))]
    fields = "".join(f'<FIELD name="{name}" {declared}/>' for name in names)
    rows = [
        "".join(f"<TD>{cell}</TD>" for cell in (one, *map(repr, map(float, row))))
        for one, row in zip(IDS, flux, strict=True)
    ]
    data = "".join(f"<TR>{row}</TR>" for row in rows)
    inner = '<BINARY><STREAM encoding="base64">AAAA</STREAM></BINARY>' if binary else f"<TABLEDATA>{data}</TABLEDATA>"
    return (
        '<?xml version="1.0"?><VOTABLE version="1.3" xmlns="http://www.ivoa.net/xml/VOTable/v1.3"><RESOURCE><TABLE>'
        f"{param}{fields}<DATA>{inner}</DATA></TABLE></RESOURCE></VOTABLE>"
    ).encode()


@pytest.mark.parametrize("way", PAGE)
@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("kind", TYPES)
def test_numbers_in_texts_are_whole(kind: str, size: str, way: str, tmp_path):
    ids, flux, *_ = WAYS[way](document(f'datatype="{kind}"{size}'), "votable", tmp_path)
    assert ids == tuple(map(str, IDS))
    assert flux == pytest.approx(FLUX, rel=1e-6)


@pytest.mark.parametrize("way", PAGE)
@pytest.mark.parametrize("size", SIZES[:4])
def test_a_unit_in_a_param_is_whole(size: str, way: str, tmp_path):
    param = f'<PARAM name="FLUX_UNIT" value="mJy" datatype="char"{size}/>'
    _, flux, *_ = WAYS[way](document('datatype="char"', MJY, param), "votable", tmp_path)
    assert shape(flux) == pytest.approx(shape(FLUX), rel=1e-4)


@pytest.mark.parametrize("way", PAGE)
def test_arrays_of_texts_in_binary_cells_are_refused_by_name(way: str, tmp_path):
    with pytest.raises(
        DataError, match=r"column TARGETID are arrays of texts .arraysize 8x12., which are not read here"
    ):
        WAYS[way](document('datatype="char" arraysize="8x12"', binary=True), "votable", tmp_path)


@pytest.mark.parametrize("way", ["page", "command line"])
def test_fluxes_in_one_text_are_said(way: str, tmp_path):
    cells = "".join(f"<TR><TD>{' '.join(map(str, row))}</TD></TR>" for row in FLUX)
    content = (
        '<VOTABLE version="1.3"><RESOURCE><TABLE><FIELD name="flux" datatype="char" arraysize="8x12"/><DATA>'
        f"<TABLEDATA>{cells}</TABLEDATA></DATA></TABLE></RESOURCE></VOTABLE>"
    ).encode()
    with pytest.raises(DataError, match=r"olumn flux .*holds text"):
        WAYS[way](content, "votable", tmp_path)


def test_a_redshift_in_a_param_without_a_size_is_whole():
    cells = "".join(f"<TR><TD>{3700 + 3 * pixel}</TD><TD>1.5</TD></TR>" for pixel in range(1300))
    content = (
        '<VOTABLE version="1.3"><RESOURCE><TABLE><PARAM name="redshift" datatype="char" value="0.08"/>'
        '<FIELD name="wavelength" datatype="double"/><FIELD name="flux" datatype="double"/>'
        f"<DATA><TABLEDATA>{cells}</TABLEDATA></DATA></TABLE></RESOURCE></VOTABLE>"
    ).encode()
    redshift = apply_plan(open_files([(content, "t.vot")])).table.redshift
    assert redshift is not None
    assert redshift[0] == pytest.approx(0.08)
