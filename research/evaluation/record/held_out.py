"""Rank correlations of the committed evaluation, which was measured on real galaxies that were held out."""

from collections.abc import Mapping
from typing import Any, NamedTuple

from research.evaluation.record.files import committed
from research.evaluation.record.schema import OURS


class HeldOut(NamedTuple):
    """Rank correlations of predicted and catalogued EW on held-out real galaxies.

    Attributes
    ----------
    galaxies : int
        Number of held-out galaxies.
    rho : mapping
        By variant of the network, then by line.
    """

    galaxies: int
    rho: Mapping[str, Mapping[str, float]]

    def range(self, line: str) -> tuple[float, float]:
        """Return the rank correlation of a line in the variants with the fewest and with the most inputs."""
        every = [rho[line] for rho in self.rho.values()]
        return every[0], every[-1]


def held_out(model: Mapping[str, Any] | None) -> HeldOut | None:
    """Return the correlations of the weights that predicted a catalogue.

    Parameters
    ----------
    model : mapping, optional
        `model` of the catalogue's metadata, with the checksum of the weights.

    Returns
    -------
    HeldOut or None
        None if the committed evaluation is of other weights.
    """
    record = committed()
    if (model or {}).get("sha256") != record.model.sha256:
        return None
    rho = {
        name: {line: found.scores[OURS].spearman for line, found in variant.lines.items()}
        for name, variant in record.variants.items()
    }
    return HeldOut(record.table.held_out, rho)
