"""``POST /api/v1/predict``: EWs predicted from continua."""

import io
import json
from typing import Annotated, Any, Final, Literal

import numpy as np
from flask import Response, request
from flask_openapi3.blueprint import APIBlueprint
from flask_openapi3.models import RawModel
from pydantic import BaseModel, Field, ValidationError

from analysis import isolation
from analysis.answers.answer import PredictOptions, PredictOutput, answer
from analysis.isolation.jobs import CSV, PARQUET
from data.columns.missing import RANGES
from data.columns.names import FLUX_IVAR_SUFFIX, FLUX_NAMES
from data.errors import DataError
from data.formats import FORMATS, FormatName
from model.bins import N_BINS
from model.lines import LINE_NAMES
from model.storage.weights import DEFAULT, available_models, load_params, load_sidecar
from server import problems
from server.api.values import Body, as_json
from server.http.rate_limits import costly

MAX_JSON_ROWS: Final = 10_000
"""Galaxies in a JSON body, each of which gives 100 numbers in the response; tables may have `data.uploads.MAX_ROWS`."""

MAX_JUDGED: Final = 1_000
"""Most galaxies with outlier scores in one request; with 96 draws each, they take some seconds of processor time."""

MAX_NOTES_HEADER: Final = 4_000
"""Most characters of the notes in a header: proxies refuse long ones."""

Number = float | None
Bins = Annotated[list[Number], Field(fail_fast=True, min_length=N_BINS, max_length=N_BINS)]
Column = Annotated[list[Number], Field(fail_fast=True, max_length=MAX_JSON_ROWS)]
Name = Annotated[str, Field(max_length=64)] | Annotated[int, Field(ge=-(2**63), lt=2**64)]


class Options(Body):
    """How to predict."""

    model: str = Field(default=DEFAULT, max_length=64, description="name of the weights, see /api/v1/model")
    variant: Literal["auto", "colors", "luminosity", "redshift"] = Field(
        default="auto", description="auto uses the luminosity, and with it the redshift, of the galaxies that have them"
    )
    noise: Literal["none", "published", "intrinsic", "observed"] = Field(
        default="none",
        description="adds one realisation; published needs the columns {LINE}_EW_IVAR, so it works only with tables",
    )
    seed: int = Field(default=0, ge=0, lt=2**32, description="number of the realisation")
    fill_missing: bool = Field(
        default=False, description="fill in bins that are null from the others, of which at least six are needed"
    )
    surprise: bool = Field(
        default=False,
        description=f"test the measured columns {{LINE}}_EW against the prediction; up to {MAX_JUDGED:,} rows, "
        "only with tables",
    )
    anchored: bool = Field(
        default=False,
        description="draw the lines given expected_ew_halpha, and log_oh, of the galaxies that have them; with noise "
        "intrinsic or observed",
    )


class FileOptions(Options):
    """How to predict a table, and what to answer with."""

    format: FormatName | None = Field(
        default=None, description="format of the response; by default that of the request"
    )


class PredictRequest(Options):
    """Galaxies to predict."""

    flux: list[Bins] = Field(
        fail_fast=True,
        min_length=1,
        max_length=MAX_JSON_ROWS,
        description="mean line-masked continuum in the twelve bins, 3400-7000 Å rest frame, any unit, > 0",
    )
    flux_ivar: list[Bins] | None = Field(
        default=None,
        fail_fast=True,
        max_length=MAX_JSON_ROWS,
        description="inverse variances of noise in the fluxes beyond DESI's own, in their unit to the power -2; "
        "0 for a masked bin",
    )
    log_luminosity: Column | None = Field(default=None, description="log10[F (1+z) D_L²] of the bin 6400-6700 Å")
    redshift: Column | None = None
    expected_ew_halpha: Column | None = Field(
        default=None,
        description="equivalent width of Hα that a galaxy's own stars ionise [Å, rest frame]; the verdict on the "
        "domain compares it with DESI's galaxies of the same starlight",
    )
    log_oh: Column | None = Field(default=None, description="12 + log O/H of the gas, for anchored draws")
    ids: Annotated[list[Name], Field(fail_fast=True, max_length=MAX_JSON_ROWS)] | None = Field(
        default=None, description="identifiers, returned as text"
    )


