"""Files of every format with keywords, types, units, names, nulls and bytes changed: galaxies, or one sentence of ours.

Every file goes in twice: as an upload, and by the one reader into the columns of the command line and of catalogues.
"""

import contextlib
import io
import random
import warnings

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from astropy.io import fits
from astropy.io.votable import from_table
from astropy.table import MaskedColumn, Table

from analysis.answers.answer import PredictOptions
from analysis.batch.rows import read_rows
from data import uploads
from data.catalogue.schema import FLUX_NAMES, check
from data.catalogue.standard_columns import standard_columns
from data.columns.names import reads_as_text
from data.errors import DataError
from data.formats.stream import open_source
from data.uploads.readers.tables import FORMS
from model.storage.weights import load_params
from tests.data.uploads.test_fuzz import REAL, mutated

# In production a warning stops nothing.
pytestmark = pytest.mark.filterwarnings("ignore")

CASES, SOAK_CASES = 300, 20_000
WAVE = np.arange(3600.0, 9800.0, 20.0)
UNITS = (
    "",
    "mJy",
    "MJy",
    "Angstrom",
    "nm",
    "A",
    "erg/s/cm2/A",
    "10-17 erg/s/cm2/A",
    "photon s-1 cm-2 Angstrom-1",
    "mag(AB)",
    "mag",
    "MJy/sr",
    "count",
    "Å",
    "(((",
    "1e999 Jy",
    "m" * 300,
    "km/s",
    "log10(Angstrom)",
    "dex(mJy)",
    "0 Jy",
    "-1e-17 Jy",
    "1/0",
    "Jy**1e9",
    "e",
    "%",
    "μm",
    "10**-17 erg",
    "'",
    "Jy Jy",
    "um\n",
    "\x01",
    "nmgy",
    "eV",
    "Hz",
    "cm-1",
)
NAMES = (
    "z",
    "Z",
    "redshift",
    "mask",
    "ivar",
    "and_mask",
    "flux",
    "FLUX",
    "wavelength",
    "loglam",
    "TARGETID",
    "id",
    "",
    " ",
    "flux_00",
    "flux_0",
    "SPECTYPE",
    "log_luminosity",
    "HALPHA_EW",
    "err",
    "a,b",
    'q"x',
    "é",
    "flux [mJy]",
    "wave_air",
)
CARDS = (
    b"-1",
    b"0",
    b"1",
    b"7",
    b"99999999999",
    b"T",
    b"F",
    b"'abc'",
    b"''",
    b"1E999",
    b"NaN",
    b"-2147483648",
    b"'1PE(9)'",
    b"'12E'",
    b"'3X'",
    b"'1QD(99999)'",
    b"'A'",
    b"'5C'",
    b"'mJy'",
    b"2.5",
    b"'-32768'",
    b"'BINTABLE'",
    b"'TABLE'",
    b"",
    b"9223372036854775808",
)
WORDS = (
    b"datatype",
    b"float64",
    b"int64",
    b"string",
    b"bool",
    b"S2000000000",
    b"unit",
    b"delimiter",
    b"','",
    b'arraysize="*"',
    b'arraysize="9999999999"',
    b"char",
    b'null="0"',
    b"<TD>",
    b"</TD>",
    b"--",
    b"!!python/tuple [1]",
    b"<<: *a",
    b"subtype: json",
    b"subtype: float64[12]",
    b"base64",
    b"binary2",
    b'<STREAM href="other.bin"',
    b"&#0;",
    b"\r",
    b"#",
    b"nan",
    b"None",
    b"1,5",
)


