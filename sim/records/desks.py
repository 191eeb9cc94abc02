"""Always true at a desk: no more hands than staff, nobody waits while hands are free, and Little's law.

A visit is one request at one desk: it joins the queue, may be taken up, and leaves when it is settled.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple, cast

import numpy as np

from sim.chance.facts import Ints
from sim.chance.instants import arrays_of
from sim.records.evidence import Bools, Breach, Evidence
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

    desk: Ints
    order: Ints
    joined: Ints
    queued_until: Ints
    """When it left the queue: taken up, or settled unheard."""
    left: Ints
    """When it was settled."""


class Seconds(NamedTuple):
    """How things stand at a desk at the end of each second in which something changed there; by desk, then time."""

    desk: Ints
    at: Ints
    waiting: Ints
    busy: Ints
    until: Ints
    """When something changes there next; NEVER after the last change."""


def visits(run: Evidence) -> Visits:
    """Every request that joined a queue."""
    return Visits(*(np.concatenate(parts) for parts in zip(*(_of(run, stage) for stage in Stage), strict=True)))


def _of(run: Evidence, stage: Stage) -> Visits:
    asking = run.that_ask(stage)
    came = np.flatnonzero(asking.has(f"{stage.word}_joined_at"))
    joined, started, settled = (
        asking[f"{stage.word}_{step}_at"][came] for step in ("joined", "started", "settled")
    )
    sellers, answerer = run.scenario.market.sellers.count, asking.answerers(stage)[came]
    desk = np.where(answerer == Party.SELLER, asking.fact("seller")[came], 0)
    for number, party in enumerate(AFTER_THE_SELLERS, start=sellers):
        desk[answerer == party] = number
    return Visits(desk, asking["order"][came], joined, np.minimum(started, settled), settled)


def seconds(run: Evidence) -> Seconds:
    """Add up comings and goings. A request that was not taken up leaves the queue and no staff."""
    of_all = run.once(visits)
    events = [
        _events(of_all.desk, at, what) for what, at in enumerate((of_all.joined, of_all.queued_until, of_all.left))
    ]
    in_turn = np.sort(np.concatenate(events))
    what, moment = in_turn & _WHAT, in_turn >> _FOR_WHAT
    waiting, busy = np.cumsum(_WAITING[what]), np.cumsum(_BUSY[what])
    last = np.flatnonzero(np.diff(moment, append=-1))
    waiting, busy, moment = waiting[last], busy[last], moment[last]
    desk, at = moment >> _FOR_TIME, moment & _TIME
    until = np.append(at[1:], NEVER)
    until[np.diff(desk, append=-1) != 0] = NEVER
    return Seconds(desk, at, waiting, busy, until)


_FOR_WHAT, _FOR_TIME = 2, 36
_WHAT, _TIME = (1 << _FOR_WHAT) - 1, (1 << _FOR_TIME) - 1
"""An event as one number: the desk in the highest bits, the second (of two thousand years), then what it is."""
_WAITING, _BUSY = np.array([1, -1, 0]), np.array([0, 1, -1])
"""What a request does to the queue and to the staff as it joins, is taken up (or not) and leaves."""


def _events(desk: Ints, at: Ints, what: int) -> Ints:
    return ((desk << _FOR_TIME | at) << _FOR_WHAT) | what


def busy_staff_never_exceed_the_staff(run: Evidence) -> Iterator[Breach]:
    """Once a second is over, nobody works on two requests."""
    of_all, each = run.once(visits), run.once(seconds)
    too_many = each.busy > run.once(_staff)[each.desk]
    for desk, at in _first(too_many, each):
        served = (of_all.desk == desk) & (of_all.queued_until <= at) & (at < of_all.left)
        latest = np.argmax(np.where(served, of_all.queued_until, -1))
        yield Breach(f"desk {desk} has too few staff for all that it works on", int(of_all.order[latest]))


def nobody_waits_while_staff_are_free(run: Evidence) -> Iterator[Breach]:
    """Once a second is over, an open desk with free staff has no queue."""
    of_all, each = run.once(visits), run.once(seconds)
    idle = (each.waiting > 0) & (each.busy < run.once(_staff)[each.desk])
    idle[idle] = _opens_before(run, each, idle)
    for desk, at in _first(idle, each):
        kept_waiting = (of_all.desk == desk) & (of_all.joined <= at) & (at < of_all.queued_until)
        yield Breach(f"desk {desk} is open, has free staff and a queue", int(of_all.order[kept_waiting][0]))


def requests_are_taken_up_in_opening_hours(run: Evidence) -> Iterator[Breach]:
    """Staff take requests only while their desk is open."""
    for stage in Stage:
        asking = run.that_ask(stage)
        is_closed = asking.has(f"{stage.word}_started_at").copy()
        if is_closed.any():
            taken_up = asking[f"{stage.word}_started_at"][is_closed]
            is_closed[is_closed] = _next_openings(run, taken_up, asking.works(stage)[is_closed]) != taken_up
            yield from asking.where(is_closed, f"{stage.word}: taken up while the desk was closed")


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


def _opens_before(run: Evidence, each: Seconds, some: Bools) -> Bools:
    """Whether the desk is open at some instant before the next change there."""
    desk, at, until = each.desk[some], each.at[some], each.until[some]
    sellers = run.records.draws.parties_of_sellers(
        parties_of_kinds(run.scenario), run.scenario.market.sellers.count
    )
    owners = np.concatenate([sellers, AFTER_THE_SELLERS])
    return _next_openings(run, at, owners[desk]) < until


def _next_openings(run: Evidence, at: Ints, parties: Ints) -> Ints:
    """The first open instant from each of these on, in the calendar of whoever works then."""
    opens = at.copy()
    works = cast("list[Party]", np.flatnonzero(np.bincount(parties)).tolist())  # or a type's own, beyond them
    if len(works) == 1:
        return _next_opening(at, run.calendar(works[0]))
    for party in works:
        here = parties == party
        opens[here] = _next_opening(at[here], run.calendar(party))
    return opens


def _next_opening(at: Ints, calendar: Calendar) -> Ints:
    """The first open instant from each of these on; NEVER beyond the calendar."""
    arrays = arrays_of(calendar)
    spell = np.searchsorted(arrays.closes, at, side="right")
    opens: Ints = np.append(arrays.opens, NEVER)[spell]
    return np.where(opens > at, opens, at)


def _first(broken: Bools, each: Seconds) -> Iterator[tuple[int, int]]:
    """The desk and the instant of the first of these, if there is one."""
    for row in np.flatnonzero(broken)[:1].tolist():
        yield int(each.desk[row]), int(each.at[row])
