"""Building of catalogues: predictions and map positions are added to a table of galaxies and written to a file."""

from collections.abc import Callable
from hashlib import sha256
from pathlib import Path
from typing import Any, Final

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from data.catalogue import stored_spectra
from data.catalogue.fields import CATALOGUE_FIELDS
from data.catalogue.schema import (
    BUILT_COLUMNS,
    FLUX_NAMES,
    MAP_NAMES,
    PREDICTION_SUFFIXES,
    SCHEMA_VERSION,
    check,
    standardize,
)
from data.catalogue.survey import DESI, METADATA, Survey
from data.errors import CatalogueError
from data.storage.atomic import replacing
from model.lines import LINE_NAMES
from model.predictions.batch import place_many, predict_many
from model.storage.weights import DEFAULT, MAP, find_weights, load_params

CHUNK: Final = 16384
"""Galaxies predicted between two reports of progress."""
KINDS: Final = ("mock", "observed")
MOCK_PREFIX: Final = "MOCK-"
"""Prefix of the ids of mock galaxies."""


def build(table: pa.Table, model: str = DEFAULT, progress: Callable[[int], None] = lambda _: None) -> pa.Table:
    """Add predictions and map positions to a table of galaxies.

    The variant "luminosity" of the network is used, as every catalogue has luminosities.

    Parameters
    ----------
    table : pyarrow.Table
        Table with the required columns of `data.catalogue.schema`. Earlier predictions are replaced; other columns
        are kept.
    model : str
        Name or path of the weights.
    progress : callable
        Called with the number of galaxies finished since the last call.

    Returns
    -------
    pyarrow.Table
        The same rows in the same order, with the built columns added; without the metadata of `describe`.

    Raises
    ------
    CatalogueError
        When the table breaks a rule of the schema.
    """
    check(table)
    table = standardize(table)
    table = table.drop_columns([column.name for column in BUILT_COLUMNS if column.name in table.column_names])
    params = load_params(model)
    flux = np.stack([table[name].to_numpy() for name in FLUX_NAMES], axis=1)
    luminosity = table["log_luminosity"].to_numpy()
    predicted = np.empty((len(PREDICTION_SUFFIXES), len(flux), len(LINE_NAMES)), np.float32)
    position = np.empty((len(flux), len(MAP_NAMES)), np.float32)
    for start in range(0, len(flux), CHUNK):
        rows = slice(start, start + CHUNK)
        prediction = predict_many(params, flux[rows], luminosity[rows])
        predicted[:, rows] = prediction.ew, prediction.p16, prediction.p84
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
        "model": {"name": Path(model).stem, "variant": "luminosity", "sha256": _checksum(model)},
        "map": {"sha256": _checksum(MAP)},
    }


def _checksum(weights: str) -> str:
    return sha256(find_weights(weights).read_bytes()).hexdigest()


def write(table: pa.Table, path: Path, metadata: dict[str, Any] | None = None) -> None:
    """Write a table as compressed Parquet, atomically.

    Parameters
    ----------
    table : pyarrow.Table
        Any table.
    path : Path
        File to write.
    metadata : dict, optional
        From `describe`; the units, descriptions and UCDs of the columns are added.

    Raises
    ------
    CatalogueError
        When the folder does not exist or cannot be written.
    """
    if metadata is not None:
        from data.formats.arrow import describe as described
        from data.formats.fields import TableMeta

        about = dict(metadata)
        title, provenance = (about.pop(key, "") for key in ("title", "provenance"))
        table = described(table, TableMeta(title, provenance, fields=CATALOGUE_FIELDS, details=about))
    floats = [field.name for field in table.schema if pa.types.is_floating(field.type)]
    with replacing(path) as temporary:
        # Floats of one sample share their high bytes: as split byte streams they compress to two thirds of the size.
        pq.write_table(
            table,
            temporary,
            compression="zstd",
            compression_level=19,
            use_dictionary=False,
            column_encoding=dict.fromkeys(floats, "BYTE_STREAM_SPLIT"),
            write_statistics=False,
        )


def read_table(path: Path) -> pa.Table:
    """Read a table of galaxies in any of the formats, and convert its columns to the schema's names and units.

    Parameters
    ----------
    path : Path
        Parquet, CSV, ECSV, FITS or VOTable file, by its extension.

    Returns
    -------
    pyarrow.Table
        All columns. Columns of the schema have its names, whatever their case in the file, and its units: fluxes in
        1e-17 erg/s/cm²/Å, equivalent widths in Å. Sentinels of missing numbers are null.

    Raises
    ------
    CatalogueError
        When the file is missing, of another format or damaged.
    UploadError
        When the unit of a column is not understood or of another kind.
    """
    from data.catalogue.standard_columns import standard_columns
    from data.formats.whole import read_table as read_any

    return standard_columns(read_any(path), path.name)
