"""Component ids that more than one file names; ids of a single page's own parts live in that page."""

from typing import Final

SCHEME: Final = "scheme"
"""The dark/light switch. Figures take ``Input(ids.SCHEME, "computedColorScheme")``; it is None at first."""

MAIN: Final = "main"
"""The element that holds the page, target of the skip link."""

# The explorer; assets/explorer.js names these too.
EXPLORER: Final = "explorer"
PANELS: Final = "explorer-panels"
PANELS_GRAPH: Final = "explorer-panels-graph"
MANIFEST: Final = "explorer-manifest"
CATALOGUE: Final = "explorer-catalogue"
SHOW: Final = "explorer-show"
SEED: Final = "explorer-seed"
NEXT_REALISATION: Final = "explorer-next-realisation"
RESET_VIEW: Final = "explorer-reset-view"
ZOOM_IN: Final = "explorer-zoom-in"
ZOOM_OUT: Final = "explorer-zoom-out"
SELECTED: Final = "explorer-selected"
SEARCH: Final = "explorer-search"
GALAXY_HEAD: Final = "explorer-galaxy-head"
GALAXY_NOTE: Final = "explorer-galaxy-note"
SPECTRUM: Final = "explorer-spectrum"
GALAXY_LINES: Final = "explorer-galaxy-lines"
GALAXY_LINES_MARKUP: Final = "explorer-galaxy-lines-markup"
STATUS: Final = "explorer-status"
