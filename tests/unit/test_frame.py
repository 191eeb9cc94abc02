"""The cohort's claims as people read them, the journal, and what is known at a cut."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest

from sim.experiment.censoring import cut
from sim.experiment.columns import COLUMNS, JOURNAL_COLUMNS
from sim.experiment.frame import claims_frame, journal_frame
from sim.records.life import INSTANTS, SETTLEMENTS
from sim.records.table import Records
from sim.scenario.durations import DAY, HOUR, MINUTE, NEVER
from sim.vocabulary import Outcome, Reason, Route, Settled
from tests.tables import records_of
from tests.worlds import accepts, an_order, refuses, says_nothing, ships, world

PROMISED = [
    "replication", "order", "paid_at", "value", "seller", "seller_type", "payment_method", "claim", "reason",
    "asked_at", "outcome", "route", "dispatched_at", "delivered_at", "request_opened_at", "request_settled_at",
    "request_settled_by", "dispute_opened_at", "dispute_settled_at", "dispute_settled_by",
    "mediation_opened_at", "mediation_settled_at", "return_posted_at", "return_received_at", "refund_due_at",
    "refunded_at", "refund", "buyer_cost", "seller_cost", "platform_cost", "saving",
]  # fmt: skip
"""The columns that everybody may rely on, first and in this order."""
RULES = {"policy.mediation": {"rulings": {"buyer": 1, "seller": 0}}}


def row_of(changes: dict[str, Any] | None = None, **luck: Any) -> pd.Series:
    """The row of one order in the tiny world: paid at 0, regretted on day 2, shipped on day 5."""
    scenario = world(changes)
    return claims_frame(scenario, 0, records_of(scenario, an_order(**luck))).iloc[0]


def moment(seconds: int) -> pd.Timestamp:
    return pd.Timestamp("2018-10-01") + pd.Timedelta(seconds=seconds)


# ------------------------------------------------------------------------------------ the columns


def test_the_promised_columns_come_first_and_all_are_described() -> None:
    scenario = world()
    frame = claims_frame(scenario, 0, records_of(scenario, an_order()))
    assert list(frame)[: len(PROMISED)] == PROMISED
    assert list(frame) == list(COLUMNS)
    assert all(column.meaning and column.unit for column in COLUMNS.values())


def test_instants_are_local_times_in_whole_seconds() -> None:
    scenario = world()
    frame = claims_frame(scenario, 0, records_of(scenario, an_order()))
    instants = [name for name in frame if name.endswith("_at")]
    assert {str(frame[name].dtype) for name in instants} == {"datetime64[s]"}


def test_a_claim_is_told_in_words_times_and_money() -> None:
    row = row_of(asked=2 * DAY, cancellation=accepts(6 * HOUR), reason=int(Reason.OUT_OF_STOCK), posting=3 * DAY)
    said = [row.claim, row.reason, row.outcome, row.route, row.seller_type, row.payment_method]
    assert said == ["regret", "out_of_stock", "refunded", "cancellation", "plain", "card"]
    assert (row.paid_at, row.asked_at) == (moment(0), moment(2 * DAY))
    assert (row.request_opened_at, row.request_settled_at) == (moment(2 * DAY), moment(2 * DAY + 6 * HOUR))
    assert row.refunded_at == row.ended_at == moment(5 * DAY + 6 * HOUR)
    assert (row.hours_to_ask, row.refund_days) == (48, 3.25)
    assert (row.value, row.refund) == (100.0, 100.0)


def test_what_did_not_happen_is_an_empty_cell() -> None:
    row = row_of(cancellation=accepts())
    empty = ["dispatched_at", "dispute_opened_at", "dispute_settled_by", "return_posted_at", "mediation_settled_by"]
    assert row[empty].isna().all()


def test_money_is_in_units_of_the_currency_to_the_cent() -> None:
    row = row_of(value=12_34, found_cheaper=1, saving=3_21, cancellation=accepts())
    assert (row.value, row.refund, row.saving) == (12.34, 12.34, 3.21)
    assert row.found_cheaper


def test_working_time_is_told_by_desk() -> None:
    row = row_of(
        RULES,
        cancellation=refuses(work=20 * MINUTE),
        dispute=refuses(work=40 * MINUTE),
        mediation=accepts(work=90 * MINUTE),
    )
    assert (row.seller_work, row.mediation_work) == (1.0, 1.5)


def test_only_orders_paid_in_the_cohort_window_are_there() -> None:
    scenario = world({"experiment.warm_up": "1 d", "experiment.cohort": "1 d"})
    paid = [DAY - 1, DAY, 2 * DAY - 1, 2 * DAY]
    records = records_of(scenario, *(an_order(k, paid=t, asked=t, ships_at=NEVER) for k, t in enumerate(paid)))
    frame = claims_frame(scenario, 3, records)
    assert frame["order"].tolist() == [1, 2]
    assert frame["replication"].tolist() == [3, 3]


def test_a_replication_without_claims_has_the_same_columns() -> None:
    scenario = world()
    some, none = (claims_frame(scenario, 0, records_of(scenario, *orders)) for orders in ([an_order()], []))
    assert len(none) == 0
    assert none.dtypes.to_dict() == some.dtypes.to_dict()


# ---------------------------------------------------------------------------- how requests are settled

LIMIT_FIRST = {"policy.dispatch": {"limit": "7 d"}}


@pytest.mark.parametrize(
    ("luck", "changes", "word"),
    [
        ({"cancellation": accepts(HOUR)}, {}, "answered"),
        ({"cancellation": refuses(HOUR)}, {}, "answered"),
        ({"cancellation": ships(HOUR)}, {}, "shipped_over"),
        ({"cancellation": says_nothing()}, {}, "shipped_over"),
        ({"cancellation": says_nothing(patience=DAY)}, {}, "withdrawn"),
        ({"cancellation": says_nothing(), "ships_at": 30 * DAY}, {}, "silence"),
        (
            {"cancellation": says_nothing(), "ships_at": NEVER, "dispatch_due": 7 * DAY},
            LIMIT_FIRST,
            "not_dispatched",
        ),
        ({"cancellation": ships(HOUR)}, {"policy.cancellation.ships_while_open": "held"}, "answered"),
    ],
)
def test_how_the_request_ended_is_said_in_a_word(luck: dict[str, Any], changes: dict[str, Any], word: str) -> None:
    assert row_of(changes, **luck).request_settled_by == word


def test_a_free_cancellation_asks_nobody() -> None:
    row = row_of({"policy.cancellation.free_until": {"after": "paid", "within": "24 h"}}, asked=HOUR)
    assert row.route == "free_cancellation"
    assert pd.isna(row.request_settled_by)


# ------------------------------------------------------------------------------------- the journal


def test_the_journal_has_a_row_per_event_of_the_cohort_with_who_did_it() -> None:
    scenario = world()
    records = records_of(
        scenario, an_order(paid=HOUR, arranges_at=HOUR, cancellation=accepts()), an_order(1, paid=2 * DAY)
    )
    journal = journal_frame(scenario, 2, records)
    assert list(journal) == list(JOURNAL_COLUMNS)
    assert set(journal["case_id"]) == {"2-0"}
    assert journal["activity"].tolist()[:3] == ["paid", "shipment arranged", "mind changed"]
    assert journal["resource"].tolist()[:3] == ["buyer", "seller 0", "buyer"]
    assert journal["timestamp"].is_monotonic_increasing
    assert journal["timestamp"].iloc[0] == moment(HOUR)


# ----------------------------------------------------------------------------------------- the cut


def known_at(at: int, changes: dict[str, Any] | None = None, **luck: Any) -> dict[str, int]:
    """The columns of one order's record as found at an instant."""
    seen = cut(records_of(world(changes), an_order(**luck)), at)
    return {name: int(column[0]) for name, column in seen.claims.items()}


