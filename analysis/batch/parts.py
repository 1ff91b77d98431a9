"""A long Parquet file written in parts, so that an interrupted run can be resumed."""

import re
from collections.abc import Iterator
from pathlib import Path
from shutil import rmtree
from typing import Final, NamedTuple

import pyarrow as pa
import pyarrow.parquet as pq

from data.atomic import said
from data.formats import TableMeta
from data.formats.arrow import parquet_writer, with_metadata
from data.formats.stream import BATCH_ROWS, open_target
from model.storage.files import UNFINISHED, begin_folder, scratch

PART_ROWS: Final = 8 * BATCH_ROWS
"""Rows in a part, which is the most that an interruption loses."""

NEXT: Final = f"next{UNFINISHED}"
_NAME: Final = re.compile(r"(\d{12})-(\d{12})-(\d+)\.parquet")


class Part(NamedTuple):
    """A finished part: rows `start` to `end` - 1, of which `problems` have a problem."""

    start: int
    end: int
    problems: int
    path: Path


class Parts:
    """The finished parts of a file that is being written, in a hidden folder beside it.

    Parameters
    ----------
    target : Path
        The file.
    key : str
        Hash of input and job; parts written with another key are not reused.

    Attributes
    ----------
    finished : list of Part
        In order, without gaps.
    """

    def __init__(self, target: Path, key: str) -> None:
        self.target = target
        self.folder = target.with_name(f".{target.name}.{key[:16]}.parts")
        self.finished: list[Part] = []
        found = sorted(self.folder.glob("*.parquet")) if self.folder.is_dir() else []
        for path in found:
            match = _NAME.fullmatch(path.name)
            if match and int(match[1]) == self.rows:
                self.finished.append(Part(int(match[1]), int(match[2]), int(match[3]), path))

    @property
    def rows(self) -> int:
        """Number of rows in the finished parts."""
        return self.finished[-1].end if self.finished else 0

    @property
    def problems(self) -> int:
        """Number of these rows that have a problem."""
        return sum(part.problems for part in self.finished)

    def write(self, pieces: Iterator[tuple[pa.Table, int]], schema: pa.Schema, meta: TableMeta) -> Iterator[int]:
        """Write pieces into parts; each part appears when it is complete.

        Parameters
        ----------
        pieces : iterator
            Tables, each with the number of its rows that have a problem.
        schema : pyarrow.Schema
            Schema of every piece.
        meta : TableMeta
            Metadata of the file.

        Yields
        ------
        int
            Rows written so far.
        """
        full = with_metadata(schema, meta)
        with said(self.target):
            begin_folder(self.folder)
        more = True
        while more:
            start, done, problems = self.rows, self.rows, 0
            with said(self.target), scratch(self.folder / NEXT) as temporary:
                with parquet_writer(temporary, full) as writer:
                    for table, bad in pieces:
                        writer.write_table(table.cast(full))
                        done, problems = done + table.num_rows, problems + bad
                        yield done
                        if done - start >= PART_ROWS:
                            break
                    else:
                        more = False
                if done > start:
                    path = self.folder / f"{start:012d}-{done:012d}-{problems}.parquet"
                    temporary.rename(path)
                    self.finished.append(Part(start, done, problems, path))

    def join(self, schema: pa.Schema, meta: TableMeta) -> None:
        """Join the parts into the file, and remove the folders of this and of earlier runs."""
        if len(self.finished) == 1:
            self.finished[0].path.replace(self.target)
        else:
            with open_target(self.target, schema, meta) as write:
                for part in self.finished:
                    with pq.ParquetFile(part.path, pre_buffer=False) as file:
                        for batch in file.iter_batches(BATCH_ROWS):
                            write(pa.Table.from_batches([batch]).cast(schema))
        for folder in self.target.parent.glob(f".{self.target.name}.*.parts"):
            rmtree(folder)

    def discard(self) -> None:
        """Remove the parts, after an error that a repeated run would meet again."""
        rmtree(self.folder, ignore_errors=True)
