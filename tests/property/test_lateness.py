"""Nothing is worked out for orders to which nothing can happen, and nothing is any different for it."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, assume, given, settings

import sim.chance.draws
from sim.chance.claim_onset import Suspects
from sim.chance.draws import draw_replication
from sim.chance.facts import OrderFacts
from sim.chance.lateness import CELLS, longest_in_cells
from sim.chance.orders import Openings
from sim.chance.streams import BY_NUMPY, Luck
from sim.compiled.filling import BY_MACHINE_CODE
from sim.errors import BeyondCalendar
from sim.experiment.replication import calendars_of
from sim.scenario.distributions.families import DurationLaw, draw
from sim.scenario.durations import LONGEST
from sim.scenario.loading import load
from sim.scenario.model import Scenario
from tests.property.drawn_laws import any_time
from tests.property.strategies import File, scenario_files, scenario_of

FOLDER = Path(__file__).parents[2] / "scenarios"
A_MONTH = {"experiment.warm_up": "0", "experiment.cohort": "28 d", "experiment.run_out": "0"}


def expect_the_same_facts_as_if_all_were_worked_out(scenario: Scenario) -> float:
    """Drawn by NumPy and by machine code. The share of orders that are worked out."""
    calendars = calendars_of(scenario)
    worked_out: list[int] = []
    who_may_ask = sim.chance.draws.who_may_ask

    def counted(*given: object) -> Suspects:
        worked_out.append(len((some := who_may_ask(*given)).numbers))  # type: ignore[arg-type]
        return some

    def everyone(scenario: Scenario, luck: Luck, orders: OrderFacts, _: Openings) -> Suspects:
        return Suspects(np.arange(len(orders)), np.ones(len(orders), dtype=bool))

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("sim.chance.draws.who_may_ask", everyone)
        try:
            everybody = draw_replication(scenario, 0, calendars)
        except BeyondCalendar:
            assume(False)
        patch.setattr("sim.chance.draws.who_may_ask", counted)
        by_numpy, by_machine_code = (
            draw_replication(scenario, 0, calendars, source)
            for source in (BY_NUMPY, BY_MACHINE_CODE._replace(many=0))
        )
    for some in (by_numpy, by_machine_code):
        assert {
            name for name, column in some.claims.items() if not np.array_equal(column, everybody.claims[name])
        } == set()
        assert np.array_equal(some.refunded_unasked, everybody.refunded_unasked)
        assert np.array_equal(some.unasked_due, everybody.unasked_due)
    assert worked_out[0] == worked_out[1]
    return worked_out[0] / max(len(by_numpy.orders), 1)


@pytest.mark.slow
@settings(max_examples=60, suppress_health_check=[HealthCheck.too_slow])
@given(file=scenario_files())
def test_in_any_marketplace_the_claims_are_those_of_all_orders(file: File) -> None:
    expect_the_same_facts_as_if_all_were_worked_out(scenario_of(file))


@pytest.mark.parametrize("name", ["aliexpress-2020", "ebay-2024", "spring-festival", "automatic-cancellation"])
def test_in_a_preset_few_orders_are_worked_out_that_come_to_nothing(name: str) -> None:
    scenario = load(FOLDER / f"{name}.yaml", A_MONTH)
    assert expect_the_same_facts_as_if_all_were_worked_out(scenario) < 0.5


def test_before_a_long_closure_more_orders_are_worked_out() -> None:
    closed = {"calendars.seller.closed": [{"from": "2018-08-20", "to": "2018-09-20", "why": "a festival"}]}
    usual, closing = (load(FOLDER / "ebay-2024.yaml", A_MONTH | changes) for changes in ({}, closed))
    shares = [expect_the_same_facts_as_if_all_were_worked_out(one) for one in (usual, closing)]
    assert shares[0] < shares[1]


@given(law=any_time)
def test_no_luck_in_a_cell_takes_longer_than_is_said_of_it(law: object) -> None:
    drawn = DurationLaw.model_validate(law)
    assume(drawn.support()[1] <= LONGEST)
    luck = (np.arange(CELLS)[:, None] + np.linspace(0, 1, 7, endpoint=False)).ravel() / CELLS
    luck = np.concatenate([luck, np.nextafter(np.arange(1, CELLS + 1) / CELLS, 0)])
    cells = (luck * CELLS).astype(np.intp)
    assert (draw(drawn, luck) <= longest_in_cells(drawn)[cells]).all()
