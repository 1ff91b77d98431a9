"""One table, every format, every way in: the page, the API, the command line and catalogues agree on what it says."""

import io
import re

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from astropy.io import fits
from astropy.io.votable import from_table
from astropy.io.votable.tree import Resource, VOTableFile
from astropy.table import MaskedColumn, Table

import cli
from analysis import isolation
from analysis.answers.answer import PredictInput, PredictOptions
from analysis.answers.upload import rows_of
from analysis.batch.rows import read_rows
from analysis.isolation.jobs import CSV, PARQUET
from data.catalogue.schema import FLUX_NAMES
from data.catalogue.standard_columns import read_table as read_galaxies
from data.columns.names import reads_as_text
from data.errors import DataError
from data.formats import FORMATS
from data.formats.stream import open_source
from data.uploads import apply_plan, infer_plan, open_files
from model.bins import BIN_CENTERS
from model.storage.weights import load_params

IDS = [39627652591521181, 39627652591521182, 39627652591521183]
FLUX = np.array([[1.1, 1.5, 2.2, 2.4, 2.6, 2.6, 2.7, 2.7, 2.7, 2.6, 2.6, 2.6]]) * [[1.0], [1.1], [0.9]]
# The same light per frequency, in mJy for fluxes in 1e-17 erg/s/cm2/A.
MJY = FLUX * 1e-17 * BIN_CENTERS**2 / 2.99792458e18 * 1e26
SUFFIXES = {form: FORMATS[form].extensions[0] for form in FORMATS}


def table(flux: np.ndarray = FLUX, unit: str = "", **more: object) -> Table:
    made = Table({"TARGETID": np.array(IDS)} | {name: flux[:, place] for place, name in enumerate(FLUX_NAMES)})
    for name, values in more.items():
        made[name] = values
    if unit:
        for name in FLUX_NAMES:
            made[name].unit = unit
    return made


def as_bytes(made: Table, form: str) -> bytes:
    """Write it as other people's tools do."""
    out = io.BytesIO()
    if form == "parquet":
        fields, arrays = [], []
        for name in made.colnames:
            mask = np.ma.getmaskarray(made[name])
            arrays.append(
                pa.array([None if gone else cell for cell, gone in zip(made[name].tolist(), mask, strict=True)])
            )
            unit = made[name].unit
            fields.append(pa.field(name, arrays[-1].type, metadata={"unit": str(unit)} if unit is not None else None))
        pq.write_table(pa.Table.from_arrays(arrays, schema=pa.schema(fields)), out)
    elif form == "fits":
        made.write(out, format="fits")
    elif form == "votable":
        made.write(out, format="votable")
    else:
        text = io.StringIO()
        if form == "csv":
            said = {name: made[name].unit for name in made.colnames if made[name].unit is not None}
            if said:
                text.write("# " + "; ".join(f"{name} [{unit}]" for name, unit in said.items()) + "\n")
            made.write(text, format="ascii.csv", comment="#")
        else:
            made.write(text, format="ascii.ecsv")
        return text.getvalue().encode()
    return out.getvalue()


def on_the_page(content: bytes, form: str, folder) -> tuple:
    read = apply_plan(open_files([(content, "t")])).table
    return read.ids, read.bin_flux, read.log_luminosity, read.redshift, read.problems


def in_rows(batch: pa.RecordBatch) -> tuple:
    rows = read_rows(batch, PredictOptions(load_params()))
    ids = tuple(str(one) for one in batch["TARGETID"].to_pylist()) if "TARGETID" in batch.schema.names else ()
    return ids, rows.bin_flux, rows.log_luminosity, rows.redshift, tuple(rows.problems)


def on_the_command_line(content: bytes, form: str, folder) -> tuple:
    path = folder / f"t{SUFFIXES[form]}"
    path.write_bytes(content)
    with open_source(path, text=reads_as_text) as source:
        return in_rows(pa.Table.from_batches(list(source.batches), source.schema).combine_chunks().to_batches()[0])


def by_the_api(content: bytes, form: str, folder) -> tuple:
    return in_rows(isolation.read_table(content, PARQUET if form == "parquet" else CSV)[0])


def in_a_catalogue(content: bytes, form: str, folder) -> tuple:
    path = folder / f"t{SUFFIXES[form]}"
    path.write_bytes(content)
    read = read_galaxies(path)
    optional = [
        read[name].cast(pa.float32()).to_numpy() if name in read.column_names else None
        for name in ("log_luminosity", "redshift")
    ]
    ids = tuple(str(one) for one in read["TARGETID"].to_pylist())
    return ids, np.column_stack([read[name].to_numpy() for name in FLUX_NAMES]), *optional, ("",) * len(read)


WAYS = {"page": on_the_page, "command line": on_the_command_line, "API": by_the_api, "catalogue": in_a_catalogue}
GRID = [(way, form) for way in WAYS for form in FORMATS if way != "API" or form in ("csv", "parquet")]
grid = pytest.mark.parametrize(("way", "form"), GRID, ids=[f"{way} {form}" for way, form in GRID])
pytestmark = pytest.mark.filterwarnings("ignore::astropy.utils.exceptions.AstropyWarning")


def shape(flux: np.ndarray) -> np.ndarray:
    return flux / flux.mean(axis=1, keepdims=True)


@grid
def test_a_stated_unit_is_used(way: str, form: str, tmp_path):
    _, flux, *_ = WAYS[way](as_bytes(table(MJY, "mJy"), form), form, tmp_path)
    np.testing.assert_allclose(shape(flux), shape(FLUX), rtol=1e-4)
    if way == "catalogue":
        np.testing.assert_allclose(flux, FLUX, rtol=1e-4)


