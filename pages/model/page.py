"""The Model page: the network, its accuracy on held-out galaxies, and its limits."""

import math
from typing import Any, Final

import dash
from dash import ALL, Input, Output, callback, html
from werkzeug.exceptions import BadRequest

from components import ids
from components.evaluation import cards
from components.evaluation.score_table import score_table
from components.figures.empty import EMPTY
from components.theme import scheme_or_dark
from components.widgets import widgets
from components.widgets.prose import facts, link, section
from model.lines import LINE_COUNT, LINES, Line
from model.storage.weights import load_sidecar
from pages.model.figures import VERSIONS, all_lines_figures, diagram_figures, line_figures
from pages.model.numbers import all_lines_numbers, diagram_numbers, line_numbers
from research.evaluation.record.files import committed
from research.evaluation.record.schema import OURS, Evaluation

dash.register_page(__name__, path="/model", name="Model", title="Model · Galactic Neon", order=3)

VARIANTS: Final = {
    "redshift": "colours + luminosity + redshift",
    "luminosity": "colours + luminosity",
    "colors": "colours",
}
OPENED: Final = "HALPHA"


def layout(**_: Any) -> html.Div:
    """Return the page; all its numbers come from the records of the evaluation and of the weights."""
    record, about = committed(), load_sidecar()
    metrics = {
        name: {
            line: {"n": each.n, **each.model_dump(), "coverage": math.nan if each.coverage is None else each.coverage}
            for line, each in ((line, found.scores[OURS]) for line, found in variant.lines.items())
        }
        for name, variant in record.variants.items()
    }
    return html.Div(
        [
            html.H1("The model"),
            html.P(
                "A small neural network has learned from real galaxies how emission lines depend on starlight.",
                className="lead",
            ),
            _flow(),
            section(
                "How well it predicts",
                html.P(
                    f"These scores were measured on {record.table.held_out:,} DESI galaxies that were held out: no "
                    "weight, density or map of this product was fitted to them. The scores of a line include only "
                    "the galaxies in which DESI detected it."
                ),
                _warning_of_other_weights(record, about),
                widgets.card(score_table(metrics), label="Scores per line"),
                html.P(
                    "ρ is Spearman’s rank correlation of predicted and catalogued EW. NMAD is 1.48 times the median "
                    "absolute error. Bias is the median of predicted over catalogued EW, minus one. Coverage is the "
                    "share of galaxies inside the predicted 16–84 % interval; the exact value would be 68 %.",
                    className="muted",
                ),
            ),
            section("A closer look", cards.controls(VARIANTS, OPENED), *_pictures()),
            section(
                "Comparison with other methods",
                html.P(
                    "Each method was trained on exactly the same galaxies as this network, except the published "
                    "network, which its authors trained on other galaxies. The times were measured in the same run, "
                    f"on {record.processors} processor cores."
                ),
                widgets.card(_methods(record), label="Methods", class_name="wide-words"),
            ),
            html.Div([_trust(), _record(record, about)], className="prose-columns"),
        ],
        className="page page-prose",
    )


def _pictures() -> list[html.Div]:
    return [
        html.Div(
            [
                cards.picture("agreement", "Predicted and observed EW", "cyan: median, 16–84 %, 2.5–97.5 %"),
                cards.picture("residual", "Residual by colour", "bands: 16–84 % and 2.5–97.5 %"),
                cards.picture("rho", "Comparison: ρ", "this network minus the other, 95 %", _SHORT),
                cards.picture("nmad", "Comparison: NMAD", "smaller is better", _SHORT),
                cards.picture("mean", "Comparison: all lines", f"mean ρ of the {LINE_COUNT} lines", _SHORT),
                cards.picture("ranks", "Calibration of the draws", "a flat histogram is calibrated", _SHORT),
            ],
            className="evaluation-grid",
        ),
        html.Div(
            cards.picture("coverage", "Coverage of the intervals", "shaded: nominal", "evaluation-graph"),
            className="evaluation-wide",
        ),
        _diagrams(
            "BPT",
            [
                html.H3("BPT: line ratios"),
                html.Span("solid: Kewley+01, dashed: Kauffmann+03", className="muted"),
                html.Span(cards.cut_control(("all", "S/N > 3")), className="end"),
            ],
            [cards.words("diagrams"), cards.twin("diagrams")],
        ),
        _diagrams(
            "WHAN",
            [
                html.H3("WHAN: star-forming to passive"),
                html.Span("Cid Fernandes+11, all galaxies", className="muted"),
            ],
            [cards.words("whan")],
        ),
    ]


def _diagrams(name: str, head: list[Any], below: list[Any]) -> html.Div:
    """Return the card with the observed, predicted and drawn version of a diagram."""
    return html.Div(
        widgets.card(
            html.Div(head, className="card-head"),
            cards.triptych(VERSIONS, name.lower(), f"{name} diagram"),
            *below,
            label=f"{name} diagrams",
        ),
        className="evaluation-wide",
    )


_SHORT: Final = "evaluation-graph graph-short"


def _warning_of_other_weights(record: Evaluation, about: dict[str, Any]) -> html.Div | None:
    """Return a warning if the weights in use are not those that were evaluated, else None."""
    if record.model.sha256 == about["sha256"]:
        return None
    return widgets.sentence(
        f"These numbers belong to the weights {record.model.sha256[:12]}; the ones in use are {about['sha256'][:12]}.",
        "warn",
    )


