"""Choices of a training run of the intrinsic distribution."""

from typing import NamedTuple

from ..features import VARIANTS
from .loop import Schedule


class DistributionConfig(NamedTuple):
    """Choices of a training run; recorded in the weights' sidecar.

    `response_price` is that of a response that departs from plain noise, see `deconvolution.departure`. The catalogue
    tells a response only where noise matters; a high price leaves [O II], which a fit finds in noise, unexplained.
    """

    width: int = 128
    blocks: int = 2
    hidden: int = 64
    summary_width: int = 96
    epochs: int = 30
    deconvolution_epochs: int = 8
    response_price: float = 0.02
    latent_epochs: int = 10
    summary_epochs: int = 14
    batch: int = 512
    learning_rate: float = 2e-3
    weight_decay: float = 0.1
    draws: int = 8
    given_share: float = 0.6
    seed: int = 0

    def schedule(self, epochs: int) -> Schedule:
        """Return batch size, rates and seed for this many epochs."""
        return Schedule(epochs, self.batch, self.learning_rate, self.weight_decay, seed=self.seed)

    def epochs_in_all(self) -> int:
        """Count the epochs of a whole run."""
        chains = self.deconvolution_epochs + self.epochs + self.latent_epochs
        return chains + len(VARIANTS) * self.summary_epochs