def random_cells(chance: random.Random, rows: int) -> np.ndarray | list:
    """A column of any type."""
    kind = chance.randrange(12)
    rng = np.random.default_rng(chance.randrange(2**32))
    if kind == 0:
        return rng.integers(0, 2**64, rows, dtype=np.uint64)
    if kind == 1:
        return rng.integers(-(2**63), 2**63 - 1, rows, dtype=np.int64)
    if kind == 2:
        return rng.random(rows) > 0.5
    if kind == 3:
        return np.array([chance.choice(("True", "False", "", "-999", "1,5", "é", "x" * 40)) for _ in range(rows)])
    if kind == 4:
        return rng.normal(size=(rows, chance.choice((1, 2, 12, 30)))).astype(np.float32)
    if kind == 5:
        return np.where(rng.random(rows) > 0.5, chance.choice((np.nan, np.inf, -999.0, 1e20, 1e38)), 1.0)
    if kind == 6:
        return rng.integers(0, 255, rows).astype(np.uint8)
    if kind == 7:
        return np.zeros(rows) + (1 + 1j)
    if kind == 8:
        return np.array([b"caf\xe9"] * rows)
    return rng.lognormal(0, chance.choice((0.1, 5, 40)), rows)


def random_table(chance: random.Random) -> Table:
    """Twelve fluxes, a spectrum, or rows of spectra; some of it changed."""
    shape = chance.randrange(3)
    rows = chance.choice((1, 2, 5, 40))
    if shape == 0:
        columns: dict = {"TARGETID": np.arange(rows) + 39627652591521181} | {
            name: np.full(rows, 1 + 0.1 * place) for place, name in enumerate(FLUX_NAMES)
        }
    elif shape == 1:
        rows = len(WAVE)
        columns = {"wavelength": WAVE, "flux": 1 + WAVE / 5e3, "ivar": np.ones(rows)}
    else:
        columns = {
            "WAVE": np.tile(WAVE, (rows, 1)),
            "FLUX": np.tile(1 + WAVE / 5e3, (rows, 1)),
            "Z": np.full(rows, 0.1),
        }
    table = Table(columns)
    for _ in range(chance.choice((0, 1, 1, 2, 3))):
        name = chance.choice(table.colnames)
        change = chance.randrange(6)
        if change == 0:
            table[name].unit = None
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                from astropy.units import Unit

                table[name].unit = Unit(chance.choice(UNITS), parse_strict="silent")
        elif change == 1:
            new = chance.choice(NAMES)
            if new not in table.colnames:
                table.rename_column(name, new)
        elif change == 2:
            table[name] = random_cells(chance, rows)
        elif change == 3 and table[name].ndim == 1:
            table[name] = MaskedColumn(table[name], mask=[chance.random() < 0.3 for _ in range(rows)])
        elif change == 4:
            new = chance.choice(NAMES)
            if new not in table.colnames:
                table[new] = random_cells(chance, rows)
        elif len(table.colnames) > 1:
            table.remove_column(name)
    for _ in range(chance.randrange(3)):
        key = chance.choice(("REDSHIFT", "Z", "AIRORVAC", "BUNIT", "SPECSYS", "VACUUM", "CUNIT1", "SURVEY", "SPECTYPE"))
        table.meta[key] = chance.choice((0.1, 0, -5, 1e30, "air", "vac", "source", "mJy", "QSO", "x", True))
    return table


