"""What is left of a uniform once a duration is known to be longer: truncation of the inverse transform.

For a law whose inverse never falls that is one stretch [F(x), 1); for a mixture one for each part. Where a part's
stretch begins is found by halving, so that whatever is drawn from it is longer for certain, to the last bit.

Of two durations of which only the end, or that it has not come, can be seen, both are drawn jointly. The first
one's uniform is cut into cells. Given the first, what is left of the second is a tail; its chance weighs the cell.
So the pair is drawn by picking a cell, then a place within it, then what is left of the second.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property, lru_cache
from itertools import pairwise

import numpy as np

from sim.arrays import Floats, Ints
from sim.scenario.distributions.families import DurationLaw, NumberLaw
from sim.scenario.distributions.laws import Law

HALVINGS = 34
HALF_A_SECOND = 0.5
"""Durations are rounded to whole seconds: longer than e is from e and a half on."""
LEVELS = np.concatenate([np.linspace(0, 1, 1024, endpoint=False), 1 - np.logspace(-3.02, -12, 120)])
"""At which a law is tabled, closer together towards its end, where what is left is little."""
NEAR, AT_LEAST = 0.1, 60
"""Of a wait, and in seconds: how near to an instant that was seen."""
NEXT_TO_NOTHING = 1e-12


class Tail:
    """The uniforms for which a law gives more than x, for each of some x."""

    def __init__(self, law: Law, x: Floats) -> None:
        self._law, self._x = law, np.asarray(x, dtype=np.float64)

    @cached_property
    def _stretches(self) -> list[tuple[Floats, float]]:
        return [(_begins(self._law, low, high, self._x), high) for low, high in _parts(self._law)]

    @cached_property
    def chance(self) -> Floats:
        """P(X > x)."""
        return np.asarray(sum(high - begins for begins, high in self._stretches))

    def at(self, rows: Ints) -> Tail:
        """Of some of the x, any of them more than once."""
        some = Tail(self._law, self._x[rows])
        some.__dict__["_stretches"] = [(begins[rows], high) for begins, high in self._stretches]
        return some

    @property
    def about(self) -> Floats:
        """P(X > x) read off a table of the law: good for weighing many, where halving would take long."""
        left = np.zeros(len(self._x))
        for (low, high), values in zip(_parts(self._law), _table(self._law), strict=True):
            left += (high - low) * (1 - np.interp(self._x, values, LEVELS, left=0.0, right=1.0))
        return left

    def of(self, luck: Floats) -> Floats:
        """A uniform over what is left, for a uniform over everything. Where nothing is left it stays as it is."""
        left = luck * self.chance
        found, settled = luck.copy(), np.zeros(len(luck), dtype=bool)
        for begins, high in self._stretches:
            width = high - begins
            here = ~settled & (left < width)
            found[here] = np.minimum((begins + left)[here], np.nextafter(high, 0.0))
            settled |= here
            left = np.where(settled, left, left - width)
        return found


def longer(law: DurationLaw, than: Ints) -> Tail:
    """Durations of more whole seconds than these."""
    return Tail(law.to_law(), than.astype(np.float64) + HALF_A_SECOND)


def larger(law: NumberLaw, than: Floats) -> Tail:
    """Amounts above these."""
    return Tail(law.to_law(), than)


def chance_near(not_by: Callable[[Ints], Floats], at: Ints, wait: Ints) -> Floats:
    """How likely something is to come when it came, told from a tenth of its wait to either side.

    `not_by` says how likely it is not to have come by an instant. Only beside another law's it means anything.
    """
    about = np.maximum((wait * NEAR).astype(np.int64), AT_LEAST)
    return np.asarray(np.maximum(not_by(at - about) - not_by(at + about), NEXT_TO_NOTHING))


def less_likely(luck: Floats, chance: Floats | float, now: Floats) -> Floats:
    """A uniform under which something of this chance happens as often as its chance `now` says."""
    chance = np.broadcast_to(np.asarray(chance, dtype=np.float64), luck.shape)
    happens = luck < now
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        yes = luck / now * chance
        no = chance + (luck - now) / (1 - now) * (1 - chance)
    told = np.where(happens, np.minimum(yes, np.nextafter(chance, 0.0)), np.maximum(no, chance))
    return np.asarray(np.clip(told, 0.0, np.nextafter(1.0, 0.0)))


def part_of(part: Floats | float, whole: Floats) -> Floats:
    """A part as a share of the whole; 0 where there is nothing."""
    return np.divide(part, whole, out=np.zeros_like(whole), where=whole > 0)


def _parts(law: Law) -> list[tuple[float, float]]:
    """The stretches of luck within which the law's values ascend."""
    return list(pairwise((0.0, *law.breaks(), 1.0)))


@lru_cache(maxsize=256)
def _table(law: Law) -> list[Floats]:
    """By part: the values at LEVELS of it."""
    below = np.nextafter(1.0, 0.0)
    return [law.ppf(np.minimum(low + (high - low) * LEVELS, below)) for low, high in _parts(law)]


def _begins(law: Law, low: float, high: float, x: Floats) -> Floats:
    """The first uniform of [low, high) with a value above x; `high` where there is none."""
    if not len(x):
        return x
    below, above = np.full(len(x), low), np.full(len(x), high)
    all_above = law.ppf(np.full(1, low))[0] > x
    for _ in range(HALVINGS):
        middle = (below + above) / 2
        is_above = law.ppf(np.minimum(middle, np.nextafter(1.0, 0.0))) > x
        above, below = np.where(is_above, middle, above), np.where(is_above, below, middle)
    return np.where(all_above, low, above)


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
