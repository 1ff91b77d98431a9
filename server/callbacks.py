"""The address that Dash's callbacks share answers malformed requests with a sentence, not a traceback."""

from typing import Any

from dash import Dash
from flask import request
from pydantic import BaseModel, ValidationError
from werkzeug.exceptions import BadRequest

PATH = "/_dash-update-component"


class _Property(BaseModel):
    id: str | dict[str, Any]
    property: str


class _Call(BaseModel):
    output: str
    outputs: _Property | list[_Property | list[_Property]] | None = None
    inputs: list[_Property | list[_Property]]
    state: list[_Property | list[_Property]] = []
    changedPropIds: list[str] = []  # noqa: N815 - Dash's name


def install(app: Dash) -> None:
    """Check every callback request before Dash sees it; call it when the pages are registered."""

    # After Dash's own hooks, the first of which fills the table of callbacks.
    @app.server.before_request
    def check() -> None:
        if request.path == PATH and request.method == "POST":
            _check(app.callback_map, request.get_json())


def _check(callbacks: dict[str, dict[str, Any]], body: object) -> None:
    try:
        call = _Call.model_validate(body)
    except ValidationError as error:
        problem = error.errors(include_input=False)[0]
        field = ".".join(map(str, problem["loc"])) or "The body"
        raise BadRequest(f"{field}: {problem['msg'].lower()}.") from None
    callback = callbacks.get(call.output)
    if callback is None:
        raise BadRequest("The output names no callback of this app. Reload the page.")
    if call.outputs is None and not callback["no_output"]:
        raise BadRequest("The outputs are missing.")
    if not (_match(callback["inputs"], call.inputs) and _match(callback["state"], call.state)):
        raise BadRequest("The inputs are not those of the callback. Reload the page.")


def _match(declared: list[dict[str, str]], sent: list[_Property | list[_Property]]) -> bool:
    return len(declared) == len(sent) and all(map(_same, declared, sent))


def _same(declared: dict[str, str], sent: _Property | list[_Property]) -> bool:
    # An id in braces is a pattern: what it matches, one component or several, only the page knows.
    if declared["id"].startswith("{"):
        return True
    return isinstance(sent, _Property) and (sent.id, sent.property) == (declared["id"], declared["property"])
