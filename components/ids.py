"""Component ids that several files use; ids that a single file uses are defined there."""

from typing import Final

SCHEME: Final = "scheme"
"""The dark/light switch. Figures take ``Input(ids.SCHEME, "computedColorScheme")``; it is None at first."""

MAIN: Final = "main"
"""The element that holds the page; target of the skip link."""

# The explorer; assets/explorer/ uses these too.
EXPLORER: Final = "explorer"
PANELS: Final = "explorer-panels"
CATALOGUE: Final = "explorer-catalogue"
CATALOGUE_MENU: Final = "explorer-catalogue-menu"
CATALOGUE_PLACE: Final = "explorer-catalogue-place"
SEED: Final = "explorer-seed"
CONTROL: Final = "explorer-view-"
"""Prefix of the ids of the panels' controls; the name of a field follows (components/explorer/view.py)."""

TOOL: Final = "explorer-tool"
UNDO: Final = "explorer-undo"
REDO: Final = "explorer-redo"
COUNT: Final = "explorer-count"
CLEAR: Final = "explorer-clear"
FOUND: Final = "explorer-found"
ENTERED: Final = "explorer-entered"
"""Store: text with the number of galaxies that the search finds."""

FIND_NOTE: Final = "explorer-find-note"
KEYS: Final = "explorer-keys"
COPY_LINK: Final = "explorer-copy-link"
PRINT_PNG: Final = "explorer-print-png"
PRINT_SVG: Final = "explorer-print-svg"
SHOW_PYTHON: Final = "explorer-show-python"
PYTHON: Final = "explorer-python"
SHOW_CITE: Final = "explorer-show-cite"
CITE: Final = "explorer-cite"
SHOW_TABLE: Final = "explorer-show-table"
TABLE: Final = "explorer-table"
NEXT_REALISATION: Final = "explorer-next-realisation"
RESET_VIEW: Final = "explorer-reset-view"
ZOOM_IN: Final = "explorer-zoom-in"
ZOOM_OUT: Final = "explorer-zoom-out"
SELECTED: Final = "explorer-selected"
"""Store: ``{"row": int}``, the chosen galaxy, or None."""

SELECTION: Final = "explorer-selection"
"""Store: the selected population, or None: ``{"version": 1, "name": str, "count": int, "rows": base64 of little-endian
uint32 rows, "gate": {"view": str, "x": column, "y": column, "polygon": [[x, y], ...]} | None}``;
``"find"`` besides where a search made it."""

VIEW: Final = "explorer-view"
"""Store: the panels' state."""

POPULATION: Final = "explorer-population"
"""Element below the panels with the cards of the galaxy and the population."""

SEARCH: Final = "explorer-search"
GALAXY_HEAD: Final = "explorer-galaxy-head"
GALAXY_NOTE: Final = "explorer-galaxy-note"
SPECTRUM: Final = "explorer-spectrum"
GALAXY_LINES: Final = "explorer-galaxy-lines"
STATUS: Final = "explorer-status"
