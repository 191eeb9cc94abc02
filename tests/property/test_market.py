"""What is true of every marketplace that can be described: it runs, nothing breaks, and it keeps its symmetries."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any, cast

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sim.records.checks import INVARIANTS, check
from sim.records.evidence import Evidence
from sim.records.table import Records
from sim.rules.clocks import next_opening, work_ends
from sim.scenario.durations import DAY, NEVER
from sim.vocabulary import Outcome, Party, Settled, Stage
from tests.property.relations import changed, differences, lived_through
from tests.property.strategies import SPREAD, START, File, scenario_files

a_few = settings(max_examples=20, suppress_health_check=[HealthCheck.too_slow])
UNLIMITED = {
    "market.sellers.roster": "none",  # whose sellers may have a staff of their own
    "market.sellers.staff": "unlimited",
    "policy.mediation.staff": "unlimited",
}
EVERYTHING_IS_DELIVERED = {
    "buyers.not_received": "none",
    "market.carrier.lost": 0,
    "policy.dispute.*.while_in_transit": False,
}
"""As far as claims go: windows may be anchored at delivery."""
ANCHORS = ("paid", "asked", "arranged", "dispatched", "delivered")
WHEN_THE_MONEY_CAME = ("refunded_at", "ended_at", "limit_used")


@pytest.mark.slow
@settings(max_examples=200, suppress_health_check=[HealthCheck.too_slow])
@given(file=scenario_files())
def test_whatever_is_always_true_holds_in_every_marketplace(file: File) -> None:
    run = lived_through(file, with_journal=True)
    assert len(check(run.scenario, run.records, run.calendars)) == len(INVARIANTS)


@pytest.mark.slow
@a_few
@given(file=scenario_files())
def test_the_same_seed_tells_the_same_story(file: File) -> None:
    one, other = (lived_through(file, with_journal=True).records for _ in range(2))
    assert differences(one, other) == []
    assert one.journal.rows() == other.journal.rows()


@pytest.mark.slow
@a_few
@given(file=scenario_files())
def test_who_writes_the_journal_changes_nothing(file: File) -> None:
    assert differences(lived_through(file, with_journal=True).records, lived_through(file).records) == []


@pytest.mark.slow
@a_few
@given(file=scenario_files())
def test_what_sellers_and_payment_methods_are_called_changes_nothing(file: File) -> None:
    market, refund = file["market"], file["policy"]["refund"]
    renamed = changed(
        file,
        {
            "market.payment_methods": under_other_names(market["payment_methods"]),
            "market.sellers.types": under_other_names(market["sellers"]["types"]),
            **roster_in_other_names(market["sellers"]),
            "policy.refund.posting": under_other_names(refund["posting"]),
            "policy.refund.by_claim": rows_in_other_names(file),
            "policy.chargeback.methods": in_other_names(file),
            **chances_in_other_names(file),
        },
    )
    assert differences(lived_through(file).records, lived_through(renamed).records) == []


def roster_in_other_names(sellers: File) -> File:
    """The roster, where there is one, its types renamed as in the market."""
    new = dict(zip(sellers["types"], under_other_names(sellers["types"]), strict=True))
    named = [row | {"type": new[row["type"]]} if "type" in row else row for row in sellers.get("roster", ())]
    return {"market.sellers.roster": named} if named else {}


def chances_in_other_names(file: File) -> File:
    """The chances of a claim that differ by payment method; those by product group, and plain ones, stay."""
    methods = file["market"]["payment_methods"]
    new = dict(zip(methods, under_other_names(methods), strict=True))
    claims = [wish for wish in ("regret", "not_received", "defect") if file["buyers"][wish] != "none"]
    chances = {f"buyers.{wish}.probability": file["buyers"][wish]["probability"] for wish in claims}
    return {
        path: {new.get(name, name): chance for name, chance in by_name.items()}
        for path, by_name in chances.items()
        if isinstance(by_name, dict)
    }


def rows_in_other_names(file: File) -> File:
    """The refunds' rows, their payment methods renamed as in the market."""
    methods = file["market"]["payment_methods"]
    new = dict(zip(methods, under_other_names(methods), strict=True))
    posting = {
        kind: {"posting": {new[method]: law for method, law in row["posting"].items()}} if "posting" in row else {}
        for kind, row in file["policy"]["refund"]["by_claim"].items()
    }
    return {kind: row | posting[kind] for kind, row in file["policy"]["refund"]["by_claim"].items()}


