"""The menu of catalogues; the choice is a parameter of the address."""

from collections.abc import Iterable
from typing import TYPE_CHECKING

import dash_mantine_components as dmc
from dash import ClientsideFunction, Input, Output, clientside_callback, dcc, html

from components import ids
from components.widgets import widgets
from components.widgets.aria import aria

if TYPE_CHECKING:
    from data.catalogue.catalogue import Catalogue


def catalogue_menu(catalogues: "Iterable[Catalogue]", shown: str) -> html.Div:
    """Return the menu with the catalogue `shown` selected; hidden if there is only one."""
    listed = list(catalogues)
    return html.Div(
        [
            dmc.Select(
                id=ids.CATALOGUE_MENU,
                value=shown,
                data=[{"value": one.name, "label": f"{one.title} · {one.n:,}"} for one in listed],
                size="xs",
                allowDeselect=False,
                className="catalogue-menu",
                **aria(label="Catalogue"),
            ),
            dcc.Location(id=ids.CATALOGUE_PLACE, refresh="callback-nav"),
        ],
        hidden=len(listed) < 2,
    )


def unknown(asked: str, shown: str) -> html.Div:
    """Return the warning for an address with an unknown catalogue."""
    return widgets.sentence(f"There is no catalogue “{asked[:40]}” here; this is “{shown}”.", "warn")


clientside_callback(
    ClientsideFunction("catalogues", "go"),
    Output(ids.CATALOGUE_PLACE, "search"),
    Input(ids.CATALOGUE_MENU, "value"),
    prevent_initial_call=True,
)
