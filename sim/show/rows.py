"""Tables of many rows: as Parquet for programs, and as CSV, compressed, for everything else.

Arrow writes either a whole batch of rows at a time; pandas writes CSV row by row, which took longer than the
simulation that the rows came from. Numbers are written as everywhere (`DIGITS`), times in ISO 8601.
"""

from __future__ import annotations

import gzip
import io
import json
from collections.abc import Callable
from typing import Any, BinaryIO, TypeAlias

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as compute
import pyarrow.csv
import pyarrow.parquet

from sim.experiment.number import DIGITS

FORMULA = r"^[=+\-@\t\r]"
"""A spreadsheet takes a cell that begins so for a formula."""
ROWS = 65_536
"""In each part of a Parquet file: few parts for readers, and little to hold for the writer."""


Rows: TypeAlias = "pd.DataFrame | pa.Table"
"""A table as it was made, or laid out already (`laid_out`) by whoever writes it more than once."""


def csv_rows(table: Rows, *, header: bool = True) -> bytes:
    """The table as CSV in UTF-8, without formulas; without its `header` it continues another one.

    As `csv_of` writes it, many times as fast.
    """
    written, cells = io.BytesIO(), laid_out(table)
    if header:
        written.write(f"{','.join(cells.column_names)}\n".encode())
    columns = [_cells(cells[name]) for name in cells.column_names]
    texts = [cell for cell, column in zip(columns, cells.columns, strict=True) if _is_words(column.type)]
    quoting = "none" if not any(map(_needs_quotes, texts)) else "needed"
    how = pyarrow.csv.WriteOptions(include_header=False, quoting_style=quoting)
    pyarrow.csv.write_csv(pa.table(columns, names=cells.column_names), written, how)
    return written.getvalue()


def laid_out(table: Rows) -> pa.Table:
    """Words by number, as often as they come; no trace of where the rows stood in memory."""
    if isinstance(table, pa.Table):
        return table
    return pa.Table.from_pandas(table, preserve_index=False).replace_schema_metadata(None).combine_chunks()


def _cells(column: pa.ChunkedArray) -> pa.ChunkedArray:
    kind = column.type
    if pa.types.is_timestamp(kind):
        return compute.binary_replace_slice(column.cast(pa.timestamp("s")).cast(pa.string()), 10, 11, "T")
    if pa.types.is_boolean(kind):
        return compute.if_else(column, "True", "False")
    if pa.types.is_floating(kind):
        return pa.chunked_array([pa.array(_rounded(column.to_numpy()), from_pandas=True)])
    if pa.types.is_dictionary(kind) or _is_text(kind):
        return _in_words(column, _harmless)
    return column


def _rounded(numbers: Any) -> Any:
    """To so many significant digits, of which nothing more is written."""
    with np.errstate(divide="ignore", invalid="ignore"):
        places = DIGITS - 1 - np.floor(np.log10(np.abs(numbers)))
        scale = 10.0 ** np.where(np.isfinite(places), np.clip(places, 0, 22), 0)
        return np.round(numbers * scale) / scale


def _in_words(column: pa.ChunkedArray, change: Callable[[pa.Array], pa.Array]) -> pa.ChunkedArray:
    """Each of the few different words changed once."""
    coded = column if pa.types.is_dictionary(column.type) else compute.dictionary_encode(column)
    parts = [
        pa.DictionaryArray.from_arrays(part.indices, change(part.dictionary.cast(pa.string()))).cast(pa.string())
        for part in coded.chunks
    ]
    return pa.chunked_array(parts, type=pa.string())


def _harmless(words: pa.Array) -> pa.Array:
    """An apostrophe before what a spreadsheet would carry out."""
    is_formula = compute.match_substring_regex(words, FORMULA)
    return compute.if_else(is_formula, compute.binary_join_element_wise("'", words, ""), words)


def _is_text(kind: pa.DataType) -> bool:
    return bool(pa.types.is_string(kind) or pa.types.is_large_string(kind))


def _needs_quotes(column: pa.ChunkedArray) -> bool:
    return bool(compute.any(compute.match_substring_regex(compute.unique(column), '[",\r\n]')).as_py())


