"""Always true at a desk: no more hands than staff, nobody waits while hands are free, and Little's law.

A visit is one request at one desk: it joins the queue, may be taken up, and leaves when it is settled.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np

from sim.chance.facts import Ints
from sim.chance.instants import arrays_of
from sim.records.evidence import Bools, Breach, Evidence, parted
from sim.scenario.calendars import Calendar
from sim.scenario.durations import NEVER
from sim.scenario.selling import parties_of_kinds, staff_of
from sim.vocabulary import Party, Stage

UNLIMITED = NEVER
"""More staff than there can be requests."""
AFTER_THE_SELLERS = (Party.PLATFORM, Party.BUYER, Party.BANK)
"""Whose desks come after the sellers', in this order."""


class Visits(NamedTuple):
    """All visits to all desks: sellers' by number, then mediation's, the buyers', the bank's. Instants in seconds.

    Of several rounds only the last is on record. Nobody ever waits at the desks of buyers and the bank but for
    its opening hours.
    """

    stage: Ints
    desk: Ints
    order: Ints
    joined: Ints
    started: Ints
    """When it was taken up; NEVER where it was settled unheard."""
    left: Ints
    """When it was settled."""

    @property
    def queued_until(self) -> Ints:
        """When it left the queue."""
        return np.minimum(self.started, self.left)


class Turns(NamedTuple):
    """At each desk the instants in which, for the k-th time, something happens there: desk by desk, k by k.

    An instant is one number: the desk in the highest bits, then the second (of two thousand years).
    """

    joined: Ints
    queued_until: Ints
    freed: Ints
    """When so many had left that staff were free for the k-th; NOBODY_BEFORE where they are from the start."""


_FOR_TIME = 36
_TIME = (1 << _FOR_TIME) - 1
NOBODY_BEFORE = -1


def visits(run: Evidence) -> Visits:
    """Every request that joined a queue."""
    parts = [_of(part, stage) for part in run.parts() for stage in part.stages]
    nobody = Visits(*(np.array([], dtype=np.int64) for _ in Visits._fields))
    return Visits(*(np.concatenate(columns) for columns in zip(nobody, *parts, strict=True)))


def _of(run: Evidence, stage: Stage) -> Visits:
    came = run.that_ask(stage).that(f"{stage.word}_joined_at")
    joined, started, settled = (came[f"{stage.word}_{step}_at"] for step in ("joined", "started", "settled"))
    answerer, places = came.answerers(stage), np.zeros(len(Party), dtype=np.int64)
    places[[*AFTER_THE_SELLERS]] = run.scenario.market.sellers.count + np.arange(len(AFTER_THE_SELLERS))
    desk = places[answerer] + came.fact("seller") * (answerer == int(Party.SELLER))
    return Visits(np.full(len(came), stage), desk, came["order"], joined, started, settled)


def turns(run: Evidence) -> Turns:
    """A request that was not taken up leaves the queue and, in the same instant, the desk."""
    of_all, staff = run.once(visits), run.once(_staff)
    joined, queued_until, left = (
        np.sort(of_all.desk << _FOR_TIME | at) for at in (of_all.joined, of_all.queued_until, of_all.left)
    )
    so_many_before = np.maximum(np.arange(len(left)) - staff[queued_until >> _FOR_TIME], -1)
    return Turns(joined, queued_until, np.append(left, NOBODY_BEFORE)[so_many_before])


def busy_staff_never_exceed_the_staff(run: Evidence) -> Iterator[Breach]:
    """Once a second is over, nobody works on two requests: whoever is taken up found somebody free."""
    of_all, each = run.once(visits), run.once(turns)
    for desk, at in _first(each.queued_until, each.queued_until < each.freed):
        served = (of_all.desk == desk) & (of_all.queued_until <= at) & (at < of_all.left)
        latest = np.argmax(np.where(served, of_all.queued_until, -1))
        yield Breach(f"desk {desk} has too few staff for all that it works on", int(of_all.order[latest]))


