"""Read a piece of a file as galaxies to predict, with a sentence for each row that cannot be used."""

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa

from analysis.answers.answer import PredictInput, PredictOptions, flux_problem
from analysis.outliers.outlier_score import covered_lines
from data.catalogue.schema import EW_SUFFIX, FLUX_NAMES, IVAR_SUFFIX
from data.columns import units
from data.columns.bins import inverse_variances, per_wavelength
from data.columns.missing import EMPTY, RANGES, is_sentinel, optional_without_sentinels, without_sentinels
from data.columns.names import column_of, list_of_twelve, split_unit, twelve_ivar_of, twelve_of
from data.errors import CatalogueError, UploadError
from data.formats.readers.source import units_of
from data.formats.types import is_list, is_number, is_text, pc, plain
from data.uploads.readers.numbers import FLUX_RANGE
from model.features import VARIANTS
from model.lines import LINE_NAMES

EW_NAMES = tuple(name + EW_SUFFIX for name in LINE_NAMES)
IVAR_NAMES = tuple(name + IVAR_SUFFIX for name in LINE_NAMES)


class Columns(NamedTuple):
    """The columns of a file that predictions use; matched in any case, with or without a unit after the name.

    Attributes
    ----------
    flux : tuple of str
        The twelve flux columns, or the one column whose cells hold twelve numbers.
    unit : str
        Unit of the fluxes that the file states; "" if it states none.
    optional : dict
        The file's columns by the quantities of `RANGES`.
    ew, ivar : dict
        The file's columns by `{LINE}_EW` and `{LINE}_EW_IVAR`.
    scale : dict
        By the file's column, the factor that converts EWs to Å, measured or expected, and inverse variances to 1/Å².
    kinds : str
        The column of classes (galaxy, quasar, star); "" if there is none.
    flux_ivar : tuple of str
        The twelve columns of the fluxes' inverse variances; empty if there are none.
    flux_ivar_unit : str
        Their unit; "" if the file states none.
    """

    flux: tuple[str, ...]
    unit: str
    optional: dict[str, str]
    ew: dict[str, str]
    ivar: dict[str, str]
    scale: dict[str, float]
    kinds: str
    flux_ivar: tuple[str, ...]
    flux_ivar_unit: str


def find_columns(schema: pa.Schema, question: PredictOptions) -> Columns:
    """Find the columns of a file that a question needs.

    Parameters
    ----------
    schema : pyarrow.Schema
        Schema of the file, with plain types, and units in the fields' metadata.
    question : PredictOptions
        What to compute.

    Returns
    -------
    Columns
        The column of each quantity.

    Raises
    ------
    CatalogueError
        If columns are missing (the message lists them and those present), ambiguous or not numeric.
    UploadError
        If a unit is not understood; the message names it.
    """
    names, column_units = schema.names, units_of(schema)
    lower = {name.strip().lower(): name for name in reversed(names)}
    twelve = twelve_of(names)
    flux = tuple(twelve.values())
    if len(twelve) < len(FLUX_NAMES):
        flux = _list_of_twelve(schema)
    single = [field.name for field in schema if is_text(field.type) or is_number(field.type)]
    truths = [field.name for field in schema if pa.types.is_boolean(field.type)]
    # A column of truths is named below as no number; other types, such as lists, are passed over.
    optional = {name: found for name in RANGES if (found := column_of(single, name) or column_of(truths, name))}
    ew, ivar = (
        {name: lower[name.lower()] for name in every if name.lower() in lower} for every in (EW_NAMES, IVAR_NAMES)
    )
    missing = [] if flux else [name for name in FLUX_NAMES if name not in twelve]
    needed = ("log_luminosity", "redshift")[: max(0, ("auto", *VARIANTS).index(question.variant) - 1)]
    missing += [name for name in needed if name not in optional]
    if question.anchored and "expected_ew_halpha" not in optional:
        missing.append("expected_ew_halpha")
    if question.noise == "published":
        missing += [name for name in IVAR_NAMES if name not in ivar]
    if missing and column_of(names, "wavelength") and column_of(names, "flux"):
        raise CatalogueError(
            "The input is a spectrum, of which every row is a pixel; predictions need a row of twelve fluxes for every "
            "galaxy. Upload the spectrum on the Predict page, or average it with POST /api/v1/spectrum/bins."
        )
    text = column_of(names, "flux")
    if missing and text and is_text(schema.field(text).type):
        raise CatalogueError(
            f"Column {text} of the input holds text, no arrays of twelve numbers. Write twelve columns "
            f"{FLUX_NAMES[0]} ... {FLUX_NAMES[-1]}, or arrays of numbers."
        )
    if missing:
        raise CatalogueError(f"The input lacks {', '.join(missing)}. It has: {', '.join(names[:20])}.")
    if question.surprise and not ew:
        raise CatalogueError(f"The input has no measured line to judge: no column {EW_NAMES[0]} ... {EW_NAMES[-1]}.")
    flux_ivar = tuple(twelve_ivar_of(names).values())
    used = [*flux, *flux_ivar, *optional.values(), *(ivar.values() if question.noise == "published" else ())]
    for name in used:
        if f"{name} (2)" in names:
            raise CatalogueError(f"The input has several columns {name}. Keep one of them.")
        kind = schema.field(name).type
        if not (is_text(kind) or is_number(kind) or (name,) == flux):
            raise CatalogueError(f"Column {name} is of type {kind}; it must hold numbers. Convert it to float.")
    unit, flux_ivar_unit = (_common_unit(columns, column_units) for columns in (flux, flux_ivar))
    if unit:
        try:
            units.flux_unit(unit)
        except UploadError as error:
            raise UploadError(f"Column {flux[0]}: {error}") from error
    scale = {}
    if expected := optional.get("expected_ew_halpha"):
        scale[expected] = units.factor_to(_common_unit((expected,), column_units), "Angstrom", expected)
    for ours, target in ((ew, "Angstrom"), (ivar, "1 / Angstrom2")):
        if question.surprise or question.noise == "published":
            scale |= {name: units.factor_to(column_units.get(name, ""), target, name) for name in ours.values()}
    return Columns(flux, unit, optional, ew, ivar, scale, column_of(names, "class"), flux_ivar, flux_ivar_unit)


