"""The marketplace's clock is a SimPy environment: what SimPy says of processes holds in it, beside an order."""

from __future__ import annotations

from collections.abc import Generator
from typing import Any

import pytest
import simpy
from simpy.core import EmptySchedule
from simpy.events import Event

from sim.chance.draws import draw_replication
from sim.experiment.replication import calendars_of
from sim.experiment.twin_check import PROOF
from sim.market.order import Order
from sim.market.turns import CHOOSES, HAPPENS, Clock
from sim.market.world import World
from sim.records.journal import Journal
from sim.scenario.model import Scenario

Told = list[tuple[float, str]]


def sleeper(env: simpy.Environment, told: Told) -> Generator[Event, Any, str]:
    """Waits for whatever comes first, then sleeps until somebody wakes it."""
    first = yield env.timeout(3, "three") | env.timeout(5, "five")
    told.append((env.now, "/".join(first.values())))
    try:
        yield env.timeout(100)
    except simpy.Interrupt as interrupt:
        told.append((env.now, str(interrupt.cause)))
    yield env.timeout(0.5)
    return "rested"


def waker(env: simpy.Environment, told: Told) -> Generator[Event, Any, None]:
    """Wakes it, and waits until it has ended: while it goes on, and again when it is over."""
    process = env.process(sleeper(env, told))
    yield env.timeout(10)
    process.interrupt("up")
    for _ in range(2):
        said = yield process
        told.append((env.now, said))
    yield env.timeout(1)
    told.append((env.now, "alive" if process.is_alive else "over"))


def story(env: simpy.Environment) -> Told:
    """All that is told in an environment."""
    told: Told = []
    env.process(waker(env, told))
    env.run()
    return told


def test_a_plain_simpy_process_lives_in_our_clock_as_in_simpys() -> None:
    assert story(Clock()) == story(simpy.Environment())
    assert story(Clock())[:2] == [(3, "three"), (10, "up")]


def test_it_lives_beside_an_order_and_changes_nothing_of_its_story() -> None:
    scenario = Scenario.model_validate(PROOF)
    calendars = calendars_of(scenario)
    draws = draw_replication(scenario, 0, calendars)
    for place in range(0, 40, 8):
        alone, beside = (World(scenario, calendars, Journal(), draws) for _ in range(2))
        told: Told = []
        beside.clock.process(waker(beside.clock, told))
        orders = [Order(draws.row(place), world) for world in (alone, beside)]
        for order in orders:
            order.world.clock.process(order.live())
            order.world.clock.run()
        assert orders[0].life.row() == orders[1].life.row()
        assert told == story(Clock())


def test_it_runs_until_an_instant_or_an_event_and_step_by_step() -> None:
    clock, happened = Clock(), []
    clock.at(7, CHOOSES, 1, lambda: happened.append("chosen"))
    clock.at(7, HAPPENS, 2, lambda: happened.append("happened"))
    clock.run(until=7)
    assert (clock.now, clock.peek(), happened) == (7, 7, [])
    clock.step()
    assert (clock.peek(), happened) == (7, ["happened"])
    assert clock.run(until=clock.timeout(2, "over")) == "over"
    assert (clock.now, clock.peek(), happened) == (9, float("inf"), ["happened", "chosen"])
    with pytest.raises(EmptySchedule):
        clock.step()


def test_what_fails_in_a_process_is_raised_unless_somebody_takes_care_of_it() -> None:
    def fails(env: simpy.Environment) -> Generator[Event, Any, None]:
        yield env.timeout(1)
        raise ValueError("broken")

    def cares(env: simpy.Environment) -> Generator[Event, Any, str]:
        try:
            yield env.process(fails(env))
        except ValueError as error:
            return str(error)
        return ""

    clock = Clock()
    assert clock.run(until=clock.process(cares(clock))) == "broken"
    clock.process(fails(clock))
    with pytest.raises(ValueError, match="broken"):
        clock.run()
