"""Responses to failed API requests, as `application/problem+json` (RFC 9457)."""

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
    """Return the response to a failed request."""
    problem = Problem(title=title, status=status, detail=detail, errors=list(errors))
    return Response(
        json.dumps(problem.model_dump(exclude_defaults=True) | {"type": problem.type}), status, mimetype=MEDIA_TYPE
    )


def refused(detail: str, errors: Sequence[Fault] = ()) -> Response:
    """Return the response (422) to a request with invalid content."""
    return answer(422, "Unprocessable Content", detail, errors)


def not_found(detail: str) -> Response:
    """Return the response (404) to a request for an unknown resource."""
    return answer(404, "Not Found", detail)


def invalid(error: ValidationError) -> Response:
    """Return the response (422) to a request that pydantic refuses; it lists the invalid values."""
    faults = [
        Fault(pointer="".join(f"/{_escape(place)}" for place in found["loc"]) or "/", detail=found["msg"])
        for found in error.errors(include_url=False, include_context=False, include_input=False)[:MAX_ERRORS]
    ]
    first = f"{faults[0].pointer}: {faults[0].detail}" if faults else "the request cannot be read"
    return refused(f"{first}. The page /api/v1/ describes every value.", faults)


def _escape(place: Any) -> str:
    return str(place)[:64].replace("~", "~0").replace("/", "~1")


def documented(answer: type[BaseModel], *statuses: int) -> Any:
    """Return a route's `responses` for OpenAPI: its answer, and the statuses of failures."""
    content = {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}}
    return {200: answer} | {status: {"description": "why it failed", "content": content} for status in statuses}
