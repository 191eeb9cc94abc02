"""What several decisions have in common is told by the past too: small worlds whose forecasts are exact."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

import sim
from sim.experiment.replication import calendars_of
from sim.scenario.durations import DAY, HOUR
from sim.vocabulary import ClaimKind
from sim.waiting.conditioned import Conditions
from sim.waiting.forecasting import Forecast
from sim.waiting.history import ACCEPTED, Histories
from tests.waiting.test_forecast_and_advice import CERTAIN

Changes = dict[str, object]
Foreseen = Callable[[Changes, str, str, str], Forecast]
LEAVES_SOON_OR_LATE = {
    "market.sellers.types.only.arrange": "0",
    "market.sellers.types.only.dispatch": {"empirical": {"values": ["5 d", "25 d"]}},
}
REFUSES = {"market.sellers.types.only.cancellation": {"accept": 0, "refuse": 1, "notice": "1 d"}}


@pytest.fixture
def foreseen(tmp_path: Path) -> Foreseen:
    path = tmp_path / "certain.yaml"
    path.write_text(CERTAIN)

    def forecast(changes: Changes, head: str, row: str, at: str) -> Forecast:
        table = tmp_path / "cases.csv"
        table.write_text(f"{head}\na,{row}\n")
        return sim.forecast(sim.load(path).with_changes(changes), open=table, at=at, replicates=40)

    return forecast


def test_who_turns_to_the_bank_over_a_parcel_that_has_not_left_knows_that_it_will(foreseen: Foreseen) -> None:
    bank = {
        "methods": ["card"],
        "claims": ["regret"],
        "window": {"after": "paid", "within": "30 d"},
        "clock": "9 d",
        "on_silence": "decline",
        "notice": "5 d",
        "rulings": {"buyer": 0, "seller": 1},
    }
    changes = {**LEAVES_SOON_OR_LATE, **REFUSES, "policy.dispatch": {"limit": "20 d", "on_miss": "refund"}}
    changes |= {"buyers.goes_on": 0, "buyers.chargeback": {"probability": 1, "after": "0"}}
    changes |= {"policy.chargeback": bank}
    head = "order,paid,requested,closed,status,dispatched,failed,chargeback_opened,chargeback_closed"
    row = "2018-10-05,2018-10-07,2018-10-08,refused,,2018-10-08,2018-10-08,"
    told = foreseen(changes, head, row, "2018-10-09T09:00")
    # Were it to leave late, the order would be refunded at the limit, and nobody would have asked the bank.
    assert told.base.money.tolist() == [0.0]
    waits = foreseen(changes, "order,paid,dispatched", "2018-10-05,", "2018-10-06T09:00")
    assert 0.2 < waits.base.money[0] < 0.8


def test_a_yes_in_the_second_in_which_the_parcel_would_have_left_keeps_it(foreseen: Foreseen) -> None:
    changes = {"market.sellers.types.only.arrange": "1 d", "market.sellers.types.only.dispatch": "7 d"}
    head = "order,paid,arranged,requested,closed,status,dispatched,refund_due,refunded"
    row = "2018-10-05,2018-10-06,2018-10-07,2018-10-13,accepted,,2018-10-13,"
    told = foreseen(changes, head, row, "2018-10-14")
    assert told.base.money.tolist() == [1.0]
    assert told.base.days[0, 2] == 2.0


def test_who_got_a_no_and_has_not_given_up_will_call_the_platform(foreseen: Foreseen) -> None:
    changes = {
        "market.sellers.types.only.dispute": {"accept": 0, "refuse": 1},
        "buyers.escalation": {"probability": 0.5, "after": "3 d"},
        "policy.mediation": {"notice": "1 d", "rulings": {"buyer": 1, "seller": 0}},
    }
    head = "order,paid,dispatched,delivered,requested,dispute_opened,dispute_closed,dispute_status,mediation_opened"
    row = "2018-10-01,2018-10-02,2018-10-07,2018-10-08,2018-10-08,2018-10-08,refused,"
    told = foreseen(changes, head + ",failed", row + ",", "2018-10-10")
    assert told.base.money.tolist() == [1.0]
    # Nobody keeps who has given up: then it is as likely as ever.
    told = foreseen(changes, head, row, "2018-10-10")
    assert 0.2 < told.base.money[0] < 0.8


def test_a_claim_that_was_over_before_the_promise_tells_nothing_of_the_parcel(foreseen: Foreseen) -> None:
    changes = {
        **REFUSES,
        "policy.dispute": "none",
        "market.carrier.lost": 1,
        "policy.promise": {"after": "paid", "within": "8 d"},
    }
    changes |= {"market.sellers.types.only.arrange": "1 d", "market.sellers.types.only.dispatch": "3 d"}
    head = "order,paid,requested,closed,status,dispatched,delivered,failed"
    told = foreseen(changes, head, "2018-10-01,2018-10-03,2018-10-04,refused,2018-10-05,,2018-10-04", "2018-10-20")
    assert told.base.money.tolist() == [0.0]


def test_who_waits_beyond_the_promise_waits_for_a_parcel_that_comes(foreseen: Foreseen) -> None:
    never = {"mixture": [{"weight": 0.5, "law": "never"}, {"weight": 0.5, "law": "30 d"}]}
    changes = {**REFUSES, "market.carrier.transit": never, "policy.promise": {"after": "paid", "within": "8 d"}}
    changes |= {"market.sellers.types.only.arrange": "1 d", "market.sellers.types.only.dispatch": "3 d"}
    changes |= {"policy.dispute.default.on_silence": "decline"}
    head = "order,paid,requested,closed,status,dispatched,delivered,dispute_opened"
    told = foreseen(changes, head, "2018-10-01,2018-10-03,2018-10-04,refused,2018-10-05,,", "2018-10-20")
    assert told.base.money.tolist() == [1.0]


def test_the_longest_of_a_law_that_outlasts_the_calendar_is_as_good_as_never(foreseen: Foreseen) -> None:
    changes = {
        "calendars.seller": {"hours": {"mon": "09:00-18:00"}},
        "market.sellers.types.only.arrange": {"lognormal": {"mean": "5 bd", "sd": "40 bd"}},
    }
    told = foreseen(changes, "order,paid,arranged,dispatched", "2018-10-01,,", "2018-10-02T09:00")
    assert told.base.money.tolist() == [1.0]


def test_an_order_that_the_platform_would_have_refunded_by_itself_is_not_open(foreseen: Foreseen) -> None:
    changes = {"policy.dispatch": {"limit": "9 d", "on_miss": "refund"}, "buyers.regret.probability": 0}
    with pytest.raises(sim.BadScenario, match="refund_due"):
        foreseen(changes, "order,paid,dispatched,refund_due", "2018-10-01,,", "2018-10-20")


def test_a_case_that_the_platform_let_run_out_for_the_buyer_may_still_come_to_nothing(foreseen: Foreseen) -> None:
    silent = {"clock": "2 d", "on_silence": "approve", "notice": "9 d", "rulings": {"buyer": 1, "seller": 0}}
    returned = {"payer": "buyer", "post_within": "3 d", "refund_on": "received"}
    changes: Changes = {
        "market.sellers.types.only.dispute": {"accept": 0, "refuse": 1},
        "buyers.return_delay": "20 d",
        "buyers.escalation": {"probability": 1, "after": "0"},
        "policy.mediation": silent,
        "policy.return": {"default": returned},
    }
    head = "order,paid,dispatched,delivered,requested,dispute_opened,dispute_closed,dispute_status,"
    head += "mediation_opened,mediation_closed,failed,refund_due"
    row = "2018-10-01,2018-10-02,2018-10-07,2018-10-08,2018-10-08,2018-10-08,refused,"
    told = foreseen(changes, head, row + "2018-10-08,2018-10-10,2018-10-13,", "2018-10-14")
    assert told.base.money.tolist() == [0.0]


def test_what_a_seller_has_done_tells_of_what_type_it_is(foreseen: Foreseen) -> None:
    """Quick ones say no within a day and yes to a dispute, slow ones no to both."""
    changes: Changes = {"market.sellers.types.only": "none"}
    for name, notice, yes in (("quick", "1 d", 1), ("slow", "3 d", 0)):
        changes[f"market.sellers.types.{name}"] = {
            "share": 0.5,
            "arrange": "1 d",
            "dispatch": "30 d",
            "cancellation": {"accept": 0, "refuse": 1, "notice": notice},
            "dispute": {"accept": yes, "refuse": 1 - yes, "notice": "2 d"},
        }
    head = "order,paid,dispatched,delivered,requested,closed,status,dispute_opened,dispute_closed"
    row = "2018-10-01,2018-11-01,2018-11-06,2018-10-03,{},refused,2018-11-06,"
    assert foreseen(changes, head, row.format("2018-10-04"), "2018-11-07").base.money.tolist() == [1.0]
    assert foreseen(changes, head, row.format("2018-10-06"), "2018-11-07").base.money.tolist() == [0.0]


def test_when_a_seller_got_a_parcel_ready_tells_of_what_type_it_is(foreseen: Foreseen) -> None:
    """Quick ones arrange within a day and say yes, slow ones take three days and say no to everything."""
    changes: Changes = {"market.sellers.types.only": "none"}
    for name, arranged, yes in (("quick", "1 d", 1), ("slow", "3 d", 0)):
        changes[f"market.sellers.types.{name}"] = {
            "share": 0.5,
            "arrange": arranged,
            "dispatch": "30 d",
            "cancellation": {"accept": yes, "refuse": 1 - yes, "notice": "5 d"},
            "dispute": {"accept": yes, "refuse": 1 - yes, "notice": "2 d"},
        }
    head, row = "order,paid,arranged,dispatched,requested,closed", "2018-10-01,{},,2018-10-02,"
    assert foreseen(changes, head, row.format("2018-10-02"), "2018-10-05").base.money.tolist() == [1.0]
    assert foreseen(changes, head, row.format("2018-10-04"), "2018-10-05").base.money.tolist() == [0.0]


def test_who_sent_back_by_right_and_heard_nothing_of_the_inspection_may_call_the_platform(
    foreseen: Foreseen,
) -> None:
    changes = {"market.sellers.types.only.arrange": "0", "market.sellers.types.only.dispatch": "1 d"}
    changes |= {"market.sellers.types.only.inspection": {"silent": 1}, "market.carrier.return_transit": "2 d"}
    changes |= {"buyers.return_delay": "1 d", "policy.cancellation": "none"}
    changes |= {"buyers.escalation": {"probability": 1, "after": {"exponential": {"mean": "3 d"}}}}
    changes |= {"policy.dispute.default": {"opens": {"after": "delivered"}, "needs_consent": False}}
    inspection = {"clock": "2 d", "on_silence": "may_escalate"}
    changes |= {"policy.return.default": {"refund_on": "inspected", "payer": "buyer", "inspection": inspection}}
    mediation = {"clock": "9 d", "escalate_within": "30 d", "rulings": {"buyer": 1, "seller": 0}, "notice": "5 d"}
    changes |= {"policy.mediation": mediation}
    head = (
        "order,paid,dispatched,delivered,withdrawn,return_posted,return_received,inspection_closed,mediation_opened"
    )
    row = "2018-10-05,2018-10-06,2018-10-11,2018-10-11,2018-10-12,2018-10-14,2018-10-16,2018-10-19T09:00"
    told = foreseen(changes, head, row, "2018-10-20T09:00")
    assert told.base.money.tolist() == [1.0]
    assert set(told.base.days[0].round(3)) == {7.0}, (
        "five days of the ruling from when it was asked for, three to post"
    )


def test_what_never_leaves_is_not_noted_as_arranged(foreseen: Foreseen) -> None:
    silent = {"accept": 0, "silent": 1}
    changes = {"market.sellers.types.only.arrange": "1 d", "market.sellers.types.only.dispatch": "never"}
    changes |= {
        "market.sellers.types.only.cancellation": silent,
        "buyers.escalation": {"probability": 1, "after": "0"},
    }
    changes |= {"policy.cancellation": {"window": {"within": "30 d"}, "clock": "1 d", "on_silence": "escalate"}}
    rulings = {"rulings": {"split": 1, "buyer": 0, "seller": 0}, "split_share": 0.5, "notice": "1 d"}
    changes |= {"policy.mediation": {"clock": "9 d", "escalate_within": "30 d", **rulings}}
    head = (
        "order,paid,requested,closed,status,mediation_opened,mediation_closed,ruling,arranged,dispatched,refund_due"
    )
    row = "2018-10-05,2018-10-07,2018-10-08,silence,2018-10-08,2018-10-09,split,,,2018-10-09"
    assert foreseen(changes, head, row, "2018-10-10T09:00").base.odds["partly_refunded"].tolist() == [1.0]


def test_money_for_a_return_that_nobody_received_tells_that_it_was_lost(foreseen: Foreseen) -> None:
    changes = {"market.sellers.types.only.arrange": "0", "market.sellers.types.only.dispatch": "1 d"}
    changes |= {
        "market.carrier.return_lost": 0.5,
        "market.carrier.return_transit": {"exponential": {"mean": "2 d"}},
    }
    changes |= {"buyers.return_delay": "1 d", "policy.cancellation": "none"}
    changes |= {"policy.dispute.default": {"opens": {"after": "delivered"}, "needs_consent": False}}
    changes |= {
        "policy.return.default": {"refund_on": "received", "payer": "buyer", "lost_return": "platform_bears"}
    }
    head = "order,paid,dispatched,delivered,withdrawn,return_posted,return_received,refund_due,refunded"
    row = "2018-10-05,2018-10-06,2018-10-11,2018-10-11,2018-10-12,,2018-10-17,"
    told = foreseen(changes, head, row, "2018-10-18T09:00")
    assert told.base.money.tolist() == [1.0]
    assert set(told.base.days[0].round(3)) == {1.625}, "three days to post, of which one and nine hours are over"


def test_who_still_waits_for_an_answer_has_not_yet_asked_whether_a_dispute_is_worth_it(foreseen: Foreseen) -> None:
    """Nor who waits for the parcel; who could have found it not worth it, and has not failed, finds it worth it."""
    changes: Changes = {
        **LEAVES_SOON_OR_LATE,
        "market.sellers.types.only.cancellation": {"accept": 0, "refuse": 1, "notice": "2 d"},
        "buyers.return_cost": {"uniform": {"low": 0, "high": 60}},  # of a price of 30
        "policy.return.default": {"payer": "buyer", "refund_on": "posted"},
        "buyers.dispute_after": {"regret": "20 d"},
    }
    head, paid = "order,paid,requested,closed,status,dispatched,delivered,failed", "2018-10-01,2018-10-02"
    for known, at in ((",,,,", "2018-10-03"), ("2018-10-04,refused,,,", "2018-10-04T12:00"),
                      ("2018-10-04,refused,2018-10-06,,", "2018-10-08")):  # fmt: skip
        assert 0.3 < foreseen(changes, head, f"{paid},{known}", at).base.money[0] < 0.7
    there = f"{paid},2018-10-04,refused,2018-10-06,2018-10-11,"
    assert foreseen(changes, head, there, "2018-10-12").base.money.tolist() == [1.0]


def test_what_a_seller_said_of_goods_that_came_back_tells_of_what_type_it_is() -> None:
    """Both say yes to a dispute; the mild say no to one return in five, the strict to four."""
    kinds = {"mild": 0.2, "strict": 0.8}
    changes: Changes = {f"market.sellers.types.{name}": "none" for name in ("prompt", "slow", "stalls", "absent")}
    for name, no in kinds.items():
        inspection = {"accept": 1 - no, "refuse": no, "notice": {"exponential": {"mean": "1 d"}}}
        alike = {"arrange": "0", "dispatch": "1 d", "cancellation": {"accept": 1}, "dispute": {"accept": 1}}
        changes[f"market.sellers.types.{name}"] = {"share": 0.5, **alike, "inspection": inspection}
    scenario = sim.load("aliexpress-2020").with_changes(changes)
    steps = ("paid", "dispatched", "delivered", "requested", "dispute_opened", "dispute_closed", "return_posted")
    days = {name: day for day, name in enumerate((*steps, "return_received", "inspection_closed"), start=8)}
    days["mediation_opened"] = days["inspection_closed"]
    instants = {name: np.array([day * DAY + 12 * HOUR]) for name, day in days.items()}
    facts = {"kind": np.array([int(ClaimKind.DEFECT)]), "dispute_status": np.array([ACCEPTED])}
    seen = Histories(np.array([17 * DAY]), instants, facts)
    mild, strict = Conditions(scenario, seen, calendars_of(scenario)).types[0]
    assert strict / (mild + strict) == pytest.approx(0.8)


def test_who_looks_in_the_last_second_of_the_clock_has_not_looked_a_second_before(foreseen: Foreseen) -> None:
    changes: Changes = {
        "market.sellers.types.only.cancellation": {"accept": 1, "notice": 0, "notice_share_of_clock": 1}
    }
    changes["policy.cancellation.clock"] = "12 d"
    told = foreseen(changes, "order,paid,requested,viewed,closed", "2018-10-05,2018-10-07,,", "2018-10-18T23:59:59")
    assert told.base.deadlines[0] - told.now == 1
    assert told.base.money.tolist() == [1.0]


def test_who_let_one_offer_run_out_lets_the_next_run_out(foreseen: Foreseen) -> None:
    """And who declined one may take the next."""
    changes: Changes = {"market.sellers.types.only.arrange": "0", "market.sellers.types.only.dispatch": "1 d"}
    changes |= {
        "market.sellers.types.only.dispute": {
            "accept": 0,
            "counter": 1,
            "offer": {"uniform": {"low": 0, "high": 1}},
        },
        "buyers.offers": {"silent": 0.5, "notice": "1 d", "reservation": 0.5},
        "policy.cancellation": "none",
        "policy.dispute.default": {"opens": {"after": "delivered"}, "rounds": 2, "clock": "5 d"},
    }
    changes["policy.dispute.default.offer"] = {"clock": "3 d", "on_silence": "decline"}
    head, row = "order,paid,dispatched,delivered,dispute_opened,dispute_closed,offer_opened,offer_closed", "{},"
    begun = "2018-10-05,2018-10-06,2018-10-11,2018-10-11,2018-10-11,"
    lapsed = foreseen(changes, head, begun + row.format("2018-10-14"), "2018-10-14T12:00")
    assert lapsed.base.odds["partly_refunded"].tolist() == [0.0]
    declined = foreseen(changes, head, begun + row.format("2018-10-12"), "2018-10-12T12:00")
    assert 0.2 < declined.base.odds["partly_refunded"][0] < 0.8
