"""The columns of predictions in files, with their units, descriptions and UCDs."""

from collections.abc import Collection, Iterator, Mapping
from types import MappingProxyType
from typing import Any, Final, NamedTuple

import numpy as np

from analysis.answers.answer import Part, PredictOutput
from data.catalogue.fields import CATALOGUE_FIELDS
from data.formats.fields import Field
from model.lines import LINE_NAMES, LINES

_EW: Final = "spect.line.eqWidth;em.opt"


class AnswerColumn(NamedTuple):
    """A column of predictions.

    Attributes
    ----------
    part : str
        The member of `PARTS` that it needs; None if every prediction has it.
    field : Field
        Its unit, description and UCD.
    """

    part: Part | None
    field: Field


def _columns() -> Iterator[tuple[str, AnswerColumn]]:
    kinds: tuple[tuple[str, Part, str, str, str], ...] = (
        ("_EW", "catalogued", "Angstrom", "predicted EW as catalogued, given detection: median", _EW),
        ("_EW_P16", "catalogued", "Angstrom", "predicted EW as catalogued: 16th percentile", _EW),
        ("_EW_P84", "catalogued", "Angstrom", "predicted EW as catalogued: 84th percentile", _EW),
        ("_EW_INTRINSIC", "intrinsic", "Angstrom", "predicted noise-free EW, >= 0: median", _EW),
        ("_EW_INTRINSIC_P16", "intrinsic", "Angstrom", "predicted noise-free EW: 16th percentile", _EW),
        ("_EW_INTRINSIC_P84", "intrinsic", "Angstrom", "predicted noise-free EW: 84th percentile", _EW),
        ("_P_DETECTED", "intrinsic", "", "probability that DESI's catalogue would list it", "stat.probability"),
        ("_EW_NOISY", "noisy", "Angstrom", "one realisation of the EW; <= 0: not detected", _EW),
    )
    for suffix, part, unit, text, ucd in kinds:
        for line in LINES:
            yield line.name + suffix, AnswerColumn(part, Field(unit, f"{line.label}: {text}", ucd))
    text = "variant of the network that predicted: colors, luminosity (and colours), or redshift (and both)"
    yield "VARIANT", AnswerColumn(None, Field("", text, "meta.code"))
    yield (
        "DOMAIN",
        AnswerColumn("domain", Field("", "inside, edge or outside of the training domain", "meta.code.qual")),
    )
    text = "share of the training galaxies whose colours are rarer"
    yield "DOMAIN_SCORE", AnswerColumn("domain", Field("", text, "stat.probability"))
    yield "DOMAIN_REASON", AnswerColumn("domain", Field("", "why the verdict is not inside", "meta.note"))
    text = "probability that lines drawn for such starlight are jointly as unlikely as the measured ones"
    yield "SURPRISE_PROBABILITY", AnswerColumn("surprise", Field("", text, "stat.probability"))
    text = "measured line that departs most, given starlight and the other lines"
    yield "SURPRISE_LINE", AnswerColumn("surprise", Field("", text, "meta.code"))
    text = "its departure in standard deviations; positive: stronger than expected"
    yield "SURPRISE_SIGMA", AnswerColumn("surprise", Field("", text, "stat.value"))
    yield "PROBLEM", AnswerColumn(None, Field("", "why the row has no numbers", "meta.note"))


ANSWER_COLUMNS: Final = MappingProxyType(dict(_columns()))
"""Every column of predictions by name, in the order in which files list them."""

FIELDS: Final[Mapping[str, Field]] = MappingProxyType(
    dict(CATALOGUE_FIELDS) | {name: column.field for name, column in ANSWER_COLUMNS.items()}
)
"""Unit, description and UCD of every column of a file of predictions."""

_PASSED: Final = "INPUT_"
_LOWER: Final = frozenset(map(str.lower, ANSWER_COLUMNS))


def passed_name(name: str, *, hidden: bool = False, taken: Collection[str] = _LOWER) -> str:
    """Return an input column's name in the output: with a prefix if a column of the answer has that name, in any case.

    `taken` are the lower-case names of these columns, by default those of predictions.
    """
    return _PASSED + name if hidden or name.lower() in taken else name


def as_columns(answers: PredictOutput) -> dict[str, np.ndarray]:
    """Return predictions as the columns of a table.

    Parameters
    ----------
    answers : PredictOutput
        From `analysis.answers.answer.answer`.

    Returns
    -------
    dict
        Arrays (galaxy,) by name: the requested columns of `ANSWER_COLUMNS`, in its order.
    """
    catalogued, intrinsic, domain = answers.catalogued, answers.intrinsic, answers.domain
    by_line: list[tuple[str, Any]] = [
        ("_EW", catalogued.ew),
        ("_EW_P16", catalogued.p16),
        ("_EW_P84", catalogued.p84),
    ]
    if intrinsic is not None:
        by_line += [
            ("_EW_INTRINSIC", intrinsic.p50),
            ("_EW_INTRINSIC_P16", intrinsic.p16),
            ("_EW_INTRINSIC_P84", intrinsic.p84),
            ("_P_DETECTED", intrinsic.p_detected),
        ]
    if answers.noisy is not None:
        by_line.append(("_EW_NOISY", answers.noisy))
    columns: dict[str, np.ndarray] = {
        line + suffix: np.asarray(values)[:, index]
        for suffix, values in by_line
        for index, line in enumerate(LINE_NAMES)
    }
    columns["VARIANT"] = np.array(answers.variants, object)
    if domain is not None:
        columns["DOMAIN"] = np.array(domain.verdict, object)
        columns["DOMAIN_SCORE"] = np.asarray(domain.score, np.float32)
        columns["DOMAIN_REASON"] = np.array(domain.reason, object)
    if answers.surprise is not None:
        columns["SURPRISE_PROBABILITY"] = answers.surprise.probability
        judged = np.isfinite(answers.surprise.probability)
        columns["SURPRISE_LINE"] = np.where(judged, np.array(LINE_NAMES)[answers.surprise.line], "").astype(object)
        columns["SURPRISE_SIGMA"] = answers.surprise.sigma
    columns["PROBLEM"] = np.array(answers.problems, object)
    return columns
