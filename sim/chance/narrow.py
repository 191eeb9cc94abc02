"""Tables of whole numbers that take as little memory as their numbers allow, for replications with many claims.

A column is kept in the fewest bytes that hold all its numbers, and one number of that width stands for NEVER. It is
read as any other: each time, the whole numbers of 64 bits that it was made of are laid out anew.
"""

from __future__ import annotations

import ctypes
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.arrays import LIES_ONCE, Columns, Ints
from sim.scenario.durations import NEVER

NarrowInts = NDArray[Any]
WIDTHS: tuple[type[np.integer[Any]], ...] = (np.uint8, np.uint16, np.uint32, np.int64)
"""From the narrowest; what is below 0, or too large for the others, is kept as it is."""


@cache
def never_in(width: Any) -> int:
    """What stands for NEVER: the largest number."""
    return NEVER if width == np.int64 else int(np.iinfo(width).max)


class NarrowColumns(Mapping[str, Ints]):
    """Columns by name, of equal length."""

    def __init__(
        self,
        names: Sequence[Sequence[str]],
        stacks: Sequence[NarrowInts],
        alike: Columns,
        later: Sequence[str] = (),
    ) -> None:
        """Stack by stack the names of columns, and the columns as rows of an array; and those that are the same for
        all. Of two columns of one name the last one counts. What is `later` is kept as one second later, and NEVER
        as 0: where nothing is written, no memory is taken."""
        self.names, self.stacks, self._alike, self._later = names, stacks, alike, frozenset(later)
        self._rows: dict[str, NarrowInts] = {}
        for some, stack in zip(names, stacks, strict=True):
            self._rows |= dict(zip(some, stack, strict=True))

    @classmethod
    def of(cls, blocks: Iterable[Columns], count: int) -> NarrowColumns:
        """Tables with the same columns, one below the other, with so many rows in all."""
        begins, laid_out = 0, None
        for block in blocks:
            laid_out = laid_out or _LaidOut(block, count)
            laid_out.take(block, begins)
            begins += len(next(iter(block.values())))
        return cls(*laid_out.parts()) if laid_out else cls((), (), {})

    def __getitem__(self, name: str) -> Ints:
        return self._alike[name] if name in self._alike else self._widened(name, self._rows[name])

    def __iter__(self) -> Iterator[str]:
        yield from self._alike
        yield from self._rows

    def __len__(self) -> int:
        return len(self._alike) + len(self._rows)

    def kept(self, name: str) -> NarrowInts:
        """A column in the bytes that it is kept in."""
        return self._alike[name] if name in self._alike else self._rows[name]

    def part(self, some: slice) -> NarrowColumns:
        """Rows in turn, kept as narrow, and nowhere else."""
        alike = {name: column[some] for name, column in self._alike.items()}
        return NarrowColumns(self.names, [stack[:, some] for stack in self.stacks], alike, tuple(self._later))

    def at(self, places: Ints) -> Columns:
        """Some of the rows."""
        alike = {name: np.broadcast_to(column[:1], len(places)) for name, column in self._alike.items()}
        return alike | {name: self._widened(name, row[places]) for name, row in self._rows.items()}

    def _widened(self, name: str, kept: NarrowInts) -> Ints:
        return as_wide_as(np.int64, kept - kept.dtype.type(1) if name in self._later else kept)

    @property
    def nbytes(self) -> int:
        """What they take in memory, at the most."""
        return sum(stack.nbytes for stack in self.stacks)


def give_back() -> None:
    """Memory that is free goes back to the system, where that is asked for: what comes next takes other memory."""
    with suppress(AttributeError, OSError, TypeError):
        ctypes.CDLL(None).malloc_trim(0)


class _LaidOut:
    """Room for all rows, as wide as the first block's numbers ask for; a column that outgrows it moves once."""

    def __init__(self, first: Columns, count: int) -> None:
        self.alike = {
            name: np.broadcast_to(column[:1].copy(), count)
            for name, column in first.items()
            if column.strides == LIES_ONCE
        }
        widths = {name: width_for(column) for name, column in first.items() if name not in self.alike}
        self.names = [[name for name in widths if widths[name] == width] for width in WIDTHS]
        self.stacks = [
            np.empty((len(some), count), dtype=width) for some, width in zip(self.names, WIDTHS, strict=True)
        ]
        self.rows = {
            name: row
            for some, stack in zip(self.names, self.stacks, strict=True)
            for name, row in zip(some, stack, strict=True)
        }
        self.moved: Columns = {}

    def take(self, block: Columns, begins: int) -> None:
        """One more block."""
        for name, column in block.items():
            if name in self.alike and column.strides == LIES_ONCE and (column[:1] == self.alike[name][:1]).all():
                continue
            if name not in self.moved and (name in self.alike or not fits(column, self.rows[name].dtype)):
                before = self.alike.pop(name) if name in self.alike else as_wide_as(np.int64, self.rows[name])
                self.moved[name] = self.rows[name] = np.array(before)
            row = self.rows[name]
            row[begins : begins + len(column)] = as_wide_as(row.dtype, column)

    def parts(self) -> tuple[Sequence[Sequence[str]], Sequence[NarrowInts], Columns]:
        """What `NarrowColumns` is made of."""
        if self.moved:
            self.names[-1] += self.moved
            self.stacks[-1] = np.vstack([self.stacks[-1], *self.moved.values()])
        return self.names, self.stacks, self.alike


def width_for(column: Ints) -> type[np.integer[Any]]:
    """The narrowest that holds all its numbers."""
    return next(width for width in WIDTHS if fits(column, width))


def fits(column: Ints, width: Any) -> bool:
    """Whether all its numbers can be kept in so many bytes."""
    if width == np.int64:
        return True
    lowest, highest = column.min(initial=0), column.max(initial=0, where=column != NEVER)
    return bool(lowest >= 0 and highest < never_in(width))


def as_wide_as(width: Any, column: NarrowInts) -> NarrowInts:
    """The same numbers in so many bytes, which must hold them."""
    if column.dtype == width:
        return column
    kept = column.astype(width)
    kept[column == never_in(column.dtype)] = never_in(width)
    return kept