class Weights(BaseModel):
    """What predicted."""

    name: str
    sha256: str


Lines = list[list[Number]]
_RATIOS: Final = "The fluxes are read as fluxes per wavelength in one unit, of which only the ratios are used."


class PredictAnswer(BaseModel):
    """Lines of galaxies, in the order they were sent: one value per line, null where a galaxy has a problem."""

    lines: list[str] = Field(description="names of the columns below")
    ids: list[str]
    ew: Lines = Field(description="as catalogued, given detection: median [Å]")
    ew_p16: Lines
    ew_p84: Lines
    ew_intrinsic: Lines | None = Field(description="noise-free: median [Å]; null for weights without a distribution")
    p16: Lines | None = Field(description="16th percentile of the noise-free EW [Å]")
    p84: Lines | None = Field(description="84th percentile of the noise-free EW [Å]")
    p_detected: Lines | None = Field(description="probability that DESI's catalogue would list the line")
    ew_noisy: Lines | None = Field(default=None, description="one realisation [Å]; <= 0: not detected")
    variant: list[str]
    domain: list[str] = Field(description="inside, edge or outside of the training domain")
    domain_score: list[Number]
    domain_reason: list[str]
    problems: list[str] = Field(description="why a galaxy has no numbers; empty for galaxies without a problem")
    notes: list[str] = Field(description="how the request was read, and what was assumed")
    model: Weights


class Galaxies(RawModel):
    """Galaxies as JSON, CSV or Parquet."""

    mimetypes = ["application/json", CSV, PARQUET]  # noqa: RUF012 - as the library wants it


blueprint = APIBlueprint("api_predict", __name__, url_prefix="/api/v1")


@blueprint.post(
    "/predict",
    responses=problems.documented(PredictAnswer, 413, 415, 422, 429),
    summary="Predict the emission lines of galaxies",
    description="Send JSON that includes the options, or a table (CSV, Parquet) with the options in the query. The "
    "columns are those of the command line, see docs/command-line.md.",
)
@costly
def predict(query: FileOptions, raw: Galaxies) -> Response | dict[str, Any]:  # noqa: ARG001 - documents the request body
    """Predict galaxies."""
    kind = request.mimetype
    if kind not in Galaxies.mimetypes:
        return problems.answer(
            415,
            "Unsupported Media Type",
            f"The body is {kind[:40] or 'of no type'}. Send {', '.join(Galaxies.mimetypes)}.",
        )
    try:
        if kind != "application/json":
            return _predict_table(request.get_data(), kind, query)
        asked = PredictRequest.model_validate_json(request.get_data())
        return _predict_json(asked)
    except ValidationError as error:
        return problems.invalid(error)
    except DataError as error:
        return problems.refused(str(error))


def _question(options: Options) -> PredictOptions:
    """Return options as `PredictOptions`, with the weights loaded.

    Raises
    ------
    DataError
        If no model has the name; a request must not name a path.
    """
    if options.model not in available_models():
        raise DataError(f"There is no model {options.model[:40]!r}. There are {', '.join(available_models())}.")
    return PredictOptions(
        load_params(options.model),
        options.variant,
        options.noise,
        options.seed,
        options.fill_missing,
        options.surprise,
        anchored=options.anchored,
    )


def _predict_json(asked: PredictRequest) -> dict[str, Any]:
    n = len(asked.flux)
    for name in ("flux_ivar", *RANGES, "ids"):
        given = getattr(asked, name)
        if given is not None and len(given) != n:
            raise DataError(
                f"{name} has {len(given)} values and flux has {n} galaxies. Give one for each, null if unknown."
            )
    if asked.noise == "published":
        raise DataError("Noise 'published' needs the galaxies' inverse variances: send a table, or choose another.")
    if asked.surprise:
        raise DataError("Testing measured lines (surprise) needs the columns {LINE}_EW: send a table.")
    from analysis.batch.rows import read_rows  # Arrow is loaded with the first request that needs it

    question = _question(asked)
    answers = answer(read_rows(_batch(asked), question), question)
    ids = [str(name) for name in asked.ids or range(1, n + 1)]
    return describe(answers, ids, asked.model) | {"notes": [_RATIOS]}


