"""The goods go back before the money does. The dispute is won on day 25; posted 3 days later, 7 days under way."""

from __future__ import annotations

import pytest

from sim.scenario.durations import DAY, HOUR, NEVER, SECOND
from sim.vocabulary import Outcome, Party, Route, Settled
from tests.worlds import MEDIATED, Story, accepts, refuses, says_nothing, tell

REFUNDED = (Outcome.REFUNDED, Route.DISPUTE)


def send_back(changes: dict[str, object] | None = None, **luck: object) -> Story:
    """Asked on day 6, delivered on day 25, and the seller agrees at once: verdict on day 25."""
    returns = {"policy.return.default.payer": "buyer"}
    journey = {"asked": 6 * DAY, "return_delay": 3 * DAY, "return_transit": 7 * DAY}
    return tell(returns | (changes or {}), **journey | luck)


def test_where_nothing_goes_back_the_verdict_is_the_refund() -> None:
    story = tell(asked=6 * DAY, return_delay=3 * DAY, return_cost=9_00)
    assert story.refunded_at == 25 * DAY
    assert (story.return_posted_at, story.buyer_cost) == (None, 0)


def test_the_goods_go_back_and_then_the_money_comes() -> None:
    story = send_back()
    assert story.return_posted_at == (25 + 3) * DAY
    assert story.return_received_at == (28 + 7) * DAY
    assert story.refunded_at == 35 * DAY
    assert story.ending == REFUNDED


# ---------------------------------------------------------------------------------- in time to post

THREE_DAYS_TO_POST = {"policy.return.default.post_within": "3 d"}


def test_the_last_second_to_post_it_is_in_time() -> None:
    assert send_back(THREE_DAYS_TO_POST).ending == REFUNDED


def test_a_parcel_posted_too_late_is_not_posted_at_all() -> None:
    story = send_back(THREE_DAYS_TO_POST, return_delay=3 * DAY + SECOND, return_cost=9_00)
    assert story.ending == (Outcome.EXPIRED, Route.DISPUTE)
    assert story.ended_at == (25 + 3) * DAY
    assert (story.return_posted_at, story.buyer_cost) == (None, 0)


def test_the_days_until_posting_may_be_the_carriers_business_days() -> None:
    # Verdict on Friday, 26 October, at 10:00; the carrier rests at weekends: two business days later is Tuesday.
    weekdays = {"buyers.return_delay": "2 bd", "calendars.carrier": {"hours": {"mon-fri": "00:00-24:00"}}}
    story = send_back(weekdays, asked=25 * DAY + 10 * HOUR, return_delay=2 * DAY)
    assert story.return_posted_at == (25 + 4) * DAY + 10 * HOUR


# ------------------------------------------------------------------------- when the refund falls due

INSPECTED = {"policy.return.default": {"payer": "buyer", "refund_on": "inspected", "inspection": {"clock": "10 d"}}}


@pytest.mark.parametrize(("step", "day"), [("notice", 25), ("posted", 28), ("received", 35)])
def test_the_refund_falls_due_on_the_step_that_the_policy_names(step: str, day: int) -> None:
    story = send_back({"policy.return.default.refund_on": step})
    assert story.refunded_at == day * DAY
    assert (story.return_posted_at, story.return_received_at) == (28 * DAY, 35 * DAY)


def test_the_refund_may_wait_for_the_inspection() -> None:
    story = send_back(INSPECTED, inspection=accepts(after=2 * DAY))
    assert story.inspection_opened_at == 35 * DAY
    assert story.refunded_at == (35 + 2) * DAY


def test_a_refund_on_notice_is_not_taken_back_from_who_never_posts() -> None:
    story = send_back({"policy.return.default": {"payer": "buyer", "post_within": "2 d", "refund_on": "notice"}})
    assert story.ending == REFUNDED
    assert story.return_posted_at is None


def test_a_return_that_never_arrives_leaves_the_order_open() -> None:
    story = send_back(return_transit=NEVER)
    assert story.return_posted_at == 28 * DAY
    assert story.ending == (Outcome.OPEN, Route.DISPUTE)


# ------------------------------------------------------------------------------------ who pays for it


