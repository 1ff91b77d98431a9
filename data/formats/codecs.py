"""The reader and the writer of each format; a format that has both here works wherever tables are read and written."""

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from types import MappingProxyType
from typing import BinaryIO, Final, NamedTuple

import pyarrow as pa

from data.columns.tables import TableNames, best_table
from data.formats import arrow, astropy_tables, csv, fits
from data.formats.fields import TableMeta
from data.formats.kinds import FormatName
from data.formats.readers.fits.tables import open_fits
from data.formats.readers.parquet import open_parquet
from data.formats.readers.source import Given, Source
from data.formats.readers.text.csv import open_csv
from data.formats.readers.text.ecsv import open_ecsv
from data.formats.readers.votable import open_votable


class Reading(NamedTuple):
    """How a file is read.

    Attributes
    ----------
    start : int
        First row.
    is_text : callable
        Function of a column name: whether the column is read as unchanged text, in formats without types.
    number : bool
        Whether `Source.row_numbers` is needed.
    """

    start: int
    is_text: Callable[[str], bool]
    number: bool


class Codec(NamedTuple):
    """Reader and writer of a format.

    Attributes
    ----------
    open : callable
        Opens a file; the context closes what was opened. Any exception means that the file is damaged.
    write : callable
        Writes a whole table with its metadata.
    """

    open: Callable[[Given, Reading], AbstractContextManager[Source]]
    write: Callable[[pa.Table, BinaryIO, TableMeta], None]


def _best(tables: Sequence[tuple[str, Sequence[str], int]]) -> int:
    return best_table([TableNames(*table) for table in tables])


CODECS: Final[Mapping[FormatName, Codec]] = MappingProxyType(
    {
        "parquet": Codec(lambda given, how: open_parquet(given, how.start), arrow.write_parquet),
        "csv": Codec(
            lambda given, how: nullcontext(open_csv(given, how.start, how.is_text, number=how.number)), csv.write_csv
        ),
        "ecsv": Codec(
            lambda given, how: nullcontext(open_ecsv(given, how.start, how.is_text, number=how.number)),
            astropy_tables.write_ecsv,
        ),
        "fits": Codec(lambda given, how: open_fits(given, how.start, _best), fits.write_fits),
        "votable": Codec(
            lambda given, how: nullcontext(open_votable(given, how.start, _best)), astropy_tables.write_votable
        ),
    }
)
"""Codecs by format: as many as `data.formats.kinds.FORMATS`."""
