"""The About page: the science, which data are real and which are mock, and citations."""

from typing import Any

import dash
from dash import html

from components.widgets.prose import link, reference, section

dash.register_page(__name__, path="/about", name="About", title="About · Galactic Neon", order=3)


def layout(**_: Any) -> html.Div:
    """Return the page."""
    return html.Div(
        [
            html.H1("About"),
            html.P(
                "A galaxy’s spectrum is starlight with the glow of gas on top. The stars light the gas; so from the "
                "starlight alone one can say, within limits, how the gas glows.",
                className="lead",
            ),
            html.Div(
                [html.Div([_science(), _mock()]), html.Div([_cite(), _thanks(), _licence()])], className="prose-columns"
            ),
        ],
        className="page page-prose",
    )


def _science() -> html.Section:
    return section(
        "Why starlight predicts lines",
        html.P(
            "Young, massive stars shine blue and strip electrons from the hydrogen, oxygen, nitrogen and sulphur "
            "around them. When the electrons fall back, or collisions stir the ions, the gas answers in a few sharp "
            "colours, as neon does in a sign. Galaxies without young stars are red and, mostly, dark in these lines; "
            "old hot stars and active nuclei make faint exceptions."
        ),
        html.P(
            "How strong a line is against the starlight is its equivalent width: the stretch of continuum, in Å, "
            "that holds as much light as the line. Galactic Neon reduces the continuum from 3400 to 7000 Å to twelve "
            "numbers and predicts ten equivalent widths from them. Simulations that know a galaxy’s stars, but not its "
            "gas, can add believable lines this way, millions at a time."
        ),
        html.P(
            "The prediction is the typical value for such starlight. Real galaxies scatter around it: their gas "
            "differs in amount, metal content and dust. On the map of continua the observed lines look grainy, "
            "the predicted ones smooth; adding noise brings the grain back."
        ),
    )


def _mock() -> html.Section:
    return section(
        "What is real, what is mock",
        html.Ul(
            [
                html.Li(
                    [
                        html.Strong("Mock: "),
                        "the galaxies named MOCK-… in the explorer, their redshifts, lines and spectra. They are drawn "
                        "from a density fitted to real galaxies. None of them exists, and their fine structure is only "
                        "as good as that density.",
                    ]
                ),
                html.Li(
                    [
                        html.Strong("Real, in summary: "),
                        "the hexagonal cells of the map, the presets and every score: statistics over DESI galaxies, "
                        "at least 20 in each cell.",
                    ]
                ),
                html.Li(
                    [
                        html.Strong("Learned from real galaxies: "),
                        "the network’s weights and the map. Single observed galaxies are not part of this product; a "
                        "catalogue of them can be served instead of the mock.",
                    ]
                ),
                html.Li([html.Strong("Yours: "), "what you type or upload is predicted and forgotten."]),
            ]
        ),
    )


def _cite() -> html.Section:
    return section(
        "Please cite",
        html.Ul(
            [
                reference(
                    "Khederlarian et al. 2024",
                    "MNRAS 531, 1454",
                    "https://doi.org/10.1093/mnras/stae1189",
                    "The method: emission lines from continua with networks trained on DESI.",
                ),
                reference(
                    "DESI Collaboration 2024",
                    "AJ 168, 58",
                    "https://doi.org/10.3847/1538-3881/ad3217",
                    "The early data release, where the galaxies come from.",
                ),
                reference(
                    "Moustakas et al. 2023",
                    "ascl:2308.005",
                    "https://ascl.net/2308.005",
                    "FastSpecFit, which measured their lines.",
                ),
                reference(
                    "McInnes, Healy & Melville 2018",
                    "arXiv:1802.03426",
                    "https://arxiv.org/abs/1802.03426",
                    "UMAP, which draws the map.",
                ),
                reference(
                    "Bradbury et al. 2018",
                    "JAX",
                    "https://github.com/jax-ml/jax",
                    "The library in which the network runs and differentiates.",
                ),
            ]
        ),
    )


def _thanks() -> html.Section:
    return section(
        "DESI",
        html.P(
            [
                "This work uses data of the Dark Energy Spectroscopic Instrument (DESI), public under ",
                link("CC BY 4.0", "https://creativecommons.org/licenses/by/4.0/"),
                ". DESI’s construction and operations are managed by Lawrence Berkeley National Laboratory and "
                "supported by the U.S. Department of Energy, Office of Science, Office of High Energy Physics, under "
                "contract DE-AC02-05CH11231, by NERSC, by the U.S. National Science Foundation and by further "
                "agencies, foundations and the DESI member institutions. The DESI collaboration is honoured to be "
                "permitted to conduct scientific research on I’oligam Du’ag (Kitt Peak), a mountain with particular "
                "significance to the Tohono O’odham Nation.",
            ]
        ),
        html.P(
            [
                "In a publication, use the ",
                link("official acknowledgment", "https://data.desi.lbl.gov/doc/acknowledgments/"),
                " in full. Galactic Neon is not a product of the DESI collaboration.",
            ]
        ),
    )


def _licence() -> html.Section:
    return section(
        "Licence",
        html.P("The code and the network’s weights are free under the MIT licence. DESI’s data keep their own."),
    )
