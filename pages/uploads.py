"""Uploads that pages share: files as the browser posts them, and tables as the server has signed them."""

import base64
from typing import Any, Final

import dash

from analysis.isolation import signed_table
from data import uploads
from data.errors import UploadError

LONGEST_NAME: Final = 120
"""Most characters of a file's name in sentences."""


def table_of(read: Any) -> uploads.RawTable:
    """Return the table that the server read.

    Raises
    ------
    PreventUpdate
        If none was read.
    UploadError
        If the table was not signed by this server.
    """
    if not isinstance(read, dict):
        raise dash.exceptions.PreventUpdate
    return signed_table.decode(read.get("table"))


def name_of(read: Any) -> str:
    """Return the names of the files that the server read, as one text.

    Raises
    ------
    PreventUpdate
        If none was read.
    """
    if not isinstance(read, dict):
        raise dash.exceptions.PreventUpdate
    return str(read.get("name"))[: 3 * LONGEST_NAME]


def names_of(files: list[dict[str, Any]]) -> str:
    """Return the files' names, joined by " + "."""
    return " + ".join(str(file.get("name"))[:LONGEST_NAME] for file in files)


def unpack(files: list[dict[str, Any]]) -> list[tuple[bytes, str]]:
    """Return the contents and names of up to three files that the browser sent.

    Raises
    ------
    UploadError
        If a file is too large or did not arrive complete.
    PreventUpdate
        If the page cannot have sent this.
    """
    if not isinstance(files, list):
        raise dash.exceptions.PreventUpdate
    unpacked = []
    for file in files[:3]:
        about = file if isinstance(file, dict) else {}
        name = str(about.get("name") or "The file")[:LONGEST_NAME]
        contents, size = about.get("contents"), about.get("bytes")
        if contents is None and isinstance(size, int):
            raise UploadError(uploads.too_large(name, size))
        try:
            unpacked.append((base64.b64decode(str(contents).partition(",")[2], validate=True), name))
        except ValueError as error:
            raise UploadError(f"{name} did not arrive completely. Upload it again.") from error
    return unpacked


def plan_of(values: list[str], fields: list[dict[str, str]]) -> dict[str, str]:
    """Return the plan in the page's controls, by field."""
    pairs = zip(fields or [], values or [], strict=False)
    return {str(field.get("field")): str(value or "") for field, value in pairs if isinstance(field, dict)}
