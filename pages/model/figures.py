"""Figures of an evaluation's record, for the Model page and the report of `evaluate`."""

from components.figures.evaluation.agreement import agreement_figure, residual_figure
from components.figures.evaluation.calibration import coverage_figure, rank_figure
from components.figures.evaluation.comparison import difference_figure
from components.figures.evaluation.diagram import bpt_figure, whan_figure
from components.figures.evaluation.frame import Figure
from components.theme import Scheme
from model.lines import Line
from research.evaluation.record.schema import OURS, Evaluation

VERSIONS = {"observed": "Observed", "predicted": "Predicted", "drawn": "Predicted + noise"}


def line_figures(record: Evaluation, variant: str, line: Line, scheme: Scheme) -> dict[str, Figure]:
    """Return the figures of one line by name; "ranks" only if the weights have a joint distribution."""
    measured = record.variants[variant]
    found = measured.lines[line.name]
    titles = {name: method.title for name, method in record.methods.items()}
    made = {
        "agreement": agreement_figure(found.density, found.observed, scheme),
        "residual": residual_figure(found.residual, found.residual_others, titles, line, scheme),
    }
    if found.against:
        made["rho"] = difference_figure(
            {name: each.spearman for name, each in found.against.items()}, titles, "difference in ρ", 1, scheme
        )
        percent = {name: _scaled(each.nmad, 100 / found.scores[name].nmad) for name, each in found.against.items()}
        made["nmad"] = difference_figure(percent, titles, "difference in NMAD [%]", -1, scheme)
    if measured.distribution is not None:
        made["ranks"] = rank_figure(measured.distribution.lines[line.name].pit, line, scheme)
    return made


def _scaled(interval: tuple[float, float, float], factor: float) -> tuple[float, float, float]:
    value, low, high = interval
    return factor * value, factor * low, factor * high


def all_lines_figures(record: Evaluation, variant: str, scheme: Scheme) -> dict[str, Figure]:
    """Return the figures that show all lines at once, by name."""
    measured = record.variants[variant]
    titles = {name: method.title for name, method in record.methods.items()}
    lines = measured.lines
    shares: list[dict[str, float | None]] = [{name: found.scores[OURS].coverage for name, found in lines.items()}]
    drawn = {} if measured.distribution is None else measured.distribution.lines
    shares.append({name: drawn[name].cover_68 if name in drawn else None for name in lines})
    shares.append({name: drawn[name].cover_95 if name in drawn else None for name in lines})
    made = {"coverage": coverage_figure(shares, scheme)}
    if measured.mean_against:
        made["mean"] = difference_figure(measured.mean_against, titles, "difference in ρ, mean of the lines", 1, scheme)
    return made


def diagram_figures(record: Evaluation, variant: str, cut: str, scheme: Scheme) -> dict[str, Figure]:
    """Return BPT and WHAN diagrams by names such as "bpt-observed"; empty without a joint distribution."""
    distribution = record.variants[variant].distribution
    if distribution is None:
        return {}
    return {
        **{f"bpt-{version}": bpt_figure(distribution.bpt[cut][version], scheme) for version in VERSIONS},
        **{f"whan-{version}": whan_figure(distribution.whan[version], scheme) for version in VERSIONS},
    }
