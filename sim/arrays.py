"""Arrays by what they hold, and tables of whole numbers by column."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import numpy as np
from numpy.typing import NDArray

Bools = NDArray[np.bool_]
Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
LIES_ONCE = (0,)
"""The strides of a column in which all are alike: its value lies in memory once (`OrderSampler.all_alike`)."""
Columns = dict[str, Ints]
"""A table: instants in seconds, codes and counts, one row for each order or claim."""
TableOfClaims = Mapping[str, Ints]
"""A table that is only read: its columns may be made when they are asked for."""


class Picked(Mapping[str, Ints]):
    """Some rows of a table of whole numbers, picked column by column when they are read."""

    def __init__(self, table: TableOfClaims, rows: Ints | slice) -> None:
        self._table, self._rows = table, rows
        self._read: dict[str, Ints] = {}

    def __getitem__(self, name: str) -> Ints:
        if name not in self._read:
            self._read[name] = self._table[name][self._rows]
        return self._read[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._table)

    def __len__(self) -> int:
        return len(self._table)


def in_one_stretch(places: Ints) -> Ints | slice:
    """The same places, which ascend, as one stretch where none is left out: nothing has to be copied."""
    is_whole = len(places) > 0 and places[-1] - places[0] + 1 == len(places)
    return slice(int(places[0]), int(places[-1]) + 1) if is_whole else places
