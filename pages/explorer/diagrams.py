"""How densely a catalogue's galaxies fill the diagnostic diagrams: the backdrop that galaxy and population share."""

from functools import lru_cache

import numpy as np

from components.figures import diagram
from data.catalogue.registry import Catalogue
from data.catalogue.schema import EW_SUFFIX
from model.lines import LINE_NAMES
from model.physics.diagnostics import bpt_place, whan_place


@lru_cache(maxsize=8)
def sample_density(catalogue: Catalogue, frame: diagram.Frame) -> np.ndarray:
    """Return the density of a catalogue's observed places in a diagram."""
    ew = np.stack([catalogue.column(name + EW_SUFFIX) for name in LINE_NAMES], axis=1)
    return diagram.density(frame, (bpt_place if frame is diagram.BPT else whan_place)(ew))
