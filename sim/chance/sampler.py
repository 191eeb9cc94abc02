"""Draws for some of the orders: luck by order number, turned into values by the inverse of a law."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import cached_property, wraps
from types import MappingProxyType
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim.arrays import Bools, Columns
from sim.chance.decisions import Decision
from sim.chance.drawings import AnyLaw, ByBounds, ByLaw, DrawnBy, Grain
from sim.chance.facts import Ints
from sim.chance.law_tables import DrawingPlan, plan_of
from sim.chance.streams import Floats, Luck, LuckSource, said
from sim.scenario.model import Scenario


class Drawings:
    """What is drawn for some columns, by name."""

    def __init__(self, by_name: Mapping[str, DrawnBy]) -> None:
        self.alike: dict[str, int] = {}
        """What is certain, and the same for all."""
        self.by_group: dict[str, tuple[Ints, str]] = {}
        """What is certain for each group, and what the groups are called."""
        left = dict[str, ByLaw | ByBounds]()
        for name, drawing in by_name.items():
            if isinstance(drawing, int):
                self.alike[name] = drawing
            elif (certain := drawing.certain()) is None:
                left[name] = drawing
            elif len(set(certain)) == 1 or drawing.by is None:
                self.alike[name] = certain[0]
            else:
                self.by_group[name] = np.array(certain), drawing.by
        self.left = dict(sorted(left.items(), key=lambda named: named[1].decision))
        """What luck has a say in, in the order of decisions."""

    @cached_property
    def groupings(self) -> list[str]:
        """What groups are called, of those that luck has a say in."""
        return list(dict.fromkeys(one.by for one in self.left.values() if one.by is not None))

    @cached_property
    def plan(self) -> DrawingPlan:
        """As machine code reads it."""
        return plan_of(list(self.left.values()), self.groupings)


def said_once(say: Callable[[Scenario], Mapping[str, DrawnBy]]) -> Callable[[Scenario], Drawings]:
    """What a scenario has drawn is the same in all its replications. A part of which it is noted what is read
    (`shared`) is read anew."""
    latest: dict[int, tuple[Scenario, Drawings]] = {}

    @wraps(say)
    def drawings_of(scenario: Scenario) -> Drawings:
        known = latest.get(id(scenario))
        if known is None:
            known = scenario, Drawings(say(scenario))
            if isinstance(scenario, Scenario):
                if len(latest) >= SCENARIOS:
                    latest.clear()
                latest[id(scenario)] = known
        return known[1]

    return drawings_of


SCENARIOS = 16
"""Of which it is remembered what is drawn."""
EVERYBODY: Mapping[str, Ints] = MappingProxyType({})
"""No groups."""


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

    @property
    def source(self) -> LuckSource:
        """What draws its luck."""
        return self._luck.source

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

    @cached_property
    def everybody(self) -> Ints:
        """All are of one group."""
        return np.zeros(len(self.numbers), dtype=np.int64)

    def one(self, drawing: DrawnBy, **groups: Ints) -> Ints:
        """A single column."""
        return self.columns(Drawings({"": drawing}), groups)[""]

    def columns(self, drawings: Drawings, groups: Mapping[str, Ints] = EVERYBODY) -> Columns:
        """What is drawn, given the groups by what they are called. No luck is fetched for what is certain."""
        columns = {name: self.all_alike(value) for name, value in drawings.alike.items()}
        columns |= {name: certain[groups[by]] for name, (certain, by) in drawings.by_group.items()}
        if drawings.left and self.source.columns and len(self.numbers) >= self.source.many:
            return columns | self._drawn_together(drawings, groups)
        return columns | {name: self._drawn(drawing, groups) for name, drawing in drawings.left.items()}

    def _drawn(self, drawing: ByLaw | ByBounds, groups: Mapping[str, Ints]) -> Ints:
        """As it is read."""
        theirs = self.everybody if drawing.by is None else groups[drawing.by]
        if isinstance(drawing, ByBounds):
            return said(self.luck(drawing.decision), theirs, drawing.bounds, drawing.in_turn)
        decision, laws, grain, _ = drawing
        return self.by_group(theirs, lambda some, group: some._of_law(decision, laws[group], grain))

    def _of_law(self, decision: Decision, law: AnyLaw | None, grain: Grain) -> Ints:
        """All by one law."""
        if law is None or law.is_certain:
            return self.one(ByLaw(decision, [law], grain))
        return grain.whole(law, self.luck(decision))

    def _drawn_together(self, drawings: Drawings, groups: Mapping[str, Ints]) -> Columns:
        """By machine code; then the laws are asked what their tables do not say."""
        in_turn, count = list(drawings.left.values()), len(drawings.groupings)
        theirs = np.array([groups[by] for by in drawings.groupings], dtype=np.int64)
        of_groups = theirs.reshape(count, len(self.numbers))
        values, left = self._luck.columns(drawings.plan, self.numbers, of_groups)
        for column in np.flatnonzero(left[:, 0]).tolist():
            drawing, places = in_turn[column], left[column, 1 : left[column, 0] + 1]
            assert isinstance(drawing, ByLaw)
            luck = values[column, places].view(np.float64)
            members = (self.everybody if drawing.by is None else groups[drawing.by])[places]
            for group in np.unique(members).tolist():
                (laws, grain), here = drawing.meant(), members == group
                values[column, places[here]] = grain.whole(laws[group], luck[here])
        return dict(zip(drawings.left, values, strict=True))

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
