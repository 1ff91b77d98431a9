"""Optimisation of every network: AdamW over shuffled batches, one compiled scan per epoch. Needs optax.

An interrupted run resumes after its last completed epoch and ends with the same weights as an uninterrupted one.
"""

from collections.abc import Callable
from hashlib import sha256
from pathlib import Path
from typing import Any, NamedTuple, TypeVar

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, PRNGKeyArray
from safetensors import SafetensorError, safe_open
from safetensors.numpy import save

from ..storage.files import write_atomically

SCALERS = ("feature_mean", "feature_std", "target_mean", "target_std")
"""Fields of a network that are measured on the sample and not trained."""
LARGEST_STEP = 5.0
"""Norm to which gradients are clipped, so that one bad batch cannot ruin a run."""
Network = TypeVar("Network")
Progress = Callable[[float], None] | None


class Schedule(NamedTuple):
    """Number of epochs, batch size, rates and seed."""

    epochs: int
    batch: int = 1024
    learning_rate: float = 2e-3
    weight_decay: float = 0.1
    warm_up: float = 0.05
    seed: int = 0

    def steps(self, rows: int) -> int:
        """Return the number of steps of the whole training on a sample of `rows` rows."""
        return self.epochs * (rows // self.batch)

    def optimizer(self, rows: int) -> Any:
        """Make AdamW with clipped gradients, linear warm-up and cosine decay."""
        import optax

        steps = self.steps(rows)
        rate = optax.warmup_cosine_decay_schedule(0.0, self.learning_rate, int(self.warm_up * steps) + 1, steps)
        return optax.chain(
            optax.clip_by_global_norm(LARGEST_STEP), optax.adamw(rate, b2=0.99, weight_decay=self.weight_decay)
        )


class Checkpoints(NamedTuple):
    """Where the state of a run is kept, so that an interrupted run can resume.

    Attributes
    ----------
    folder : Path
        Holds one file per part of the run.
    run : str
        Identifies sample, recipe and part; a state kept under another identity is ignored.
    """

    folder: Path
    run: str

    def part(self, name: str) -> "Checkpoints":
        """Return the checkpoints of one part of the run."""
        return self._replace(run=f"{self.run}, {name}")

    @property
    def file(self) -> Path:
        """Path of the file that holds the state."""
        return self.folder / f"{sha256(self.run.encode()).hexdigest()[:16]}.safetensors"


def save_state(checkpoint: Checkpoints, state: Any, epoch: int, loss: float) -> None:
    """Save the state of a part after an epoch; the file is replaced as a whole."""
    leaves = {str(index): np.asarray(leaf) for index, leaf in enumerate(jax.tree.leaves(state))}
    write_atomically(checkpoint.file, save(leaves, {"run": checkpoint.run, "epoch": str(epoch), "loss": repr(loss)}))


def restore_state(checkpoint: Checkpoints, state: Any) -> tuple[Any, int, float]:
    """Return the saved state, its epochs and last loss; the given state, 0 and NaN if no usable one was saved."""
    fresh = state, 0, float("nan")
    if not checkpoint.file.is_file():
        return fresh
    leaves, tree = jax.tree.flatten(state)
    try:
        with safe_open(checkpoint.file, "np") as file:
            metadata = file.metadata()
            saved = [file.get_tensor(str(index)) for index in range(len(leaves))]
    except SafetensorError:
        return fresh
    if metadata["run"] != checkpoint.run or [leaf.shape for leaf in saved] != [np.shape(leaf) for leaf in leaves]:
        return fresh
    return (
        jax.tree.unflatten(tree, [jnp.asarray(leaf) for leaf in saved]),
        int(metadata["epoch"]),
        float(metadata["loss"]),
    )


def minimize(
    network: Network,
    loss: Callable[[Network, Array, PRNGKeyArray], Array],
    rows: int,
    schedule: Schedule,
    progress: Progress = None,
    checkpoint: Checkpoints | None = None,
    optimizer: Any = None,
) -> Network:
    """Minimise a loss over shuffled batches, one compiled scan per epoch.

    Parameters
    ----------
    network : NamedTuple
        Untrained.
    loss : callable
        Maps the network, the indices of a batch's rows, and a random key to a scalar.
    rows : int
        Rows of the sample, at least one batch.
    schedule : Schedule
        Epochs, rates and seed.
    progress : callable, optional
        Called with the mean loss of each epoch, those done before an interruption included.
    checkpoint : Checkpoints, optional
        Where the state is saved after each epoch and restored from.
    optimizer : optax.GradientTransformation, optional
        By default `Schedule.optimizer`: AdamW with warm-up and cosine decay.

    Returns
    -------
    NamedTuple
        The trained network, numpy arrays. The same rows, schedule and machine give the same bytes.

    Raises
    ------
    ValueError
        If fewer rows are given than one batch holds.
    """
    import optax

    if rows < schedule.batch:
        raise ValueError(f"{rows} rows are fewer than one batch of {schedule.batch}. Give more galaxies.")
    n_batches = rows // schedule.batch
    optimizer = optimizer or schedule.optimizer(rows)

    def freeze(tree: Network) -> Network:
        return jax.tree_util.tree_map_with_path(
            lambda path, leaf: jnp.zeros_like(leaf) if getattr(path[-1], "name", "") in SCALERS else leaf, tree
        )

    def step(state: tuple, batch: tuple) -> tuple:
        network, memory = state
        value, gradient = jax.value_and_grad(loss)(network, *batch)
        update, memory = optimizer.update(freeze(gradient), memory, network)
        return (optax.apply_updates(network, freeze(update)), memory), value  # pyright: ignore[reportArgumentType]

    @jax.jit
    def epoch(state: tuple, key: PRNGKeyArray) -> tuple:
        order = jax.random.permutation(key, rows)[: n_batches * schedule.batch].reshape(n_batches, schedule.batch)
        state, values = jax.lax.scan(step, state, (order, jax.random.split(key, n_batches)))
        return state, values.mean()

    state: Any = (network, optimizer.init(network))
    done, value = 0, float("nan")
    if checkpoint is not None:
        state, done, value = restore_state(checkpoint, state)
    for number in range(schedule.epochs):
        if number >= done:
            state, mean = epoch(state, jax.random.fold_in(jax.random.key(schedule.seed), number))
            value = float(mean)
            if checkpoint is not None:
                save_state(checkpoint, state, number + 1, value)
        if progress is not None:
            progress(value)
    return jax.tree.map(np.asarray, state[0])