@grid
@pytest.mark.parametrize("unit", ["MJy / sr", "adu", "mag"])
def test_a_unit_that_is_not_understood_is_named(way: str, form: str, unit: str, tmp_path):
    with pytest.raises(DataError, match=unit.split(" ")[0]):
        WAYS[way](as_bytes(table(FLUX, unit), form), form, tmp_path)


@grid
def test_ids_are_exact_beside_missing_integers(way: str, form: str, tmp_path):
    visits = MaskedColumn([1, 2, 3], mask=[False, True, False])
    ids, flux, *_, problems = WAYS[way](as_bytes(table(visits=visits), form), form, tmp_path)
    assert ids == tuple(map(str, IDS))
    assert not any(problems)
    np.testing.assert_allclose(flux, FLUX, rtol=1e-6)


@grid
def test_names_are_found_in_any_case_and_sentinels_are_missing(way: str, form: str, tmp_path):
    made = table(log_luminosity=[6.2, -999.0, 6.0], redshift=[0.1, 0.2, -99.0])
    for name in made.colnames:
        made.rename_column(name, name.upper())
    _, _, luminosity, redshift, problems = WAYS[way](as_bytes(made, form), form, tmp_path)
    assert not any(problems)
    np.testing.assert_allclose(luminosity, [6.2, np.nan, 6.0], rtol=1e-6)
    np.testing.assert_allclose(redshift, [0.1, 0.2, np.nan], rtol=1e-6)


@grid
def test_a_magnitude_called_z_is_no_redshift(way: str, form: str, tmp_path):
    bands = {name: [18.0, 17.0, 16.9] for name in "ugriz"}
    assert WAYS[way](as_bytes(table(**bands), form), form, tmp_path)[3] is None
    np.testing.assert_allclose(WAYS[way](as_bytes(table(z_spec=[0.1] * 3, **bands), form), form, tmp_path)[3], 0.1)


def expectations(content: bytes, way: str, form: str, folder) -> PredictInput:
    """Read a table of galaxies as one of the three ways to a prediction does."""
    if way == "page":
        return rows_of(apply_plan(open_files([(content, "t")])).table)
    question = PredictOptions(load_params())
    if way == "API":
        return read_rows(isolation.read_table(content, PARQUET if form == "parquet" else CSV)[0], question)
    path = folder / f"t{SUFFIXES[form]}"
    path.write_bytes(content)
    with open_source(path, text=reads_as_text) as source:
        whole = pa.Table.from_batches(list(source.batches), source.schema)
    return read_rows(whole.combine_chunks().to_batches()[0], question)


PREDICTED = [(way, form) for way, form in GRID if way != "catalogue"]
predicted = pytest.mark.parametrize(("way", "form"), PREDICTED, ids=[f"{way} {form}" for way, form in PREDICTED])


@predicted
@pytest.mark.parametrize("unit", ["", "nm"])
def test_the_halpha_that_the_stars_ionise_is_read(unit: str, way: str, form: str, tmp_path):
    """In any case, in another unit, with sentinels; the column is then not copied as another one would be."""
    made = table(Expected_EW_Halpha=[20.0, -999.0, 0.0], LOG_OH=[8.7, 8.1, -99.0])
    if unit:
        made["Expected_EW_Halpha"] = [2.0, -999.0, 0.0]
        made["Expected_EW_Halpha"].unit = unit
    rows = expectations(as_bytes(made, form), way, form, tmp_path)
    assert not any(rows.problems)
    np.testing.assert_allclose(rows.expected_ew_halpha, [20.0, np.nan, 0.0], rtol=1e-6)
    np.testing.assert_allclose(rows.log_oh, [8.7, 8.1, np.nan], rtol=1e-6)


@predicted
def test_without_the_columns_nothing_is_expected(way: str, form: str, tmp_path):
    rows = expectations(as_bytes(table(HALPHA_EW=[3.0] * 3), form), way, form, tmp_path)
    assert rows.expected_ew_halpha is None
    assert rows.log_oh is None


@predicted
def test_an_impossible_expectation_is_its_rows_problem(way: str, form: str, tmp_path):
    made = table(expected_ew_halpha=[-5.0, 20.0, 20.0], log_oh=[8.7, 8.7, 0.02])
    problems = list(expectations(as_bytes(made, form), way, form, tmp_path).problems)
    assert re.search(r"expected_ew_halpha.* -5.*0 to 10000", problems[0]), problems
    assert problems[1] == ""
    assert re.search(r"log_oh.* 0\.02.*5 to 11", problems[2]), problems


@predicted
def test_the_unit_of_an_expectation_is_named_if_it_is_another(way: str, form: str, tmp_path):
    made = table(expected_ew_halpha=[20.0] * 3)
    made["expected_ew_halpha"].unit = "Jy"
    with pytest.raises(DataError, match=r"expected_ew_halpha is in 'Jy'"):
        expectations(as_bytes(made, form), way, form, tmp_path)


def ipac(text: str) -> str:
    names, *rows = (line.split(",") for line in text.splitlines())
    lines = [
        "\\\\survey = 'none'",
        *("|" + "|".join(f"{cell:>20}" for cell in cells) + "|" for cells in (names, ["char"] * 14)),
    ]
    return "\n".join([*lines, *(" " + " ".join(f"{cell:>20}" for cell in row) + " " for row in rows)])


