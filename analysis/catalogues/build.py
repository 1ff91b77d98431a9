"""Building of catalogues: predictions and map positions are added to a table of galaxies."""

from collections.abc import Callable
from functools import partial
from hashlib import sha256
from pathlib import Path
from typing import Any, Final

import numpy as np
import pyarrow as pa
from jaxtyping import Int

from data.catalogue import stored_spectra
from data.catalogue.schema import (
    BUILT_COLUMNS,
    FLUX_NAMES,
    MAP_NAMES,
    MOCK_PREFIX,
    PREDICTION_SUFFIXES,
    SCHEMA_VERSION,
    as_catalogue_types,
    check,
)
from data.catalogue.survey import DESI, METADATA, Survey
from data.errors import CatalogueError
from model.lines import LINE_NAMES
from model.predictions.batch import place_many, predict_many
from model.predictions.variants import choose_variants, fill_by_variant
from model.storage.weights import DEFAULT, MAP, find_weights, load_params

CHUNK: Final = 16384
"""Galaxies predicted between two reports of progress."""
KINDS: Final = ("mock", "observed")


def build(
    table: pa.Table,
    model: str = DEFAULT,
    progress: Callable[[int], None] = lambda _: None,
    row_numbers: Int[np.ndarray, " galaxy"] | None = None,
) -> pa.Table:
    """Add predictions and map positions to a table of galaxies.

    Every galaxy is predicted with the richest variant that its numbers and the weights allow.

    Parameters
    ----------
    table : pyarrow.Table
        Table with the required columns of `data.catalogue.schema`. Earlier predictions are replaced; other columns
        are kept.
    model : str
        Name or path of the weights.
    progress : callable
        Called with the number of galaxies finished since the last call.
    row_numbers : (galaxy,) array, optional
        Numbers of the rows for messages, as an editor of the file counts them; from 1 by default.

    Returns
    -------
    pyarrow.Table
        The same rows in the same order, with the built columns added; without the metadata of `describe`.

    Raises
    ------
    CatalogueError
        When the table breaks a rule of the schema.
    """
    check(table, row_numbers)
    table = as_catalogue_types(table)
    table = table.drop_columns([column.name for column in BUILT_COLUMNS if column.name in table.column_names])
    params = load_params(model)
    flux = np.stack([table[name].to_numpy() for name in FLUX_NAMES], axis=1)
    luminosity, redshift = (table[name].to_numpy() for name in ("log_luminosity", "redshift"))
    predicted = np.empty((len(PREDICTION_SUFFIXES), len(flux), len(LINE_NAMES)), np.float32)
    position = np.empty((len(flux), len(MAP_NAMES)), np.float32)
    for start in range(0, len(flux), CHUNK):
        rows = slice(start, start + CHUNK)
        columns = flux[rows], luminosity[rows], redshift[rows]
        variants = choose_variants(params, len(flux[rows]), *columns[1:])
        fill_by_variant(partial(predict_many, params), variants, columns, tuple(predicted[:, rows]))
        position[rows] = place_many(params, flux[rows]).position
        progress(len(flux[rows]))
    for index, name in enumerate(LINE_NAMES):
        for values, suffix in zip(predicted, PREDICTION_SUFFIXES, strict=True):
            table = table.append_column(name + suffix, pa.array(values[:, index]))
    for index, name in enumerate(MAP_NAMES):
        table = table.append_column(name, pa.array(position[:, index]))
    return table


def describe(
    table: pa.Table,
    *,
    title: str,
    provenance: str,
    model: str = DEFAULT,
    survey: Survey = DESI,
    spectra: Path | None = None,
) -> dict[str, Any]:
    """Collect the metadata of a built catalogue.

    Parameters
    ----------
    table : pyarrow.Table
        From `build`.
    title : str
        Title shown to the reader.
    provenance : str
        Origin of the galaxies, in words.
    model : str
        Name or path of the weights of the predictions.
    survey : Survey
        Where the spectra come from; of a mock, the survey whose noise it has.
    spectra : Path, optional
        File of the spectra that belong to it.

    Returns
    -------
    dict
        JSON-serialisable: schema_version, kind, title, provenance, survey, and the checksums of model and map.

    Raises
    ------
    CatalogueError
        When mock and observed galaxies are mixed.
    """
    drawn = [target_id.startswith(MOCK_PREFIX) for target_id in table["TARGETID"].to_pylist()]
    if any(drawn) and not all(drawn):
        raise CatalogueError(
            f"{sum(drawn)} of {len(drawn)} ids start with {MOCK_PREFIX!r}: mock and observed galaxies are mixed. "
            "Make a catalogue of each."
        )
    return {
        "schema_version": SCHEMA_VERSION,
        "kind": KINDS[0] if all(drawn) else KINDS[1],
        "title": title,
        "provenance": provenance,
        METADATA: survey.as_metadata(),
        stored_spectra.METADATA: stored_spectra.NONE if spectra is None else stored_spectra.fingerprint(spectra),
        "model": {"name": Path(model).stem, "variant": "richest", "sha256": _checksum(model)},
        "map": {"sha256": _checksum(MAP)},
    }


def _checksum(weights: str) -> str:
    return sha256(find_weights(weights).read_bytes()).hexdigest()
