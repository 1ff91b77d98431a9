"""Insertion of the tables of an evaluation into documents.

In a document, ``<!-- evaluation: scores-colors -->`` and ``<!-- end -->`` enclose a table.
``python -m research.evaluation.documents`` inserts the committed record; a test checks that documents and record agree.
"""

import re
from pathlib import Path
from typing import Final

from model.storage.files import write_atomically
from research.evaluation.record.files import committed
from research.evaluation.record.schema import Evaluation
from research.evaluation.tables import blocks

ROOT: Final = Path(__file__).parents[2]
DOCUMENTS: Final = ("docs/model-card.md",)
_BLOCK: Final = re.compile(r"(<!-- evaluation: ([\w-]+) -->\n).*?(<!-- end -->)", re.DOTALL)


def fill(text: str, record: Evaluation) -> str:
    """Insert the tables of a record between the marks of a document.

    Parameters
    ----------
    text : str
        Markdown with marks.
    record : Evaluation
        Record whose tables are inserted.

    Returns
    -------
    str
        Document with the tables.
    """
    made = blocks(record)
    return _BLOCK.sub(lambda found: f"{found[1]}{made[found[2]]}\n{found[3]}", text)


def fill_documents(record: Evaluation) -> tuple[str, ...]:
    """Rewrite the documents that show a record.

    Parameters
    ----------
    record : Evaluation
        Record to show.

    Returns
    -------
    tuple of str
        Names of the documents.
    """
    for name in DOCUMENTS:
        text = (ROOT / name).read_text(encoding="utf-8")
        write_atomically(ROOT / name, fill(text, record).encode())
    return DOCUMENTS


if __name__ == "__main__":
    fill_documents(committed())
