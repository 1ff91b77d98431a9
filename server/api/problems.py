"""Every failed request to the API is answered as RFC 9457 says: `application/problem+json`."""

from collections.abc import Sequence
from typing import Any, Final

from flask import Response, json
from pydantic import BaseModel, Field, ValidationError

MEDIA_TYPE: Final = "application/problem+json"
MAX_ERRORS: Final = 20


class Fault(BaseModel):
    """One thing that is wrong with a request."""

    pointer: str = Field(description="JSON pointer to the value, or the name of the parameter")
    detail: str


class Problem(BaseModel):
    """Why a request failed (RFC 9457)."""

    type: str = "about:blank"
    title: str
    status: int
    detail: str
    errors: list[Fault] = Field(default=[], description="each value that is wrong, at most twenty")


def answer(status: int, title: str, detail: str, errors: Sequence[Fault] = ()) -> Response:
    """Make the answer to a failed request."""
    problem = Problem(title=title, status=status, detail=detail, errors=list(errors))
    return Response(
        json.dumps(problem.model_dump(exclude_defaults=True) | {"type": problem.type}), status, mimetype=MEDIA_TYPE
    )


def refused(detail: str, errors: Sequence[Fault] = ()) -> Response:
    """Answer to a request whose content cannot be used."""
    return answer(422, "Unprocessable Content", detail, errors)


def not_found(detail: str) -> Response:
    """Answer to a request for what is not here."""
    return answer(404, "Not Found", detail)


def invalid(error: ValidationError) -> Response:
    """Answer to a request that pydantic refuses, naming each value."""
    faults = [
        Fault(pointer="".join(f"/{_escape(place)}" for place in found["loc"]) or "/", detail=found["msg"])
        for found in error.errors(include_url=False, include_context=False, include_input=False)[:MAX_ERRORS]
    ]
    first = f"{faults[0].pointer}: {faults[0].detail}" if faults else "the request cannot be read"
    return refused(f"{first}. The page /api/v1/ describes every value.", faults)


def _escape(place: Any) -> str:
    return str(place)[:64].replace("~", "~0").replace("/", "~1")


def documented(answer: type[BaseModel], *statuses: int) -> Any:
    """Describe a route's answer and its failures, for OpenAPI."""
    content = {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}}
    return {200: answer} | {status: {"description": "why it failed", "content": content} for status in statuses}