def _batch(asked: PredictRequest) -> Any:
    """Return the galaxies as a piece of a table, so that the limits and missing values are those of files."""
    import pyarrow as pa

    flux = np.array(asked.flux, np.float64)
    columns = {name: flux[:, place] for place, name in enumerate(FLUX_NAMES)}
    optional = {name: getattr(asked, name) for name in RANGES}
    given = {name: np.array(values, np.float64) for name, values in optional.items() if values is not None}
    if asked.flux_ivar is not None:
        ivar = np.array(asked.flux_ivar, np.float64)
        given |= {name + FLUX_IVAR_SUFFIX: ivar[:, place] for place, name in enumerate(FLUX_NAMES)}
    return pa.RecordBatch.from_pydict(columns | given)


def describe(answers: PredictOutput, ids: list[str], model: str) -> dict[str, Any]:
    """Return predictions in the fields of `PredictAnswer`."""
    catalogued, intrinsic, domain = answers.catalogued, answers.intrinsic, answers.domain
    fields: dict[str, Any] = {
        "lines": list(LINE_NAMES),
        "ids": ids,
        "ew": as_json(catalogued.ew),
        "ew_p16": as_json(catalogued.p16),
        "ew_p84": as_json(catalogued.p84),
        "ew_intrinsic": intrinsic and as_json(intrinsic.p50),
        "p16": intrinsic and as_json(intrinsic.p16),
        "p84": intrinsic and as_json(intrinsic.p84),
        "p_detected": intrinsic and as_json(intrinsic.p_detected),
        "variant": answers.variants,
        "problems": answers.problems,
        "model": {"name": model, "sha256": load_sidecar(model).get("sha256", "")},
    }
    if domain is not None:
        fields |= {
            "domain": domain.verdict,
            "domain_score": as_json(np.asarray(domain.score, np.float32)),
            "domain_reason": domain.reason,
        }
    if answers.noisy is not None:
        fields["ew_noisy"] = as_json(answers.noisy)
    return fields


def _predict_table(content: bytes, kind: str, options: FileOptions) -> Response:
    from analysis.answers.upload import about_answers
    from analysis.batch.notes import reading_notes
    from analysis.batch.plan import Job, fields_with, predict_batch
    from data.formats.whole import write_table

    batch, notes = isolation.read_table(content, kind)
    if options.surprise and batch.num_rows > MAX_JUDGED:
        raise DataError(
            f"The request has measured lines of {batch.num_rows:,} galaxies; one request tests at most "
            f"{MAX_JUDGED:,}. Send fewer, or use the command line: predict --surprise."
        )
    question = _question(options)
    notes = [*notes, *reading_notes(batch.schema, question)]
    job = Job(question)
    table = predict_batch(batch, job)
    sent: FormatName = "parquet" if kind == PARQUET else "csv"
    format = FORMATS[options.format or sent]
    out = io.BytesIO()
    meta = about_answers(options.model)
    details = dict(meta.details) | {"notes": " ".join(notes)}
    meta = meta._replace(fields=fields_with(batch.schema, job), details=details)
    write_table(table, out, options.format or sent, meta)
    answer = Response(out.getvalue(), mimetype=format.mime)
    answer.headers["Reading-Notes"] = _header(notes)
    answer.headers["Content-Disposition"] = f'attachment; filename="galactic_neon_prediction{format.extensions[0]}"'
    return answer


def _header(notes: list[str]) -> str:
    """Return sentences as a list in JSON, which has only ASCII characters, without those beyond `MAX_NOTES_HEADER`."""
    kept = [json.dumps(note) for note in notes]
    while sum(map(len, kept)) > MAX_NOTES_HEADER:
        kept.pop()
    return f"[{', '.join(kept)}]"
