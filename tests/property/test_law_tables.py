"""What a table says of a law is what the law says, to the last whole number; else it says nothing."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from numba import njit

from sim.arrays import Floats, Ints
from sim.chance.decisions import Decision
from sim.chance.drawings import CENTS, MILLIONTHS, SECONDS, ByLaw, Grain
from sim.chance.draws import draw_replication
from sim.chance.lateness import lateness_of
from sim.chance.law_tables import CELLS, EDGES, FEW, DrawingPlan, plan_of
from sim.chance.sampler import OrderSampler
from sim.chance.streams import BY_NUMPY, TINY, Luck, drawn_by_numpy, key_of
from sim.compiled.drawing import turn
from sim.compiled.filling import BY_MACHINE_CODE
from sim.experiment.replication import calendars_of
from sim.scenario.distributions.families import DurationLaw, NumberLaw
from sim.scenario.loading import load
from tests.property.drawn_laws import any_time

SCENARIOS = sorted((Path(__file__).parents[2] / "scenarios").glob("*.yaml"))
AT_ONCE = BY_MACHINE_CODE._replace(many=0)
ANY_LUCK = drawn_by_numpy(key_of(1, 0, 0), range(5_000)).ravel()
ON_THE_EDGES = np.concatenate([EDGES, 1 - EDGES, [0.0, TINY, 1 - TINY]])
LUCK = np.concatenate([ANY_LUCK, ON_THE_EDGES, np.nextafter(ON_THE_EDGES[:-1], 1), np.nextafter(EDGES, 0)])


@njit(_nrt=False)
def turn_given(luck: Floats, plan: DrawingPlan, groups: Ints, values: Ints, left: Ints) -> None:
    """What machine code makes of luck that nobody draws."""
    turn(plan, 0, groups, luck, 0, values, left)


def part_left_to(law: DurationLaw | NumberLaw, grain: Grain = SECONDS, luck: Floats = LUCK) -> float:
    """The share of luck of which the law itself is asked; of all other the table must say the same."""
    values, left = np.empty((1, len(luck)), dtype=np.int64), np.zeros((1, len(luck) + 1), dtype=np.int64)
    plan = plan_of([ByLaw(Decision.TRANSIT, [law], grain)], [])
    turn_given(luck, plan, np.empty((0, len(luck)), dtype=np.int64), values, left)
    asked = left[0, 1 : left[0, 0] + 1]
    assert np.array_equal(values[0, asked].view(np.float64), luck[asked])
    said = np.setdiff1d(np.arange(len(luck)), asked)
    assert np.array_equal(values[0, said], grain.whole(law, luck[said]))
    return len(asked) / len(luck)


@settings(max_examples=40)
@given(law=any_time)
def test_a_table_says_what_its_law_says_or_nothing(law: object) -> None:
    part_left_to(DurationLaw.model_validate(law))


@pytest.mark.parametrize(
    ("law", "grain"),
    [
        (DurationLaw.model_validate({"lognormal": {"median": "2 d", "p95": "9 d"}}), SECONDS),
        (DurationLaw.model_validate({"exponential": {"mean": "30 d"}}), SECONDS),
        (DurationLaw.model_validate({"weibull": {"shape": 0.5, "scale": "3 d"}}), SECONDS),
        (NumberLaw.model_validate({"lognormal": {"median": 24, "p95": 160}}), CENTS),
        (NumberLaw.model_validate({"uniform": {"low": 0.1, "high": 0.5}}), MILLIONTHS),
    ],
    ids=lambda given: str(given) if isinstance(given, DurationLaw | NumberLaw) else "",
)
def test_of_smooth_laws_few_draws_are_left_to_the_law(law: Any, grain: Grain) -> None:
    assert part_left_to(law, grain, ANY_LUCK) < 0.01


def test_a_law_that_bends_is_asked_there() -> None:
    bends = {"triangular": {"low": "0", "mode": "3 d", "high": "9 d"}}
    mixed = {"mixture": [{"weight": 0.9, "law": bends}, {"weight": 0.1, "law": "never"}]}
    for law in (bends, mixed):
        assert 0 < part_left_to(DurationLaw.model_validate(law), luck=ANY_LUCK) < 0.3


def test_a_law_of_a_few_steps_is_never_asked() -> None:
    for values in (["1 d", "2 d", "9 d"], [f"{hours} h" for hours in range(FEW)]):
        steps = {"empirical": {"values": values, "weights": [*range(1, len(values) + 1)]}}
        ends = DurationLaw.model_validate(steps).to_law().bends()
        beside = np.concatenate([LUCK, ends, np.nextafter(ends, 0), np.nextafter(ends, 1)])
        assert part_left_to(DurationLaw.model_validate(steps), luck=beside) == 0


def test_a_law_of_many_steps_is_asked_about_everything_and_one_of_none_about_nothing() -> None:
    many = {"empirical": {"values": [f"{hours} h" for hours in range(2 * CELLS)]}}
    assert part_left_to(DurationLaw.model_validate(many), luck=ANY_LUCK) > 0.95
    assert part_left_to(DurationLaw.model_validate("never"), luck=ANY_LUCK) < 1e-4


def test_each_group_draws_by_its_own_law() -> None:
    laws = [DurationLaw.model_validate(law) for law in ("never", {"exponential": {"mean": "2 d"}}, "3 h")]
    groups = np.arange(3_000) % 4
    read, found = (
        OrderSampler(Luck(5, 2, source), np.arange(3_000)).one(
            ByLaw(Decision.ARRANGING, [*laws, None], SECONDS, "group"), group=groups
        )
        for source in (BY_NUMPY, AT_ONCE)
    )
    assert np.array_equal(read, found)
    assert (found[groups == 3] == 0).all()
    assert (found[groups == 2] == 3 * 3600).all()


def test_machine_code_draws_whatever_it_can() -> None:
    assert None not in BY_MACHINE_CODE


@pytest.mark.slow
@pytest.mark.usefixtures("machine_code_at_hand")
@pytest.mark.parametrize("path", SCENARIOS, ids=lambda path: path.stem)
def test_machine_code_draws_every_fact_of_every_scenario_as_it_is_read(path: Path) -> None:
    scenario = load(path, {"experiment.warm_up": "0", "experiment.cohort": "28 d"})
    calendars = calendars_of(scenario)
    read, found = (draw_replication(scenario, 3, calendars, source) for source in (BY_NUMPY, BY_MACHINE_CODE))
    late = lateness_of(scenario, calendars).arriving
    assert isinstance(late.lost, float), "what is kept was made for a float: any other number is compiled for anew"
    assert np.array_equal(read.orders.paid, found.orders.paid)
    for name, column in read.claims.items():
        assert np.array_equal(column, found.claims[name]), name