def as_images(table: Table, chance: random.Random) -> list:
    """Write the columns of numbers as images, each or as the rows of one."""
    numbers = [np.asarray(table[name]) for name in table.colnames if table[name].dtype.kind in "iuf"]
    names = [name for name in table.colnames if table[name].dtype.kind in "iuf"]
    flux = next((one for name, one in zip(names, numbers, strict=True) if name.lower() == "flux"), numbers[0])
    header = fits.Header({"CRVAL1": 3600.0, "CDELT1": 20.0, "CRPIX1": 1.0, "CTYPE1": "LINEAR"})
    for _ in range(chance.randrange(3)):
        key = chance.choice(("CTYPE1", "CRVAL1", "CDELT1", "CD1_1", "CRPIX1", "CUNIT1", "DC-FLAG", "BUNIT", "COEFF0"))
        words = (
            "WAVE-LOG",
            "AWAV-F2W",
            "WAVE-GRI",
            "FREQ",
            "VELO-LSR",
            "WAVE-TAB",
            "LOGLAM",
            "nm",
            "x",
            0.0,
            1,
            3.5,
            -1e30,
        )
        header[key] = chance.choice(words)
    shape = chance.randrange(4)
    if shape == 3:
        # As SDSS's first releases write them: flux, flux without continuum, error and mask.
        header.update({"COEFF0": 3.58, "COEFF1": 1e-4, "PLATEID": 266, "MJD": 51630, "FIBERID": 11, "SPEC_CLN": 2})
        header.update({"Z": 0.1, "Z_STATUS": 4, "Z_WARNIN": 0, "VACUUM": 1, "BUNIT": "1.0E-17 erg/cm/s/Ang"})
        rows = [flux, flux, np.ones_like(flux), np.zeros_like(flux)]
        return [fits.PrimaryHDU(np.array(rows, np.float32), header), fits.table_to_hdu(Table({"ew": [1.0, 2.0]}))]
    if shape == 0:
        rows = np.array([one for one in numbers if one.shape == flux.shape])
        header.update(
            {f"{chance.choice(('ROW', 'ARRAY', 'BANDID'))}{row + 1}": chance.choice(NAMES) for row in range(4)}
        )
        return [fits.PrimaryHDU(rows, header)]
    made = fits.CompImageHDU if chance.random() < 0.3 else fits.ImageHDU
    others = [
        made(one, name=chance.choice((name, "ERR", "B_FLUX", "MASK"))) for name, one in zip(names, numbers, strict=True)
    ]
    return (
        [fits.PrimaryHDU(flux, header), *others]
        if shape == 1
        else [fits.PrimaryHDU(), fits.ImageHDU(flux, header), *others]
    )