def nobody_waits_while_staff_are_free(run: Evidence) -> Iterator[Breach]:
    """Once a second is over, an open desk with free staff has no queue.

    The k-th goes to the staff as soon as so many have joined, the one before is taken up and somebody is free.
    """
    of_all, each = run.once(visits), run.once(turns)
    one_before = np.append(NOBODY_BEFORE, each.queued_until[:-1])
    might_go = np.maximum(np.maximum(each.joined, each.freed), one_before)
    waits = np.flatnonzero(might_go < each.queued_until)
    desk, at = might_go[waits] >> _FOR_TIME, might_go[waits] & _TIME
    might_go[waits] = desk << _FOR_TIME | np.minimum(_next_openings(run, at, run.once(_owners)[desk]), _TIME)
    for desk, at in _first(might_go, might_go < each.queued_until):
        kept_waiting = (of_all.desk == desk) & (of_all.joined <= at) & (at < of_all.queued_until)
        yield Breach(f"desk {desk} is open, has free staff and a queue", int(of_all.order[kept_waiting][0]))


def requests_are_taken_up_in_opening_hours(run: Evidence) -> Iterator[Breach]:
    """Staff take requests only while their desk is open."""
    of_all = run.once(visits)
    taken_up = of_all.started < NEVER
    desk, at = of_all.desk[taken_up], of_all.started[taken_up]
    for place in np.flatnonzero(_next_openings(run, at, run.once(_owners)[desk]) != at)[:1].tolist():
        stage, order = Stage(of_all.stage[taken_up][place]), int(of_all.order[taken_up][place])
        yield Breach(f"{stage.word}: taken up while the desk was closed", order)


def littles_law_holds_on_every_desk(run: Evidence) -> Iterator[Breach]:
    """The area under the queue's length is the sum of the waiting times: to the second, on every path.

    Source: J. D. C. Little, "Little's Law as Viewed on Its 50th Anniversary", Operations Research 59 (2011).
    """
    of_all, area = run.once(visits), run.records.queue_seconds
    waited = np.zeros(len(run.once(_staff)), dtype=np.int64)
    if waited.shape != area.shape:
        yield Breach(f"found {len(area)} desks, expected {len(waited)}", None)
        return
    np.add.at(waited, of_all.desk, of_all.queued_until - of_all.joined)
    for desk in np.flatnonzero(waited != area).tolist():
        at_desk = of_all.order[of_all.desk == desk].tolist()
        what = f"desk {desk}: requests waited {waited[desk]} s, the area under its queue is {area[desk]} s"
        yield Breach(what, at_desk[0] if at_desk else None)


def _staff(run: Evidence) -> Ints:
    """How many work at each desk."""
    sellers, mediation = run.scenario.market.sellers, run.scenario.policy.mediation
    staff = [*staff_of(sellers), mediation.staff if mediation else "unlimited"]
    staff += ["unlimited", "unlimited"]
    return np.array([UNLIMITED if isinstance(members, str) else members for members in staff], dtype=np.int64)


def _owners(run: Evidence) -> Ints:
    """Whose calendar each desk keeps."""
    of_types, count = parties_of_kinds(run.scenario), run.scenario.market.sellers.count
    if set(of_types) == {Party.SELLER}:
        return np.array([*of_types[:1] * count, *AFTER_THE_SELLERS], dtype=np.int64)
    return np.append(run.records.draws.parties_of_sellers(of_types, count), AFTER_THE_SELLERS)


def _next_openings(run: Evidence, at: Ints, parties: Ints) -> Ints:
    """The first open instant from each of these on, in the calendar of whoever works then."""
    opens = at.copy()
    for party, here in parted(parties):
        opens[here] = _next_opening(at[here], run.calendar(party))
    return opens


def _next_opening(at: Ints, calendar: Calendar) -> Ints:
    """The first open instant from each of these on; NEVER beyond the calendar."""
    arrays = arrays_of(calendar)
    spell = np.searchsorted(arrays.closes, at, side="right")
    opens: Ints = np.maximum(np.append(arrays.opens, NEVER)[spell], at)
    return opens


def _first(instants: Ints, broken: Bools) -> Iterator[tuple[int, int]]:
    """The desk and the second of the first of these, if there is one."""
    for instant in instants[broken][:1].tolist():
        yield instant >> _FOR_TIME, instant & _TIME
