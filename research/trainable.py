"""Whether a table of galaxies can be trained on; said before the first epoch, not after the last."""

from typing import Final

import numpy as np

from data.errors import CatalogueError
from model.lines import LINE_NAMES
from research.sample import Sample

FEWEST_GALAXIES: Final = 1024
"""Galaxies of one batch."""
FEWEST_LINES: Final = 100
"""Measured values per line below which nothing can be learned about it."""


def check_trainable(sample: Sample, name: str, distribution: bool = False) -> None:
    """Refuse a table that training cannot use.

    Parameters
    ----------
    sample : Sample
        From `sample.read_sample`.
    name : str
        What to call it.
    distribution : bool
        Whether the joint distribution is to be trained, which needs the errors of the equivalent widths.

    Raises
    ------
    CatalogueError
        Naming the column, what it holds, what is needed, and what to do.
    """
    seen = ~sample.held_out
    if (galaxies := np.count_nonzero(seen)) < FEWEST_GALAXIES:
        raise CatalogueError(
            f"{name} has {galaxies} galaxies that are not held out; training needs at least {FEWEST_GALAXIES}. "
            "Give a larger table."
        )
    for column, values in (("redshift", sample.redshift), ("log_luminosity", sample.log_luminosity)):
        if not np.isfinite(values).all():
            row = int(np.argmin(np.isfinite(values)))
            raise CatalogueError(
                f"{column} of row {row} of {name} is {values[row]}; training needs a number. Remove it."
            )
    for index, line in enumerate(LINE_NAMES):
        for suffix, values in (("EW", sample.ew), ("EW_IVAR", sample.ew_ivar))[: 1 + distribution]:
            known = np.count_nonzero(np.isfinite(values[seen, index]) & (values[seen, index] > 0))
            if known < FEWEST_LINES:
                raise CatalogueError(
                    f"{line}_{suffix} of {name} has {known} values > 0 among the {galaxies} galaxies to train on; "
                    f"at least {FEWEST_LINES} are needed. Give a table with measured lines."
                )