def under_other_names(named: File) -> File:
    """The same in the same order, under names that sort the other way round."""
    return {f"z{9 - number}-{name}": value for number, (name, value) in enumerate(named.items())}


def in_other_names(file: File) -> list[str]:
    """The methods that know chargebacks; none where there are none."""
    old = list(file["market"]["payment_methods"])
    terms = file["policy"]["chargeback"]
    known = [] if terms == "none" else terms["methods"]
    return [f"z{9 - old.index(method)}-{method}" for method in known]


@pytest.mark.slow
@a_few
@given(file=scenario_files())
def test_with_staff_without_limit_a_desk_is_a_pure_delay(file: File) -> None:
    """Whoever is noticed is taken up at the next opening, and answered when the work is done: before or never."""
    run = lived_through(changed(file, UNLIMITED))
    for stage in Stage:
        calendars = [run.calendar(cast("Party", answerer)) for answerer in run.works(stage).tolist()]
        joined, started, settled, how, work = (column_of(run, stage, what) for what in STEPS_OF_A_REQUEST)
        for row in np.flatnonzero(np.array(joined) < NEVER).tolist():
            answer = work_ends(joined[row], work[row], calendars[row])
            assert (settled[row] == answer) if how[row] == Settled.ANSWERED else (settled[row] < answer)
            assert started[row] in (next_opening(joined[row], calendars[row]), NEVER)


STEPS_OF_A_REQUEST = ("joined_at", "started_at", "settled_at", "settled_by", "handling")


def column_of(run: Evidence, stage: Stage, what: str) -> list[int]:
    column = run.answer(stage, "handling") if what == "handling" else run[f"{stage.word}_{what}"]
    return column.tolist()


@pytest.mark.slow
@a_few
@given(file=scenario_files())
def test_postage_is_paid_once_for_what_is_sent_back(file: File) -> None:
    run = lived_through(file)
    paid = run["buyer_cost"] + run["seller_cost"] + run["platform_cost"]
    assert np.array_equal(paid, np.where(run.has("return_posted_at"), run.fact("return_cost"), 0))


@pytest.mark.slow
@settings(max_examples=40, suppress_health_check=[HealthCheck.too_slow])
@given(file=scenario_files(), opens=st.sampled_from(ANCHORS), closes=st.sampled_from(ANCHORS))
def test_a_dispute_is_opened_inside_its_window(file: File, opens: str, closes: str) -> None:
    """Counted from what is told to have happened."""
    window = {"opens": {"after": opens, "within": "1 d"}, "closes": {"after": closes, "within": "9 d"}}
    run = lived_through(
        changed(
            file, EVERYTHING_IS_DELIVERED, {f"policy.dispute.*.{name}": terms for name, terms in window.items()}
        )
    )
    opened = run["dispute_opened_at"]
    disputed = run.has("dispute_opened_at")
    assert np.all(run[f"{opens}_at"][disputed] + DAY <= opened[disputed])
    assert np.all(run[f"{closes}_at"][disputed] + 9 * DAY >= opened[disputed])


@pytest.mark.slow
@a_few
@given(file=scenario_files(), later=st.integers(1, 48))
def test_orders_that_come_later_change_nothing_for_earlier_ones_where_nobody_waits(file: File, later: int) -> None:
    spread = changed(file, UNLIMITED, {"experiment.cohort": SPREAD, "market.orders_per_day": 6})
    short = lived_through(spread).records
    long = lived_through(changed(spread, {"experiment.run_out": f"{later} h"})).records
    count = len(short.draws.orders)
    assert differences(only_the_first(count, short), only_the_first(count, long)) == []