def as_file(table: Table, form: str, chance: random.Random) -> bytes:
    """Write a table as a format does, by the tools that people use."""
    out = io.BytesIO()
    if form == "FITS":
        hdus = [fits.PrimaryHDU(), fits.table_to_hdu(table)]
        if (kind := chance.random()) < 0.2:
            hdus = as_images(table, chance)
        elif kind < 0.3:
            half = max(len(table) // 2, 1)
            hdus = [fits.PrimaryHDU(), fits.table_to_hdu(table[:half]), fits.table_to_hdu(table[half:])]
        if chance.random() < 0.2:
            hdus.insert(1, fits.table_to_hdu(Table({"EXPID": [1, 2]})))
        fits.HDUList(hdus).writeto(out)
    elif form == "Parquet":
        arrays = {}
        for name in table.colnames:
            values = table[name]
            mask = np.ma.getmaskarray(values) if values.ndim == 1 else None
            cells = values.tolist()
            array = pa.array([None if mask is not None and mask[row] else cell for row, cell in enumerate(cells)])
            if chance.random() < 0.2 and (pa.types.is_string(array.type) or pa.types.is_integer(array.type)):
                array = array.dictionary_encode()
            field = pa.field(name, array.type, metadata={"unit": str(values.unit)} if values.unit is not None else None)
            arrays[field] = array
        pq.write_table(pa.Table.from_arrays(list(arrays.values()), schema=pa.schema(list(arrays))), out)
    elif form == "CSV":
        flat = table[[name for name in table.colnames if table[name].ndim == 1]]
        for name in set(table.colnames) - set(flat.colnames):
            write = chance.choice((str, lambda cell: str(cell.tolist()), lambda cell: str(tuple(cell.tolist()))))
            flat[name] = [write(np.asarray(cell)) for cell in table[name]]
        text = io.StringIO()
        flat.write(text, format="ascii", delimiter=chance.choice(",;\t "), strip_whitespace=False, overwrite=True)
        return text.getvalue().encode(chance.choice(("utf-8", "utf-8-sig", "utf-16", "latin1")), "replace")
    elif form == "ECSV":
        text = io.StringIO()
        table.write(text, format="ascii.ecsv", delimiter=chance.choice((" ", ",")))
        return text.getvalue().encode()
    else:
        # Of astropy's two writers the one in Python: that in C writes beyond its memory on long cells (realloc() of an
        # invalid pointer under glibc's checks), and a later file would be blamed.
        kind = chance.choice(("tabledata", "binary", "binary2"))
        from_table(table).to_xml(out, tabledata_format=kind, _debug_python_based_parser=True)
    return out.getvalue()


def changed(content: bytes, form: str, chance: random.Random) -> bytes:
    """Change keywords and words that describe a table, or bytes anywhere."""
    data = bytearray(content)
    for _ in range(chance.choice((0, 0, 1, 2, 4))):
        if form == "FITS":
            cards = [place for place in range(0, min(len(data), 30_000), 80) if data[place + 8 : place + 10] == b"= "]
            if cards:
                place = chance.choice(cards)
                data[place + 10 : place + 80] = chance.choice(CARDS).rjust(20).ljust(70)
        elif form in ("ECSV", "VOTable"):
            found = [word for word in WORDS if word in data]
            old, new = chance.choice(found or [b"\n"]), chance.choice(WORDS)
            place = data.find(old)
            data[place : place + len(old)] = new
        elif form == "CSV" and data:
            place = chance.randrange(len(data))
            data[place:place] = chance.choice(
                (b",", b";", b'"', b"\n", b"#", b"\xe9", b"\0", b"True", b"-999", b"\r", b"1_0")
            )
    return mutated(bytes(data), chance) if chance.random() < 0.3 else bytes(data)


def is_sentence(error: DataError) -> bool:
    """Whether an error can be shown; fails where it cannot."""
    assert 10 < len(str(error)) < 2000, str(error)
    return True


def as_upload(content: bytes, chosen: dict[str, str] | None) -> bool:
    """Read it as the Predict page does."""
    try:
        uploads.apply_plan(uploads.open_files([(content, "a file")]), chosen)
    except DataError as error:
        return not is_sentence(error)
    return True


def as_table(content: bytes, form: str, question: PredictOptions) -> bool:
    """Read it as the command line, the API and `catalogue build` do."""
    try:
        with open_source(content, kind=FORMS[form], name="a file", text=reads_as_text) as source:
            table = pa.Table.from_batches(list(source.batches), source.schema)
        for batch in table.combine_chunks().to_batches():
            read_rows(batch, question)
    except DataError as error:
        return not is_sentence(error)
    with contextlib.suppress(DataError):
        # Most lack a redshift or a luminosity, which a catalogue needs.
        check(standard_columns(table, "a file"))
    return True


def survive(cases: int, seed: int) -> dict[str, int]:
    """Read that many files; returns how many were read, by the way in."""
    chance = random.Random(seed)  # noqa: S311 - no secret: the same seed gives the same files
    question = PredictOptions(load_params(), noise="none", surprise=False)
    real = [path.read_bytes() for path in REAL]
    counts = {"upload": 0, "table": 0, "written": 0}
    for case in range(cases):
        form = chance.choice(list(FORMS))
        if case % 50 == 0:
            content, form = changed(chance.choice(real), "FITS", chance), "FITS"
        else:
            try:
                content = changed(as_file(random_table(chance), form, chance), form, chance)
            # Not every table can be written in every format by the tools that make the seeds.
            except (
                ValueError,
                TypeError,
                KeyError,
                AttributeError,
                UnicodeError,
                OverflowError,
                IndexError,
                fits.VerifyError,
                pa.ArrowException,
                Warning,
            ):
                continue
        counts["written"] += 1
        try:
            counts["upload"] += as_upload(content, {"redshift": "0.1"} if case % 2 else None)
            counts["table"] += as_table(content, form, question)
        except Exception as error:
            raise AssertionError(f"case {case} of seed {seed}, {form}: {type(error).__name__}: {error}") from error
    return counts


def test_changed_files_are_read_or_refused_in_a_sentence():
    counts = survive(CASES, 14)
    assert counts["written"] > 0.6 * CASES
    assert min(counts["upload"], counts["table"]) > 0.05 * CASES


@pytest.mark.soak
def test_twenty_thousand_changed_files(capsys: pytest.CaptureFixture[str]):
    counts = [survive(SOAK_CASES // 10, 100 + seed) for seed in range(10)]
    total = {key: sum(one[key] for one in counts) for key in counts[0]}
    with capsys.disabled():
        print(f"| changed files | {total['written']:,} | {total['upload']:,} uploads, {total['table']:,} tables | 0 |")  # noqa: T201
