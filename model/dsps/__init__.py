"""Mock galaxies in one function: a star formation history becomes a spectrum, its lines, and magnitudes.

DSPS (Hearn et al. 2023, MNRAS 521, 1741) weighs stellar populations with the history; Galactic Neon adds dust, the
motion of the stars, emission lines and bands. All of it compiles, differentiates and vectorises. Needs ``dsps``.
"""

from .pipeline import MockGalaxy, Pipeline
from .populations import ssp_data
from .stars import Stars, history, log_ssfr

__all__ = ["MockGalaxy", "Pipeline", "Stars", "history", "log_ssfr", "ssp_data"]