@callback(
    Output({"type": cards.FIGURE, "index": ALL}, "figure"),
    Output({"type": cards.WORDS, "index": ALL}, "children"),
    Output({"type": cards.TWIN, "index": ALL}, "children"),
    Input(cards.LINE, "value"),
    Input(cards.VARIANT, "value"),
    Input(cards.CUT, "value"),
    Input(ids.SCHEME, "computedColorScheme"),
)
def show(line_name: str, variant: str, cut: str, scheme: str | None) -> tuple[list[Any], list[Any], list[Any]]:
    """Return the figures, their sentences and their tables, in the order of the page's components."""
    record, line = committed(), _line(line_name)
    variant = variant if variant in record.variants else next(iter(record.variants))
    colors = scheme_or_dark(scheme)
    figures = (
        line_figures(record, variant, line, colors)
        | all_lines_figures(record, variant, colors)
        | diagram_figures(record, variant, cut, colors)
    )
    numbers = (
        line_numbers(record, variant, line) | all_lines_numbers(record, variant) | diagram_numbers(record, variant, cut)
    )
    shown, sentences, tables = (
        [each["id"]["index"] for each in outputs] for outputs in dash.callback_context.outputs_list
    )
    if not set(sentences) | set(tables) <= set(numbers):
        raise BadRequest("There is no such picture. Reload the page.")
    return (
        [figures.get(name, EMPTY) for name in shown],
        [numbers[name].words for name in sentences],
        [cards.table(numbers[name].head, numbers[name].rows, numbers[name].caption) for name in tables],
    )


def _line(name: str) -> Line:
    return next((line for line in LINES if line.name == name), LINES[0])


def _methods(record: Evaluation) -> html.Div:
    rows = []
    for name, method in record.methods.items():
        means = [
            f"{record.variants[variant].mean[name]:.4f}" if name in record.variants[variant].mean else widgets.NOTHING
            for variant in VARIANTS
        ]
        one, each = method.seconds_one, method.seconds_each
        times = [widgets.NOTHING if value is None else text(value) for value, text in ((one, _one), (each, _many))]
        rows.append([method.title, *means, *times, html.Span(method.absent or method.about)])
    head = ["Method", *(f"mean ρ, {title}" for title in VARIANTS.values()), "one galaxy", "100,000", "what it is"]
    return cards.table(head, rows, "Methods, their scores and times")


def _one(seconds: float) -> str:
    return f"{1e3 * seconds:.2f} ms"


def _many(seconds: float) -> str:
    total = 1e5 * seconds
    return f"{total:.2f} s" if total < 10 else f"{total:.0f} s"


def _flow() -> html.Ol:
    steps = (
        (
            "starlight",
            "12 bins",
            "The mean flux of the continuum, with lines masked, in steps of 300 Å from 3400 to 7000 Å.",
        ),
        (
            "violet",
            "11 colours",
            "Ratios of neighbouring bins, without brightness; luminosity and redshift may be added.",
        ),
        ("cyan", "One joint network", "Residual layers shared by all lines, in JAX: fast, and exactly differentiable."),
        (
            "red",
            f"{len(LINES)} lines",
            "Median equivalent width and a 16–84 % interval for each, in Å of the rest frame.",
        ),
    )
    return html.Ol(
        [html.Li([html.Strong(title), text], style={"--step": f"var(--{color})"}) for color, title, text in steps],
        className="flow",
    )


def _trust() -> html.Section:
    return section(
        "When not to trust it",
        html.Ul(
            [
                html.Li(
                    "The prediction assumes that the line is detected. A quiescent galaxy therefore still gets a "
                    "small positive EW, although most such galaxies have no detectable line."
                ),
                html.Li(
                    "The network was trained on bright, nearby galaxies (DESI BGS, redshift 0.06 to 0.30). Quasars, "
                    "dwarf galaxies much fainter than these and the distant Universe lie outside its domain."
                ),
                html.Li(
                    "The luminosity is that of the light in DESI’s fibre. For the total light of a simulated galaxy, "
                    "or for a log luminosity outside 5.5 to 7.0, predict from the colours alone."
                ),
                html.Li(
                    "The continuum does not reveal an active nucleus. The emission of a nucleus is scatter that this "
                    "network cannot predict, above all in [O III]."
                ),
                html.Li(
                    "The bins must be in vacuum wavelengths, in the rest frame, with lines masked, and with Galactic "
                    "reddening treated as in the training spectra."
                ),
                html.Li(
                    "Part of each interval is DESI’s measurement noise, not the galaxies’ own scatter. The joint "
                    "draws separate the two and include the correlations between lines; the intervals do not."
                ),
            ]
        ),
    )


def _record(record: Evaluation, about: dict[str, Any]) -> html.Section:
    training = about["training"]
    return section(
        "The record",
        facts(
            [
                ("Trained on", f"{training['galaxies']:,} galaxies, DESI BGS, early data release"),
                ("Held out", f"{training['held_out']:,} galaxies, one in five by a hash of the TARGETID"),
                ("Weights", html.Code(about["sha256"][:32] + "…", title=about["sha256"])),
                ("Trained", f"{about['date']}, revision {about['git_revision']}"),
                ("Evaluated", f"{record.date}, revision {record.git_revision}, {record.resamples} resamples"),
                ("Command", html.Code(record.command)),
            ]
        ),
        html.P(
            [
                "The method is that of ",
                link("Khederlarian et al. 2024", "https://doi.org/10.1093/mnras/stae1189"),
                ", who train one network per line on other DESI galaxies. Their network can be imported and used "
                "beside this one by the name ",
                html.Code("published"),
                "; it gives no intervals. Since the two were trained on different galaxies, the fair comparison is the "
                "published recipe retrained on the same rows.",
            ]
        ),
    )
