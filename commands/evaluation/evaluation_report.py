"""The figures and tables of an evaluation as one self-contained HTML file."""

from collections.abc import Iterator
from html import escape
from pathlib import Path
from typing import Any

from components.figures.evaluation.frame import CONFIG
from components.theme import FONT, TOKENS
from model.lines import LINES
from model.storage.files import write_atomically
from pages.model.figures import VERSIONS, all_lines_figures, diagram_figures, line_figures
from research.evaluation.diagrams import CUTS
from research.evaluation.record.schema import Evaluation
from research.evaluation.tables import VARIANTS, source
from research.evaluation.text import as_text

_TITLES = {
    "agreement": "predicted against observed",
    "residual": "residual against colour",
    "rho": "difference in ρ",
    "nmad": "difference in NMAD",
    "ranks": "ranks among the draws",
    "coverage": "coverage",
    "mean": "difference in mean ρ",
}


def write_report(record: Evaluation, path: Path) -> None:
    """Write the report: the figures of every variant and line, then the tables as text."""
    token = TOKENS["light"]
    style = (
        f"body{{font:14px {FONT};background:{token['background']};color:{token['text']};"
        "margin:24px auto;max-width:1200px}"
        "figure{display:inline-block;width:380px;margin:8px}figcaption{font-weight:600}pre{font-size:12px;overflow:auto}"
    )
    body = "".join(_sections(record))
    page = (
        f'<!doctype html><html lang="en"><meta charset="utf-8"><title>Evaluation</title><style>{style}</style>'
        f"<h1>Evaluation of {escape(record.model.name)}</h1><p>{escape(source(record))}</p>{body}"
        f"<h2>Tables</h2><pre>{escape(as_text(record))}</pre></html>"
    )
    write_atomically(path, page.encode())


def _sections(record: Evaluation) -> Iterator[str]:
    with_plotly = True  # the first figure carries the library for all
    for name, title in VARIANTS.items():
        if name not in record.variants:
            continue
        yield f"<h2>{escape(title.capitalize())}</h2>"
        groups = {"": all_lines_figures(record, name, "light")}
        groups |= {line.label: line_figures(record, name, line, "light") for line in LINES}
        groups |= {cut: diagram_figures(record, name, cut, "light") for cut in CUTS}
        for group, figures in groups.items():
            for key, figure in figures.items():
                if group == CUTS[1] and key.startswith("whan"):
                    continue  # the same as for all galaxies
                caption = f"<figcaption>{escape(_caption(group, key))}</figcaption>"
                yield f"<figure>{caption}{_figure_html(figure, with_plotly)}</figure>"
                with_plotly = False


def _caption(group: str, key: str) -> str:
    if key in _TITLES:
        return f"{group} {_TITLES[key]}".strip()
    kind, _, version = key.partition("-")
    return f"{kind.upper()}, {VERSIONS[version].lower()}" + (f", {group}" if kind == "bpt" else "")


def _figure_html(figure: dict[str, Any], with_plotly: bool) -> str:
    from plotly.io import to_html

    return to_html(
        figure,
        config=CONFIG,
        include_plotlyjs=with_plotly,
        full_html=False,
        validate=False,
        default_height="320px",
    )