def test_the_cut_itself_is_included() -> None:
    luck = {"cancellation": accepts(HOUR), "posting": 3 * DAY}
    paid_at = 5 * DAY + HOUR
    there, not_yet = known_at(paid_at, **luck), known_at(paid_at - 1, **luck)
    assert (there["outcome"], there["refund"], there["refunded_at"]) == (Outcome.REFUNDED, 100_00, paid_at)
    assert (not_yet["outcome"], not_yet["refund"], not_yet["refunded_at"]) == (Outcome.OPEN, 0, NEVER)


def test_money_on_its_way_is_decided_but_not_there() -> None:
    seen = known_at(3 * DAY, cancellation=accepts(HOUR), posting=3 * DAY)
    assert seen["refund_due_at"] == 2 * DAY + HOUR
    assert (seen["outcome"], seen["route"], seen["refund"]) == (Outcome.OPEN, Route.CANCELLATION, 0)


def test_a_request_that_runs_at_the_cut_has_not_been_settled() -> None:
    seen = known_at(3 * DAY, cancellation=says_nothing())
    assert seen["cancellation_opened_at"] == 2 * DAY
    assert seen["cancellation_settled_at"] == seen["dispatched_at"] == NEVER
    assert seen["cancellation_settled_by"] == Settled.OPEN
    assert seen["route"] == Route.CANCELLATION


