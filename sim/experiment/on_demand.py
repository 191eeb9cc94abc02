"""A table whose columns are worked out when they are read: what nobody asks for costs nothing."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from functools import cached_property, partial
from typing import Any, Protocol

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from sim.arrays import Bools, Floats, Ints, in_one_stretch
from sim.chance.narrow import NarrowInts, as_wide_as, never_in
from sim.experiment.pooled import PooledTimes
from sim.scenario.durations import NEVER

ColumnValues = NDArray[Any] | pd.Categorical
Cells = Mapping[str, Callable[[], ColumnValues]]
"""How each column of a table is worked out, by its name."""
CountsRows = Callable[["OnDemand"], ArrayLike]


class OnDemand:
    """Reads as a DataFrame does, column by column, for as long as measures are counted."""

    def __init__(self, cells: Cells | Callable[[], Cells], rows: int) -> None:
        """`cells` as they are, or what says them when the first is asked for."""
        self._said, self._rows = cells, rows
        self._read: dict[str, ColumnValues] = {}
        self._counted: dict[CountsRows, Floats] = {}
        self._summed: dict[CountsRows, Floats] = {}
        self._times: dict[CountsRows, PooledTimes] = {}
        self._frame: pd.DataFrame | None = None

    @cached_property
    def _cells(self) -> Cells:
        return self._said() if callable(self._said) else self._said

    @classmethod
    def of(cls, table: pd.DataFrame) -> OnDemand:
        """A table that is there."""
        return cls({str(name): partial(_column, table, str(name)) for name in table}, len(table))

    def once(self, count: CountsRows) -> Floats:
        """What is counted of each row, for all who count the same."""
        if count not in self._counted:
            self._counted[count] = np.asarray(count(self), dtype=np.float64)
        return self._counted[count]

    def sums(self, count: CountsRows, summed: Callable[[], Floats]) -> Floats:
        """What that comes to in each replication, for all who count the same."""
        if count not in self._summed:
            self._summed[count] = summed()
        return self._summed[count]

    def times(self, among: CountsRows, looked_up: Callable[[], PooledTimes]) -> PooledTimes:
        """The times to money of some of the rows, for all who ask for those."""
        if among not in self._times:
            self._times[among] = looked_up()
        return self._times[among]

    def __len__(self) -> int:
        return self._rows

    def __contains__(self, name: object) -> bool:
        return name in self._cells

    def __iter__(self) -> Iterator[str]:
        return iter(self._cells)

    def values(self, name: str) -> ColumnValues:
        """A column as it lies in memory."""
        if name not in self._read:
            self._read[name] = self._cells[name]()
        return self._read[name]

    def __getitem__(self, name: str) -> pd.Series[Any]:
        return pd.Series(self.values(name), copy=False)

    def only(self, some: Bools | Ints) -> OnDemand:
        """Some of its rows: those of which it says so, or those with these numbers."""
        is_said = some.dtype == np.bool_
        rows: Ints = some.nonzero()[0] if is_said else some.astype(np.int64, copy=False)
        there = in_one_stretch(rows) if is_said else rows
        return OnDemand({name: partial(self._some, name, there) for name in self._cells}, len(rows))

    def _some(self, name: str, rows: Ints | slice) -> ColumnValues:
        return self.values(name)[rows]

    def frame(self, names: Collection[str] | None = None) -> pd.DataFrame:
        """Its columns, or those of these names that it has, in their order; all of them are laid out once."""
        if names is None:
            self._frame = self._laid_out(self._cells) if self._frame is None else self._frame
            return self._frame
        return self._laid_out([name for name in names if name in self._cells])

    def _laid_out(self, of: Iterable[str]) -> pd.DataFrame:
        return pd.DataFrame({name: self._read[name] if name in self._read else self._cells[name]() for name in of})


def _column(table: pd.DataFrame, name: str) -> ColumnValues:
    column = table[name]
    return column.array if isinstance(column.dtype, pd.CategoricalDtype) else column.to_numpy()


Rows = pd.DataFrame | OnDemand
"""A table: a column of it by its name."""


def on_demand(rows: Rows) -> OnDemand:
    """The table as it is, or one that reads its columns."""
    return rows if isinstance(rows, OnDemand) else OnDemand.of(rows)


def frame_of(rows: Rows) -> pd.DataFrame:
    """All of it, as people read it."""
    return rows.frame() if isinstance(rows, OnDemand) else rows


def values_of(rows: Rows, name: str) -> ColumnValues:
    """A column as it lies in memory."""
    return rows.values(name) if isinstance(rows, OnDemand) else _column(rows, name)


def numbers_in(rows: Rows, name: str) -> NDArray[Any]:
    """A column of numbers, or instants, as an array."""
    return np.asarray(values_of(rows, name))


# ------------------------------------------------------------------------------- made of whole numbers

Blocks = Sequence[NarrowInts]
"""Tables of whole numbers, one below the other: in each a row for every column."""


class RowReading(Protocol):
    """What columns whole numbers stand for. It can be sent to another process, and compared."""

    def cells(self, blocks: Blocks) -> Cells:
        """How each column is worked out."""


class KeptRows(OnDemand):
    """A table made of whole numbers, which are kept in the fewest bytes that hold them; several may lie below each
    other. It travels as these numbers."""

    def __init__(self, reading: RowReading, blocks: Blocks) -> None:
        super().__init__(partial(reading.cells, blocks), sum(block.shape[1] for block in blocks))
        self.reading, self.blocks = reading, blocks

    def __reduce__(self) -> tuple[type[KeptRows], tuple[RowReading, Blocks]]:
        return KeptRows, (self.reading, self.blocks)


def kept_rows(reading: RowReading, columns: Sequence[Ints]) -> KeptRows:
    """A table of such columns, in the order in which they are read."""
    block: NarrowInts = np.array(columns, dtype=np.int64)
    # Bits that any of them has; NEVER is one of its own.
    if 0 <= int(np.bitwise_or.reduce(block, axis=None)) & ~NEVER < 1 << 31:
        block = np.minimum(block, never_in(np.uint32), out=block).astype(np.uint32)
    return KeptRows(reading, [block])


def one_below_the_other(tables: Sequence[Rows]) -> OnDemand:
    """Tables with the same columns as one, in the order given."""
    readings = [table.reading if isinstance(table, KeptRows) else None for table in tables]
    reading = readings[0]
    if reading is not None and all(one == reading for one in readings):
        return KeptRows(
            reading, [block for table in tables if isinstance(table, KeptRows) for block in table.blocks]
        )
    return OnDemand.of(pd.concat(list(map(frame_of, tables)), ignore_index=True))


def none_of(rows: Rows) -> Rows:
    """The same table with no row, which holds on to none."""
    if isinstance(rows, KeptRows):
        return KeptRows(rows.reading, [block[:, :0].copy() for block in rows.blocks])
    return frame_of(rows)[:0].copy()


AT_HAND = 8
"""Columns of whole numbers that stay laid out: some are read several times in turn, and all take much memory."""


class Below(Mapping[str, Ints]):
    """Columns of whole numbers by name, those of several blocks below each other, laid out when they are read."""

    def __init__(self, places: Mapping[str, int], blocks: Blocks) -> None:
        """`places` says which row of a block is which column."""
        self._places, self._blocks = places, blocks
        self._read: dict[str, Ints] = {}

    def __getitem__(self, name: str) -> Ints:
        if name not in self._read:
            parts = [block[self._places[name]] for block in self._blocks]
            if any(part.dtype != parts[0].dtype for part in parts):
                parts = [as_wide_as(np.int64, part) for part in parts]
            self._read[name] = as_wide_as(np.int64, np.concatenate(parts))
            if len(self._read) > AT_HAND:
                del self._read[next(iter(self._read))]
        return self._read[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._places)

    def __len__(self) -> int:
        return len(self._places)
