"""Tables of many rows: ag-grid. Its script is two megabytes, so a page asks for it when it has a table to show.

Dash puts the scripts of every imported component library into the page; marked as dynamic they are only served.
assets/tables/grid.mjs loads what `script` names and makes the grid.
"""

import dash_ag_grid
from dash.fingerprint import build_fingerprint

for _entry in dash_ag_grid._js_dist:
    _entry.pop("async", None)
    _entry["dynamic"] = True


def script(prefix: str = "/") -> str:
    """Return the address of ag-grid's script; as Dash's own, it changes with the package's version alone."""
    name = build_fingerprint("dash_ag_grid.min.js", dash_ag_grid.__version__, 0)
    return f"{prefix}_dash-component-suites/dash_ag_grid/{name}"
