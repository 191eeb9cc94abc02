"""Reading an organisation's tables: row by row understood, left out, or kept for what can be understood.

Logs come from strangers and may be large: they are read in pieces, of each piece only the mapped columns, which are
turned into numbers at once. A row that cannot be understood is counted, never silently dropped; a claim whose
instants are impossible stays as "a claim, time unknown", because dropping it while its order stays would make
claims look rarer than they are.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from sim.arrays import Bools, Floats, Ints
from sim.errors import BadScenario, BadUsage, Fault
from sim.evidence.joining import joined
from sim.evidence.log import LongTable, RefundLog
from sim.evidence.log_files import Frames, table_pieces, tables_of_events
from sim.evidence.log_tables import Reading, Table, stamps_of
from sim.evidence.mapping import KNOWN_WORDS, LogMapping, MappedLog, MappedTable
from sim.scenario.wording import printable, shortened

WORDS = ("seller", "method", "group", *KNOWN_WORDS)
ORDER = "order"
NUMBERS = ("value", "offer")
MOST_UNREAD = 0.5
"""The share of stamps in a column that cannot be read above which its format is wrong."""


@dataclass
class _Words:
    """Words by number, in the order of their first appearance."""

    numbers: dict[str, int] = field(default_factory=dict)

    def of(self, written: pd.Series) -> Ints:
        """Their numbers; −1 where nothing is written."""
        codes, names = pd.factorize(_stripped(written))
        known = np.array([self.numbers.setdefault(str(name), len(self.numbers)) for name in names] + [-1])
        return known[codes].astype(np.int64)


def _stripped(written: pd.Series) -> pd.Series:
    text = written.astype("string").str.strip()
    return text.mask(text == "")


def _alike(name: str, written: pd.Series) -> pd.Series:
    """Groups and methods whatever their capitals and spaces; sellers as they are written."""
    if name not in ("method", "group"):
        return written
    text = written.astype("string").str.strip().str.casefold()
    return text.str.replace(r"\s+", "_" if name == "method" else " ", regex=True)


def _numbers_of_orders(written: pd.Series) -> Ints:
    """A number for what each order is called, 63 bits of a hash; −1 where nothing is written.

    Names need not be held in memory so. Of ten million orders any two have the same number in one log of 180,000.
    """
    text = _stripped(written)
    hashed = pd.util.hash_array(text.fillna("").to_numpy(dtype=object), categorize=False)
    return np.where(text.isna(), -1, (hashed >> np.uint64(1)).astype(np.int64))


@dataclass
class _Gathered:
    """What the pieces of one table come to."""

    mapped: MappedLog
    table: str
    """`orders` or `claims`."""
    columns: Mapping[str, str]
    start: pd.Timestamp
    words: dict[str, _Words]
    reading: Reading
    faults: list[Fault]
    gathered: LongTable = field(default_factory=LongTable)
    unread: dict[str, int] = field(default_factory=dict)
    foreign: dict[str, dict[str, int]] = field(default_factory=dict)
    """By column: words that the mapping does not know, and how often they stand there."""

    def take(self, piece: pd.DataFrame, first_line: int) -> None:
        """One more piece of the table."""
        low: dict[str, Floats] = {}
        high: dict[str, Floats] = {}
        words: dict[str, Ints] = {}
        numbers: dict[str, Floats] = {}
        self.reading.rows += len(piece)
        for name, column in self.columns.items():
            written = piece[column]
            if name in NUMBERS:
                numbers[name] = pd.to_numeric(written, errors="coerce").to_numpy(np.float64)
            elif name == ORDER:
                words[name] = _numbers_of_orders(written)
            elif name in KNOWN_WORDS:
                words[name] = self._known(name, written)
            elif name in WORDS:
                words[name] = self.words.setdefault(name, _Words()).of(_alike(name, written))
            else:
                how, zone = self.mapping.format_of(column), self.mapping.zone_of(column)
                low[name], high[name], unread = stamps_of(written, how, zone, self.mapping.home, self.start)
                self._count_unread(name, column, written, unread, first_line)
        self.gathered.append(Table(low, high, words, numbers, len(piece)))

    @property
    def mapping(self) -> LogMapping:
        return self.mapped.mapping

    def _known(self, name: str, written: pd.Series) -> Ints:
        meaning = self.mapping.words.get(name, {}) or {word: word for word in KNOWN_WORDS[name]}  # type: ignore[call-overload]
        text = written.astype("string").str.strip()
        known = {word: KNOWN_WORDS[name].index(meant) for word, meant in meaning.items()}
        codes = text.map(known)
        unknown = text[codes.isna() & text.notna() & (text != "")]
        counts = self.foreign.setdefault(name, {})
        for word, count in unknown.value_counts().head(50).items():
            counts[str(word)] = counts.get(str(word), 0) + int(count)
        return codes.fillna(-1).to_numpy(dtype=np.int64)

    def _count_unread(self, name: str, column: str, written: pd.Series, unread: Bools, first_line: int) -> None:
        count = int(unread.sum())
        self.unread[name] = self.unread.get(name, 0) + count
        if count:
            row = int(np.flatnonzero(unread)[0])
            found = printable(shortened(str(written.iloc[row]), 60))
            why = f"'{printable(column)}' cannot be read as {name}"
            self.reading.keep(why, count, f"{self.reading.table}:{first_line + row}: found '{found}'")

    def look_through(self) -> None:
        """What is wrong with the table as a whole."""
        rows = self.reading.rows
        for name, count in self.unread.items():
            if rows and count / rows > MOST_UNREAD:
                where = self.columns[name]
                what = f"{count:,} of {rows:,} cannot be read as written ({self.mapping.format_of(where)})"
                self.faults.append(
                    self.mapped.fault(f"{self.table}.columns.{name}", f"found '{where}', of which {what}")
                )
        for name, counts in self.foreign.items():
            if counts:
                told = ", ".join(f"{printable(word)} ({count:,})" for word, count in sorted(counts.items())[:50])
                known = ", ".join(KNOWN_WORDS[name])
                self.faults.append(
                    self.mapped.fault(
                        f"words.{name}",
                        f"the log has words that are not mapped: {told}; expected each to mean one of {known}",
                    )
                )


def read_log(mapped: MappedLog, start: pd.Timestamp) -> RefundLog:
    """Read the tables that a mapping names. Raises BadScenario with everything that is wrong with them."""
    faults: list[Fault] = []
    words: dict[str, _Words] = {}
    frames: Frames
    if mapped.mapping.log is not None:
        frames = tables_of_events(mapped)
    else:
        given = {"orders": mapped.mapping.orders, "claims": mapped.mapping.claims}
        there = {name: table for name, table in given.items() if table is not None}
        frames = {name: (table.named, _pieces(mapped, name, table)) for name, table in there.items()}
    read = {}
    for name, (columns, pieces) in frames.items():
        gathered = _Gathered(mapped, name, columns, start, words, Reading(name), faults)
        for piece, line in pieces:
            gathered.take(piece, line)
        read[name] = gathered
    for gathered in read.values():
        gathered.look_through()
    if faults:
        raise BadScenario(faults)
    tables = {name: gathered.gathered for name, gathered in read.items()}
    readings = {name: gathered.reading for name, gathered in read.items()}
    return joined(mapped, tables, readings, {name: one.numbers for name, one in words.items()}, start)


def _pieces(mapped: MappedLog, name: str, table: MappedTable) -> Iterator[tuple[pd.DataFrame, int]]:
    """The mapped columns of a table, piece by piece, each with the line on which it begins."""
    path = mapped.file(table.file)
    if not path.is_file():
        raise BadScenario([mapped.fault(f"{name}.file", f"found '{printable(table.file)}', no such file")])

    wanted = list(dict.fromkeys(table.columns.values()))

    def expect(there: list[str]) -> None:
        listed = ", ".join(printable(column) for column in there[:40])
        missing = {key: column for key, column in table.columns.items() if column not in there}
        faults = [
            mapped.fault(f"{name}.columns.{key}", f"found '{column}', expected a column of {path.name}: {listed}")
            for key, column in missing.items()
        ]
        if faults:
            raise BadScenario(faults)

    try:
        for piece, line in table_pieces(path, wanted, expect, na_filter=False):
            yield pd.DataFrame({column: _as_text(piece[column]) for column in wanted}), line
    except (OSError, ValueError) as wrong:
        what = "a Parquet file" if path.suffix == ".parquet" else "a table as CSV in UTF-8"
        raise BadUsage(f"{path}: {printable(shortened(str(wrong), 300))}; expected {what}") from wrong


def _as_text(column: pd.Series) -> pd.Series:
    """As it would stand in a CSV: instants in ISO 8601."""
    if pd.api.types.is_datetime64_any_dtype(column):
        return column.map(lambda moment: moment.isoformat(), na_action="ignore").astype("string")
    return column.astype("string")
