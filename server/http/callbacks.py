"""Check requests to Dash's callbacks, so that malformed ones get an error sentence instead of a traceback."""

import json
from collections.abc import Mapping, Sequence
from typing import Annotated, Any, Final

from dash import Dash, Output
from flask import request
from pydantic import BaseModel, Field, TypeAdapter, ValidationError
from werkzeug.exceptions import BadRequest

from server.http import json_bodies

PATH: Final = "/_dash-update-component"
MAX_PARTS: Final = 64
"""Most inputs of a callback; the largest has ten."""
MAX_MATCHED: Final = 512
"""Most components that a pattern may match."""
MAX_NAME: Final = 200

Name = Annotated[str, Field(max_length=MAX_NAME)]


class _Property(BaseModel):
    id: Name | Annotated[dict[Name, Name | int], Field(max_length=8)]
    property: Name
    value: Any = None


_Matched = Annotated[list[_Property], Field(fail_fast=True, max_length=MAX_MATCHED)]
_Parts = Annotated[list[_Property | _Matched], Field(fail_fast=True, max_length=MAX_PARTS)]


class _Call(BaseModel):
    output: Annotated[str, Field(max_length=4000)]
    outputs: _Property | _Parts | None = None
    inputs: _Parts
    state: _Parts = []
    changed: Annotated[list[Annotated[str, Field(max_length=400)]], Field(fail_fast=True, max_length=MAX_PARTS)] = (
        Field(default=[], alias="changedPropIds")
    )


def install(app: Dash, values: Mapping[str, Any]) -> None:
    """Check every callback request before Dash sees it; call it when the pages are registered.

    Parameters
    ----------
    app : Dash
        The app with its callbacks.
    values : mapping
        Types by ``id.property``, for `pydantic`; other properties may have any value.
    """
    kinds = {name: TypeAdapter(kind) for name, kind in values.items()}

    # Registered after Dash's own hooks, the first of which fills `callback_map`.
    @app.server.before_request
    def check() -> None:
        if request.path == PATH and request.method == "POST":
            if problem := json_bodies.problem_of(request.get_data()):
                raise BadRequest(problem)
            _check(app.callback_map, kinds, request.get_json())


def _check(callbacks: dict[str, dict[str, Any]], kinds: Mapping[str, TypeAdapter], body: object) -> None:
    try:
        call = _Call.model_validate(body)
    except ValidationError as error:
        raise BadRequest(_sentence(error, "The body")) from None
    callback = callbacks.get(call.output)
    # Clientside callbacks have no "callback" on the server.
    if callback is None or "callback" not in callback:
        raise BadRequest("The output does not belong to a callback of this app. Reload the page.")
    if not callback["no_output"] and not _outputs_match(callback["output"], call.outputs):
        raise BadRequest("The outputs are not those of the callback. Reload the page.")
    if not (_match(callback["inputs"], call.inputs) and _match(callback["state"], call.state)):
        raise BadRequest("The inputs are not those of the callback. Reload the page.")
    if not set(call.changed) <= set(map(_full_name, _each(call.inputs))):
        raise BadRequest("The changed property is not an input of the callback. Reload the page.")
    for part in _each([*call.inputs, *call.state]):
        name = f"{part.id if isinstance(part.id, str) else part.id.get('type', '')}.{part.property}"
        if kind := kinds.get(name):
            try:
                kind.validate_python(part.value)
            except ValidationError as error:
                raise BadRequest(_sentence(error, name)) from None


def _sentence(error: ValidationError, whole: str) -> str:
    problem = error.errors(include_input=False, include_url=False, include_context=False)[0]
    place = ".".join(str(part)[:40] for part in problem["loc"][:6])
    return f"{place or whole}: {problem['msg'][:200].lower()}."


def _each(parts: Sequence[_Property | list[_Property]]) -> list[_Property]:
    return [one for part in parts for one in (part if isinstance(part, list) else [part])]


def _full_name(part: _Property) -> str:
    """Return "id.property" as Dash writes it: dictionary ids are JSON with sorted keys."""
    named = part.id if isinstance(part.id, str) else json.dumps(part.id, sort_keys=True, separators=(",", ":"))
    return f"{named}.{part.property}"


def _outputs_match(declared: Output | list[Output], sent: _Property | list[_Property | list[_Property]] | None) -> bool:
    if isinstance(declared, list):
        return isinstance(sent, list) and _match(list(map(_described, declared)), sent)
    return sent is not None and _same(_described(declared), sent)


def _described(output: Output) -> dict[str, str]:
    return {"id": output.component_id_str(), "property": output.component_property}


def _match(declared: list[dict[str, str]], sent: list[_Property | list[_Property]]) -> bool:
    return len(declared) == len(sent) and all(map(_same, declared, sent))


def _same(declared: dict[str, str], sent: _Property | list[Any]) -> bool:
    # Where several callbacks share an output, Dash appends "@" and a hash to the property's name.
    property_name = declared["property"].partition("@")[0]
    if declared["id"].startswith("{"):
        pattern: dict[str, Any] = json.loads(declared["id"])
        parts = sent if isinstance(sent, list) else [sent]
        return all(
            isinstance(part, _Property) and part.property.partition("@")[0] == property_name and _fits(pattern, part.id)
            for part in parts
        )
    if not isinstance(sent, _Property):
        return False
    return (sent.id, sent.property.partition("@")[0]) == (declared["id"], property_name)


def _fits(pattern: dict[str, Any], name: str | dict[str, Any]) -> bool:
    """Return whether an id matches a pattern; wildcards, which are lists, match any value."""
    return (
        isinstance(name, dict)
        and set(name) == set(pattern)
        and all(isinstance(wanted, list) or name[key] == wanted for key, wanted in pattern.items())
    )
