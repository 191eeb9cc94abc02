"""Two durations of which only their end, or that it has not come, can be seen: they are drawn jointly.

The first one's uniform is cut into cells. Given the first, what is left of the second is a tail; its chance weighs
the cell. So the pair is drawn by picking a cell, then a place within it, then what is left of the second.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from sim.chance.facts import Ints
from sim.chance.streams import Floats
from sim.waiting.tails import Tail

EDGES = np.concatenate([np.linspace(0, 1, 16, endpoint=False), 1 - 2.0 ** -np.arange(5, 30), [1.0]])
"""Of the cells: closer together towards the end, where the rare and long ones are."""
WIDTHS, MIDDLES = np.diff(EDGES), (EDGES[1:] + EDGES[:-1]) / 2
CELLS = len(WIDTHS)

TailGiven = Callable[[Floats, Ints], Tail]
"""What is left of the second, given the first one's uniform, for each of some rows."""


@dataclass(frozen=True)
class TwoLegs:
    """For each of some rows: how likely each cell of the first is, given that the end has not come."""

    weights: Floats
    """Rows by cells: the chance that the first falls into the cell, and what was seen comes of it."""
    tail: TailGiven

    @classmethod
    def of(cls, rows: int, tail: TailGiven) -> TwoLegs:
        """Weighed cell by cell."""
        every = np.arange(rows)
        chances = [tail(np.full(rows, middle), every).about for middle in MIDDLES]
        return cls(np.stack(chances, axis=1) * WIDTHS if rows else np.empty((0, CELLS)), tail)

    @property
    def chance(self) -> Floats:
        """P(the end has not come), by row."""
        return np.asarray(self.weights.sum(axis=1))

    def draw(self, first: Floats, second: Floats, rows: Ints) -> tuple[Floats, Floats]:
        """Uniforms of the pair for some rows, for two uniforms over everything."""
        first = within_cells(self.weights, first, rows)
        left = self.tail(first, rows)
        for last_resort in (False, True):  # the edge of a law within a cell: longer is possible, or its middle is
            impossible = np.flatnonzero(left.chance <= 0)
            if not len(impossible):
                break
            cell = np.searchsorted(EDGES, first[impossible], side="right") - 1
            if last_resort:
                cell = np.argmax(self.weights[rows[impossible]], axis=1)
            ends = np.nextafter(EDGES[np.minimum(cell + 1, CELLS)], 0.0)
            first[impossible] = MIDDLES[cell] if last_resort else ends
            left = self.tail(first, rows)
        return first, left.of(second)


def within_cells(weights: Floats, luck: Floats, rows: Ints) -> Floats:
    """A uniform of which each cell is as likely as its weight says; where none is, it stays as it is."""
    sums = np.cumsum(weights, axis=1)
    total = sums[:, -1]
    sums = sums / np.where(total > 0, total, 1.0)[:, None]
    ends = sums[rows]
    cell = np.minimum((ends <= luck[:, None]).sum(axis=1), CELLS - 1)
    begins = np.where(cell > 0, np.take_along_axis(ends, np.maximum(cell - 1, 0)[:, None], axis=1)[:, 0], 0.0)
    width = np.take_along_axis(ends, cell[:, None], axis=1)[:, 0] - begins
    place = np.where(width > 0, (luck - begins) / np.where(width > 0, width, 1.0), 0.5)
    inside = EDGES[cell] + np.clip(place, 0.0, np.nextafter(1.0, 0.0)) * WIDTHS[cell]
    return np.where(total[rows] > 0, np.minimum(inside, np.nextafter(1.0, 0.0)), luck)
