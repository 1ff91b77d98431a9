"""Records of judgements: everything that a report shows, as numbers and sentences that JSON can hold."""

import math
from collections.abc import Mapping
from typing import Any, Final

import numpy as np

from analysis.mocks.judging import JudgedTable
from model.lines import LINES
from model.physics.derived import CASE_B, HALPHA_TO_V, HBETA_TO_V
from model.statistics.mock_diagrams import PERCENTILES, RATIOS
from model.statistics.mock_regions import ALLOWED, LEVELS

Record = dict[str, Any]
BARS: Final = 20
"""Bars of a histogram of ranks."""
EXPECTED: Final = {f"{level:g}": round(1 - level, 3) for level in LEVELS}
"""Shares beyond the central levels of a mock with DESI's lines."""


def as_record(found: JudgedTable) -> Record:
    """Return the record of a judgement.

    Parameters
    ----------
    found : JudgedTable
        From `judge_file` or `judge_upload`.

    Returns
    -------
    dict
        Of what JSON can hold; NaN is None. "excess", "limit" and all shares are fractions, "difference" is in Å,
        "rows" of examples are counted from 1.
    """
    result = found.judgement
    regions = [
        region._asdict()
        | {"line": LINES[region.line].name, "rows": [int(found.rows[row]) for row in region.rows]}
        | {"beyond": _number(region.beyond), "difference": _number(region.difference)}
        | {
            "sentence": region._replace(rows=tuple(int(found.rows[row]) for row in region.rows)).sentence,
            "examples": [_example(found, row, region.line) for row in region.rows],
        }
        for region in result.regions
    ]
    return {
        "name": found.name,
        "passes": result.passes,
        "verdict": _verdict(found),
        "excess": _number(result.excess),
        "error": _number(result.error),
        "limit": _number(0.05 + ALLOWED + 3 * result.error),
        "galaxies": result.n,
        "rows": found.total,
        "catalogued": found.catalogued,
        "joint": _by_level(result.joint),
        "joint_ranks": _histogram(result.joint_tail),
        "lines": {
            line.name: {
                "beyond": _by_level(result.beyond[place]),
                "difference": _number(result.difference[place]),
                "ranks": _histogram(result.rank[:, place]),
            }
            for place, line in enumerate(LINES)
        },
        "regions": regions,
        "classes": [share._asdict() | _rounded(share, ("mock", "expected", "error")) for share in result.classes],
        "ratios": [
            {
                "name": ratio.name,
                "galaxies": ratio.n,
                "percentiles": list(PERCENTILES),
                **{key: [_number(value) for value in getattr(ratio, key)] for key in ("mock", "expected", "error")},
            }
            for ratio in result.ratios
        ],
        "dust": _dust(found),
        "notes": list(found.notes),
    }


def as_text(record: Mapping[str, Any], regions: int = 8) -> str:
    """Return a record as a table and sentences."""
    rows = [record["verdict"], ""]
    rows.append(f"{'beyond the':<14}{'68 %':>8}{'95 %':>8}{'99.9 %':>8}   median difference")
    for line in LINES:
        found = record["lines"][line.name]
        if found["difference"] is not None:
            shares = "".join(f"{value:>8.1%}" for value in found["beyond"].values())
            rows.append(f"{line.label:<14}{shares}   {found['difference']:+.2f} Å")
    rows.append(f"{'all jointly':<14}" + "".join(f"{value:>8.1%}" for value in record["joint"].values()))
    rows.append(f"{'expected':<14}" + "".join(f"{value:>8.1%}" for value in EXPECTED.values()))
    if record["classes"]:
        rows += ["", f"{'share in class':<28}{'mock':>8}{'expected':>18}"]
        rows += [
            f"{share['diagram'] + ' ' + share['name']:<28}{share['mock']:>8.1%}"
            f"{share['expected']:>10.1%} ± {share['error']:.1%}"
            for share in record["classes"]
        ]
    if record["ratios"]:
        rows += ["", f"{'ratio of fluxes':<16}{'percentile':>11}{'mock':>9}{'expected':>18}"]
        rows += [
            f"{ratio['name']:<16}{percentile:>11}{mock:>9.3g}{expected:>10.3g} ± {error:.2g}"
            for ratio in record["ratios"]
            for percentile, mock, expected, error in zip(
                *(ratio[key] for key in ("percentiles", "mock", "expected", "error")), strict=True
            )
        ]
    if record["dust"]:
        rows += ["", record["dust"]["sentence"]]
    return "\n".join([*rows, *([""] if record["regions"] else []), *_sentences(record, regions)])