TEXTS = {
    "semicolons and decimal commas": (lambda text: text.replace(",", ";").replace(".", ","), "utf-8"),
    "Excel's first line": (lambda text: "sep=;\r\n" + text.replace(",", ";"), "utf-8"),
    "byte-order mark": (str, "utf-8-sig"),
    "UTF-16": (str, "utf-16"),
    "Windows-1252": (lambda text: text.replace("name", "näme"), "cp1252"),
    "trailing commas": (lambda text: "".join(line + ",,\n" for line in text.splitlines()), "utf-8"),
    "names in a comment": (lambda text: "# " + text, "utf-8"),
    "old Macintosh": (lambda text: text.replace("\n", "\r"), "utf-8"),
    "UTF-16 without a mark": (str, "utf-16-le"),
    "UTF-16 without a mark, big end first": (str, "utf-16-be"),
    "UTF-32": (str, "utf-32"),
    "Excel's first line in quotation marks": (lambda text: '"sep=;"\n' + text.replace(",", ";"), "utf-8"),
    "Excel's first line with a tab": (lambda text: "sep=\t\n" + text.replace(",", "\t"), "utf-8"),
    "exponents of Fortran": (lambda text: re.sub(r"(\d+\.\d+)", r"\1D+00", text), "utf-8"),
    "quoted decimal commas": (lambda text: re.sub(r"(\d+)\.(\d+)", r'"\1,\2"', text), "utf-8"),
    "comments of IDL and Matlab": (lambda text: "% made by hand\n; and checked\n" + text, "utf-8"),
    "IPAC": (lambda text: ipac(text), "utf-8"),
    "blank rows": (lambda text: text.replace("\n", "\n\n,,,,,,,,,,,,,\n"), "utf-8"),
}


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("kind", TEXTS)
def test_text_is_read_as_programs_write_it(kind: str, way: str, tmp_path):
    change, encoding = TEXTS[kind]
    text = as_bytes(table(name=["1"] * 3), "csv").decode().replace("\r\n", "\n")
    ids, flux, *_ = WAYS[way](change(text).encode(encoding), "csv", tmp_path)
    assert ids == tuple(map(str, IDS))
    np.testing.assert_allclose(flux, FLUX, rtol=1e-6)


@pytest.mark.parametrize(
    "kind",
    [pa.list_(pa.float64()), pa.large_list(pa.float32()), pa.list_(pa.float64(), 12), pa.list_view(pa.float64())],
)
@pytest.mark.parametrize("way", WAYS)
def test_twelve_fluxes_in_a_cell(kind: pa.DataType, way: str, tmp_path):
    out = io.BytesIO()
    pq.write_table(pa.table({"TARGETID": IDS, "flux": pa.array(FLUX.tolist(), kind)}), out)
    np.testing.assert_allclose(WAYS[way](out.getvalue(), "parquet", tmp_path)[1], FLUX, rtol=1e-6)


@pytest.mark.parametrize("separator", [",", ";", "\t", "|"])
@pytest.mark.parametrize("style", ["json", "numpy", "tuple"])
@pytest.mark.parametrize("way", WAYS)
def test_twelve_fluxes_in_a_cell_of_text(style: str, separator: str, way: str, tmp_path):
    """As pandas, numpy and our own CSV write them."""

    def cell(row: np.ndarray) -> str:
        values = [round(float(one), 6) for one in row]
        return {"json": str(values), "numpy": str(np.array(values)), "tuple": str(tuple(values))}[style]

    rows = [f'{name}{separator}"{cell(row)}"' for name, row in zip(IDS, FLUX, strict=True)]
    content = "\n".join([f"TARGETID{separator}flux", *rows]).encode()
    np.testing.assert_allclose(WAYS[way](content, "csv", tmp_path)[1], FLUX, rtol=1e-5)


@pytest.mark.parametrize(
    ("cell", "words"),
    [
        ("[1.1, 1.2, ..., 2.6]", "was shortened when it was printed"),
        ("[1.1, 1.2, 'bad']", "is no array of numbers"),
        ("[[1.1], [1.2]]", "is no array of numbers"),
        ("[true, 1.2]", "is no array of numbers"),
        ("1.1", "is no array of numbers, as the cells above are"),
    ],
)
@pytest.mark.parametrize("way", WAYS)
def test_a_cell_of_text_that_is_no_array_is_named(cell: str, words: str, way: str, tmp_path):
    good = [f'{name},"{row.tolist()}"' for name, row in zip(IDS * 40, [*FLUX] * 40, strict=True)]
    content = "\n".join(["# made by hand", "TARGETID,flux", *good, f'7,"{cell}"']).encode()
    with pytest.raises(DataError, match=words) as raised:
        WAYS[way](content, "csv", tmp_path)
    assert "row 123, column flux" in str(raised.value)


def test_quasars_and_stars_are_said_on_every_way(tmp_path):
    made = table(SPECTYPE=["GALAXY", "QSO", "STAR"])
    steps = apply_plan(open_files([(as_bytes(made, "fits"), "t.fits")])).steps
    assert any("1 QSO, 1 STAR" in step for step in steps)
    (tmp_path / "t.fits").write_bytes(as_bytes(made, "fits"))
    columns = ["--columns", "DOMAIN", "DOMAIN_REASON"]
    assert cli.main(["predict", str(tmp_path / "t.fits"), str(tmp_path / "o.parquet"), *columns]) == 0
    read = pq.read_table(tmp_path / "o.parquet").to_pydict()
    assert read["DOMAIN"][1:] == ["outside", "outside"]
    assert "calls it QSO" in read["DOMAIN_REASON"][1]
    assert "calls it" not in read["DOMAIN_REASON"][0]


