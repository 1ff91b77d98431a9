"""Types of the values that callbacks accept, because anyone can call a callback with any data.

`VALUES` has every input and state of the callbacks on this server; `server.http.callbacks` refuses calls with values of
other types. The callbacks themselves check what depends on a catalogue or a file.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Annotated, Any, Final, Literal

import numpy as np
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, create_model
from werkzeug.exceptions import BadRequest

from analysis.explorer.realisations import RealisationNoise
from analysis.explorer.search import MAX_LENGTH
from analysis.explorer.selections import unpack
from components.explorer.view import FIELDS, MAX_POLYGON
from components.explorer.view import Field as Setting
from data.catalogue.registry import Catalogue, served
from data.errors import UploadError

MAX_TEXT: Final = 200
"""Most characters of a field, a name or a choice."""
MAX_ADDRESS: Final = 30_000
MAX_ROWS_TEXT: Final = 16 * 2**20
"""Most characters of a selection's rows, enough for three million galaxies."""
MAX_FILES: Final = 8

Clicks = Annotated[int, Field(strict=True, ge=0, lt=2**53)] | None
Text = Annotated[str, Field(strict=True, max_length=MAX_TEXT)]
Number = Annotated[float, Field(strict=True, allow_inf_nan=False)]
Path = Annotated[str, Field(strict=True, max_length=MAX_ADDRESS, pattern="^/")]
Query = Annotated[str, Field(strict=True, max_length=MAX_ADDRESS)]
Seed = Annotated[int, Field(strict=True, ge=0, le=9999)]
Scheme = Literal["light", "dark"] | None
Record = dict[str, Any]
"""A record whose fields the callback checks."""


def _is_served(name: str) -> str:
    if name not in served():
        raise ValueError("there is no such catalogue")
    return name


CatalogueName = Annotated[Text, AfterValidator(_is_served)]


class Galaxy(BaseModel):
    """The chosen galaxy; `row_of` checks the row against the catalogue."""

    row: Annotated[int, Field(strict=True, ge=0, lt=2**32)]


class Gate(BaseModel):
    """The polygon of a selection, in the coordinates of a plane."""

    view: Text | None = None
    x: Text
    y: Text
    polygon: Annotated[
        list[Annotated[list[Number], Field(fail_fast=True, min_length=2, max_length=2)]],
        Field(fail_fast=True, max_length=MAX_POLYGON),
    ]


class Entered(BaseModel):
    """The search that was entered, and how often one was."""

    find: Annotated[str, Field(strict=True, max_length=2 * MAX_LENGTH)]
    number: Annotated[int, Field(strict=True, ge=0, lt=2**53)]


class Selection(BaseModel):
    """A population: its rows as base64, and the gate or search that selected it."""

    version: Annotated[int, Field(strict=True)]
    name: Text
    rows: Annotated[str, Field(strict=True, max_length=MAX_ROWS_TEXT)]
    gate: Gate | None = None
    find: Annotated[str, Field(strict=True, max_length=MAX_LENGTH)] | None = None


class File(BaseModel):
    """An uploaded file; `contents` is None if it is too large."""

    name: Annotated[str, Field(strict=True)] | None = None
    contents: Annotated[str, Field(strict=True)] | None = None
    size: Annotated[int, Field(strict=True, ge=0)] | None = Field(default=None, alias="bytes")


class Read(BaseModel):
    """A signed table from `analysis.isolation.signed_table`."""

    name: Annotated[str, Field(strict=True)]
    table: Annotated[str, Field(strict=True)]


def rows_of(selection: Mapping[str, Any], catalogue: Catalogue) -> np.ndarray:
    """Return the rows of a selection that the browser sent.

    Raises
    ------
    BadRequest
        If it is not a selection of this catalogue.
    """
    try:
        return unpack(selection, catalogue.n)
    except UploadError as error:
        raise BadRequest(str(error)) from error


def row_of(galaxy: Mapping[str, Any], catalogue: Catalogue) -> int:
    """Return the row of a galaxy that the browser sent.

    Raises
    ------
    BadRequest
        If the catalogue has no such row.
    """
    if galaxy["row"] >= catalogue.n:
        raise BadRequest(f"Row {galaxy['row']} is asked for; the catalogue ends at {catalogue.n - 1}.")
    return int(galaxy["row"])


