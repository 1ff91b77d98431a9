"""A judgement of a mock as one self-contained HTML file."""

from collections.abc import Iterator
from html import escape

import numpy as np

from analysis.batch.judging import JudgedFile, as_text
from components.theme import FONT, TOKENS
from model.lines import LINES

BARS = 20
"""Bars of a histogram of ranks."""
WIDTH, HEIGHT = 220, 90
"""Size of a histogram [pixels]."""


def report(found: JudgedFile, name: str) -> str:
    """Return the report: the verdict, a histogram of ranks for every line, and where lines differ most."""
    token = TOKENS["light"]
    style = (
        f"body{{font:14px {FONT};background:{token['background']};color:{token['text']};"
        "margin:24px auto;max-width:1000px;padding:0 16px}"
        "figure{display:inline-block;margin:8px}figcaption{font-weight:600}pre{font-size:12px;overflow:auto}"
    )
    first, *table = as_text(found, regions=0).splitlines()
    return (
        f'<!doctype html><html lang="en"><meta charset="utf-8"><title>Judgement of {escape(name)}</title>'
        f"<style>{style}</style><h1>Judgement of {escape(name)}</h1><p>{escape(first)}</p>"
        f"<pre>{escape(chr(10).join(table))}</pre><h2>Ranks among DESI's galaxies</h2>"
        "<p>Each galaxy's line is ranked among the lines of DESI's galaxies with its starlight. The bars are level "
        "(dashed) where the lines are alike, high on the right where the mock's are too strong, and high at both ends "
        "where they scatter too much.</p>"
        f"{''.join(_histograms(found))}<h2>Where lines differ most</h2>{_regions(found)}"
        f"<h2>How the file was read</h2><p>{escape(' '.join(found.notes))}</p></html>"
    )


def _histograms(found: JudgedFile) -> Iterator[str]:
    columns = [(line.label, column) for line, column in zip(LINES, found.judgement.rank.T, strict=True)]
    for label, values in [*columns, ("All jointly: share farther away", found.judgement.joint_tail)]:
        shown = values[np.isfinite(values)]
        if not len(shown):
            continue
        counts = np.histogram(shown, BARS, (0, 1))[0] / len(shown) * BARS
        top = max(2.0, float(counts.max()))
        bars = "".join(
            f'<rect x="{WIDTH / BARS * place:.1f}" y="{HEIGHT * (1 - count / top):.1f}" width="{WIDTH / BARS - 1:.1f}" '
            f'height="{HEIGHT * count / top:.1f}"/>'
            for place, count in enumerate(counts)
        )
        level = HEIGHT * (1 - 1 / top)
        yield (
            f'<figure><figcaption>{escape(label)}</figcaption><svg width="{WIDTH}" height="{HEIGHT}" role="img" '
            f'aria-label="Histogram of ranks of {escape(label)}" fill="{TOKENS["light"]["cyan"]}">{bars}'
            f'<line x1="0" x2="{WIDTH}" y1="{level:.1f}" y2="{level:.1f}" stroke="{TOKENS["light"]["text"]}" '
            'stroke-dasharray="4"/></svg></figure>'
        )


def _regions(found: JudgedFile) -> str:
    regions = found.judgement.regions[:20]
    if not regions:
        return "<p>Nowhere by more than chance.</p>"
    sentences = (
        region._replace(rows=tuple(int(found.rows[row]) for row in region.rows)).sentence for region in regions
    )
    return f"<ol>{''.join(f'<li>{escape(sentence)}</li>' for sentence in sentences)}</ol>"
