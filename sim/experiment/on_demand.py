"""A table whose columns are worked out when they are read: what nobody asks for costs nothing."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from functools import partial
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from sim.arrays import Bools

ColumnValues = NDArray[np.generic] | pd.Categorical
Cells = Mapping[str, Callable[[], ColumnValues]]
"""How each column of a table is worked out, by its name."""


class OnDemand:
    """Reads as a DataFrame does, column by column, for as long as measures are counted."""

    def __init__(self, cells: Cells, rows: int) -> None:
        self._cells, self._index = cells, pd.RangeIndex(rows)
        self._read: dict[str, pd.Series[Any]] = {}

    def __len__(self) -> int:
        return len(self._index)

    def __contains__(self, name: object) -> bool:
        return name in self._cells

    def __getitem__(self, name: str) -> pd.Series[Any]:
        if name not in self._read:
            self._read[name] = pd.Series(self._cells[name](), index=self._index, copy=False)
        return self._read[name]

    def only(self, some: Bools) -> OnDemand:
        """Some of its rows."""
        cells = {name: partial(lambda cell: cell()[some], cell) for name, cell in self._cells.items()}
        return OnDemand(cells, int(np.count_nonzero(some)))

    def frame(self, names: Collection[str] | None = None) -> pd.DataFrame:
        """Its columns, or those of these names that it has, in their order."""
        of = self._cells if names is None else {name: self._cells[name] for name in names if name in self._cells}
        return pd.DataFrame({name: cell() for name, cell in of.items()})


Rows = pd.DataFrame | OnDemand
"""A table: a column of it by its name."""
