"""The About page: the science, which data are real and which are mock, and citations."""

from typing import Any

import dash
from dash import html

from components.widgets.prose import link, reference, section
from model.lines import LINE_COUNT

dash.register_page(__name__, path="/about", name="About", title="About · Galactic Neon", order=4)


def layout(**_: Any) -> html.Div:
    """Return the page."""
    return html.Div(
        [
            html.H1("About"),
            html.P(
                "A galaxy’s spectrum is starlight plus emission lines from its gas. The stars ionise the gas, so the "
                "starlight alone predicts, within limits, how strong the lines are.",
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
            "Young, massive stars emit light that is energetic enough to strip electrons from the hydrogen, oxygen, "
            "nitrogen and sulphur around them. When the electrons recombine, or when collisions excite the ions, the "
            "gas emits light at a few sharp wavelengths, like the gas in a neon sign. Galaxies without young stars "
            "are red and mostly have no such lines; old hot stars and active nuclei produce faint exceptions."
        ),
        html.P(
            "The equivalent width measures the strength of a line relative to the starlight: it is the width of "
            "continuum, in Å, that contains as much light as the line. Galactic Neon reduces the continuum from 3400 "
            f"to 7000 Å to twelve numbers and predicts {LINE_COUNT} equivalent widths from them. Simulations that "
            "model a galaxy’s stars but not its gas can add realistic lines in this way, for millions of galaxies."
        ),
        html.P(
            "The prediction is the typical value for galaxies with the same starlight. Real galaxies scatter around "
            "it, because their gas differs in amount, metal content and dust. On the map of continua, the observed "
            "lines therefore look grainy and the predicted lines smooth. Adding noise makes the predicted lines look "
            "grainy too."
        ),
    )


def _mock() -> html.Section:
    return section(
        "What is real and what is mock",
        html.Ul(
            [
                html.Li(
                    [
                        html.Strong("Mock: "),
                        "the galaxies named MOCK-… in the explorer, with their redshifts, lines and spectra. They "
                        "are drawn from a density fitted to real galaxies. None of them exists, and their details "
                        "are only as realistic as that density.",
                    ]
                ),
                html.Li(
                    [
                        html.Strong("Statistics of real galaxies: "),
                        "the hexagonal cells of the map, the presets and every score. They summarise DESI galaxies, "
                        "at least 20 in each cell.",
                    ]
                ),
                html.Li(
                    [
                        html.Strong("Learned from real galaxies: "),
                        "the network’s weights and the map. This product contains no individual observed galaxies; a "
                        "catalogue of them can be served instead of the mock.",
                    ]
                ),
                html.Li(
                    [html.Strong("Yours: "), "what you type or upload is used for the prediction and is not stored."]
                ),
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
        html.P(
            "The code and the network’s weights are available under the MIT licence. DESI’s data have their own "
            "licence, CC BY 4.0."
        ),
    )
