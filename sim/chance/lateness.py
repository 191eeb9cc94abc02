"""Which orders can be late at all, told from their luck before anybody works out when they would be sent.

Luck is told apart by cells: all luck in one cell takes so long at the most. For each day of payment and each length
of handling one asks when the last parcel would leave. An order that is in time even then need not be worked out;
the others are, one by one. This settles what need not be done, and never what comes of it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import NamedTuple

import numpy as np

from sim.arrays import Bools
from sim.chance.decisions import Decision
from sim.chance.facts import Ints
from sim.chance.instants import instants_after
from sim.chance.orders import Instants, Openings, TypesOf, due_and_promised, stretched_by, stretches
from sim.chance.shared import Memory
from sim.chance.streams import Luck
from sim.errors import BeyondCalendar
from sim.rules.terms import kind_of
from sim.scenario.calendars import Calendar
from sim.scenario.distributions.families import DurationLaw
from sim.scenario.durations import DAY, HOUR, LONGEST, NEVER, Kind
from sim.scenario.market import SellerType
from sim.scenario.model import Scenario
from sim.scenario.selling import kinds_of, parties_of_kinds
from sim.vocabulary import Anchor

CELLS = 1024
"""Equal parts of [0, 1)."""
STEP = 12 * HOUR
STEPS = 128
"""Lengths of handling that are told apart: up to 64 days, and beyond."""
UNSURE = -1
"""To spare where nobody knows."""
ANY_TYPE = -1
"""The row for a seller of whatever type: the slowest in everything."""
LEGS = (Decision.ARRANGING, Decision.DISPATCHING, Decision.TRANSIT)
"""Their luck, and whether the parcel is lost, come in one block."""


class TimeLimits(NamedTuple):
    """How long each leg takes at the most, and how much time there is until a limit."""

    arranging: Ints
    """Seconds by type and cell."""
    dispatching: Ints
    transit: Ints
    """Seconds by cell; nothing for what need only leave."""
    lost: float
    """The chance that a parcel is lost."""
    spare: Ints
    """Seconds to spare, at the least, between leaving and the limit: by type, day of payment and steps of handling;
    UNSURE where it may be missed."""

    def may_be_missed(self, luck: Luck, numbers: Ints, paid: Ints, type_of: Callable[[Ints], Ints]) -> Bools:
        """By which of these orders."""
        if luck.source.late is not None and isinstance(type_of, TypesOf):
            legs, seller = luck.key(Decision.ARRANGING), luck.key(Decision.SELLER)
            sellers = type_of.of_sellers, type_of.among.lowest, type_of.among.bounds
            return luck.source.late(numbers, paid, legs, seller, self, sellers)
        return self._may_be_missed(luck, numbers, paid, type_of)

    def _may_be_missed(self, luck: Luck, numbers: Ints, paid: Ints, type_of: Callable[[Ints], Ints]) -> Bools:
        """Whose time may not do: first as if sold by the slowest of sellers, then by their own."""
        cells = {leg: (luck.of(leg, numbers) * CELLS).astype(np.intp) for leg in LEGS}
        needed, day = self.transit[cells[Decision.TRANSIT]], paid // DAY

        def lacks(kind: int | Ints, some: slice | Ints) -> Bools:
            arranging, dispatching = (cells[leg][some] for leg in LEGS[:2])
            handling = self.arranging[kind, arranging] + self.dispatching[kind, dispatching]
            steps = np.minimum(handling // STEP + 1, STEPS - 1)
            short: Bools = self.spare[kind, day[some], steps] < needed[some]
            return short

        unsure = lacks(ANY_TYPE, slice(None))
        some = np.flatnonzero(unsure)
        unsure[some] = lacks(type_of(numbers[some]), some)
        return unsure | (luck.of(Decision.LOST, numbers) < self.lost)


class Lateness(NamedTuple):
    """What may be missed: the dispatch limit by a parcel that leaves, the promised date by one that arrives."""

    leaving: TimeLimits
    arriving: TimeLimits


_KNOWN = Memory()
"""Of the latest scenarios: their replications share one, and so do scenarios that agree on what makes one late."""


def lateness_of(scenario: Scenario, calendars: Openings) -> Lateness:
    """Worked out once for all replications of a scenario, and of others like it."""
    return _KNOWN.of("lateness", scenario, lambda part: _lateness(part, calendars), *calendars.values())


def _lateness(scenario: Scenario, calendars: Openings) -> Lateness:
    types, carrier = kinds_of(scenario.market.sellers), scenario.market.carrier
    until_due, until_promised = _time_to_spare(scenario, types, calendars)
    if kind_of(carrier.transit) != Kind.WALL:
        until_promised = np.full_like(until_promised, UNSURE)
    legs = (
        _and_the_most(np.array([longest_in_cells(kind.arrange) for kind in types])),
        _and_the_most(np.array([longest_in_cells(kind.dispatch) for kind in types])),
    )
    return Lateness(
        TimeLimits(*legs, np.zeros(CELLS, dtype=np.int64), 0.0, until_due),
        TimeLimits(*legs, longest_in_cells(carrier.transit), float(carrier.lost), until_promised),
    )


def _and_the_most(by_type: Ints) -> Ints:
    return np.vstack([by_type, by_type.max(axis=0)])


def longest_in_cells(law: DurationLaw) -> Ints:
    """The longest duration (s) in each cell of luck; more than any where that is not certain."""
    ends = np.nextafter(np.arange(1, CELLS + 1) / CELLS, 0)
    # Values ascend within a cell but for the last bit of a float, which a second more than covers.
    seconds = np.ceil(law.ppf(ends)) + 1
    longest = np.where(seconds <= LONGEST, seconds, 2 * LONGEST).astype(np.int64)
    for level in law.breaks():  # values do not ascend across the parts of a mixture
        cell = int(level * CELLS)
        longest[max(cell - 1, 0) : cell + 2] = 2 * LONGEST
    return longest


def _time_to_spare(scenario: Scenario, types: Sequence[SellerType], calendars: Openings) -> tuple[Ints, Ints]:
    """Until the dispatch limit and until the promised date: by type, by day, by steps of handling."""
    first = np.arange(0, max(scenario.experiment.arrivals_end, 1), DAY)
    spare = []
    for kind, party in zip(types, parties_of_kinds(scenario), strict=True):
        limits = _earliest_limits(scenario, first, party, calendars)
        latest = _latest(scenario, kind, first, calendars[party])
        spare.append(np.maximum(limits[:, :, None] - latest, UNSURE))
    of_types = np.array(spare)
    until_due, until_promised = np.concatenate([of_types, of_types.min(axis=0, keepdims=True)]).swapaxes(0, 1)
    return np.ascontiguousarray(until_due), np.ascontiguousarray(until_promised)


def _earliest_limits(scenario: Scenario, first: Ints, party: int, calendars: Openings) -> Ints:
    """The dispatch limit and the promised date of the day's first order: nothing ends earlier than it begins."""
    known: Instants = dict.fromkeys((Anchor.PAID, Anchor.ARRANGED, Anchor.DISPATCHED), first)
    limits = np.zeros((2, len(first)), dtype=np.int64)
    with suppress(BeyondCalendar):
        limits[:] = due_and_promised(scenario, known, np.full_like(first, party), calendars)
    return limits


def _latest(scenario: Scenario, kind: SellerType, first: Ints, calendar: Calendar) -> Ints:
    """When the last parcel paid on each day leaves, for each step of handling, both legs together.

    Two legs that are counted in the same way come to what one of both their lengths would.
    """
    latest = np.full((len(first), STEPS), NEVER, dtype=np.int64)
    counted_in = kind_of(kind.arrange)
    if counted_in != kind_of(kind.dispatch):
        return latest
    last, lengths = (first + DAY - 1)[:, None], np.tile(np.arange(STEPS - 1) * STEP, (len(first), 1))
    handling = stretched_by(lengths, stretches(scenario, first)[:, None]) + 2  # each leg is rounded by itself
    for some in (slice(0, STEPS // 4), slice(STEPS // 4, STEPS - 1)):
        with suppress(BeyondCalendar):
            latest[:, some] = instants_after(last, counted_in, handling[:, some], calendar)
    return latest