class ParquetRows:
    """A Parquet file that is written as its rows come: the same bytes as of all rows at once."""

    def __init__(self, to: BinaryIO) -> None:
        self._to = to
        self._writer: pyarrow.parquet.ParquetWriter | None = None
        self._waiting: list[pa.Table] = []

    def take(self, table: Rows) -> None:
        """Some more rows, with the columns of those before."""
        self._waiting.append(_as_stored(table))
        while sum(map(len, self._waiting)) >= ROWS:
            together = pa.concat_tables(self._waiting)
            self._write(together[:ROWS])
            self._waiting = [together[ROWS:]]

    def close(self) -> None:
        """All rows have come."""
        if self._waiting:
            self._write(pa.concat_tables(self._waiting))
        self._waiting = []
        if self._writer:
            self._writer.close()

    def _write(self, rows: pa.Table) -> None:
        if self._writer is None:
            self._writer = pyarrow.parquet.ParquetWriter(self._to, rows.schema, **_encoding(rows.schema))
        if len(rows):
            self._writer.write_table(rows.combine_chunks())


def _as_stored(table: Rows) -> pa.Table:
    """Words as words: how they were numbered here is nobody's business."""
    cells = laid_out(table)
    columns = [_in_words(one, lambda words: words) if _is_words(one.type) else one for one in cells.columns]
    return pa.table(columns, names=cells.column_names)


def _is_words(kind: pa.DataType) -> bool:
    return bool(pa.types.is_dictionary(kind)) or _is_text(kind)


def _encoding(schema: pa.Schema) -> dict[str, Any]:
    """Words by number, instants by how far they are apart: three quarters of what defaults take."""
    words = [field.name for field in schema if _is_words(field.type)]
    times = [field.name for field in schema if pa.types.is_timestamp(field.type)]
    encodings = dict.fromkeys(times, "DELTA_BINARY_PACKED")
    return {"compression": "zstd", "use_dictionary": words or False, "column_encoding": encodings or None}


def parquet_of(table: pd.DataFrame) -> bytes:
    """The table as Parquet."""
    written = io.BytesIO()
    file = ParquetRows(written)
    file.take(table)
    file.close()
    return written.getvalue()


# ------------------------------------------------------------------------------- small tables and documents

COMPRESSION = 4
"""Of gzip: a seventh of the time that 9 takes, for a tenth more bytes."""
FORMULA_SIGNS = ("=", "+", "-", "@", "\t", "\r")
"""A spreadsheet takes a cell that begins so for a formula."""


def csv_of(table: pd.DataFrame, *, header: bool = True) -> bytes:
    """The table as CSV in UTF-8: local times in ISO 8601, empty cells for what did not happen, no formulas.

    Without its `header` it continues another one.
    """
    text = table.assign(
        **{str(name): _unformulated(column) for name, column in table.items() if _holds_text(column)}
    )
    written: str = text.to_csv(
        index=False,
        header=header,
        lineterminator="\n",
        float_format=f"%.{DIGITS}g",
        date_format="%Y-%m-%dT%H:%M:%S",
    )
    return written.encode()


def _holds_text(column: pd.Series[Any]) -> bool:
    return isinstance(column.dtype, pd.CategoricalDtype) or pd.api.types.is_string_dtype(column.dtype)


def _unformulated(column: pd.Series[Any]) -> pd.Series[Any]:
    """An apostrophe before what a spreadsheet would carry out."""
    return column.map(lambda text: f"'{text}" if str(text).startswith(FORMULA_SIGNS) else text, na_action="ignore")


def zipped(content: bytes) -> bytes:
    """Compressed without the time and the file's name, which would make equal contents differ."""
    buffer = io.BytesIO()
    with gzip.GzipFile(filename="", mode="wb", fileobj=buffer, mtime=0, compresslevel=COMPRESSION) as zipped:
        zipped.write(content)
    return buffer.getvalue()


def json_of(document: dict[str, Any]) -> bytes:
    """As JSON with sorted keys; NaN and infinities are refused, they are no JSON."""
    return (json.dumps(document, indent=2, sort_keys=True, allow_nan=False, ensure_ascii=False) + "\n").encode()