def test_our_own_csv_is_a_catalogue_again(tmp_path, capsys):
    from data.catalogue.registry import EMBEDDED_FILE

    assert cli.main(["catalogue", "convert", str(EMBEDDED_FILE), str(tmp_path / "x.csv")]) == 0
    assert cli.main(["catalogue", "check", str(tmp_path / "x.csv")]) == 0
    assert "follows the schema" in capsys.readouterr().out


def test_ids_of_twenty_digits_and_zeros_in_front_are_text(tmp_path):
    text = "TARGETID,specobjid,code\n1,10000000000000000001,007\n2,3,012\n"
    (tmp_path / "t.csv").write_text(text)
    with open_source(tmp_path / "t.csv") as source:
        read = pa.Table.from_batches(list(source.batches), source.schema).to_pydict()
    assert read == {"TARGETID": ["1", "2"], "specobjid": ["10000000000000000001", "3"], "code": ["007", "012"]}


def test_a_late_word_in_a_column_of_numbers_makes_text_of_it(tmp_path, monkeypatch):
    monkeypatch.setattr("data.formats.readers.text.csv.BLOCK", 4096)
    rows = [f"{row},{row}" for row in range(3000)] + ["last,3000"]
    (tmp_path / "t.csv").write_text("extra,flux_00\n" + "\n".join(rows))
    with open_source(tmp_path / "t.csv") as source:
        read = pa.Table.from_batches(list(source.batches), source.schema)
    assert read["extra"][-1].as_py() == "last"
    assert read.num_rows == 3001


@grid
def test_fluxes_are_taken_by_their_numbers_and_not_by_their_places(way: str, form: str, tmp_path):
    made = table()
    ids, flux, *_ = WAYS[way](as_bytes(made[made.colnames[::-1]], form), form, tmp_path)
    assert ids == tuple(map(str, IDS))
    np.testing.assert_allclose(flux, FLUX, rtol=1e-6)


@pytest.mark.parametrize("form", FORMATS)
def test_other_numbered_columns_are_sorted_too(form: str, tmp_path):
    names = sorted((f"bin{place}" for place in range(1, 13)), key=str)  # bin1, bin10, bin11, bin12, bin2 ...
    made = Table({"TARGETID": IDS} | {name: FLUX[:, int(name[3:]) - 1] for name in names})
    np.testing.assert_allclose(on_the_page(as_bytes(made, form), form, tmp_path)[1], FLUX, rtol=1e-6)


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("order", [1, -1])
def test_of_two_lists_of_twelve_the_flux_is_taken(order: int, way: str, tmp_path):
    lists = {"flux": FLUX.tolist(), "ivar": np.ones_like(FLUX).tolist()}
    out = io.BytesIO()
    pq.write_table(pa.table({"TARGETID": IDS} | {name: lists[name] for name in [*lists][::order]}), out)
    np.testing.assert_allclose(WAYS[way](out.getvalue(), "parquet", tmp_path)[1], FLUX, rtol=1e-6)


@pytest.mark.parametrize("way", WAYS)
def test_two_lists_of_twelve_without_a_name_are_not_chosen_from(way: str, tmp_path):
    out = io.BytesIO()
    pq.write_table(pa.table({"TARGETID": IDS, "a": FLUX.tolist(), "b": np.ones_like(FLUX).tolist()}), out)
    with pytest.raises((DataError, KeyError), match="flux_00"):
        WAYS[way](out.getvalue(), "parquet", tmp_path)


def with_metadata(made: Table, form: str, key: str, value: str) -> bytes:
    """Write a table whose metadata, and not its columns, say something."""
    if form in ("fits", "ecsv"):
        made.meta[key] = value
        return as_bytes(made, form)
    content = as_bytes(made, form)
    if form == "csv":
        return f"# {key}: {value}\n".encode() + content
    if form == "votable":
        param = f'<PARAM name="{key}" datatype="char" arraysize="*" value="{value}"/>'
        return content.replace(b"<FIELD", param.encode() + b"<FIELD", 1)
    read, out = pq.read_table(io.BytesIO(content)), io.BytesIO()
    pq.write_table(read.replace_schema_metadata({key: value}), out)
    return out.getvalue()


@grid
@pytest.mark.parametrize("key", ["BUNIT", "FLUX_UNIT"])
def test_a_unit_of_the_whole_file_is_that_of_its_fluxes(key: str, way: str, form: str, tmp_path):
    _, flux, *_ = WAYS[way](with_metadata(table(MJY), form, key, "mJy"), form, tmp_path)
    np.testing.assert_allclose(shape(flux), shape(FLUX), rtol=1e-4)
    with pytest.raises(DataError, match="adu"):
        WAYS[way](with_metadata(table(MJY), form, key, "adu"), form, tmp_path)


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize(
    "comment", ["# flux: mJy", "# Fluxes in mJy", "# flux units = mJy", "# units of flux: mJy", "# flux (mJy), twelve"]
)
def test_a_comment_states_the_unit(comment: str, way: str, tmp_path):
    content = f"{comment}\n".encode() + as_bytes(table(MJY), "csv")
    np.testing.assert_allclose(shape(WAYS[way](content, "csv", tmp_path)[1]), shape(FLUX), rtol=1e-4)


