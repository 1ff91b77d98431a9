"""Check of a table of galaxies before training."""

from typing import Final

import numpy as np

from data.errors import CatalogueError
from model.lines import LINE_NAMES
from research.sample import Sample

FEWEST_GALAXIES: Final = 1024
"""Smallest number of training galaxies, one batch."""
FEWEST_LINES: Final = 100
"""Smallest number of measured values per line."""


def check_trainable(sample: Sample, name: str, distribution: bool = False) -> None:
    """Raise if a table cannot be trained on.

    Parameters
    ----------
    sample : Sample
        From `sample.read_sample`.
    name : str
        Name of the table, for error messages.
    distribution : bool
        Whether the joint distribution is trained, which needs the errors of the equivalent widths.

    Raises
    ------
    CatalogueError
        When the table cannot be trained on; the message names the column, its content and the remedy.
    """
    training = ~sample.held_out
    if (galaxies := np.count_nonzero(training)) < FEWEST_GALAXIES:
        raise CatalogueError(
            f"{name} has {galaxies} galaxies that are not held out; training needs at least {FEWEST_GALAXIES}. "
            "Give a larger table."
        )
    for column, values in (("redshift", sample.redshift), ("log_luminosity", sample.log_luminosity)):
        if not np.isfinite(values).all():
            row = int(np.argmin(np.isfinite(values)))
            raise CatalogueError(
                f"{column} of row {row + 1} of {name} is {values[row]}; training needs a number. Remove it."
            )
    for index, line in enumerate(LINE_NAMES):
        for suffix, values in (("EW", sample.ew), ("EW_IVAR", sample.ew_ivar))[: 1 + distribution]:
            positive = np.count_nonzero(np.isfinite(values[training, index]) & (values[training, index] > 0))
            if positive < FEWEST_LINES:
                raise CatalogueError(
                    f"{line}_{suffix} of {name} has {positive} values > 0 among the {galaxies} galaxies to train on; "
                    f"at least {FEWEST_LINES} are needed. Give a table with measured lines."
                )
