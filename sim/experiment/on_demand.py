"""A table whose columns are worked out when they are read: what nobody asks for costs nothing."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from functools import partial
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from sim.arrays import Bools, Floats

ColumnValues = NDArray[np.generic] | pd.Categorical
Cells = Mapping[str, Callable[[], "ColumnValues | pd.Series[Any]"]]
"""How each column of a table is worked out, by its name."""


class OnDemand:
    """Reads as a DataFrame does, column by column, for as long as measures are counted."""

    def __init__(self, cells: Cells, rows: int) -> None:
        self._cells, self._index = cells, pd.RangeIndex(rows)
        self._read: dict[str, pd.Series[Any]] = {}
        self._counted: dict[Callable[[OnDemand], ArrayLike], Floats] = {}

    @classmethod
    def of(cls, table: pd.DataFrame) -> OnDemand:
        """A table that is there: its columns are got at once only."""
        return cls({str(name): partial(_column, table, str(name)) for name in table}, len(table))

    def once(self, count: Callable[[OnDemand], ArrayLike]) -> Floats:
        """What is counted of each row, for all who count the same."""
        if count not in self._counted:
            self._counted[count] = np.asarray(count(self), dtype=np.float64)
        return self._counted[count]

    def __len__(self) -> int:
        return len(self._index)

    def __contains__(self, name: object) -> bool:
        return name in self._cells

    def __getitem__(self, name: str) -> pd.Series[Any]:
        if name not in self._read:
            cell = self._cells[name]()
            if not isinstance(cell, pd.Series):
                cell = pd.Series(cell, index=self._index, copy=False)
            self._read[name] = cell
        return self._read[name]

    def only(self, some: Bools) -> OnDemand:
        """Some of its rows."""
        cells = {name: partial(lambda cell: cell()[some], cell) for name, cell in self._cells.items()}
        return OnDemand(cells, int(np.count_nonzero(some)))

    def frame(self, names: Collection[str] | None = None) -> pd.DataFrame:
        """Its columns, or those of these names that it has, in their order."""
        of = self._cells if names is None else {name: self._cells[name] for name in names if name in self._cells}
        return pd.DataFrame({name: cell() for name, cell in of.items()})


def _column(table: pd.DataFrame, name: str) -> pd.Series[Any]:
    return table[name]


Rows = pd.DataFrame | OnDemand
"""A table: a column of it by its name."""


def on_demand(rows: Rows) -> OnDemand:
    """The table as it is, or one whose columns are got at once only."""
    return rows if isinstance(rows, OnDemand) else OnDemand.of(rows)