@pytest.mark.parametrize("way", WAYS)
def test_a_comment_of_units_below_one_of_names(way: str, tmp_path):
    rows = as_bytes(table(MJY), "csv").decode().splitlines()
    names = "# " + rows[0].replace(",", " ")
    content = "\n".join([names, "# - " + " ".join(["[mJy]"] * 12), *(row.replace(",", " ") for row in rows[1:])])
    ids, flux, *_ = WAYS[way](content.encode(), "csv", tmp_path)
    assert ids == tuple(map(str, IDS))
    np.testing.assert_allclose(shape(flux), shape(FLUX), rtol=1e-4)


@pytest.mark.parametrize("key", ["unit", "Unit", "units", "UNITS"])
@pytest.mark.parametrize("way", WAYS)
def test_parquet_fields_state_units_under_any_name(key: str, way: str, tmp_path):
    made = pa.table({"TARGETID": IDS} | {name: MJY[:, place] for place, name in enumerate(FLUX_NAMES)})
    fields = [field.with_metadata({key: "mJy"}) if field.name in FLUX_NAMES else field for field in made.schema]
    out = io.BytesIO()
    pq.write_table(made.cast(pa.schema(fields)), out)
    np.testing.assert_allclose(shape(WAYS[way](out.getvalue(), "parquet", tmp_path)[1]), shape(FLUX), rtol=1e-4)


@grid
@pytest.mark.parametrize("unit", ["erg", "J / m2", "erg / (cm2 s)"])
def test_an_energy_is_no_flux_per_frequency(way: str, form: str, unit: str, tmp_path):
    with pytest.raises(DataError, match="is not understood"):
        WAYS[way](as_bytes(table(FLUX, unit), form), form, tmp_path)


@pytest.mark.parametrize(
    "comment", ["# fluxes are good", "# flux: observed", "# flux in a 3 arcsec aperture", "# z: 3"]
)
def test_comments_that_state_no_unit_are_left_alone(comment: str, tmp_path):
    content = f"{comment}\n".encode() + as_bytes(table(), "csv")
    np.testing.assert_allclose(on_the_command_line(content, "csv", tmp_path)[1], FLUX, rtol=1e-6)


def written_with(values: np.ndarray, separator: str, number: object) -> bytes:
    rows = [separator.join(["TARGETID", *FLUX_NAMES])]
    rows += [separator.join([str(one), *map(number, row)]) for one, row in zip(IDS, values, strict=True)]  # type: ignore[arg-type]
    return "\n".join(rows).encode()


THOUSANDS = {
    "comma": (";", lambda value: f"{value:,.0f}"),
    "quoted comma": (",", lambda value: f'"{value:,.0f}"'),
    "comma between tabs": ("\t", lambda value: f"{value:,.0f}"),
    "point": (";", lambda value: f"{value:,.0f}".replace(",", ".")),
    "million": (";", lambda value: f"{1e6 * value:,.0f}"),
}


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("kind", THOUSANDS)
def test_marks_between_thousands_are_not_taken_for_decimal_marks(kind: str, way: str, tmp_path):
    with pytest.raises(DataError, match="may be a number of thousands"):
        WAYS[way](written_with(500 * FLUX, *THOUSANDS[kind]), "csv", tmp_path)


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("separator", [";", "\t"])
def test_three_decimals_behind_a_comma_are_decimals(separator: str, way: str, tmp_path):
    content = written_with(FLUX, separator, lambda value: f"{value:.3f}".replace(".", ","))
    np.testing.assert_allclose(WAYS[way](content, "csv", tmp_path)[1], FLUX, rtol=1e-3)


@pytest.mark.parametrize("way", WAYS)
def test_a_table_of_a_journal_is_called_so(way: str, tmp_path):
    content = b"Title: Galaxies\nByte-by-byte Description of file: t1.txt\n   Bytes Format Units   Label\n"
    with pytest.raises(DataError, match="machine-readable table"):
        WAYS[way](content, "csv", tmp_path)


WAVE = np.arange(3700.0, 7600.0, 2.0)
LIGHT = 2.0 + (WAVE - 3700.0) / 4000.0
BAD = np.arange(len(WAVE)) % 50 == 0


def spectrum(**more: object) -> Table:
    """Return a spectrum in which every fiftieth pixel is wrong, and what says so."""
    return Table({"wave": WAVE, "flux": np.where(BAD, 900.0, LIGHT)} | more)


def bins_of(content: bytes) -> np.ndarray:
    return apply_plan(open_files([(content, "t")]), {"redshift": "0.08"}).table.bin_flux


MASKS = {
    "mask": BAD,
    "flag": BAD.astype(int),
    "good": ~BAD,
    "goodpix": (~BAD).astype(int),
    "valid": (~BAD).astype("i2"),
    "weight": np.where(BAD, 0.0, 0.7),
    "quality": np.where(BAD, "BAD", "GOOD"),
    "dq": np.where(BAD, "0x10", "0x0"),
    "is_good": np.where(BAD, "bad", "good"),
    "usable": np.where(BAD, "no", "yes"),
}


@pytest.mark.parametrize("form", FORMATS)
@pytest.mark.parametrize("name", MASKS)
def test_a_mask_says_which_pixels_are_bad_or_which_are_good(name: str, form: str):
    right = bins_of(as_bytes(Table({"wave": WAVE, "flux": LIGHT}), form))
    np.testing.assert_allclose(bins_of(as_bytes(spectrum(**{name: MASKS[name]}), form)), right, rtol=2e-3)