def _common_unit(columns: tuple[str, ...], column_units: Mapping[str, str]) -> str:
    """Return the unit of columns, stated in the file or in their names; "" if none is stated."""
    each = {name: column_units.get(name, "") or split_unit(name)[1] for name in columns}
    stated = {name: text for name, text in each.items() if units.is_stated(text)}
    return units.common(stated, len(columns), "The input") if stated else ""


def _list_of_twelve(schema: pa.Schema) -> tuple[str, ...]:
    """Return the one column whose cells hold twelve fluxes, as a tuple; empty if there is none."""
    lists = [field.name for field in schema if is_list(field.type) and is_number(field.type.value_type)]
    twelve = [
        name for name in lists if getattr(schema.field(name).type, "list_size", len(FLUX_NAMES)) == len(FLUX_NAMES)
    ]
    named = list_of_twelve(twelve)
    return (named,) if named else ()


def read_rows(batch: pa.RecordBatch, question: PredictOptions) -> PredictInput:
    """Read a piece of a file as galaxies to predict.

    Parameters
    ----------
    batch : pyarrow.RecordBatch
        With the columns of `find_columns`, as numbers or as text.
    question : PredictOptions
        Whether measured lines and inverse variances are needed.

    Returns
    -------
    PredictInput
        With a problem for each row that has text in place of a number, or a number outside its range.
    """
    found = find_columns(batch.schema, question)
    problems = np.full(batch.num_rows, "", object)
    given = given_fluxes(batch, found, problems)
    flux = per_wavelength(given, found.unit)
    for row, column in zip(*np.nonzero(is_sentinel(given) & np.isnan(flux)), strict=True):
        if not problems[row] and not question.fill_missing:
            title = found.flux[column] if len(found.flux) > 1 else FLUX_NAMES[column]
            problems[row] = f"{title} is {given[row, column]:g}, which marks a missing value"
    # In float32, these would be infinite or 0.
    beyond = np.isfinite(flux) & (flux > 0) & ~((flux >= FLUX_RANGE[0]) & (flux <= FLUX_RANGE[1]))
    for row in np.flatnonzero(beyond.any(axis=1) & (problems == "")):
        column = int(np.argmax(beyond[row]))
        problems[row] = flux_problem(FLUX_NAMES[column], flux[row, column])
    optional = {
        name: _optional(batch[title], name, problems, found.scale.get(title, 1.0))
        for name, title in found.optional.items()
    }
    ivar = ew = covered = flux_ivar = None
    if found.flux_ivar:
        noise = np.column_stack([numbers_of(batch[name], name, problems) for name in found.flux_ivar])
        flux_ivar, wrong = inverse_variances(noise, given, flux, found.flux_ivar_unit, found.unit)
        problems = np.where(problems == "", np.array([*wrong, None], object)[:-1], problems)
    if question.noise == "published":
        ivar = np.column_stack([_scaled(batch, found.ivar[name], found, problems) for name in IVAR_NAMES])
    if question.surprise:
        ew = np.full((batch.num_rows, len(EW_NAMES)), np.nan, np.float32)
        given_lines = np.array([name in found.ew for name in EW_NAMES])
        for place in np.flatnonzero(given_lines):
            # Text in place of a measured EW counts as missing: the row can still be predicted.
            ignored = np.full(batch.num_rows, "", object)
            ew[:, place] = without_sentinels(_scaled(batch, found.ew[EW_NAMES[place]], found, ignored))
        covered = covered_lines(ew, given_lines, optional.get("redshift"))
    kinds = None
    if found.kinds and is_text(batch[found.kinds].type):
        kinds = np.array([*pc.fill_null(batch[found.kinds], "").to_pylist(), None], object)[:-1]
    with np.errstate(over="ignore"):
        return PredictInput(
            flux.astype(np.float32),
            ew_ivar=None if ivar is None else ivar.astype(np.float32),
            ew=ew,
            covered=covered,
            problems=problems,
            kinds=kinds,
            bin_flux_ivar=flux_ivar,
            **optional,
        )