def text_of(query: Mapping[str, Any]) -> dict[str, str]:
    """Return an address's parameters; of a repeated parameter the last value."""
    return {name: value if isinstance(value, str) else str(value[-1]) for name, value in query.items() if value}


def _kind(setting: Setting) -> Any:
    """Return the type of a setting of the panels."""
    if setting.kind == "choice":
        return Literal[setting.allowed]
    if setting.kind == "several":
        names = tuple(name for _, name in setting.allowed)
        return Annotated[list[Literal[names]], Field(fail_fast=True, max_length=len(names))]
    if setting.kind == "flag":
        return Annotated[bool, Field(strict=True)]
    if setting.kind == "number":
        low, high = setting.allowed
        kind = int if isinstance(setting.default, int) else float
        return Annotated[kind, Field(strict=True, ge=low, le=high, allow_inf_nan=False if kind is float else None)]
    if setting.kind == "numbers":
        size = setting.allowed[0]
        corners: Any = Annotated[list[Number], Field(fail_fast=True, min_length=size, max_length=size)]
        return corners | None
    return Annotated[str, Field(strict=True, max_length=48, pattern=r"^\w*$")]


View: Final = create_model(
    "View",
    __config__=ConfigDict(extra="ignore"),
    __doc__="What the panels show.",
    **{setting.name: (_kind(setting), ...) for setting in FIELDS},  # type: ignore[call-overload]
)

Search = Annotated[str, Field(strict=True, max_length=2 * MAX_LENGTH)] | None
Flag = Annotated[bool, Field(strict=True)] | None
Files = Annotated[list[File], Field(fail_fast=True, max_length=MAX_FILES)] | None

VALUES: Final[Mapping[str, Any]] = MappingProxyType(
    {
        "_pages_location.pathname": Path | None,
        "_pages_location.search": Query | None,
        "explorer-catalogue.data": CatalogueName,
        "explorer-entered.data": Entered | None,
        "explorer-search.value": Search,
        "explorer-seed.data": Seed,
        "explorer-selected.data": Galaxy | None,
        "explorer-selection.data": Selection | None,
        "explorer-show-cite.n_clicks": Clicks,
        "explorer-show-python.n_clicks": Clicks,
        "explorer-show-table.n_clicks": Clicks,
        "explorer-view-noise.value": RealisationNoise,
        "explorer-view.data": View,
        "galaxy-opened.data": Flag,
        "judge-file.data": Files,
        "judge-go.n_clicks": Clicks,
        "judge-plan.id": Record,
        "judge-plan.value": Text | None,
        "judge-read.data": Read | None,
        "judge-try.n_clicks": Clicks,
        "model-cut.value": Text | None,
        "model-line.value": Text | None,
        "model-variant.value": Text | None,
        "population-named.n_clicks": Clicks,
        "population-save.n_clicks": Clicks,
        "predict-anchored.checked": Flag,
        "predict-dispersion.value": Number | Text | None,
        "predict-example.n_clicks": Clicks,
        "predict-file-save.n_clicks": Clicks,
        "predict-file.data": Files,
        "predict-fwhm.value": Number | Text | None,
        "predict-go.n_clicks": Clicks,
        "predict-magnitudes-save.n_clicks": Clicks,
        "predict-model.value": Text | None,
        "predict-next.n_clicks": Clicks,
        "predict-noise.value": Text | None,
        "predict-own.data": Record | None,
        "predict-plan.id": Record,
        "predict-plan.value": Number | Text | None,
        "predict-read.data": Read | None,
        "predict-save.n_clicks": Clicks,
        "predict-spectrum-save.n_clicks": Clicks,
        "predict-state.data": Record | None,
        "predict-try-real.n_clicks": Clicks,
        "predict-try.n_clicks": Clicks,
        "scheme.computedColorScheme": Scheme,
        "synthesize-asked.data": Record | None,
        "synthesize-population-asked.data": Record | None,
        "tour-back.n_clicks": Clicks,
        "tour-close.n_clicks": Clicks,
        "tour-next.n_clicks": Clicks,
        "tour-start.n_clicks": Clicks,
        "tour-step.data": Annotated[int, Field(strict=True, ge=-1, le=100)],
        "unpredicted-start.n_clicks": Clicks,
        "unpredicted-tick.n_intervals": Clicks,
    }
)
"""Types by "id.property", with the type of a pattern in place of the id."""