@pytest.mark.parametrize("form", ["fits", "parquet"])
def test_a_mask_of_bits_is_read(form: str):
    bits = np.zeros((len(WAVE), 8), bool)
    bits[BAD, 3] = True
    out = io.BytesIO()
    if form == "fits":
        columns = [
            fits.Column(name, kind, array=values)
            for name, kind, values in (
                ("wave", "D", WAVE),
                ("flux", "D", np.where(BAD, 900, LIGHT)),
                ("mask", "8X", bits),
            )
        ]
        fits.BinTableHDU.from_columns(columns).writeto(out)
    else:
        pq.write_table(pa.table({"wave": WAVE, "flux": np.where(BAD, 900, LIGHT), "mask": bits.tolist()}), out)
    np.testing.assert_allclose(
        bins_of(out.getvalue()), bins_of(as_bytes(Table({"wave": WAVE, "flux": LIGHT}), "csv")), rtol=2e-3
    )


@grid
@pytest.mark.parametrize("mark", [-1.0, -9.0, -9.99, 99.0, 99.99, 999.0, 9999.0, -9999.0])
def test_nines_out_of_range_are_missing(mark: float, way: str, form: str, tmp_path):
    made = table(redshift=[0.1, mark, 0.2], log_luminosity=[6.0, 6.1, 6.2])
    _, _, luminosity, redshift, problems = WAYS[way](as_bytes(made, form), form, tmp_path)
    assert not any(problems)
    np.testing.assert_allclose(redshift, [0.1, np.nan, 0.2], rtol=1e-6)
    np.testing.assert_allclose(luminosity, [6.0, 6.1, 6.2], rtol=1e-6)


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("word", ["N/A", "...", "INDEF", "masked", "--", "?"])
def test_words_for_missing_numbers(word: str, way: str, tmp_path):
    content = as_bytes(table(redshift=["0.1", word, "0.2"]), "csv")
    *_, redshift, problems = WAYS[way](content, "csv", tmp_path)
    assert not any(problems)
    np.testing.assert_allclose(redshift, [0.1, np.nan, 0.2], rtol=1e-6)


@grid
def test_infrared_magnitudes_tell_that_z_is_a_magnitude_too(way: str, form: str, tmp_path):
    bands = {name: [18.0, 17.0, 16.9] for name in ("z", "Y", "J")}
    assert WAYS[way](as_bytes(table(**bands), form), form, tmp_path)[3] is None


@pytest.mark.parametrize("way", ["page", "command line", "API"])
def test_a_lone_magnitude_called_z_is_a_problem(way: str, tmp_path):
    content = as_bytes(table(z=[16.1, 0.1, 0.1]), "csv")
    *_, problems = WAYS[way](content, "csv", tmp_path)
    assert "-0.01 to 15" in problems[0]
    assert not problems[1]


@pytest.mark.parametrize("kind", ["STAR F5", "QSO BROADLINE", "star", "Star-M"])
def test_the_first_word_of_a_class_counts(kind: str):
    steps = apply_plan(open_files([(as_bytes(table(CLASS=[kind, "GALAXY STARBURST", "STARBURST"]), "csv"), "t")])).steps
    assert any(f"1 {kind}, not GALAXY" in step for step in steps)


def tables(form: str, *made: tuple[str, Table]) -> bytes:
    out = io.BytesIO()
    if form == "fits":
        fits.HDUList([fits.PrimaryHDU(), *(fits.BinTableHDU(one, name=name) for name, one in made)]).writeto(out)
    else:
        document = VOTableFile()
        document.resources.append(Resource())
        for name, one in made:
            document.resources[0].tables.append(from_table(one).get_first_table())
            document.resources[0].tables[-1].name = name
        document.to_xml(out)
    return out.getvalue()


@pytest.mark.parametrize("form", ["fits", "votable"])
@pytest.mark.parametrize("other", ["SKY", "MODEL", "nothing"])
def test_of_several_tables_the_object_is_read(other: str, form: str):
    good = Table({"wave": WAVE, "flux": LIGHT})
    bad = Table({"wave": WAVE, "flux": np.full_like(WAVE, np.nan if other == "nothing" else 7.0)})
    found = apply_plan(open_files([(tables(form, (other, bad), ("OBJECT", good)), "t")]), {"redshift": "0.08"})
    np.testing.assert_allclose(found.table.bin_flux, bins_of(as_bytes(good, "csv")), rtol=1e-4)
    assert any("OBJECT is read, not" in step for step in found.steps) == (other != "nothing")


@pytest.mark.parametrize("form", ["fits", "votable", "ecsv", "parquet"])
@pytest.mark.parametrize(
    ("words", "medium", "frame"),
    [
        ("converted from vacuum to air", "air", "observed"),
        ("air, corrected to vacuum", "vacuum", "observed"),
        ("rest-frame wavelength", "vacuum", "rest"),
    ],
)
def test_the_description_of_the_wavelengths_is_read(words: str, medium: str, frame: str, form: str):
    made = Table({"wave": WAVE, "flux": LIGHT})
    made["wave"].description = words
    if form == "parquet":
        out = io.BytesIO()
        read = pa.table({"wave": WAVE, "flux": LIGHT})
        fields = [read.schema.field("wave").with_metadata({"description": words}), read.schema.field("flux")]
        pq.write_table(read.cast(pa.schema(fields)), out)
        content = out.getvalue()
    elif form == "fits":
        content = tables("fits", ("S", made))
        with fits.open(io.BytesIO(content)) as parts:
            parts[1].header["TCOMM1"] = words
            out = io.BytesIO()
            parts.writeto(out)
        content = out.getvalue()
    else:
        content = as_bytes(made, form)
    plan = {guess.field: guess.value for guess in infer_plan(open_files([(content, "t")]))}
    assert (plan["medium"], plan["frame"]) == (medium, frame)


