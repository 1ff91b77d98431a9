"""The address that Dash's callbacks share answers malformed requests with a sentence, not a traceback."""

from collections.abc import Sequence
from typing import Any

from dash import Dash, Output
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
            try:
                body = request.get_json()
            except RecursionError:
                raise BadRequest("The body is nested too deeply.") from None
            _check(app.callback_map, body)


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
    if not callback["no_output"] and not _outputs_match(callback["output"], call.outputs):
        raise BadRequest("The outputs are not those of the callback. Reload the page.")
    if not (_match(callback["inputs"], call.inputs) and _match(callback["state"], call.state)):
        raise BadRequest("The inputs are not those of the callback. Reload the page.")


def _outputs_match(declared: Output | list[Output], sent: _Property | list[_Property | list[_Property]] | None) -> bool:
    if isinstance(declared, list):
        return isinstance(sent, list) and _match(list(map(_described, declared)), sent)
    return sent is not None and _same(_described(declared), sent)


def _described(output: Output) -> dict[str, str]:
    return {"id": output.component_id_str(), "property": output.component_property}


def _match(declared: list[dict[str, str]], sent: list[_Property | list[_Property]]) -> bool:
    return len(declared) == len(sent) and all(map(_same, declared, sent))


def _same(declared: dict[str, str], sent: _Property | Sequence[_Property | list[_Property]]) -> bool:
    # An id in braces is a pattern: what it matches, one component or several, only the page knows.
    if declared["id"].startswith("{"):
        return True
    if not isinstance(sent, _Property):
        return False
    # One of several callbacks that share an output adds a hash to the property's name.
    return (sent.id, sent.property.partition("@")[0]) == (declared["id"], declared["property"].partition("@")[0])