def only_the_first(count: int, records: Records) -> Records:
    """The records without the orders from number `count` on, and without the queues, which are everybody's."""
    claims = {name: column[records.claims["order"] < count] for name, column in records.claims.items()}
    unasked = records.draws.refunded_unasked
    draws = type(records.draws)(records.draws.orders, records.draws.claims, unasked[unasked < count])
    return Records(draws, claims, queue_seconds=np.zeros_like(records.queue_seconds), journal=records.journal)


@pytest.mark.slow
@a_few
@given(file=scenario_files(), weeks=st.integers(1, 3))
def test_weeks_are_alike_but_for_their_holidays(file: File, weeks: int) -> None:
    start = str(date.fromisoformat(START) + timedelta(weeks=weeks))
    no_dates = {f"calendars.*.{dates}": [] for dates in ("holidays", "closed")}
    no_dates |= {"market.sellers.types.*.closed": [], "market.sellers.roster": "none"}
    no_dates |= {"market.peaks": {}, "market.dispatch_stretch": {}}
    plain = undated(changed(file, no_dates))
    assert differences(lived_through(plain).records, lived_through(changed(plain, {"start": start})).records) == []


def undated(part: Any) -> Any:
    """A window's fixed last day taken out; one that named nothing else lasts nine days from payment."""
    if isinstance(part, list):
        return [undated(one) for one in part]
    if not isinstance(part, dict):
        return part
    if "until" in part and ("after" not in part or part["within"] == "none"):
        return {"after": "paid", "within": "9 d"}
    return {key: undated(value) for key, value in part.items() if key not in ("until", "whichever")}


@pytest.mark.slow
@a_few
@given(file=scenario_files())
def test_the_bank_changes_nothing_but_when_the_money_comes(file: File) -> None:
    slow = changed(file, {"policy.refund.posting.*": "20 bd", "policy.refund.within": "none"})
    fast = changed(file, {"policy.refund.posting.*": "0"})
    one, other = lived_through(slow), lived_through(fast)
    assert differences(one.records, other.records, but=WHEN_THE_MONEY_CAME) == []
    assert np.all(one["refunded_at"] >= other["refunded_at"])


@pytest.mark.slow
@a_few
@given(file=scenario_files())
def test_the_price_changes_no_instant_where_sending_back_costs_nothing(file: File) -> None:
    nothing = {"buyers.hassle": 0, "buyers.return_cost": 0, "policy.mediation.split_share": 0.5}
    nothing |= {"policy.mediation.by_claim": {}}
    nothing |= {"market.sellers.types.*.dispute.offer": 0.5, "policy.return.*.returnless_below": 0}
    cheap, dear = (lived_through(changed(file, nothing, {"market.order_value": price})) for price in (10, 1000))
    money = ("refund", "claimed", "saving")
    assert differences(cheap.records, dear.records, but=money) == []
    assert np.array_equal(100 * cheap["refund"], dear["refund"])


NOBODY_ASKS = {"buyers.regret.probability": 0, "buyers.not_received": "none", "buyers.defect": "none"}


@pytest.mark.slow
@a_few
@given(file=scenario_files())
def test_a_claim_that_is_never_made_has_no_row(file: File) -> None:
    assert len(lived_through(changed(file, NOBODY_ASKS)).records) == 0


@pytest.mark.slow
@a_few
@given(file=scenario_files())
def test_an_order_that_everybody_agrees_to_is_refunded(file: File) -> None:
    """Everything is free before dispatch, and everybody says yes after it; nothing is lost or sent back."""
    generous = {
        "policy.cancellation": {
            "window": {"within": "never"},
            "free_until": {"after": "dispatched"},
            "clock": "1 d",
            "on_silence": "approve",
        },
        "policy.dispute": {"default": {"opens": {"after": "delivered"}, "clock": "1 s", "on_silence": "approve"}},
        "policy.return": "none",
        "market.carrier.transit": "3 d",
        "market.sellers.types.*.dispute": {"accept": 1},
        "market.order_value": 10,
        "buyers.hassle": 0,
        "buyers.patience.dispute": "never",
        "buyers.choices": [],
    }
    run = lived_through(changed(file, EVERYTHING_IS_DELIVERED, generous))
    assert set(run["outcome"]) <= {Outcome.REFUNDED}
