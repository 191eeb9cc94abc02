"""One luck for all scenarios: what is drawn for several together is what is drawn for each alone, to the bit."""

from __future__ import annotations

from collections.abc import Callable
from copy import deepcopy
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import sim
from sim.chance.draws import draw_replication
from sim.chance.facts import Draws
from sim.chance.orders import Openings
from sim.chance.shared import Memories, Memory
from sim.experiment.light import calendars_at_hand
from sim.experiment.worker import Task, carry_out
from sim.scenario.model import Scenario
from tests.property.strategies import File, scenario_files, scenario_of


@st.composite
def two_files(draw: st.DrawFn) -> tuple[File, File]:
    """Two scenarios of which the second is the first but for some parts, or another altogether."""
    one, other = draw(scenario_files()), draw(scenario_files())
    places = [(part, name) for part in ("market", "buyers", "policy") for name in other.get(part, {})]
    mixed = deepcopy(one)
    for part, name in draw(st.lists(st.sampled_from(places), max_size=3, unique=True)):
        mixed.setdefault(part, {})[name] = deepcopy(other[part][name])
    return one, draw(st.sampled_from([mixed, other]))


def worlds_of(*files: File) -> list[tuple[Scenario, Openings]]:
    """The scenarios with their calendars, shared as a process shares them; none where they do not fit together."""
    try:
        scenarios = [scenario_of(file) for file in files]
    except Exception:  # a part of another file may ask for what is not there
        return []
    return [(scenario, calendars_at_hand(scenario)) for scenario in scenarios]


def expect_the_same(one: Draws, other: Draws) -> None:
    assert one.claims.keys() == other.claims.keys()
    for name, column in one.claims.items():
        assert np.array_equal(column, other.claims[name]), name
    assert np.array_equal(one.orders.paid, other.orders.paid)
    assert np.array_equal(one.refunded_unasked, other.refunded_unasked)
    assert np.array_equal(one.unasked_due, other.unasked_due)
    numbers = np.arange(len(one.orders))
    for mine, its in zip(one.orders.of(numbers), other.orders.of(numbers), strict=True):
        assert np.array_equal(mine, its)


@pytest.mark.slow
@settings(max_examples=15, suppress_health_check=[HealthCheck.too_slow])
@given(files=two_files())
def test_what_two_scenarios_share_is_what_each_would_have_drawn_alone(files: tuple[File, File]) -> None:
    memory = Memory()
    for scenario, calendars in worlds_of(*files, files[0]):
        shared = draw_replication(scenario, 0, calendars, known=memory)
        expect_the_same(shared, draw_replication(scenario, 0, calendars))


def article(**changes: Any) -> tuple[Scenario, Openings]:
    small = {"experiment.cohort": "3 d", "experiment.warm_up": "0", "experiment.run_out": "0"}
    scenario = sim.load("aliexpress").with_changes(
        small | {path.replace("__", "."): value for path, value in changes.items()}
    )
    return scenario, calendars_at_hand(scenario)


def drawn(memory: Memory, world: tuple[Scenario, Openings]) -> Draws:
    return draw_replication(world[0], 0, world[1], known=memory)


def test_a_policy_that_luck_does_not_ask_about_is_drawn_for_no_more() -> None:
    memory = Memory()
    assert drawn(memory, article()) is drawn(memory, article(policy__cancellation__clock="2 d"))


def test_only_what_depends_on_a_lever_is_drawn_again() -> None:
    memory = Memory()
    base, other = drawn(memory, article()), drawn(memory, article(buyers__goes_on=0.1))
    assert other.claims["dispute.notice"] is base.claims["dispute.notice"]
    assert not np.array_equal(other.claims["goes_on"], base.claims["goes_on"])


def test_the_same_words_in_another_order_are_another_scenario() -> None:
    """Which of several is picked depends on the order in which they stand."""
    memory = Memory()
    one, other = {"card": 0.5, "wallet": 0.5}, {"wallet": 0.5, "card": 0.5}
    posting = {"policy__refund__posting": {"card": "1 d", "wallet": "2 d"}}
    base, turned = (article(market__payment_methods=methods, **posting) for methods in (one, other))
    expect_the_same(drawn(memory, base), draw_replication(base[0], 0, base[1]))
    expect_the_same(drawn(memory, turned), draw_replication(turned[0], 0, turned[1]))
    assert base[0].market.payment_methods == turned[0].market.payment_methods


def test_what_is_read_too_late_is_an_error_and_no_stale_number() -> None:
    memory, (scenario, _) = Memory(), article()
    late: Callable[[], float] = memory.of("late", scenario, lambda part: lambda: part.buyers.goes_on)
    with pytest.raises(RuntimeError, match="buyers is read after"):
        late()


def test_a_memory_that_is_full_forgets_the_replication_that_was_not_asked_for_longest() -> None:
    memories, (scenario, calendars) = Memories(most=0), article()
    known = memories.of(0, "one", shares=True)
    draw_replication(scenario, 0, calendars, known=known)
    memories.make_room()
    assert memories.of(0, "one", shares=True) is not known


def test_a_scenario_on_its_own_remembers_nothing() -> None:
    memories = Memories()
    for one in (article()[0], article()[0]):  # read twice
        assert not isinstance(memories.of(0, one, shares=False), Memory)
    assert isinstance(memories.of(0, article(buyers__goes_on=0.1)[0], shares=False), Memory)


def test_replications_lived_through_with_others_have_the_same_fingerprints() -> None:
    documents = [
        article(**changes)[0].model_dump_json(by_alias=True)
        for changes in ({}, {"policy__cancellation__clock": "2 d"}, {"buyers__goes_on": 0.1})
    ]
    alone, together = (
        [carry_out(Task(document, (0, 1), "simpy", False, shares)) for document in documents]
        for shares in (False, True)
    )
    for one, other in zip(alone, together, strict=True):
        for mine, its in zip(one.observations, other.observations, strict=True):
            assert (mine.draws_hash, mine.outcomes_hash) == (its.draws_hash, its.outcomes_hash)
