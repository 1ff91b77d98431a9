"""A judgement of a mock as one self-contained HTML file."""

from collections.abc import Mapping
from html import escape
from typing import Any, Final

from components.judgement.parts import sections
from components.theme import FONT, TOKENS
from components.widgets.html import to_html
from model.lines import LINES

_STYLE: Final = """
body{font:14px/1.5 %FONT%;background:var(--background);color:var(--text)}
body{margin:24px auto;max-width:1000px;padding:0 16px}
.verdict{border-left:3px solid var(--tone);padding:8px 12px;font-weight:600}.muted{color:var(--muted)}
.table-scroll{overflow-x:auto}table{border-collapse:collapse}th,td{padding:3px 12px;text-align:right;font-weight:400}
th:first-child{text-align:left;padding-left:0}tbody tr{border-top:1px solid var(--hairline)}.beyond{color:var(--red)}
.visually-hidden{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%)}
.dot{display:inline-block;width:8px;height:8px;border-radius:50%;margin-right:8px}
.rank-histograms{display:grid;grid-template-columns:repeat(auto-fill,minmax(180px,1fr));gap:14px}figure{margin:0}
.rank-bars{position:relative;display:flex;align-items:flex-end;gap:1px;height:80px;border-bottom:1px solid var(--edge)}
.rank-bars>span{flex:1;background:var(--cyan)}
.rank-bars>.rank-level{position:absolute;left:0;right:0;border-top:1px dashed var(--text);background:none}
"""


def report(record: Mapping[str, Any]) -> str:
    """Return the report of a record from `analysis.mocks.record.as_record`."""
    name, tone = escape(record["name"]), "green" if record["passes"] else "red"
    light, dark = (
        "".join(f"--{key}:{color};" for key, color in TOKENS[scheme].items()) for scheme in ("light", "dark")
    )
    style = (
        f":root{{color-scheme:light dark;--tone:var(--{tone});{light}}}"
        f"@media(prefers-color-scheme:dark){{:root{{{dark}}}}}" + _STYLE.replace("%FONT%", FONT)
    )
    kind = "as listed by DESI’s catalogue" if record["catalogued"] else "as free of noise"
    parts = "".join(
        f"<h2>{escape(title)}</h2>{f'<p class=muted>{escape(words)}</p>' if words else ''}{to_html(body)}"
        for title, words, body in sections(record)
    )
    return (
        f'<!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width">'
        f"<title>Judgement of {name}</title><style>{style}</style><h1>Judgement of {name}</h1>"
        f'<p class="verdict">{escape(record["verdict"])}</p>'
        f"<p>The lines were judged {kind}, by Galactic Neon, which knows {len(LINES)} lines.</p>{parts}</html>"
    )
