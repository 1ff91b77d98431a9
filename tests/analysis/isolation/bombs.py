"""Small files that fill a memory or hold a processor, one for each way that was found."""

import io
import json
from types import MappingProxyType
from typing import Final

import numpy as np

_VOTABLE: Final = (
    '<?xml version="1.0"?><VOTABLE version="1.3"><RESOURCE>'
    "<TABLE>{fields}<DATA>{data}</DATA></TABLE></RESOURCE></VOTABLE>"
)


def _ecsv(header: str, body: str = "a\n1\n") -> bytes:
    lines = "".join(f"# {line}\n" for line in ("%ECSV 1.0", "---", *header.splitlines()))
    return (lines + body).encode()


def ecsv_datatype() -> bytes:
    return _ecsv("datatype:\n- {name: a, datatype: S2000000000}")


def ecsv_precision() -> bytes:
    return _ecsv(
        "datatype:\n- {name: a, datatype: string, subtype: 'float64[999999999]'}\nmeta: {p: precision=F999999999}"
    )


def ecsv_tuple_keys() -> bytes:
    deep = "!!python/tuple [" * 3000 + "1" + "]" * 3000
    return _ecsv(f"datatype:\n- {{name: a, datatype: int64}}\nmeta:\n  ? {deep}\n  : 1")


def ecsv_merges() -> bytes:
    lines = ["datatype:", "- {name: a, datatype: int64}", "meta:", "  a0: &a0 {x: 1, y: 2}"]
    lines += [f"  a{n}: &a{n} {{<<: [{', '.join([f'*a{n - 1}'] * 9)}], k{n}: 1}}" for n in range(1, 12)]
    return _ecsv("\n".join(lines))


def ecsv_aliases() -> bytes:
    lines = ["datatype:", "- {name: a, datatype: int64}", "meta:", "  a0: &a0 [x, x, x, x, x, x, x, x, x]"]
    lines += [f"  a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]" for n in range(1, 10)]
    return _ecsv("\n".join(lines))


def _card(text: str) -> bytes:
    return text.ljust(80).encode()


