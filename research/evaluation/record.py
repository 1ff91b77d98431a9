"""The record of an evaluation: its schema, and the committed one that documents and pages read."""

import json
from functools import cache
from pathlib import Path
from typing import Any, Final, Literal

from pydantic import BaseModel, ConfigDict, ValidationError

from data.errors import DataError
from data.paths import FILES
from model.storage.files import write_atomically

FORMAT: Final = 1
COMMITTED: Final = FILES / "evaluation.json"
OURS: Final = "ours"
"""The method that is evaluated, beside which the others stand."""
FEWEST: Final = 20
"""Fewest galaxies in a cell of a histogram; others are left out, for single galaxies are not ours to ship."""

Triple = tuple[float, float, float]


class Part(BaseModel):
    """A piece of the record; a field that the schema does not know is an error."""

    model_config = ConfigDict(extra="forbid", allow_inf_nan=True, frozen=True)


class Model(Part):
    """What was evaluated: names and checksums of the weights."""

    name: str
    sha256: str
    distribution_sha256: str | None


class Table(Part):
    """What it was evaluated on."""

    name: str
    sha256: str
    galaxies: int
    held_out: int


class Method(Part):
    """A way from starlight to lines, and its time in this run."""

    title: str
    about: str
    seconds_one: float | None
    """One galaxy, warm."""
    seconds_each: float | None
    """A galaxy among many."""
    absent: str | None = None
    """Why it could not be measured."""


class Score(Part):
    """Agreement of one line: see `metrics.Score`. `quintiles`: rho within fifths of colour, red to blue."""

    n: int
    spearman: float
    nmad: float
    bias: float
    coverage: float | None
    quintiles: list[float]


class Difference(Part):
    """Ours minus another method: value, and the ends of the central 95 % of the paired resamples."""

    spearman: Triple
    nmad: Triple


class Cells(Part):
    """A two-dimensional histogram: counts of the cells that hold `FEWEST` or more, by their place in x and y."""

    x_range: tuple[float, float]
    y_range: tuple[float, float]
    size: tuple[int, int]
    x: list[int]
    y: list[int]
    count: list[int]
    n: int
    """Galaxies in all."""


class Bands(Part):
    """Percentiles of a quantity in bins of another that hold equally many galaxies."""

    at: list[float]
    p2: list[float]
    p16: list[float]
    p50: list[float]
    p84: list[float]
    p98: list[float]


class LineRecord(Part):
    """One line in one variant."""

    scores: dict[str, Score]
    against: dict[str, Difference]
    density: Cells
    """log10 of predicted (x) and observed (y) EW [Å]."""
    observed: Bands
    """log10 of observed EW in bins of log10 of predicted EW."""
    residual: Bands
    """log10 of observed / predicted EW in bins of colour."""
    residual_others: dict[str, list[float]]
    """Medians of the same for the other methods."""


class DrawnLine(Part):
    """Scores of the joint draws in one line: see `evaluation.draws`."""

    n: int
    crps: float
    crps_neighbours: float
    pit_ks: float
    pit: list[float]
    cover_68: float
    cover_95: float
    cover_68_quintiles: list[float]
    cover_95_quintiles: list[float]
    counted: list[int]
    """Galaxies in each fifth."""
    spearman: float
    """Of the median of the draws."""
    spearman_limit: float
    """The same, without the error of finitely many draws."""
    nmad: float
    largest: float
    listed: list[float]
    listed_predicted: list[float]
    listed_drawn: list[float]


class Distribution(Part):
    """The joint draws of one variant."""

    draws: int
    lines: dict[str, DrawnLine]
    energy_score: float
    auc: float
    """Area under the ROC curve of boosted trees that tell real from drawn, given the continuum."""
    diagrams: dict[str, dict[str, float]]
    """Widths, fractions, ratios, by version: "observed", "predicted", "drawn"; "training": of the galaxies that were
    seen; "chance": standard error that the number of galaxies leaves in the observed ones."""
    bpt: dict[str, dict[str, Cells]]
    """By cut ("all", "S/N > 3") and version ("observed", "predicted", "drawn")."""
    whan: dict[str, Cells]
    seconds_each: float
    """One joint draw with errors, a galaxy among many."""


class Variant(Part):
    """One variant of the network."""

    lines: dict[str, LineRecord]
    mean: dict[str, float]
    """Mean rho over the lines, by method."""
    mean_against: dict[str, Triple]
    distribution: Distribution | None


class Loss(Part):
    """What missing bins cost a line: change of rho, relative change of the NMAD; and the coverage that is left."""

    spearman: float
    nmad: float
    coverage: float | None


class Evaluation(Part):
    """Everything that `cli.py evaluate` measures."""

    format: Literal[1]
    command: str
    date: str
    git_revision: str
    processors: int
    model: Model
    table: Table
    resamples: int
    methods: dict[str, Method]
    variants: dict[str, Variant]
    missing: dict[str, dict[str, dict[str, Loss]]]
    """By the missing bins ("0", "11", "0 11"), variant and line."""


def read_record(path: Path) -> Evaluation:
    """Read the record of an evaluation.

    Parameters
    ----------
    path : Path
        A JSON file that `cli.py evaluate` wrote.

    Returns
    -------
    Evaluation
        The record.

    Raises
    ------
    DataError
        If the file is missing, or is not such a record.
    """
    try:
        return Evaluation.model_validate_json(path.read_bytes())
    except FileNotFoundError:
        raise DataError(f"There is no file {str(path)!r}. Write one: cli.py evaluate CATALOGUE --out DIR.") from None
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(map(str, first["loc"]))
        raise DataError(
            f"{path.name} is not the record of an evaluation of format {FORMAT}: {where}: {first['msg']}. "
            "Evaluate again: cli.py evaluate CATALOGUE --out DIR."
        ) from error


@cache
def committed() -> Evaluation:
    """Return the evaluation of the committed weights; read once per process."""
    return read_record(COMMITTED)


def write_record(record: Evaluation, path: Path) -> None:
    """Write a record, a line per line of the spectrum, so that two versions can be compared.

    Parameters
    ----------
    record : Evaluation
        What was measured.
    path : Path
        A JSON file.
    """
    write_atomically(path, (json.dumps(rounded(record.model_dump()), separators=(",", ":")) + "\n").encode())


def rounded(value: Any, digits: int = 5) -> Any:
    """Shorten every number to significant digits, for a record that is read and compared by eye.

    Parameters
    ----------
    value : object
        JSON-able data.
    digits : int
        Significant digits.

    Returns
    -------
    object
        The same with shorter numbers.
    """
    if isinstance(value, float):
        return float(f"{value:.{digits}g}")
    if isinstance(value, dict):
        return {name: rounded(each, digits) for name, each in value.items()}
    if isinstance(value, list | tuple):
        return [rounded(each, digits) for each in value]
    return value