def _sentences(record: Mapping[str, Any], regions: int) -> list[str]:
    return [region["sentence"] for region in record["regions"][:regions]]


def _verdict(found: JudgedTable) -> str:
    result = found.judgement
    share, limit = result.excess + 0.05, 0.05 + ALLOWED + 3 * result.error
    largest = int(np.nanargmax([*result.beyond[:, 1], result.joint[1]]))
    of = f"of {LINES[largest].label}" if largest < len(LINES) else "of all lines jointly"
    sentence = (
        "The lines are those of DESI's galaxies with this starlight, as far as this test can tell"
        if result.passes
        else "DESI's galaxies with this starlight have other lines"
    )
    return (
        f"{sentence}: {100 * share:.1f} ± {100 * result.error:.1f} % of {result.n:,} galaxies lie beyond the central "
        f"95 % {of}, where 5 % are expected and up to {100 * limit:.1f} % pass. The file has {found.total:,} rows."
    )


def _dust(found: JudgedTable) -> Record | None:
    """Return the A_V of the medians of the Balmer decrement [mag]; None without it."""
    ratio = next((each for each in found.judgement.ratios if each.name == RATIOS[0][0]), None)
    if ratio is None:
        return None
    middle = PERCENTILES.index(50)
    per_dex = 2.5 / (HBETA_TO_V - HALPHA_TO_V)
    mock, expected = (per_dex * math.log10(values[middle] / CASE_B) for values in (ratio.mock, ratio.expected))
    error = per_dex * ratio.error[middle] / ratio.expected[middle] / math.log(10)
    return {
        "mock": _number(mock),
        "expected": _number(expected),
        "error": _number(error),
        "sentence": (
            f"Dust: the median Hα/Hβ is that of gas behind A_V = {mock:.2f} mag (Milky Way, case B); for DESI's "
            f"galaxies with this starlight {expected:.2f} ± {error:.2f} mag."
        ),
    }


def _example(found: JudgedTable, row: int, line: int) -> Record:
    """Return a galaxy of a region: its row, its continuum over the mean, and its line."""
    flux = found.table["bin_flux"][row].astype(float)
    values = {key: found.table[key][row] for key in ("log_luminosity", "redshift")}
    return {
        "row": int(found.rows[row]),
        "flux": [float(f"{value:.5g}") for value in flux / flux.mean()],
        "ew": _number(found.table["ew"][row, line]),
        "rank": _number(found.judgement.rank[row, line]),
    } | {key: _number(value) for key, value in values.items()}


def _number(value: float) -> float | None:
    return round(float(value), 4) if np.isfinite(value) else None


def _rounded(share: Any, names: tuple[str, ...]) -> dict[str, float | None]:
    return {name: _number(getattr(share, name)) for name in names}


def _by_level(shares: np.ndarray) -> dict[str, float | None]:
    return dict(zip(EXPECTED, map(_number, shares), strict=True))


def _histogram(values: np.ndarray) -> list[float] | None:
    """Return the shares of ranks in `BARS` equal intervals, times their number; None if there is no rank."""
    shown = values[np.isfinite(values)]
    if not len(shown):
        return None
    counts = np.histogram(shown, BARS, (0, 1))[0]
    return [round(float(count), 3) for count in counts / len(shown) * BARS]