def given_fluxes(batch: pa.RecordBatch, found: Columns, problems: np.ndarray) -> np.ndarray:
    """Return the twelve fluxes as in the file, (galaxy, 12); a cell that is no number is entered in `problems`."""
    if len(found.flux) == 1:
        return _twelve_of_lists(batch[found.flux[0]], found.flux[0], problems)
    return np.column_stack([numbers_of(batch[name], name, problems) for name in found.flux])


def _scaled(batch: pa.RecordBatch, title: str, found: Columns, problems: np.ndarray) -> np.ndarray:
    return numbers_of(batch[title], title, problems) * found.scale.get(title, 1.0)


def _optional(column: Any, name: str, problems: np.ndarray, scale: float) -> np.ndarray:
    """Return a quantity of `RANGES`, NaN for empty cells and sentinels; one outside its range is the row's problem."""

    def is_empty(text: str) -> bool:
        return text.lower() in EMPTY

    limits = RANGES[name]
    values = optional_without_sentinels(numbers_of(column, name, problems, is_empty), name) * scale
    with np.errstate(invalid="ignore"):
        beyond = (values < limits[0]) | (values > limits[1])
    for row in np.flatnonzero(beyond):
        if not problems[row]:
            problems[row] = f"{name} is {values[row]:g}, outside {limits[0]:g} to {limits[1]:g}; check its unit"
    return np.where(beyond, np.nan, values).astype(np.float32)


def _twelve_of_lists(column: Any, name: str, problems: np.ndarray) -> np.ndarray:
    """Return cells of twelve numbers as (galaxy, 12); a cell of another length is the row's problem."""
    lengths = pc.fill_null(pc.list_value_length(column), 0).to_numpy(zero_copy_only=False)
    flux = np.full((len(column), len(FLUX_NAMES)), np.nan)
    good = lengths == len(FLUX_NAMES)
    if good.any():
        kept = column.filter(pa.array(good))
        flux[good] = kept.flatten().cast(pa.float64()).to_numpy(zero_copy_only=False).reshape(-1, len(FLUX_NAMES))
    for row in np.flatnonzero(~good):
        problems[row] = f"{name} holds {lengths[row]} numbers; {len(FLUX_NAMES)} are needed"
    return flux


def numbers_of(
    column: Any, name: str, problems: np.ndarray, is_empty: Callable[[str], bool] = lambda _: False
) -> np.ndarray:
    """Return a column as float64; what is no number becomes NaN and is entered in `problems`."""
    column = plain(column)
    if not is_text(column.type):
        return column.cast(pa.float64(), safe=False).to_numpy(zero_copy_only=False).astype(np.float64)
    column = pc.utf8_trim_whitespace(column)
    column = pc.if_else(pc.equal(column, ""), None, column)
    try:
        return column.cast(pa.float64()).to_numpy(zero_copy_only=False).astype(np.float64)
    except pa.ArrowInvalid:
        return np.array(
            [
                np.nan if text is None or is_empty(text) else _number(text, row, name, problems)
                for row, text in enumerate(column.to_pylist())
            ]
        )


def _number(text: str, row: int, name: str, problems: np.ndarray) -> float:
    try:
        # float() accepts 1_000, which in a table is a typing error.
        return float(text.replace("_", "x"))
    except ValueError:
        if not problems[row]:
            problems[row] = f"{name} is {text[:24]!r}, which is not a number; write it like 1.25 or 3.1e-17"
        return np.nan
