"""Each invariant holds for a busy market, and each can fail: one cell is spoilt, and the order is named."""

from __future__ import annotations

from dataclasses import replace

import pytest

from sim.errors import BrokenInvariant
from sim.market.engine import run_simpy
from sim.records import evidence
from sim.records.checks import INVARIANTS, Invariant, check, name_of
from sim.records.evidence import Evidence
from sim.vocabulary import Outcome, Settled
from tests.unit.busy_market import busy_market
from tests.unit.slips import SLIPS
from tests.unit.spoils import PARTLY, Spoil, as_ints, cell, no_row_for_the_last, outcome
from tests.worlds import calendars_of, drawn, world

EACH_SLIP = [
    pytest.param(invariant, spoil, id=slip) for invariant, spoils in SLIPS.items() for slip, spoil in spoils.items()
]


def test_everything_holds_for_a_busy_market_in_which_everything_occurs() -> None:
    run = busy_market()
    assert set(run["outcome"]) == set(Outcome) - {Outcome.NO_CLAIM, Outcome.OPEN}
    assert set(run["cancellation_settled_by"]) == set(Settled)
    assert check(run.scenario, run.records, run.calendars) == tuple(map(name_of, INVARIANTS))


def test_an_empty_market_breaks_nothing() -> None:
    scenario = world({"buyers.regret.probability": 0})
    calendars = calendars_of(scenario)
    records = run_simpy(scenario, drawn(scenario), calendars, with_journal=True)
    assert len(records) == 0
    assert len(check(scenario, records, calendars)) == len(INVARIANTS)


def test_without_a_journal_there_is_nothing_to_replay() -> None:
    run = busy_market()
    records = run_simpy(run.scenario, run.records.draws, run.calendars)
    assert check(run.scenario, records, run.calendars) == tuple(map(name_of, INVARIANTS[:-1]))


def test_every_invariant_is_seen_to_fail() -> None:
    assert set(SLIPS) == set(INVARIANTS)


@pytest.mark.parametrize(("invariant", "spoil"), EACH_SLIP)
def test_a_slip_in_one_place_is_caught_and_the_order_named(invariant: Invariant, spoil: Spoil) -> None:
    run = busy_market()
    records, order = spoil(run)
    first = next(invariant(Evidence(run.scenario, records, run.calendars)))
    assert first.order == order
    with pytest.raises(BrokenInvariant):
        check(run.scenario, records, run.calendars)


@pytest.mark.parametrize(("invariant", "spoil"), EACH_SLIP)
def test_of_many_claims_that_are_looked_at_some_at_a_time_the_same_is_said(
    invariant: Invariant, spoil: Spoil, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = busy_market()
    records, _ = spoil(run)
    with pytest.raises(BrokenInvariant) as of_all:
        check(run.scenario, records, run.calendars)
    monkeypatch.setattr(evidence, "AT_A_TIME", 40)
    with pytest.raises(BrokenInvariant) as of_parts:
        check(run.scenario, records, run.calendars)
    assert str(of_parts.value) == str(of_all.value)
    assert len(check(run.scenario, run.records, run.calendars)) == len(INVARIANTS)


def test_a_missing_desk_is_noticed() -> None:
    run = busy_market()
    records = replace(run.records, queue_seconds=run.records.queue_seconds[:-1])
    with pytest.raises(BrokenInvariant, match="littles law holds on every desk: found 6 desks, expected 7"):
        check(run.scenario, records, run.calendars)


def test_a_column_of_another_length_is_noticed() -> None:
    run = busy_market()
    records = replace(run.records, claims=run.records.claims | {"saving": as_ints(0)})
    with pytest.raises(BrokenInvariant, match="the column saving is not as long as the table"):
        check(run.scenario, records, run.calendars)


def test_the_complaint_tells_the_orders_story() -> None:
    run = busy_market()
    records, order = cell("refund", outcome(PARTLY), 100_01)(run)
    with pytest.raises(BrokenInvariant) as caught:
        check(run.scenario, records, run.calendars)
    first, *told = str(caught.value).split("\n")
    assert first == "not so: no refund is above the price: the refund is above the price"
    assert told[0] == f"order {order}"
    assert told[1] == "  outcome partly_refunded by mediation, refund 10001 cents"
    assert any(line.endswith("  mediation settled") and line.startswith("  2018-") for line in told)
    assert any(line.startswith("  journal: ") and line.endswith("(answered: split)") for line in told)


def test_an_order_without_a_row_has_a_short_story() -> None:
    run = busy_market()
    records, order = no_row_for_the_last(run)
    with pytest.raises(BrokenInvariant, match=rf"was drawn and has no row\norder {order}"):
        check(run.scenario, records, run.calendars)
