"""Which orders end otherwise under another policy, and where their stories part."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any, cast

import numpy as np
import pandas as pd
import pytest

from sim.chance.facts import ClaimFacts
from sim.experiment.estimates import signed_mean, student
from sim.experiment.experiment import run
from sim.experiment.first_divergence import PARTINGS, differ, diverged_at
from sim.experiment.flips import Flips, flips_of
from sim.experiment.frame import claims_frame
from sim.experiment.order_outcomes import ENDINGS, NO_CLAIM, UNASKED, WORDS, Side, outcomes_by_order
from sim.experiment.result import Result
from sim.scenario.durations import DAY, NEVER
from sim.vocabulary import Outcome
from tests.tables import records_of
from tests.worlds import MEDIATED, accepts, an_order, refuses, says_nothing, world

Changes = dict[str, Any]
KEYS = ["base_outcome", "other_outcome"]


def told(changes: Changes | None, *orders: ClaimFacts) -> pd.DataFrame:
    """What becomes of these orders in the tiny world, as `Result.orders` has it."""
    scenario = world(changes)
    return claims_frame(scenario, 0, records_of(scenario, *orders))


# --------------------------------------------------------------------------------- where they part

ONE = np.zeros(1, dtype=np.int64)
"""The row of the only claim."""
SILENT: Changes = {"cancellation": says_nothing(), "ships_at": 30 * DAY}
RETURNED: Changes = {"policy.return": {"default": {"payer": "buyer"}}}
FREE_DAYS = {"policy.cancellation.free_until": {"within": "3 d"}}
HELD = {"policy.cancellation.ships_while_open": "held"}
AT_THE_LIMIT: Changes = {"policy.dispatch.limit": "7 d"}


@pytest.mark.parametrize(
    ("place", "base", "other", "luck"),
    [
        ("never", {}, {}, {}),
        ("free_cancellation", {}, FREE_DAYS, {"cancellation": refuses()}),
        ("cancellation", {}, {"policy.cancellation.clock": "3 d"}, SILENT),
        ("cancellation", {}, {"policy.cancellation.on_silence": "approve"}, SILENT),
        ("cancellation", MEDIATED, MEDIATED | {"policy.cancellation.on_silence": "escalate"}, SILENT),
        ("dispatch", {}, HELD, {"cancellation": accepts(after=6 * DAY)}),
        (
            "dispute",
            {},
            {"policy.dispute.default.clock": "3 d"},
            {"cancellation": refuses(), "dispute": says_nothing()},
        ),
        ("dispute", {}, {"policy.dispute": "none"}, {"cancellation": refuses()}),
        ("mediation", {}, MEDIATED, {"cancellation": refuses(), "dispute": refuses(), "escalates_after": DAY}),
        ("refund", {}, {"policy.refund.within": "1 d"}, {"posting": 5 * DAY}),
    ],
)
def test_two_stories_part_at_the_first_step_that_differs(
    place: str, base: Changes, other: Changes, luck: Changes
) -> None:
    order = an_order(**luck)
    assert diverged_at(told(base, order), told(other, order)).tolist() == [place]
    assert differ(told(base, order), told(other, order), ONE, ONE).tolist() == [place != "never"]
    assert diverged_at(told(other, order), told(base, order)).tolist() == [place]


def test_a_verdict_parts_stories_even_where_its_consequences_come_later() -> None:
    # Silence approves, and the return is posted after 3 days; or it declines, and the buyer escalates after 2.
    order = an_order(cancellation=refuses(), dispute=says_nothing(), return_delay=3 * DAY, escalates_after=2 * DAY)
    declines = told(MEDIATED | RETURNED, order)
    approves = told(MEDIATED | RETURNED | {"policy.dispute.default.on_silence": "approve"}, order)
    assert declines["mediation_opened_at"].iloc[0] < approves["return_posted_at"].iloc[0]
    assert diverged_at(declines, approves).tolist() == ["dispute"]


def test_a_refund_at_the_dispatch_limit_parts_them_there() -> None:
    luck: Changes = {"ships_at": NEVER, "cancellation": refuses(), "goes_on": 0}
    base, other = told({}, an_order(**luck)), told(AT_THE_LIMIT, an_order(**luck, dispatch_due=7 * DAY))
    assert diverged_at(base, other).tolist() == ["dispatch_limit"]


def test_a_chargeback_parts_them_where_the_bank_pays() -> None:
    last_resort = {
        "methods": ["card"],
        "claims": ["regret"],
        "window": {"after": "decided", "within": "120 d"},
        "rulings": {"buyer": 1, "seller": 0},
    }
    order = an_order(cancellation=refuses(), dispute=refuses(), charges_back=1, charges_back_after=7 * DAY)
    base, other = told({}, order), told({"policy.chargeback": last_resort}, order)
    assert other["route"].tolist() == ["chargeback"]
    assert diverged_at(base, other).tolist() == ["chargeback"]


def test_stories_that_differ_in_who_pays_part_over_money() -> None:
    order = an_order(cancellation=refuses(), return_cost=9_00)
    seller_pays = {"policy.return": {"default": {"payer": "seller"}}}
    assert diverged_at(told(RETURNED, order), told(seller_pays, order)).tolist() == ["money"]


@pytest.mark.parametrize(
    ("place", "base", "other"),
    [
        ("asking", {"asked": 2 * DAY}, {"asked": 3 * DAY}),
        ("delivery", {"asked": 6 * DAY}, {"asked": 6 * DAY, "transit": 25 * DAY}),
        ("return", {"return_transit": DAY, "asked": 6 * DAY}, {"return_transit": 2 * DAY, "asked": 6 * DAY}),
    ],
)
def test_other_luck_parts_them_where_it_shows(place: str, base: Changes, other: Changes) -> None:
    assert diverged_at(told(RETURNED, an_order(**base)), told(RETURNED, an_order(**other))).tolist() == [place]


def test_claims_that_only_end_otherwise_part_at_the_end() -> None:
    base = told({"policy.dispute": "none"}, an_order(cancellation=refuses()))
    assert diverged_at(base, base.assign(outcome="refused")).tolist() == ["end"]


def test_each_order_is_told_for_itself() -> None:
    orders = [an_order(0), an_order(1, **SILENT), an_order(2, posting=5 * DAY)]
    other = {"policy.cancellation.clock": "3 d", "policy.refund.within": "1 d"}
    assert diverged_at(told({}, *orders), told(other, *orders)).tolist() == ["never", "cancellation", "refund"]


# --------------------------------------------------------------------------------------- the table


def result(claims: pd.DataFrame, orders: int, unasked: dict[int, float] | None = None) -> Result:
    """As much of a result as flips need; orders refunded unasked with their prices."""
    others = unasked or {}
    table = pd.DataFrame({"replication": 0, "order": list(others), "refund": list(others.values())}, dtype=float)
    table = table.astype({"replication": int, "order": int})
    sums = pd.DataFrame({"measure": ["orders"], "replication": [0], "part": [orders], "whole": [1]})
    return cast("Result", SimpleNamespace(orders=claims, unasked=table, by_replication=sums))


def flips_between(base: Result, other: Result) -> pd.DataFrame:
    """Every order by how it ended under both and where its stories part."""
    return tables_between(base, other).by_parting


def tables_between(base: Result, other: Result) -> Flips:
    sides = (Side(one.orders, one.unasked) for one in (base, other))
    return flips_of(outcomes_by_order(*sides), base.by_replication)


def row(flips: pd.DataFrame, base: str, other: str) -> pd.Series:
    found = flips[(flips["base_outcome"] == base) & (flips["other_outcome"] == other)]
    assert len(found) == 1
    return found.iloc[0]


def test_a_flip_is_counted_with_its_place_its_money_and_its_order_number() -> None:
    orders = [an_order(3), an_order(5, **SILENT, goes_on=0), an_order(8, **SILENT, goes_on=0)]
    approves = {"policy.cancellation.on_silence": "approve"}
    flips = flips_between(result(told({}, *orders), 50), result(told(approves, *orders), 50))
    flip = row(flips, "gave_up", "refunded")
    assert flip[["parts_at", "orders", "per_replication", "money_change"]].tolist() == [
        "cancellation",
        2,
        2.0,
        100.0,
    ]
    assert flip["examples"] == [(0, 5), (0, 8)]
    assert pd.isna(flip["time_change"]), "one of the two never had the money"
    same = row(flips, "refunded", "refunded")
    assert same[["parts_at", "orders", "time_change", "money_change"]].tolist() == ["never", 1, 0.0, 0.0]
    assert row(flips, NO_CLAIM, NO_CLAIM)["orders"] == 47


def test_money_is_the_refund_less_the_postage_and_time_is_told_where_both_refund() -> None:
    order = an_order(cancellation=says_nothing(), ships_at=8 * DAY, return_cost=9_00, return_transit=4 * DAY)
    base = told(RETURNED, order)
    quick = told(
        RETURNED | {"policy.cancellation": {"window": {"within": "9 d"}, "clock": "3 d", "on_silence": "approve"}},
        order,
    )
    flip = row(flips_between(result(base, 1), result(quick, 1)), "refunded", "refunded")
    # Cancelled on day 5, or shipped on day 8, delivered on day 28 and back on day 32.
    assert flip[["parts_at", "time_change", "money_change"]].tolist() == ["cancellation", 5 - 32, 9.0]


def test_orders_that_are_claims_under_one_policy_alone_keep_their_place_in_the_table() -> None:
    base = result(told({}, an_order(1), an_order(2)), 10)
    other = result(told({}, an_order(2), an_order(4)), 10, unasked={1: 100.0, 7: 30.0})
    flips = flips_between(base, other)
    assert row(flips, "refunded", UNASKED)[["parts_at", "orders", "money_change"]].tolist() == [
        "dispatch_limit",
        1,
        0.0,
    ]
    assert row(flips, NO_CLAIM, UNASKED)[["parts_at", "orders", "money_change"]].tolist() == [
        "dispatch_limit",
        1,
        30.0,
    ]
    assert row(flips, NO_CLAIM, "refunded")[["parts_at", "orders"]].tolist() == ["asking", 1]
    assert flips["orders"].sum() == 10
    back = flips_between(other, base)
    assert row(back, UNASKED, NO_CLAIM)[["parts_at", "money_change"]].tolist() == ["dispatch_limit", -30.0]


def test_rows_stand_in_the_order_of_outcomes_and_the_more_frequent_parting_first() -> None:
    orders = [an_order(k, **(SILENT if k < 3 else {})) for k in range(4)]
    other = {"policy.cancellation.clock": "3 d", "policy.cancellation.on_silence": "approve"}
    flips = flips_between(result(told({}, *orders), 9), result(told(other, *orders), 9))
    assert flips["orders"].tolist() == [3, 1, 5]
    assert flips["base_outcome"].cat.categories.tolist() == list(ENDINGS)
    assert flips["parts_at"].cat.categories.tolist() == list(PARTINGS)


def test_every_outcome_has_its_place_in_the_table() -> None:
    assert {outcome.word for outcome in Outcome} | {UNASKED} == set(ENDINGS)


# ------------------------------------------------------------------------------- how sure one can be


def outcomes(orders: dict[int, list[float]]) -> pd.DataFrame:
    """By replication, what each of its orders gains that was given up and is now refunded."""
    rows = [
        (replication, number, gain) for replication, gains in orders.items() for number, gain in enumerate(gains)
    ]
    told = {"base_outcome": "gave_up", "other_outcome": "refunded", "parts_at": "cancellation"}
    words = {
        name: pd.Categorical([word] * len(rows), categories=WORDS[name], ordered=True)
        for name, word in told.items()
    }
    table = pd.DataFrame(rows, columns=["replication", "order", "money_change"])
    return table.assign(**words, time_change=float("nan"))


def counted(orders: dict[int, list[float]], cohort: int = 1_000) -> pd.Series:
    """The row of the pair, where each of four replications has so many orders."""
    sums = {"measure": "orders", "replication": range(4), "part": cohort, "whole": 1}
    return flips_of(outcomes(orders), pd.DataFrame(sums)).by_outcome.iloc[0]


def test_the_replication_is_the_unit_of_an_interval() -> None:
    alike = counted({k: [10.0, 20.0] * 8 if k < 2 else [15.0] * 16 for k in range(4)})
    assert alike[["money_change", "money_low", "money_high"]].tolist() == [15.0, 15.0, 15.0]
    apart = counted({0: [10.0] * 16, 1: [10.0] * 16, 2: [20.0] * 16, 3: [20.0] * 16})
    assert apart["money_change"] == 15.0
    assert apart["money_low"] < 10.0
    assert apart["money_high"] > 20.0


def test_a_mean_over_few_orders_has_no_interval_and_their_number_has() -> None:
    few = counted({0: [10.0] * 5, 1: [20.0] * 5, 2: [30.0] * 5, 3: [40.0] * 4})
    assert few["orders"] == 19
    assert few[["money_low", "money_high", "time_change", "time_low"]].isna().all()
    assert 0 < few["orders_low"] < 19 < few["orders_high"]


def test_orders_of_one_replication_alone_leave_the_mean_open() -> None:
    alone = counted({2: [float(gain) for gain in range(40)]})
    assert alone["money_change"] == 19.5
    assert alone[["money_low", "money_high"]].isna().all()
    assert alone["orders_low"] < 40 < alone["orders_high"]


def test_one_that_flips_in_thousands_might_have_been_none_or_several() -> None:
    one = counted({0: [10.0]})
    assert 0 < one["orders_low"] < 1
    assert 4 < one["orders_high"] < 40


def test_skewness_makes_the_interval_longer_on_its_side() -> None:
    gains = np.array([1.0, 2.0, 1.5, 1.0, 30.0, 2.0, 1.0, 1.5])
    value, low, high = signed_mean(gains, np.ones(8))
    assert high - value > 1.5 * (value - low)
    mirrored = signed_mean(-gains, np.ones(8))
    assert [-float(end) for end in mirrored] == pytest.approx([float(value), float(high), float(low)])


def test_without_skewness_it_is_students_interval() -> None:
    gains = np.array([1.0, 2.0, 3.0, 4.0, 5.0])
    half = float(student(5)) * float(np.std(gains, ddof=1)) / 5**0.5
    assert [float(end) for end in signed_mean(gains, np.ones(5))] == pytest.approx([3.0, 3.0 - half, 3.0 + half])


# ------------------------------------------------------------------------------- counts that must agree

LIVELY: Changes = {
    "experiment": {"warm_up": "5 d", "cohort": "10 d", "run_out": "20 d", "replications": 3, "seed": 7},
    "market.orders_per_day": 20,
    "market.sellers.staff": 1,
    "market.sellers.types.plain.dispatch": {"exponential": {"mean": "5 d"}},
    "market.sellers.types.plain.cancellation": {
        "accept": 0.5,
        "refuse": 0.2,
        "silent": 0.3,
        "handling": {"exponential": {"mean": "2 h of work"}},
    },
    "market.sellers.types.plain.dispute": {"accept": 0.5, "refuse": 0.5},
    "buyers.regret": {"probability": 0.5, "after": {"exponential": {"mean": "3 d"}}},
    "buyers.goes_on": 0.5,
}


@pytest.mark.parametrize(
    "change",
    [
        {"policy.cancellation.clock": "1 d"},
        {"policy.dispatch.limit": "4 d"},
        {"policy.dispute": "none"},
        {"buyers.regret.probability": 0.3},
        {"buyers.regret.after": "4 d", "policy.dispatch.limit": "2 d"},
        {"experiment.follow_up": "2 d"},
        {"experiment.run_out": "10 d"},
    ],
)
def test_the_margins_of_the_table_are_the_two_counts_of_outcomes_exactly(change: Changes) -> None:
    base, other = run(world(LIVELY)), run(world(LIVELY | change))
    flips = flips_between(base, other)
    assert flips["orders"].sum() == base.about["orders"]
    for one, side in ((base, "base_outcome"), (other, "other_outcome")):
        counts = one.orders["outcome"].value_counts().to_dict()
        counts |= {UNASKED: len(one.unasked)}
        counts |= {NO_CLAIM: one.about["orders"] - len(one.orders) - len(one.unasked)}
        found = flips.groupby(side, observed=True)["orders"].sum().to_dict()
        assert found == {outcome: count for outcome, count in counts.items() if count}


def test_unasked_orders_are_as_many_as_the_summary_counts() -> None:
    result = run(world(LIVELY | {"policy.dispatch.limit": "4 d"}))
    share = result.summary.loc["refunded_unasked_share", "value"]
    assert len(result.unasked) == pytest.approx(share * result.about["orders"])
    assert not result.unasked.merge(result.orders, on=["replication", "order"]).size
    assert (result.unasked["refund"] == 100).all()


def test_a_policy_against_itself_flips_nothing() -> None:
    base = run(world(LIVELY))
    flips = flips_between(base, run(world(LIVELY)))
    assert (flips["base_outcome"].astype(str) == flips["other_outcome"].astype(str)).all()
    assert (flips["parts_at"] == "never").all()
    assert (flips["money_change"] == 0).all()
