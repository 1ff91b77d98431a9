"""The script of ag-grid, for tables of many rows. It has 2 MB, so pages load it only when they show a table.

Dash adds the scripts of every imported component library to the page; marked as dynamic, they are served but not added.
assets/tables/grid.mjs loads the script at the address that `script` returns.
"""

import dash_ag_grid
from dash.fingerprint import build_fingerprint

for _entry in dash_ag_grid._js_dist:
    _entry.pop("async", None)
    _entry["dynamic"] = True


def script(prefix: str = "/") -> str:
    """Return the address of ag-grid's script, which changes only with the package's version."""
    name = build_fingerprint("dash_ag_grid.min.js", dash_ag_grid.__version__, 0)
    return f"{prefix}_dash-component-suites/dash_ag_grid/{name}"