@pytest.mark.parametrize(
    "comment", ["# Wavelengths in air", "# wavelength medium: air", "% AIRORVAC = Air wavelengths"]
)
def test_a_comment_tells_the_medium(comment: str):
    content = f"{comment}\n".encode() + as_bytes(Table({"wave": WAVE, "flux": LIGHT}), "csv")
    assert {guess.field: guess.value for guess in infer_plan(open_files([(content, "t")]))}["medium"] == "air"


@pytest.mark.parametrize("quantity", ["redshift", "log_luminosity"])
@pytest.mark.parametrize(
    ("form", "way"),
    [
        (form, way)
        for form in ("csv", "ecsv", "fits", "votable", "parquet")
        for way in (on_the_page, on_the_command_line, by_the_api, in_a_catalogue)
        if way is not by_the_api or form in ("csv", "parquet")
    ],
)
def test_a_truth_is_no_number(form: str, quantity: str, way, tmp_path):
    """True as a redshift was read as 1 where a file has a type for truths."""
    content = as_bytes(table(**{quantity: np.array([True, False, True])}), form)
    try:
        problems = way(content, form, tmp_path)[4]
    except DataError as error:
        problems = (str(error),) * 3
    assert all(quantity in problem and "number" in problem for problem in problems)


@pytest.mark.parametrize("form", ["fits", "votable", "ecsv", "parquet"])
@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("title", ["flux", "flux [mJy]"])
def test_the_unit_of_twelve_fluxes_in_a_cell_is_used(form: str, way: str, title: str, tmp_path):
    if way == "API" and form != "parquet":
        pytest.skip("The API reads CSV and Parquet.")
    if form == "parquet":
        out = io.BytesIO()
        made = pa.table({"TARGETID": IDS, title: MJY.tolist()})
        said = made.schema.field(1).with_metadata({"unit": "mJy"} if title == "flux" else None)
        pq.write_table(made.cast(pa.schema([made.schema.field(0), said])), out)
        content = out.getvalue()
    else:
        made = Table({"TARGETID": IDS, title: MJY})
        made[title].unit = "mJy" if title == "flux" else None
        content = as_bytes(made, form)
    flux = WAYS[way](content, form, tmp_path)[1]
    np.testing.assert_allclose(shape(flux), shape(FLUX), rtol=1e-4)
    if way == "catalogue":
        np.testing.assert_allclose(flux, FLUX, rtol=1e-4)


@pytest.mark.parametrize("form", ["csv", "ecsv", "fits", "votable", "parquet"])
@pytest.mark.parametrize("names", [np.array(IDS, float), ["3.96277E+16", "3.96277E+16", "3.96278E+16"]])
def test_names_that_lost_their_digits_do_not_make_one_galaxy_of_two(form: str, names, tmp_path, capsys):
    made = table(redshift=[0.1] * 3, log_luminosity=[6.0] * 3)
    made["TARGETID"] = names
    read = apply_plan(open_files([(as_bytes(made, form), "t")]))
    assert len(set(read.table.ids)) == 3
    assert all(name.startswith("row ") for name in read.table.ids)
    assert any("lost their last digits" in step for step in read.steps)
    path = tmp_path / f"t{SUFFIXES[form]}"
    path.write_bytes(as_bytes(made, form))
    assert cli.main(["catalogue", "build", str(path), str(tmp_path / "c.parquet")]) != 0
    assert re.search(r"lost its last digits|A float cannot hold", " ".join(capsys.readouterr().err.split()))


ABOVE = "# a comment\n\n# survey: none\n"


@pytest.mark.parametrize("form", FORMATS)
@pytest.mark.parametrize(("column", "value"), [("flux_03", -1.0), ("redshift", -0.5), ("flux_07", "x")])
def test_rows_are_counted_as_an_editor_of_the_file_counts_them(column: str, value, form: str, tmp_path, capsys):
    """Lines of a text, of which the header is row 1 unless comments are above it; in other formats from 1."""
    made = table(redshift=[0.1] * 3, log_luminosity=[6.0] * 3)
    cells = made[column].astype(object if isinstance(value, str) else float)
    cells[1] = value
    made[column] = cells.astype(str) if isinstance(value, str) else cells
    content = (ABOVE.encode() if form == "csv" else b"") + as_bytes(made, form)
    row = 2
    if form in ("csv", "ecsv"):
        bad = made["TARGETID"][1]
        row = 1 + next(n for n, line in enumerate(content.decode().splitlines()) if line.startswith(str(bad)))
    (tmp_path / f"t{SUFFIXES[form]}").write_bytes(content)
    for words in (["check"], ["build", "c.parquet"]):
        paths = [str(tmp_path / word) for word in (f"t{SUFFIXES[form]}", *words[1:])]
        assert cli.main(["catalogue", words[0], *paths]) != 0
        said = " ".join(capsys.readouterr().err.split())
        assert re.search(rf"[Rr]ow {row}, column {column}", said), said
    assert apply_plan(open_files([(content, "t")])).table.problems[1].startswith(f"Row {row}, column {column}")


SERIES = ("flux{}", "FLUX_{}", "flux[{}]", "bin {}", "f_lambda_{:02d}", "bin_flux({})", "Flux.{}", "flux{} [mJy]")


