"""Windows that end on a date, disputes that are opened by and by, rulings that take their time, payment runs."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError

from sim.scenario.consistency import complaints
from sim.scenario.durations import DAY, HOUR, MINUTE, NEVER, SECOND
from sim.scenario.model import Scenario
from sim.vocabulary import Failure, Outcome, Route
from tests.worlds import MEDIATED, accepts, described, drawn, refuses, tell, world

SHIPPED = {"asked": 6 * DAY}
"""The parcel is there on day 25, which is Fri 26 October, and the window closes 15 days later."""
EXPIRED, REFUNDED = (Outcome.EXPIRED, Route.NONE), (Outcome.REFUNDED, Route.DISPUTE)
CLOSES = "policy.dispute.default.closes"

# ------------------------------------------------------------------------------------ a last date


def closes(**window: str) -> dict[str, Any]:
    return {CLOSES: window}


@pytest.mark.parametrize(
    ("window", "last"),
    [
        ({"until": "2018-10-26"}, 26 * DAY - SECOND),
        ({"after": "delivered", "within": "3 d", "until": "2018-10-31", "whichever": "later"}, 31 * DAY - SECOND),
        ({"after": "delivered", "within": "9 d", "until": "2018-10-31", "whichever": "later"}, 34 * DAY),
        ({"after": "delivered", "within": "9 d", "until": "2018-10-31", "whichever": "earlier"}, 31 * DAY - SECOND),
        ({"after": "delivered", "within": "3 d", "until": "2018-10-31", "whichever": "earlier"}, 28 * DAY),
    ],
)
def test_a_window_may_end_on_a_date_or_on_the_earlier_or_later_of_two(window: dict[str, str], last: int) -> None:
    assert tell(closes(**window), asked=last).ending == REFUNDED
    assert tell(closes(**window), asked=last + SECOND).ending == EXPIRED


def test_the_window_of_a_chargeback_may_end_on_a_date() -> None:
    bank = {"methods": ["card"], "claims": ["regret"], "rulings": {"buyer": 1, "seller": 0}}
    luck = SHIPPED | {"dispute": refuses(), "charges_back": 1, "charges_back_after": 5 * DAY}
    in_time, late = ({"policy.chargeback": bank | {"window": {"until": f"2018-10-{day}"}}} for day in (31, 30))
    assert tell(in_time, **luck).ending[1] is Route.CHARGEBACK
    assert tell(late, **luck).ending[0] is Outcome.REFUSED


@pytest.mark.parametrize(
    ("window", "words"),
    [
        ({}, "neither 'after' nor 'until'"),
        ({"after": "paid", "until": "2018-10-26"}, "expected 'whichever'"),
        ({"until": "2018-10-26", "whichever": "later"}, "expected 'whichever'"),
        ({"until": "2018-10-26", "within": "3 d"}, "no 'after'"),
    ],
)
def test_a_window_says_what_it_is_counted_from(window: dict[str, str], words: str) -> None:
    with pytest.raises(ValidationError, match=words):
        world(closes(**window))


def test_a_window_is_written_as_it_was_read() -> None:
    for window in (
        {"until": "2018-10-26"},
        {"after": "paid", "within": "3 d", "until": "2018-10-26", "whichever": "later"},
    ):
        scenario = world(closes(**window))
        document = scenario.model_dump(mode="json", by_alias=True)
        assert document["policy"]["dispute"]["default"]["closes"] == window
        assert Scenario.model_validate(document) == scenario


def test_an_orders_own_window_may_be_longer() -> None:
    nine_days = closes(after="delivered", within="9 d")
    assert tell(nine_days, asked=34 * DAY + SECOND).ending == EXPIRED
    assert tell(nine_days, asked=39 * DAY, closes_plus=5 * DAY).ending == REFUNDED
    assert tell(nine_days, asked=39 * DAY + SECOND, closes_plus=5 * DAY).ending == EXPIRED
    by_date = closes(after="delivered", within="9 d", until="2018-11-05", whichever="earlier")
    assert tell(by_date, asked=36 * DAY, closes_plus=5 * DAY).ending == EXPIRED


def test_how_much_longer_is_a_law() -> None:
    law = {"uniform": {"low": "0 d", "high": "9 d"}}
    claims = drawn(world({CLOSES: {"after": "delivered", "within": "9 d", "plus": law}})).claims
    assert len(set(claims["closes_plus"].tolist())) > 10
    assert claims["closes_plus"].max() <= 9 * DAY


# ------------------------------------------------------------------------------------ by and by


def test_who_will_dispute_may_take_a_time_to_do_so() -> None:
    assert tell(**SHIPPED, dispute_after=3 * DAY).dispute_opened_at == 28 * DAY
    assert tell(**SHIPPED, dispute_after=15 * DAY).dispute_opened_at == 40 * DAY


@pytest.mark.parametrize("after", [15 * DAY + SECOND, NEVER])
def test_who_takes_longer_than_the_window_is_too_late_when_it_closes(after: int) -> None:
    story = tell(**SHIPPED, dispute_after=after)
    assert (story.ending, story.failed_at, story.ended_at) == (EXPIRED, 40 * DAY, 40 * DAY)
    assert story.failed_because == Failure.DISPUTE_TOO_LATE


def test_who_never_disputes_where_nothing_closes_stays_open() -> None:
    story = tell({CLOSES: "none"}, **SHIPPED, dispute_after=NEVER)
    assert (story.ending[0], story.failed_because) == (Outcome.OPEN, Failure.NEVER_DISPUTED)


def test_a_right_of_withdrawal_is_used_by_and_by_as_well() -> None:
    story = tell({"policy.dispute.default.needs_consent": False}, **SHIPPED, dispute_after=3 * DAY)
    assert story.withdrawn_at == 28 * DAY


def test_the_dispatch_limit_may_come_first() -> None:
    missed = {"policy.dispatch.limit": "9 d", "policy.promise": {"within": "2 d"}, CLOSES: "none"}
    missed |= {"policy.dispute.default.opens.after": "promised", "buyers.not_received": {"probability": 1}}
    luck = {"claim": 2, "asked": 3 * DAY, "ships_at": NEVER, "dispatch_due": 9 * DAY}
    assert tell(missed, **luck, dispute_after=6 * DAY).ending[1] is Route.NOT_DISPATCHED
    assert tell(missed, **luck, dispute_after=6 * DAY - SECOND).dispute_opened_at == 9 * DAY - SECOND


def test_it_is_drawn_by_kind_of_claim() -> None:
    by_kind = {"buyers.dispute_after": {"regret": "2 d", "not_received": "5 d"}}
    claims = drawn(world(by_kind)).claims
    assert (set(claims["dispute_after"]), set(claims["dispute_after_if_not_received"])) == ({2 * DAY}, {5 * DAY})


def test_a_claim_that_turned_takes_as_long_as_others_of_its_new_kind() -> None:
    changes = {
        "policy.promise": {"within": "10 d"},
        "policy.dispute.not_received": {"opens": {"after": "promised"}, "closes": "none"},
    }
    luck = {"lost": 1, "dispute_after": DAY, "dispute_after_if_not_received": 4 * DAY}
    assert tell(changes, **SHIPPED, **luck).dispute_opened_at == 14 * DAY


# ------------------------------------------------------------------------------------ by ruling


def test_cases_may_take_as_long_as_their_ruling_has_it() -> None:
    rulings = {"policy.mediation.rulings": {"buyer": 0.4, "seller": 0.4, "split": 0.2}}
    times = {"buyer": {"notice": "21 d"}, "seller": {"notice": "35 d", "handling": "2 h of work"}}
    changes = MEDIATED | rulings | {"policy.mediation.notice": "9 d", "policy.mediation.by_ruling": times}
    claims = drawn(world(changes)).claims
    told = zip(
        *(claims[f"mediation.{name}"].tolist() for name in ("disposition", "notice", "handling")), strict=True
    )
    assert set(told) == {(1, 21 * DAY, 0), (2, 35 * DAY, 2 * HOUR), (4, 9 * DAY, 0)}


def test_one_luck_reads_either_law() -> None:
    law = {"exponential": {"mean": "9 d"}}
    plain = drawn(world(MEDIATED | {"policy.mediation.notice": law})).claims
    named = drawn(world(MEDIATED | {"policy.mediation.by_ruling": {"buyer": {"notice": law}}})).claims
    assert (plain["mediation.notice"] == named["mediation.notice"]).all()


def test_a_ruling_that_may_never_come_needs_a_clock() -> None:
    never = MEDIATED | {"policy.mediation.by_ruling": {"seller": {"notice": "never"}}}
    (path, message), *_ = complaints(described(never))
    assert path == "policy.mediation.by_ruling.seller.notice"
    assert "may be never" in message


# ------------------------------------------------------------------------------------ payment runs

RUNS = {"policy.refund.runs": {"weekdays": ["mon", "thu"], "at": "17:30", "cut_off": "24 h"}}
AT_RUN = 17 * HOUR + 30 * MINUTE


@pytest.mark.parametrize(
    ("due", "run"),
    [
        (DAY, 3 * DAY + AT_RUN),
        (2 * DAY + AT_RUN, 3 * DAY + AT_RUN),
        (2 * DAY + AT_RUN + SECOND, 7 * DAY + AT_RUN),
        (4 * DAY, 7 * DAY + AT_RUN),
    ],
)
def test_a_refund_joins_the_first_run_that_lies_long_enough_after_it_fell_due(due: int, run: int) -> None:
    story = tell(RUNS, asked=due, cancellation=accepts(), ships_at=30 * DAY)
    assert (story.refund_due_at, story.refunded_at) == (due, run)


def test_what_the_bank_needs_begins_with_the_run_and_the_limit_still_ends_it() -> None:
    luck = {"asked": DAY, "ships_at": 30 * DAY, "posting": 2 * DAY}
    assert tell(RUNS, **luck).refunded_at == 5 * DAY + AT_RUN
    limited = tell(RUNS | {"policy.refund.within": "2 d"}, **luck)
    assert (limited.refunded_at, limited.limit_used) == (3 * DAY, True)


def test_there_is_no_run_on_a_day_off_of_the_bank() -> None:
    away = {"calendars.bank.closed": ["2018-10-04"]}
    assert tell(RUNS | away, asked=DAY, ships_at=30 * DAY).refunded_at == 7 * DAY + AT_RUN


def test_runs_that_never_come_are_refused() -> None:
    sundays = {"policy.refund.runs": {"weekdays": ["sun"], "at": "09:00"}}
    (path, _), *_ = complaints(described(sundays | {"calendars.bank.hours": {"mon-fri": "09:00-18:00"}}))
    assert path == "policy.refund.runs"
