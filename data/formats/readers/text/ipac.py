"""Header of IPAC tables, which states titles, types, units and nulls between bars."""

from itertools import pairwise

from data.formats.readers.text.lines import TextLines


def read_ipac(lines: TextLines, first: str) -> tuple[str, dict[str, str]] | None:
    """Read the header of an IPAC table, and cut its rows at the places of the bars.

    Parameters
    ----------
    lines : TextLines
        The lines after `first`. They are unchanged if it is no IPAC table, else those of a table separated by bars.
    first : str
        First line of the table.

    Returns
    -------
    str
        Titles, separated by bars.
    dict
        Units by title; None instead of both if it is no IPAC table.
    """
    if not (first.startswith("|") and first.rstrip().endswith("|")):
        return None
    top, header, peeked = lines.row, [first], list[tuple[int, str]]()
    while len(header) < 5 and (more := next(lines, "")):
        peeked.append((lines.row, more))
        if not more.startswith("|"):
            break
        header.append(more)
    lines.row = top
    if not len(peeked) == len(header) < 5 or "|" in peeked[-1][1]:
        lines.put_back(peeked)
        return None
    lines.put_back(peeked[-1:])
    bars = [place for place, letter in enumerate(first) if letter == "|"]

    def cells(line: str) -> list[str]:
        return [line[low + 1 : high].strip() for low, high in pairwise(bars)]

    names = cells(first)
    units = cells(header[2]) if len(header) > 2 else []
    nulls = cells(header[3]) if len(header) > 3 else [""] * len(names)
    lines.convert(
        lambda line: "|".join("" if cell == null else cell for cell, null in zip(cells(line), nulls, strict=True))
    )
    lines.notes.append("It is an IPAC table; its columns are cut at the bars of its header.")
    return "|".join(names), {name: unit for name, unit in zip(names, units, strict=False) if unit}
