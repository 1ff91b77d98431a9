"""Choices of a training run of the intrinsic distribution."""

from typing import NamedTuple

from .optimization import Schedule


class DrawRecipe(NamedTuple):
    """Choices of a training run; recorded in the weights' sidecar."""

    width: int = 192
    blocks: int = 2
    channel_width: int = 96
    hidden: int = 64
    epochs: int = 14
    deconvolution_epochs: int = 6
    batch: int = 256
    learning_rate: float = 1.5e-3
    weight_decay: float = 0.1
    draws: int = 8
    redshift_known: float = 0.6
    seed: int = 0

    def schedule(self, epochs: int | None = None) -> Schedule:
        """Give the part of it that says how long and how fast to train."""
        return Schedule(epochs or self.epochs, self.batch, self.learning_rate, self.weight_decay, seed=self.seed)
