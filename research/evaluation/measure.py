"""Evaluation of a model on a table, from galaxies to the record."""

import os
from collections.abc import Sequence
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from typing import NamedTuple

import numpy as np

from model.features import VARIANTS
from model.predictions.params import Params
from model.storage.weights import DEFAULT, INTRINSIC, find_weights, load_params, load_sidecar
from research.baselines.methods import Method, Progress, build, of_weights
from research.evaluation.calibration import calibrate
from research.evaluation.draws import score_distribution
from research.evaluation.held_out import score_variants
from research.evaluation.points import HeldOut, score_variant, seconds
from research.evaluation.record.schema import FORMAT, OURS, Evaluation, Loss, Model, Table, Variant
from research.evaluation.record.schema import Method as MethodRecord
from research.sample import Sample, read_sample

DEFAULT_RESAMPLES = 400


class Plan(NamedTuple):
    """Settings of an evaluation.

    Attributes
    ----------
    model : str
        Name or path of the weights.
    against : tuple of str
        Names of `methods.METHODS`, or names or paths of other models.
    draws : int
        Joint draws per galaxy; 0 to omit the distribution.
    missing : tuple of tuple of int
        Sets of bins to remove and fill in.
    resamples : int
        Resamples of the paired bootstrap.
    """

    model: str = DEFAULT
    against: tuple[str, ...] = ()
    draws: int = 0
    missing: tuple[tuple[int, ...], ...] = ()
    resamples: int = DEFAULT_RESAMPLES


def evaluate(catalogue: Path, plan: Plan, command: str, git_revision: str, progress: Progress) -> Evaluation:
    """Measure a model on the held-out galaxies of a table.

    Parameters
    ----------
    catalogue : Path
        Parquet table with fluxes and observed EWs.
    plan : Plan
        Settings of the evaluation.
    command : str
        Command of the evaluation, for the record.
    git_revision : str
        Revision of the code, for the record.
    progress : callable
        Called with a sentence on the current step.

    Returns
    -------
    Evaluation
        Record of the evaluation.

    Raises
    ------
    CatalogueError, WeightsError
        If the table or the weights cannot be used.
    """
    progress("reading the galaxies")
    params, sample = load_params(plan.model), read_sample(catalogue)
    galaxies = HeldOut(sample)
    methods = {OURS: of_weights(plan.model, "this network", "the network that is evaluated")}
    methods |= {name: build(name, sample, progress) for name in plan.against}
    records = {}
    for name, method in methods.items():
        progress(f"timing {method.title}")
        records[name] = _timed(method, galaxies)
    return Evaluation(
        format=FORMAT,
        command=command,
        date=datetime.now(UTC).date().isoformat(),
        git_revision=git_revision,
        processors=os.cpu_count() or 1,
        model=_model(plan.model),
        table=Table(
            name=catalogue.name,
            sha256=sha256(catalogue.read_bytes()).hexdigest(),
            galaxies=len(sample.held_out),
            held_out=int(sample.held_out.sum()),
        ),
        resamples=plan.resamples,
        methods=records,
        variants={
            variant: _variant(variant, params, sample, galaxies, methods, plan, progress)
            for variant in VARIANTS
            if variant in methods[OURS].answers
        },
        calibration=calibrate(params, sample, plan.draws, progress) if plan.draws and params.intrinsic else None,
        missing={" ".join(map(str, bins)): _loss(params, sample, bins) for bins in plan.missing},
    )


def _model(name: str) -> Model:
    path = find_weights(name)
    beside = path.with_name(f"{INTRINSIC}.safetensors")
    distribution = load_sidecar(beside)["sha256"] if path.stem == DEFAULT and beside.is_file() else None
    return Model(name=path.stem, sha256=load_sidecar(path)["sha256"], distribution_sha256=distribution)


def _timed(method: Method, galaxies: HeldOut) -> MethodRecord:
    one = each = None
    if method.answers:
        one, each = seconds(next(iter(method.answers.values())), galaxies)
    return MethodRecord(
        title=method.title, about=method.about, seconds_one=one, seconds_each=each, absent=method.absent
    )


def _variant(
    variant: str,
    params: Params,
    sample: Sample,
    galaxies: HeldOut,
    methods: dict[str, Method],
    plan: Plan,
    progress: Progress,
) -> Variant:
    lines, mean, mean_against, ours = score_variant(variant, methods, galaxies, plan.resamples, progress)
    distribution = None
    if plan.draws and params.intrinsic is not None:
        distribution = score_distribution(params, sample, variant, plan.draws, ours, progress)
    return Variant(lines=lines, mean=mean, mean_against=mean_against, distribution=distribution)


def _loss(params: Params, sample: Sample, bins: Sequence[int]) -> dict[str, dict[str, Loss]]:
    """Return the loss of each line's scores when bins are removed and filled in."""
    whole, filled = score_variants(params, sample), score_variants(params, sample, bins)
    return {
        variant: {
            name: Loss(
                spearman=less.spearman - whole[variant][name].spearman,
                nmad=float(np.divide(less.nmad, whole[variant][name].nmad)) - 1,
                coverage=less.coverage if np.isfinite(less.coverage) else None,
            )
            for name, less in lines.items()
        }
        for variant, lines in filled.items()
    }
