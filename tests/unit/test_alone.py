"""One order's story, told alone: the same journal and the same life as in the market it happened in."""

from __future__ import annotations

from pathlib import Path

import pytest

import sim
from sim.chance.draws import draw_replication
from sim.compiled import machine_code
from sim.experiment.replication import calendars_of, replicate, replicate_for
from sim.experiment.twin_check import PROOF
from sim.market import engine
from sim.market.engine import is_as_told, live_alone, run_simpy
from sim.scenario.loading import load
from sim.scenario.model import Scenario

FOLDER = Path(__file__).parents[2] / "scenarios"
A_FORTNIGHT = {"experiment.warm_up": "0", "experiment.cohort": "14 d", "experiment.run_out": "0"}
SCENARIOS = ["aliexpress", "aliexpress-2020", "ebay-2024", "taobao-2024", "temu"]


def market(name: str) -> Scenario:
    """A marketplace of the folder, small; or the one with something of everything."""
    return Scenario.model_validate(PROOF) if name == "proof" else load(FOLDER / f"{name}.yaml", A_FORTNIGHT)


@pytest.mark.parametrize("name", ["proof", *SCENARIOS])
def test_every_order_tells_the_same_story_alone_as_in_its_market(name: str) -> None:
    scenario = market(name)
    calendars = calendars_of(scenario)
    records = run_simpy(scenario, draw_replication(scenario, 0, calendars), calendars, with_journal=True)
    together: dict[int, list[object]] = {}
    for entry in records.journal.rows():
        together.setdefault(entry.order, []).append(entry)
    for place in range(0, len(records), max(len(records) // 300, 1)):
        row = {column: int(told[place]) for column, told in records.claims.items()}
        life, journal = live_alone(scenario, records.draws, calendars, place, row)
        assert is_as_told(life, row), f"order {row['order']}"
        assert journal.rows() == together[row["order"]]


def test_a_story_that_is_not_the_tables_is_not_believed() -> None:
    scenario = market("proof")
    calendars = calendars_of(scenario)
    records = run_simpy(scenario, draw_replication(scenario, 0, calendars), calendars)
    place = int((records.claims["cancellation_started_at"] < records.claims["ended_at"]).argmax())
    row = {column: int(told[place]) for column, told in records.claims.items()}
    life, _ = live_alone(scenario, records.draws, calendars, place, row)
    assert is_as_told(life, row)
    assert not is_as_told(life, row | {"refund": row["refund"] + 1})


@pytest.fixture
def whole_replications(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Numbers of the replications that SimPy had to live through as a whole."""
    lived: list[int] = []

    def noted(scenario: Scenario, replication: int, *rest: object, **more: object) -> object:
        lived.append(replication)
        return replicate(scenario, replication, *rest, **more)  # type: ignore[arg-type]

    monkeypatch.setattr("sim.experiment.replication.replicate", noted)
    return lived


@pytest.mark.slow
@pytest.mark.usefixtures("machine_code_at_hand")
def test_to_trace_one_order_nobody_lives_through_all_of_them(whole_replications: list[int]) -> None:
    scenario = market("proof")
    calendars = calendars_of(scenario)
    orders = replicate(scenario, 0, calendars).claims["order"].tolist()
    unclaimed = next(order for order in range(len(orders)) if order not in orders)
    for order in (*orders[:20], unclaimed):
        quick = str(sim.trace(scenario, order))
        assert whole_replications == []
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(machine_code, "is_at_hand", lambda: False)
            assert str(sim.trace(scenario, order)) == quick
        assert whole_replications.pop() == 0


@pytest.mark.usefixtures("machine_code_at_hand")
def test_where_the_two_disagree_the_whole_replication_is_told(
    whole_replications: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    scenario = market("proof")
    calendars = calendars_of(scenario)
    order = int(replicate(scenario, 0, calendars).claims["order"][0])
    monkeypatch.setattr(engine, "is_as_told", lambda life, row: False)
    records = replicate_for(scenario, 0, calendars, order)
    assert whole_replications == [0]
    assert len(records.journal.rows()) > len(records)
