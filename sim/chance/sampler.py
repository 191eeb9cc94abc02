"""Draws for some of the orders: luck by order number, turned into values by the inverse of a law."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import cached_property, lru_cache
from typing import NamedTuple, TypeAlias

import numpy as np
from numpy.typing import NDArray

from sim.arrays import Bools
from sim.chance.decisions import Decision
from sim.chance.facts import Ints
from sim.chance.law_tables import tables_of
from sim.chance.streams import Floats, Luck, said
from sim.scenario.distributions.families import (
    MOST_MONEY,
    AmountLaw,
    DurationLaw,
    Inverse,
    NumberLaw,
    ShareLaw,
    draw,
)
from sim.scenario.distributions.laws import Law, StepLaw

MILLION = 1_000_000
AnyLaw: TypeAlias = "DurationLaw | NumberLaw"
NOTHING = StepLaw.of([0.0])
"""The law of what there is not."""


class Grain(NamedTuple):
    """What is drawn in whole numbers of."""

    factor: float
    """How many there are in one of what a law speaks of."""
    whole: Callable[[Inverse, Floats], Ints]
    """The whole numbers that luck comes to by a law: rounded once."""


def alike(value: int, count: int) -> Ints:
    """One value so many times, as `np.broadcast_to` lays it out, which takes four times as long."""
    column = np.ndarray((count,), np.int64, np.array(value, dtype=np.int64), 0, (0,))
    column.flags.writeable = False
    return column


class OrderSampler:
    """Draws for the orders `numbers`; an order's value does not depend on which other orders are asked about."""

    def __init__(self, luck: Luck, numbers: Ints) -> None:
        self._luck, self.numbers = luck, numbers
        self._parted: tuple[Ints, list[_Places]] | None = None

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
        return alike(value, len(self.numbers))

    def happens(self, decision: Decision, chance: float | Floats) -> Ints:
        """1 where it happens, with this chance, or each order's own; else 0."""
        if isinstance(chance, float | int) and not 0 < chance < 1:
            return self.all_alike(int(chance >= 1))
        return (self.luck(decision) < chance).astype(np.int64)

    def duration(self, decision: Decision, law: DurationLaw | None) -> Ints:
        """Whole seconds of the law's kind; 0 where there is none."""
        return self.by_law(decision, [law], self.everybody, SECONDS)

    def cents(self, decision: Decision, law: AmountLaw) -> Ints:
        """Money, rounded once to whole cents; what is drawn beyond `MOST_MONEY`, which is very rare, is so much."""
        return self.by_law(decision, [law], self.everybody, CENTS)

    def millionths(self, decision: Decision, law: ShareLaw) -> Ints:
        """A share, rounded once to millionths."""
        return self.by_law(decision, [law], self.everybody, MILLIONTHS)

    @cached_property
    def everybody(self) -> Ints:
        """All are of one group."""
        return np.zeros(len(self.numbers), dtype=np.int64)

    def by_law(self, decision: Decision, laws: Sequence[AnyLaw | None], groups: Ints, grain: Grain) -> Ints:
        """By the law of each one's group (the seller's type, the payment method), 0 where there is none; one luck
        whatever the group. None is fetched for what is certain."""
        if all(law is None or law.is_certain for law in laws):
            certain = [0 if law is None else _certain(law.to_law(), grain) for law in laws]
            return self.all_alike(certain[0]) if len(set(certain)) == 1 else np.array(certain)[groups]
        source = self._luck.source
        if source.by_tables is None or len(groups) < source.many:
            return self.by_group(groups, lambda some, group: some._of_law(decision, laws[group], grain))
        luck = np.ascontiguousarray(self.luck(decision))
        plain = tuple(NOTHING if law is None else law.to_law() for law in laws)
        values, asked = source.by_tables(luck, np.ascontiguousarray(groups), tables_of(plain, grain.factor))
        of_groups = groups[asked]
        for group in np.unique(of_groups).tolist():
            some = asked[of_groups == group]
            values[some] = grain.whole(plain[group], luck[some])
        return values

    def _of_law(self, decision: Decision, law: AnyLaw | None, grain: Grain) -> Ints:
        """All by one law."""
        if law is None or law.is_certain:
            return self.by_law(decision, [law], self.everybody, grain)
        return grain.whole(law, self.luck(decision))

    def said(
        self, decision: Decision, bounds: Sequence[tuple[float, ...]], in_turn: tuple[int, ...], groups: Ints
    ) -> Ints:
        """What is said with each luck, by the bounds of each one's group (`streams.said`)."""
        return said(self.luck(decision), groups, bounds, in_turn)

    def by_group(self, groups: Ints, of_group: Callable[[OrderSampler, int], Ints]) -> Ints:
        """Values that are drawn otherwise in each group: group by group."""
        values = np.empty(len(self.numbers), dtype=np.int64)
        for group, members, sampler in self._parts(groups):
            values[members] = of_group(sampler, group)
        return values

    def _parts(self, groups: Ints) -> Iterator[LawGroup]:
        """The picked orders by group. Remembered, since many decisions in a row depend on the same groups; but not
        with their samplers, which hold this one."""
        if self._parted is None or self._parted[0] is not groups:
            present = np.flatnonzero(np.bincount(groups)).tolist()
            members = [np.flatnonzero(groups == group) for group in present]
            self._parted = (
                groups,
                [_Places(*each, self.numbers[each[1]]) for each in zip(present, members, strict=True)],
            )
        return (LawGroup(group, some, _Member(self, some, numbers)) for group, some, numbers in self._parted[1])


class _Member(OrderSampler):
    """Draws for some of those that another draws for, from one and the same luck."""

    def __init__(self, whole: OrderSampler, members: NDArray[np.intp], numbers: Ints) -> None:
        super().__init__(whole._luck, numbers)
        self._whole, self._members = whole, members

    def luck(self, decision: Decision) -> Floats:
        return self._whole.luck(decision)[self._members]


class _Places(NamedTuple):
    """Where some of the picked orders stand, who draw by a law of their own."""

    group: int
    members: NDArray[np.intp]
    """Their places among the picked orders."""
    numbers: Ints


class LawGroup(NamedTuple):
    """Some of the picked orders, and what draws for them."""

    group: int
    members: NDArray[np.intp]
    sampler: OrderSampler


@lru_cache(maxsize=256)
def _certain(law: Law, grain: Grain) -> int:
    """What any luck comes to."""
    return int(grain.whole(law, np.zeros(1))[0])


def _cents(law: Inverse, luck: Floats) -> Ints:
    return _rounded(np.minimum(law.ppf(luck), MOST_MONEY) * 100)


def _millionths(law: Inverse, luck: Floats) -> Ints:
    return _rounded(law.ppf(luck) * MILLION)


def _rounded(amounts: Floats) -> Ints:
    whole: Ints = np.rint(amounts).astype(np.int64)
    return whole


SECONDS, CENTS, MILLIONTHS = Grain(1.0, draw), Grain(100.0, _cents), Grain(float(MILLION), _millionths)
