"""The frame around every page: name, navigation, served catalogue, colour scheme."""

from collections.abc import Iterable
from typing import TYPE_CHECKING

import dash
import dash_mantine_components as dmc
from dash import ClientsideFunction, Input, Output, clientside_callback, html

from components import ids, theme
from components.widgets import widgets
from components.widgets.aria import aria

if TYPE_CHECKING:
    from data.catalogue.catalogue import Catalogue

TITLE = "Galactic Neon"
DESCRIPTION = "Emission lines of galaxies from their starlight: explore and predict equivalent widths."
META_TAGS = [
    {"name": "description", "content": DESCRIPTION},
    {"property": "og:type", "content": "website"},
    {"property": "og:title", "content": TITLE},
    {"property": "og:description", "content": DESCRIPTION},
]
"""Metadata for search engines and link previews."""

# Callbacks with the scheme as an input run after this one, so they always get the scheme that the page shows.
clientside_callback(
    ClientsideFunction("shell", "scheme"),
    Output(ids.SCHEME, "computedColorScheme"),
    Input(ids.SCHEME, "computedColorScheme"),
)


def layout(catalogues: "Iterable[Catalogue]" = (), docs_url: str = "") -> dmc.MantineProvider:
    """Return the app's layout; call it after all pages are registered.

    Parameters
    ----------
    catalogues : iterable of Catalogue
        The served ones.
    docs_url : str
        Address of the documents; where it is empty, nothing links to them.
    """
    return dmc.MantineProvider(
        html.Div(
            [
                html.A("Skip to content", href=f"#{ids.MAIN}", className="skip-link"),
                _header(list(catalogues), docs_url),
                html.Main(dash.page_container, id=ids.MAIN, tabIndex=-1),
            ],
            className="shell",
        ),
        theme=theme.mantine_theme(),
        defaultColorScheme="auto",
    )


def _header(catalogues: "list[Catalogue]", docs_url: str) -> html.Header:
    return html.Header(
        [
            dmc.Anchor(
                ["Galactic ", html.Span("Neon", className="brand-glow")],
                href="/",
                className="brand",
                underline="never",
                unstyled=True,
            ),
            html.Nav([*_links(), *_documents(docs_url)], className="nav", **aria(label="Pages")),
            html.Div(
                [
                    *_served(catalogues),
                    dmc.ColorSchemeToggle(
                        id=ids.SCHEME,
                        lightIcon=widgets.icon("sun"),
                        darkIcon=widgets.icon("moon"),
                        variant="default",
                        size="32px",
                        **aria(label="Switch between dark and light"),
                    ),
                ],
                className="header-end",
            ),
        ],
        className="header",
    )


def _links() -> list[dmc.NavLink]:
    """Return links to the pages without path parameters, except the 404 page and those that others link to."""
    return [
        dmc.NavLink(label=page["name"], href=page["relative_path"], active="exact", className="nav-link")
        for page in dash.page_registry.values()
        if page["path_template"] is None and not page["module"].endswith("not_found_404")
        if page.get("in_navigation", True)
    ]


def _documents(docs_url: str) -> list[html.A]:
    if not docs_url:
        return []
    return [html.A("Documentation", href=docs_url, rel="noreferrer", className="nav-link nav-documents")]


def _served(catalogues: "list[Catalogue]") -> list[html.Span]:
    if not catalogues:
        return []
    first, *others = catalogues
    more = f" and {len(others)} more" if others else ""
    return [
        html.Span(
            [
                html.Span("Catalogue ", className="muted"),
                html.Strong(first.title),
                html.Span(f" · {first.n:,}{more}", className="muted"),
            ],
            className="served",
        )
    ]