@pytest.mark.parametrize("payer", [Party.BUYER, Party.SELLER, Party.PLATFORM])
def test_the_postage_is_paid_by_whom_the_policy_names(payer: Party) -> None:
    story = send_back({"policy.return.default.payer": payer.word}, return_cost=9_00)
    costs = {party: getattr(story, f"{party.word}_cost") for party in (Party.BUYER, Party.SELLER, Party.PLATFORM)}
    assert costs == dict.fromkeys(costs, 0) | {payer: 9_00}


# ------------------------------------------------------------------------- the inspection, from day 35


def test_a_seller_who_says_nothing_about_the_parcel_releases_the_money() -> None:
    story = send_back(INSPECTED, inspection=says_nothing())
    assert story.inspection_settled_by is Settled.SILENCE
    assert story.refunded_at == (35 + 10) * DAY
    assert story.ending == REFUNDED


def silence_on_inspection(verdict: str) -> dict[str, object]:
    return INSPECTED | MEDIATED | {"policy.return.default.inspection.on_silence": verdict}


def test_silence_on_a_return_may_let_the_buyer_call_the_platform() -> None:
    """Back on day 35, nothing said until day 45; the buyer calls three days later, the platform rules in one."""
    luck = {"inspection": says_nothing(), "escalates_after": 3 * DAY, "mediation": accepts(after=1 * DAY)}
    story = send_back(silence_on_inspection("may_escalate"), **luck)
    assert (story.mediation_opened_at, story.refunded_at) == (48 * DAY, 49 * DAY)
    assert story.ending == (Outcome.REFUNDED, Route.MEDIATION)


def test_a_buyer_who_does_not_call_loses_money_and_goods() -> None:
    may_call = silence_on_inspection("may_escalate") | {"policy.mediation.escalate_within": "5 d"}
    story = send_back(may_call, inspection=says_nothing(), escalates=0)
    assert story.ending == (Outcome.EXPIRED, Route.DISPUTE)
    assert (story.ended_at, story.mediation_opened_at) == (50 * DAY, None)


def test_silence_about_the_parcel_may_close_the_claim() -> None:
    story = send_back(silence_on_inspection("close"), inspection=says_nothing())
    assert story.ending == (Outcome.REFUSED, Route.DISPUTE)
    assert story.ended_at == 45 * DAY


def test_silence_about_the_parcel_may_call_the_platform() -> None:
    story = send_back(silence_on_inspection("escalate"), inspection=says_nothing())
    assert story.mediation_opened_at == 45 * DAY
    assert story.ending == (Outcome.REFUNDED, Route.MEDIATION)


def test_a_contested_parcel_goes_to_the_platform() -> None:
    contested = {"inspection": refuses(after=2 * DAY), "mediation": accepts(after=1 * DAY)}
    story = send_back(INSPECTED | MEDIATED, **contested)
    assert story.mediation_opened_at == 37 * DAY
    assert story.refunded_at == 38 * DAY  # the goods are back: nothing is sent twice
    assert story.ending == (Outcome.REFUNDED, Route.MEDIATION)
    assert story.told.count("return posted") == 1


def test_the_platform_may_side_with_a_seller_who_contests() -> None:
    story = send_back(INSPECTED | MEDIATED, inspection=refuses(), mediation=refuses())
    assert story.ending == (Outcome.REFUSED, Route.MEDIATION)


def test_the_platform_rules_only_once() -> None:
    # It has ruled that the goods go back; the seller who contests them has to release the money.
    luck = {"dispute": refuses(), "mediation": accepts(after=2 * DAY), "inspection": refuses(after=1 * DAY)}
    story = send_back(INSPECTED | MEDIATED, **luck)
    assert story.told.count("mediation opened") == 1
    assert story.refunded_at == (25 + 2 + 3 + 7 + 1) * DAY
    assert story.ending == (Outcome.REFUNDED, Route.MEDIATION)


def test_where_no_platform_rules_a_contested_parcel_is_refused() -> None:
    story = send_back(INSPECTED, inspection=refuses(after=2 * DAY))
    assert story.ending == (Outcome.REFUSED, Route.DISPUTE)
    assert story.ended_at == 37 * DAY
