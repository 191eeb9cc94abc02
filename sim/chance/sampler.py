"""Draws for some of the orders: luck by order number, turned into values by the inverse of a law."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim.arrays import Bools
from sim.chance.decisions import Decision
from sim.chance.facts import Ints
from sim.chance.streams import Floats, Luck
from sim.scenario.distributions import MOST_MONEY, AmountLaw, DurationLaw, ShareLaw, draw

MILLION = 1_000_000


class OrderSampler:
    """Draws for the orders `numbers`; an order's value does not depend on which other orders are asked about."""

    def __init__(self, luck: Luck, numbers: Ints) -> None:
        self._luck, self.numbers = luck, numbers
        self._parted: tuple[Ints, list[LawGroup]] | None = None

    def only(self, some: Bools) -> OrderSampler:
        """For some of these orders."""
        return self if some.all() else OrderSampler(self._luck, self.numbers[some])

    def at(self, places: slice) -> OrderSampler:
        """For some of them, in turn."""
        return OrderSampler(self._luck, self.numbers[places])

    def luck(self, decision: Decision) -> Floats:
        """One uniform per picked order."""
        return self._luck.of(decision, self.numbers)

    def all_alike(self, value: int) -> Ints:
        """One value for every picked order: it lies in memory once, and cannot be changed in place."""
        return np.broadcast_to(np.int64(value), len(self.numbers))

    def _drawn(self, decision: Decision, values_of: Callable[[Floats], Ints], *, certain: bool) -> Ints:
        """What each luck comes to. None is fetched for what is certain, whatever the luck: all are alike."""
        if not certain:
            return values_of(self.luck(decision))
        return np.broadcast_to(values_of(np.zeros_like(self.numbers[:1], dtype=np.float64)), len(self.numbers))

    def happens(self, decision: Decision, chance: float | Floats) -> Ints:
        """1 where it happens, with this chance, or each order's own; else 0."""
        certain = isinstance(chance, float | int) and not 0 < chance < 1
        return self._drawn(decision, lambda luck: (luck < chance).astype(np.int64), certain=certain)

    def duration(self, decision: Decision, law: DurationLaw) -> Ints:
        """Whole seconds of the law's kind."""
        return self._drawn(decision, lambda luck: draw(law, luck), certain=law.is_certain)

    def cents(self, decision: Decision, law: AmountLaw) -> Ints:
        """Money, rounded once to whole cents; what is drawn beyond `MOST_MONEY`, which is very rare, is so much."""
        return self._drawn(decision, lambda luck: _cents(law, luck), certain=law.is_certain)

    def millionths(self, decision: Decision, law: ShareLaw) -> Ints:
        """A share, rounded once to millionths."""
        return self._drawn(decision, lambda luck: _rounded(law.ppf(luck) * MILLION), certain=law.is_certain)

    def by_group(self, groups: Ints, of_group: Callable[[OrderSampler, int], Ints]) -> Ints:
        """Values whose law depends on a group (the seller's type, the payment method): each group draws its own."""
        values = np.empty(len(self.numbers), dtype=np.int64)
        for group, members, sampler in self._parts(groups):
            values[members] = of_group(sampler, group)
        return values

    def _parts(self, groups: Ints) -> list[LawGroup]:
        """The picked orders by group. Remembered, since many decisions in a row depend on the same groups."""
        if self._parted is None or self._parted[0] is not groups:
            present = np.flatnonzero(np.bincount(groups)).tolist()
            members = [np.flatnonzero(groups == group) for group in present]
            self._parted = (
                groups,
                [LawGroup(*each, self._of(each[1])) for each in zip(present, members, strict=True)],
            )
        return self._parted[1]

    def _of(self, some: NDArray[np.intp]) -> OrderSampler:
        return _Member(self, some)


class _Member(OrderSampler):
    """Draws for some of those that another draws for, from one and the same luck."""

    def __init__(self, whole: OrderSampler, members: NDArray[np.intp]) -> None:
        super().__init__(whole._luck, whole.numbers[members])
        self._whole, self._members = whole, members

    def luck(self, decision: Decision) -> Floats:
        return self._whole.luck(decision)[self._members]


class LawGroup(NamedTuple):
    """Some of the picked orders, who draw by a law of their own."""

    group: int
    members: NDArray[np.intp]
    """Their places among the picked orders."""
    sampler: OrderSampler


def _cents(law: AmountLaw, luck: Floats) -> Ints:
    return _rounded(np.minimum(law.ppf(luck), MOST_MONEY) * 100)


def _rounded(amounts: Floats) -> Ints:
    whole: Ints = np.rint(amounts).astype(np.int64)
    return whole
