"""Densities of a catalogue's galaxies in the diagnostic diagrams, as backgrounds of the explorer's figures."""

from functools import lru_cache

import numpy as np

from components.figures import diagram
from data.catalogue.registry import Catalogue
from data.catalogue.schema import EW_SUFFIX
from model.lines import LINE_NAMES
from model.physics.diagnostics import bpt_point, whan_point


@lru_cache(maxsize=8)
def sample_density(catalogue: Catalogue, frame: diagram.Frame) -> np.ndarray:
    """Return the density of a catalogue's observed points in a diagram."""
    ew = np.stack([catalogue.column(name + EW_SUFFIX) for name in LINE_NAMES], axis=1)
    return diagram.density(frame, (bpt_point if frame is diagram.BPT else whan_point)(ew))
