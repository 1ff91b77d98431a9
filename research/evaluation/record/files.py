"""Files of records: reading, writing, and the committed record that documents and pages show."""

import json
from functools import cache
from pathlib import Path
from typing import Any, Final

from pydantic import ValidationError

from data.errors import DataError
from data.paths import FILES
from model.storage.files import write_atomically
from research.evaluation.record.schema import FORMAT, Evaluation
from storage.program import PROGRAM

COMMITTED: Final = FILES / "evaluation.json"


def read_record(path: Path) -> Evaluation:
    """Read the record of an evaluation.

    Parameters
    ----------
    path : Path
        A JSON file that `evaluate` wrote.

    Returns
    -------
    Evaluation
        Record of the evaluation.

    Raises
    ------
    DataError
        If the file is missing or is not a record of this format.
    """
    try:
        return Evaluation.model_validate_json(path.read_bytes())
    except FileNotFoundError:
        raise DataError(f"There is no file {str(path)!r}. Write one: {PROGRAM} evaluate CATALOGUE --out DIR.") from None
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(map(str, first["loc"]))
        raise DataError(
            f"{path.name} is not the record of an evaluation of format {FORMAT}: {where}: {first['msg']}. "
            f"Evaluate again: {PROGRAM} evaluate CATALOGUE --out DIR."
        ) from error


@cache
def committed() -> Evaluation:
    """Return the evaluation of the committed weights; read once per process."""
    return read_record(COMMITTED)


def write_record(record: Evaluation, path: Path) -> None:
    """Write a record as JSON, with numbers rounded to five significant digits.

    Parameters
    ----------
    record : Evaluation
        Record to write.
    path : Path
        JSON file to write.
    """
    write_atomically(path, (json.dumps(_rounded(record.model_dump()), separators=(",", ":")) + "\n").encode())


def _rounded(value: Any) -> Any:
    """Round every float in nested data to five significant digits."""
    if isinstance(value, float):
        return float(f"{value:.5g}")
    if isinstance(value, dict):
        return {name: _rounded(each) for name, each in value.items()}
    if isinstance(value, list | tuple):
        return [_rounded(each) for each in value]
    return value