def _hdus(*headers: list[str], data: bytes = b"") -> bytes:
    out = b""
    for cards in headers:
        block = b"".join(map(_card, [*cards, "END"]))
        out += block.ljust(-(-len(block) // 2880) * 2880)
    return out + data.ljust(-(-len(data) // 2880) * 2880, b"\0")


_PRIMARY: Final = ["SIMPLE  =                    T", "BITPIX  =                    8", "NAXIS   =                    0"]


def ascii_fits_overlaps() -> bytes:
    """An ASCII table of 100 bytes a row in which each of 900 columns is all of the row."""
    fields, width, rows = 900, 100, 20_000
    cards = [
        "XTENSION= 'TABLE   '", "BITPIX  =                    8", "NAXIS   =                    2",
        f"NAXIS1  = {width:20d}", f"NAXIS2  = {rows:20d}", "PCOUNT  =                    0",
        "GCOUNT  =                    1", f"TFIELDS = {fields:20d}",
    ]  # fmt: skip
    for n in range(1, fields + 1):
        cards += [f"TTYPE{n:<3d}= 'c{n}'", f"TFORM{n:<3d}= 'A{width}'", f"TBCOL{n:<3d}= {1:20d}"]
    return _hdus(_PRIMARY, cards, data=b"1" * (width * rows))


def variable_length_overlaps() -> bytes:
    """A table in which the arrays of all rows are the same piece of the heap."""
    rows, length = 20_000, 60_000
    cards = [
        "XTENSION= 'BINTABLE'", "BITPIX  =                    8", "NAXIS   =                    2",
        "NAXIS1  =                    8", f"NAXIS2  = {rows:20d}", f"PCOUNT  = {8 * length:20d}",
        "GCOUNT  =                    1", "TFIELDS =                    1",
        "TTYPE1  = 'flux'", f"TFORM1  = 'PD({length})'",
    ]  # fmt: skip
    return _hdus(_PRIMARY, cards, data=np.array([[length, 0]] * rows, ">i4").tobytes() + bytes(8 * length))


def fits_promises() -> bytes:
    cards = [
        "XTENSION= 'BINTABLE'", "BITPIX  =                    8", "NAXIS   =                    2",
        "NAXIS1  =              1000000", "NAXIS2  =              1000000", "PCOUNT  =                    0",
        "GCOUNT  =                    1", "TFIELDS =                    1", "TTYPE1  = 'a'", "TFORM1  = '125000D'",
    ]  # fmt: skip
    return _hdus(_PRIMARY, cards)


def votable_arraysize() -> bytes:
    fields = '<FIELD name="a" datatype="double" arraysize="500000000"/>'
    return _VOTABLE.format(fields=fields, data="<TABLEDATA><TR><TD>1</TD></TR></TABLEDATA>").encode()


def votable_char_arraysize() -> bytes:
    fields = '<FIELD name="a" datatype="unicodeChar" arraysize="2000000000"/>'
    return _VOTABLE.format(fields=fields, data="<TABLEDATA><TR><TD>1</TD></TR></TABLEDATA>").encode()


def votable_fields() -> bytes:
    fields = "".join(f'<FIELD name="f{n}" datatype="double"/>' for n in range(100_000))
    return _VOTABLE.format(fields=fields, data="<TABLEDATA><TR></TR></TABLEDATA>").encode()


def parquet_structs() -> bytes:
    import pyarrow as pa
    import pyarrow.parquet as pq

    out, rows = io.BytesIO(), 100_000
    fields = {f"f{n}": pa.nulls(rows, pa.float64()) for n in range(150)}
    struct = pa.StructArray.from_arrays(list(fields.values()), names=list(fields))
    pq.write_table(pa.table({f"s{n}": struct for n in range(8)}), out)
    return out.getvalue()


def parquet_nulls() -> bytes:
    import pyarrow as pa
    import pyarrow.parquet as pq

    out = io.BytesIO()
    pq.write_table(pa.table({f"c{n}": pa.nulls(100_000, pa.string()) for n in range(190)}), out)
    return out.getvalue()


def wide_csv() -> bytes:
    return (",".join(f"c{n}" for n in range(400_000)) + "\n" + ",".join(["1"] * 400_000) + "\n").encode()


def wide_rows_csv() -> bytes:
    return ("a,b\n" + ",".join(["1"] * 9_000_000) + "\n").encode()


def wide_json() -> bytes:
    return json.dumps([{f"k{row}_{n}": 1 for n in range(300)} for row in range(3000)]).encode()


def deep_json() -> bytes:
    return b"[" * 5_000_000


def long_title() -> bytes:
    return ("a" + " (" * 45_000 + ",flux_00\n1,2\n").encode()


BOMBS: Final = MappingProxyType(
    {
        "ecsv_datatype.ecsv": ecsv_datatype,
        "ecsv_precision.ecsv": ecsv_precision,
        "ecsv_tuple_keys.ecsv": ecsv_tuple_keys,
        "ecsv_merges.ecsv": ecsv_merges,
        "ecsv_aliases.ecsv": ecsv_aliases,
        "ascii_overlaps.fits": ascii_fits_overlaps,
        "variable_length_overlaps.fits": variable_length_overlaps,
        "promises.fits": fits_promises,
        "arraysize.vot": votable_arraysize,
        "char_arraysize.vot": votable_char_arraysize,
        "fields.vot": votable_fields,
        "structs.parquet": parquet_structs,
        "nulls.parquet": parquet_nulls,
        "wide.csv": wide_csv,
        "wide_rows.csv": wide_rows_csv,
        "wide.json": wide_json,
        "deep.json": deep_json,
        "long_title.csv": long_title,
    }
)
"""Files by name; the name chooses nothing, the content does."""
