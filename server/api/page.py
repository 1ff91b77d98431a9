"""The API's description as an OpenAPI 3.1 document, and as a page made from that document."""

from copy import deepcopy
from pathlib import Path
from typing import Any, Final, cast

from flask import Blueprint, Response, current_app, jsonify, render_template_string
from flask_openapi3.openapi import OpenAPI
from pydantic import BaseModel
from werkzeug.exceptions import MethodNotAllowed, NotFound

from analysis.isolation.jobs import CSV, PARQUET
from data.formats import FORMATS
from model.lines import LINE_COUNT
from server.api.predict import PredictRequest
from server.problems import Fault, Problem

DESCRIPTION: Final = (
    f"The API predicts the equivalent widths of {LINE_COUNT} emission lines from a galaxy's starlight, in Å in the "
    "rest frame, positive in emission. Wavelengths are in vacuum. Missing numbers are null, and identifiers are text."
)
TEMPLATE: Final = Path(__file__).with_name("page.html")


blueprint = Blueprint("api_page", __name__)


@blueprint.get("/api/v1/openapi.json")
def give_document() -> Response:
    """Return the OpenAPI document."""
    return jsonify(document())


@blueprint.get("/api/v1/")
def give_page() -> str:
    """Return the page for people."""
    described = document()
    schemas = described["components"]["schemas"]

    def resolve(schema: dict[str, Any]) -> dict[str, Any]:
        return schemas[schema["$ref"].rpartition("/")[2]] if "$ref" in schema else schema

    return render_template_string(TEMPLATE.read_text(encoding="utf-8"), document=described, resolve=resolve, kind=_kind)


@blueprint.get("/api/")
@blueprint.get("/api/<path:rest>")
def give_nothing(rest: str = "") -> Response:
    """Answer unknown addresses below /api/ with an error; otherwise Dash would answer with a page."""
    if f"/api/{rest}" in document()["paths"]:
        raise MethodNotAllowed(["POST"])
    raise NotFound(f"The API has no address /api/{rest[:60]}. The page /api/v1/ lists them.")


def document() -> dict[str, Any]:
    """Return the OpenAPI document."""
    described = deepcopy(cast("OpenAPI", current_app).api_doc)
    schemas = described["components"]["schemas"]
    schemas.pop("ValidationErrorModel", None)
    if described["components"].get("securitySchemes") is None:
        described["components"].pop("securitySchemes", None)
    for model in (PredictRequest, Problem, Fault):
        schemas[model.__name__] = _schema(model)
    table = {"schema": {"type": "string", "format": "binary"}}
    for methods in described["paths"].values():
        for operation in methods.values():
            invalid = operation["responses"].get("422", {}).get("content", {})
            if "application/json" in invalid:
                del operation["responses"]["422"]
    predict = described["paths"]["/api/v1/predict"]["post"]
    predict["requestBody"] = {
        "required": True,
        "content": {
            "application/json": {"schema": {"$ref": "#/components/schemas/PredictRequest"}},
            CSV: table,
            PARQUET: table,
        },
    }
    predict["responses"]["200"]["content"] |= {format.mime: table for format in FORMATS.values()}
    return described


def _schema(model: type[BaseModel]) -> dict[str, Any]:
    schema = model.model_json_schema(ref_template="#/components/schemas/{model}")
    schema.pop("$defs", None)
    return schema


def _kind(schema: dict[str, Any]) -> str:
    """Return the type of a schema as text, such as "array of number"."""
    if "$ref" in schema:
        return schema["$ref"].rpartition("/")[2]
    if "enum" in schema:
        return " | ".join(map(str, schema["enum"]))
    if "anyOf" in schema:
        return " or ".join(dict.fromkeys(_kind(choice) for choice in schema["anyOf"]))
    kind = str(schema.get("type", ""))
    return f"{kind} of {_kind(schema['items'])}" if kind == "array" and schema.get("items") else kind
