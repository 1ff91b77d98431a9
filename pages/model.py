"""Model: what the network is, how well it predicts galaxies it never saw, and when not to trust it."""

from typing import Any

import dash
from dash import html

from components import widgets
from components.prose import facts, link, section
from components.score_table import score_table
from model.weights import load_sidecar

dash.register_page(__name__, path="/model", name="Model", title="Model · Galactic Neon", order=2)


def layout(**_: Any) -> html.Div:
    """Return the page; every number on it is read from the weights' own record."""
    about = load_sidecar()
    training, recipe = about["training"], about["recipe"]
    return html.Div(
        [
            html.H1("The model"),
            html.P(
                "A small neural network that has learned, from real galaxies, which emission lines go with which "
                "starlight.",
                className="lead",
            ),
            _flow(recipe),
            section(
                "How well it predicts",
                html.P(
                    f"Measured on {training['held_out']:,} DESI galaxies that were held out: no weight, density or map "
                    "of this product has seen them. For each line only the galaxies count in which DESI detected it."
                ),
                widgets.card(score_table(about["metrics"]), label="Scores per line"),
                html.P(
                    "ρ is Spearman’s rank correlation of predicted and catalogued EW. NMAD is 1.48 times the median "
                    "absolute error. Bias is the median of predicted over catalogued EW, minus one. Coverage is the "
                    "share of galaxies inside the predicted 16–84 % interval; 68 % would be exact.",
                    className="muted",
                ),
            ),
            html.Div([_trust(), _record(about)], className="prose-columns"),
        ],
        className="page page-prose",
    )


def _flow(recipe: dict[str, Any]) -> html.Ol:
    steps = (
        ("starlight", "12 bins", "Mean flux of the continuum, lines masked, in 300 Å steps from 3400 to 7000 Å."),
        ("violet", "11 colours", "Ratios of neighbouring bins. Brightness cancels; a luminosity may be added."),
        (
            "cyan",
            "One joint network",
            f"{recipe['blocks']} residual layers of {recipe['width']} units, in JAX: fast, and exactly differentiable.",
        ),
        ("red", "10 lines", "Median equivalent width and a 16–84 % interval for each, in Å of the rest frame."),
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
                    "It answers for galaxies in which the line is detected. A dead galaxy still gets a small positive "
                    "EW: most such galaxies have no detectable line at all."
                ),
                html.Li(
                    "It has seen bright, nearby galaxies (DESI BGS, redshift 0.06 to 0.30). Quasars, dwarfs much "
                    "fainter than these and the distant Universe lie outside."
                ),
                html.Li(
                    "Luminosity means light in DESI’s fibre. For the total light of a simulated galaxy, or outside "
                    "5.5 to 7.0, predict from the colours alone."
                ),
                html.Li(
                    "The continuum cannot see an active nucleus. What a nucleus adds is scatter to this network, "
                    "[O III] above all."
                ),
                html.Li(
                    "The bins must be in vacuum wavelengths, in the rest frame, with lines masked and Galactic "
                    "reddening treated as in the training spectra."
                ),
                html.Li(
                    "Part of each interval is DESI’s measurement noise, not the galaxies’ own scatter. The two are not "
                    "told apart here, nor are the lines’ errors independent of each other."
                ),
            ]
        ),
    )


def _record(about: dict[str, Any]) -> html.Section:
    training, recipe = about["training"], about["recipe"]
    return section(
        "The record",
        facts(
            [
                ("Trained on", f"{training['galaxies']:,} galaxies, DESI BGS, early data release"),
                ("Held out", f"{training['held_out']:,} galaxies, one in five by a hash of the TARGETID"),
                ("Recipe", f"{recipe['epochs']} epochs, batches of {recipe['batch']}, AdamW, seed {recipe['seed']}"),
                ("Date", about["date"]),
                ("Revision", html.Code(about["git_revision"])),
                ("SHA-256", html.Code(about["sha256"][:32] + "…", title=about["sha256"])),
            ]
        ),
        html.P(
            [
                "The method is that of ",
                link("Khederlarian et al. 2024", "https://doi.org/10.1093/mnras/stae1189"),
                ", who train one network per line on other DESI galaxies. Their network can be imported and used "
                "beside this one by the name ",
                html.Code("published"),
                "; it gives no intervals. The two were trained on different galaxies, so their scores here do not say "
                "which recipe is the better one.",
            ]
        ),
    )