def test_the_route_is_that_of_the_stage_reached_by_the_cut() -> None:
    luck = {"cancellation": refuses(), "dispute": refuses(2 * DAY), "mediation": accepts(4 * DAY)}
    reached = [known_at(day * DAY, RULES, **luck) for day in (2, 24, 25, 27, 31)]
    cancellation, dispute, mediation = Route.CANCELLATION, Route.DISPUTE, Route.MEDIATION
    assert [one["route"] for one in reached] == [cancellation, cancellation, dispute, mediation, mediation]
    assert [one["claimed"] for one in reached] == [0, 0, 100_00, 100_00, 100_00]
    assert reached[-1]["outcome"] == Outcome.REFUNDED


def test_postage_is_paid_when_the_parcel_is_posted() -> None:
    changes = {"policy.return": {"default": {"payer": "buyer"}}}
    luck = {"cancellation": refuses(), "return_delay": 2 * DAY, "return_transit": 5 * DAY, "return_cost": 7_00}
    assert known_at(27 * DAY - 1, changes, **luck)["buyer_cost"] == 0
    posted = known_at(27 * DAY, changes, **luck)
    assert (posted["buyer_cost"], posted["return_received_at"]) == (7_00, NEVER)


def test_a_mind_that_changes_after_the_cut_has_not_changed() -> None:
    scenario = world()
    records = records_of(scenario, an_order(0, asked=HOUR), an_order(1, asked=3 * DAY), an_order(2, asked=2 * DAY))
    seen = cut(records, 2 * DAY)
    assert seen.claims["order"].tolist() == [0, 2]
    assert claims_frame(scenario, 0, seen)["asked_at"].tolist() == [moment(HOUR), moment(2 * DAY)]


def test_a_cut_after_everything_changes_nothing() -> None:
    records = a_few_orders()
    seen = cut(records, 10_000 * DAY)
    for name, column in records.claims.items():
        assert np.array_equal(seen.claims[name], column), name


@pytest.mark.parametrize("day", range(0, 40, 3))
def test_no_cut_shows_anything_from_after_it(day: int) -> None:
    seen, at = cut(a_few_orders(), day * DAY), day * DAY
    for name in INSTANTS:
        instants = seen.claims[name]
        assert (instants[instants < NEVER] <= at).all(), name
    for stage in SETTLEMENTS:
        is_open = seen.claims[stage.replace("_by", "_at")] == NEVER
        assert (seen.claims[stage][is_open] == Settled.OPEN).all()
    assert all(entry.at <= at for entry in seen.journal.rows())
    assert ((seen.claims["outcome"] == Outcome.OPEN) == (seen.claims["ended_at"] == NEVER)).all()


def a_few_orders() -> Records:
    lucks: list[dict[str, Any]] = [
        {"cancellation": accepts(5 * HOUR), "posting": 4 * DAY},
        {"cancellation": refuses(DAY), "dispute": refuses(DAY), "mediation": accepts(2 * DAY)},
        {"cancellation": says_nothing(), "dispute": says_nothing()},
        {"asked": 20 * DAY, "dispute": accepts(3 * DAY), "posting": 9 * DAY},
        {"cancellation": says_nothing(patience=DAY)},
    ]
    return records_of(world(RULES), *(an_order(k, **luck) for k, luck in enumerate(lucks)))
