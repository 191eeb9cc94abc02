"""The money on its way back. The seller agrees on day 2, a Wednesday, at midnight."""

from __future__ import annotations

from sim.scenario.durations import DAY, HOUR
from sim.vocabulary import Outcome, Route
from tests.worlds import NEXT_MON, THU, TUE, WED, Story, accepts, tell

WEEKDAYS = {"calendars.bank": {"hours": {"mon-fri": "00:00-24:00"}}}
BUSINESS_DAYS = {"policy.refund.posting.card": "3 bd"} | WEEKDAYS


def test_a_bank_that_takes_no_time_refunds_at_once() -> None:
    story = tell()
    assert story.refund_due_at == story.refunded_at == WED


def test_the_bank_takes_its_time_after_the_refund_falls_due() -> None:
    story = tell({"policy.refund.posting.card": "4 d"}, posting=4 * DAY)
    assert (story.refund_due_at, story.refunded_at) == (WED, WED + 4 * DAY)
    assert story.ended_at == story.refunded_at


def test_three_business_days_from_wednesday_end_on_monday() -> None:
    assert tell(BUSINESS_DAYS, posting=3 * DAY).refunded_at == NEXT_MON


def test_a_refund_that_falls_due_at_the_weekend_is_posted_from_monday() -> None:
    # Asked on Wednesday, agreed on Saturday at noon: that counts as Monday 00:00, and three days are Thursday.
    story = tell(BUSINESS_DAYS, cancellation=accepts(after=3 * DAY + 12 * HOUR), ships_at=9 * DAY, posting=3 * DAY)
    assert story.refunded_at == NEXT_MON + THU


def test_a_bank_holiday_is_no_business_day() -> None:
    holiday = {"calendars.bank": {"hours": {"mon-fri": "00:00-24:00"}, "closed": ["2018-10-05"]}}
    assert tell(BUSINESS_DAYS | holiday, posting=3 * DAY).refunded_at == NEXT_MON + TUE


def test_each_way_of_paying_has_its_own_clock() -> None:
    by_method = {
        "market.payment_methods": {"card": 0.5, "wallet": 0.5},
        "policy.refund.posting": {"card": "3 bd", "wallet": "3 d"},
    } | WEEKDAYS
    card = tell(by_method, payment_method=0, posting=3 * DAY)
    wallet = tell(by_method, payment_method=1, posting=3 * DAY)
    assert (card.refunded_at, wallet.refunded_at) == (NEXT_MON, WED + 3 * DAY)


# ------------------------------------------------------------------------------- an enforced deadline


def with_limit(limit: str, days: int) -> Story:
    """The bank would take so many days on the wall."""
    changes = {"policy.refund.posting.card": "1 d", "policy.refund.within": limit}
    return tell(changes | WEEKDAYS, posting=days * DAY)


def test_an_enforced_deadline_cuts_the_banks_time_short() -> None:
    story = with_limit("9 d", days=20)
    assert story.refunded_at == WED + 9 * DAY
    assert story.limit_used
    assert story.ending == (Outcome.REFUNDED, Route.CANCELLATION)


def test_a_bank_that_is_faster_than_the_deadline_is_not_slowed_down() -> None:
    story = with_limit("9 d", days=4)
    assert story.refunded_at == WED + 4 * DAY
    assert not story.limit_used


def test_a_bank_that_needs_exactly_the_deadline_did_not_need_it() -> None:
    assert not with_limit("9 d", days=9).limit_used


def test_a_deadline_in_business_days_is_counted_in_the_banks() -> None:
    assert with_limit("3 bd", days=20).refunded_at == NEXT_MON
