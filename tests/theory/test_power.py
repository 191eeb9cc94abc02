"""Would theory notice? The engine is broken a little on purpose, and the tests of `test_desks` must fail.

A test that cannot fail says nothing. Worlds and bars are those of `test_desks`, so each break shows there, too.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from typing import Any

import pytest

import sim.market.desk as desks
from sim.market.desk import Request
from sim.rules.clocks import work_ends
from sim.scenario.durations import NEVER
from sim.vocabulary import Settled, Stage
from tests.theory.agreement import agree, agree_on_share
from tests.theory.formulas import Desk, DeskWithClock
from tests.theory.worlds import HANDLING, Requests, mediation_desk, requests_of, sellers_desk

pytestmark = pytest.mark.long

LOAD, CLOCK, STAFF = 0.6, 3, 3
SELLER, MEDIATION = 0, 1
PLAIN, CASES = Desk(LOAD, 1), Desk(LOAD * STAFF, 1, STAFF)


def sellers() -> list[Requests]:
    return requests_of(sellers_desk(LOAD, requests=4_000, replications=48), Stage.CANCELLATION, SELLER)


@contextmanager
def theory_objects() -> Iterator[None]:
    """The estimate is sharp enough, and too far from theory."""
    with pytest.raises(AssertionError, match=r"standard errors$"):
        yield


def test_work_that_takes_four_in_a_hundred_longer_shows(monkeypatch: pytest.MonkeyPatch) -> None:
    def longer(now: int, work: int, *calendar: Any) -> int:
        return work_ends(now, round(work * 1.04), *calendar)

    monkeypatch.setattr(desks, "work_ends", longer)
    seen = sellers()
    with theory_objects():
        agree((each.waits for each in seen), PLAIN.mean_wait, within=0.02)
    with theory_objects():
        agree((each.mean_busy for each in seen), PLAIN.utilisation, within=0.005)


def test_serving_who_came_last_shows_in_the_long_waits_though_their_mean_is_the_same(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    newest_first = count(0, -1)
    monkeypatch.setattr(desks, "rank_in_queue", lambda *_: next(newest_first))
    seen = sellers()
    agree((each.waits for each in seen), PLAIN.mean_wait, within=0.03)
    with theory_objects():
        agree_on_share((each.waits > 8 for each in seen), PLAIN.waits_beyond(8), points=0.4)


def test_a_clock_that_stops_when_the_work_begins_shows(monkeypatch: pytest.MonkeyPatch) -> None:
    leave, starts = Request._leave, Request.starts

    def unless_started(request: Request) -> None:
        if not request.is_started:
            leave(request)

    def is_bound_to_be_answered(request: Request, now: int, ends: int) -> None:
        request._leaves_at = NEVER
        starts(request, now, ends)

    monkeypatch.setattr(Request, "_leave", unless_started)
    monkeypatch.setattr(Request, "starts", is_bound_to_be_answered)
    load = 0.9
    clock = {"policy.cancellation.clock": f"{CLOCK * HANDLING} s"}
    seen = requests_of(sellers_desk(load, requests=3_000, replications=30, **clock), Stage.CANCELLATION, SELLER)
    with theory_objects():
        silence = (each.ended_by(Settled.SILENCE) for each in seen)
        agree(silence, DeskWithClock(load, 1, CLOCK).misses, within=0.02)


def test_one_mediator_too_many_shows(monkeypatch: pytest.MonkeyPatch) -> None:
    build = desks.Desk.__init__

    def one_more(desk: desks.Desk, clock: Any, number: int, staff: int, *rest: Any) -> None:
        build(desk, clock, number, staff + (number == MEDIATION), *rest)

    monkeypatch.setattr(desks.Desk, "__init__", one_more)
    seen = requests_of(mediation_desk(LOAD, STAFF, requests=4_000, replications=48), Stage.MEDIATION, MEDIATION)
    with theory_objects():
        agree((each.waits > 0 for each in seen), CASES.waits, within=0.02)
    with theory_objects():
        agree((each.waits for each in seen), CASES.mean_wait, within=0.05)