@grid
@pytest.mark.parametrize("first", [0, 1])
@pytest.mark.parametrize("pattern", SERIES)
def test_twelve_numbered_fluxes_are_read(pattern: str, first: int, way: str, form: str, tmp_path):
    """Without zeros, from 1, and in the order of an alphabet; beside magnitudes with numbers."""
    names = [pattern.format(first + place) for place in range(12)]
    given = MJY if "mJy" in pattern else FLUX
    columns = {name: given[:, place] for place, name in enumerate(names)}
    made = Table({"TARGETID": np.array(IDS)} | {name: columns[name] for name in sorted(columns)})
    made["mag_1"], made["mag_2"] = 18.0, 17.0
    ids, flux, *_, problems = WAYS[way](as_bytes(made, form), form, tmp_path)
    assert ids == tuple(map(str, IDS))
    assert not any(problems)
    np.testing.assert_allclose(shape(flux), shape(FLUX), rtol=1e-4)


@pytest.mark.parametrize("value", ["1.1e-36", "1e-50", "2e35", "1e50"])
@pytest.mark.parametrize("way", ["page", "command line", "API"])
def test_a_flux_that_is_too_large_or_too_small_is_called_so(value: str, way: str, tmp_path):
    """It is a number above 0, and its unit is to blame."""
    rows = [",".join([value if place == 3 else "1.5" for place in range(12)]), ",".join(["1.5"] * 12)]
    content = "\n".join([",".join(FLUX_NAMES), *rows]).encode()
    first, second = WAYS[way](content, "csv", tmp_path)[-1]
    assert re.search(rf"flux_03.*{re.escape(f'{float(value):g}')}.*outside 1e-30 to 1e\+30.*unit", first)
    assert not second


@pytest.mark.parametrize("pattern", ["flux{}_ivar", "FLUX_IVAR_{}", "flux_ivar_{:02d}"])
@pytest.mark.parametrize("form", ["csv", "parquet", "fits"])
def test_inverse_variances_of_numbered_fluxes_are_read(pattern: str, form: str, tmp_path):
    made = Table({f"flux{place}": FLUX[:, place] for place in range(12)})
    for place in range(12):
        made[pattern.format(place)] = np.full(3, 0.0 if place == 3 else 1e4)
    content = as_bytes(made, form)
    page = apply_plan(open_files([(content, "t")])).table.bin_flux_ivar
    path = tmp_path / f"t{SUFFIXES[form]}"
    path.write_bytes(content)
    with open_source(path, text=reads_as_text) as source:
        batch = pa.Table.from_batches(list(source.batches), source.schema).combine_chunks().to_batches()[0]
    line = read_rows(batch, PredictOptions(load_params())).bin_flux_ivar
    assert page is not None
    np.testing.assert_allclose(page, line, rtol=1e-6)
    assert (page[:, 3] == 0).all()


def test_a_bad_cell_of_a_numbered_flux_is_its_rows_problem(tmp_path):
    text = ",".join(f"flux{place}" for place in range(12)) + "\n" + "\n".join([",".join(["1"] * 12)] * 2)
    (tmp_path / "t.csv").write_text(text + "\n" + ",".join(["1"] * 11 + ["x"]) + "\n")
    assert cli.main(["predict", str(tmp_path / "t.csv"), str(tmp_path / "o.parquet")]) == 3
    assert [bool(one) for one in pq.read_table(tmp_path / "o.parquet")["PROBLEM"].to_pylist()] == [False, False, True]


def test_arrays_of_another_length_are_said():
    content = f'{{"TARGETID": [1, 2], "flux": {FLUX.tolist()}}}'.encode()
    assert any("TARGETID has 2 values, not 3" in step for step in apply_plan(open_files([(content, "t.json")])).steps)


def test_the_command_line_says_how_a_file_was_read(tmp_path, capsys):
    """Which of several tables, in which encoding, and which rows are no galaxies: as the page does."""
    made = table(redshift=[0.1] * 3, log_luminosity=[6.0] * 3, SPECTYPE=["GALAXY", "QSO", "STAR"])
    (tmp_path / "two.fits").write_bytes(tables("fits", ("A", made), ("B", made)))
    (tmp_path / "w.csv").write_bytes(as_bytes(table(name=["é"] * 3), "csv").decode().encode("cp1252"))
    commands = {
        "convert": ["catalogue", "convert", "{}", "o.csv"],
        "build": ["catalogue", "build", "{}", "o.parquet"],
        "check": ["catalogue", "check", "{}"],
        "predict": ["predict", "{}", "p.parquet"],
        "predict to CSV": ["predict", "{}", "p.csv"],
    }
    for name, words in commands.items():
        for file, said in (("two.fits", "A is read, not B"), ("w.csv", "read as Windows-1252")):
            if file == "w.csv" and name in ("build", "check"):
                continue
            asked = [word.format(file) for word in words]
            paths = [str(tmp_path / word) if "." in word else word for word in asked]
            assert cli.main(paths) == 0
            out, err = capsys.readouterr()
            assert said in out + err, name
            assert name != "build" or "1 QSO, 1 STAR, not GALAXY" in out + err
    (tmp_path / "s.csv").write_bytes(as_bytes(spectrum(), "csv"))
    assert cli.main(["predict", str(tmp_path / "s.csv"), str(tmp_path / "x.csv")]) != 0
    assert "is a spectrum, of which every row is a pixel" in capsys.readouterr().err
