"""What the SimPy engine spares itself changes nothing: told with an event for every step, each story is the same.

The compiled twin spares itself the same steps (an order's private waits, a choice that is bound to fall on one, a
leaving that cannot be), so that the two would agree even if that were wrong. Here the market takes them all.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import Any
from unittest.mock import patch

import pytest
from hypothesis import HealthCheck, given, settings
from simpy.events import Event

from sim.chance import facts
from sim.market.desk import Desk, Request
from sim.market.questions import Asking, Questions
from sim.market.turns import HAPPENS
from tests.property.relations import differences, lived_through
from tests.property.strategies import File, scenario_files

ASK, IS_NOTICED_OR_LEAVES = Questions.ask, Request._is_noticed_or_leaves


def ask_when_the_clock_is_there(order: Questions, *question: Any) -> Asking:
    """The story waits for the market's clock before it asks."""
    clock = order.world.clock
    if clock.now < order.now:
        there = Event(clock)
        clock.at(order.now, HAPPENS, order.facts.order, there.succeed)
        yield there
    return (yield from ASK(order, *question))


def leaves_in_any_case(request: Request, opened_at: int) -> None:
    """The leaving is on the agenda from the beginning, whatever else will end the request."""
    request._leaves_unless_answered()
    IS_NOTICED_OR_LEAVES(request, opened_at)


@contextmanager
def step_by_step() -> Iterator[None]:
    """An event for everything: each buyer's asking, each wait, each leaving, each choice of the staff."""
    with ExitStack() as patches:
        patches.enter_context(patch.object(facts, "AT_A_TIME", 1))
        patches.enter_context(patch.object(Questions, "ask", ask_when_the_clock_is_there))
        patches.enter_context(patch.object(Request, "_is_noticed_or_leaves", leaves_in_any_case))
        patches.enter_context(patch.object(Desk, "_is_next", lambda desk, now: False))
        yield


@pytest.mark.slow
@settings(max_examples=100, suppress_health_check=[HealthCheck.too_slow])
@given(file=scenario_files())
def test_every_step_an_event_tells_the_same_stories(file: File) -> None:
    spared = lived_through(file, with_journal=True).records
    with step_by_step():
        told = lived_through(file, with_journal=True).records
    assert differences(told, spared) == []
    assert told.queue_seconds.tolist() == spared.queue_seconds.tolist()
    assert told.journal.rows() == spared.journal.rows()
