"""The levers of a return and of free cancellation: small sums, free listings, lost returns, trusted buyers."""

from __future__ import annotations

from sim.scenario.durations import DAY, SECOND
from sim.vocabulary import Outcome, Route
from tests.worlds import Story, tell

RETURN = "policy.return.default"


def sent_back(terms: dict[str, object] | None = None, **luck: object) -> Story:
    """The seller agrees on day 25; the parcel goes back three days later and takes a week."""
    luck = {"asked": 6 * DAY, "return_delay": 3 * DAY, "return_transit": 7 * DAY, "return_cost": 8_00} | luck
    return tell({RETURN: {"payer": "buyer"} | (terms or {})}, **luck)


def test_what_is_worth_less_than_the_policy_bothers_about_stays_with_the_buyer() -> None:
    story = sent_back({"returnless_below": 100.01})
    assert (story.return_posted_at, story.refunded_at, story.buyer_cost) == (None, 25 * DAY, 0)


def test_what_is_worth_just_that_goes_back() -> None:
    story = sent_back({"returnless_below": 100})
    assert (story.return_posted_at, story.refunded_at, story.buyer_cost) == (28 * DAY, 35 * DAY, 8_00)


def test_a_seller_who_lists_with_free_returns_pays_what_the_policy_puts_on_the_buyer() -> None:
    story = sent_back(free_return=1)
    assert (story.buyer_cost, story.seller_cost) == (0, 8_00)
    by_platform = sent_back({"payer": "platform"}, free_return=1)
    assert (by_platform.seller_cost, by_platform.platform_cost) == (0, 8_00)


def test_a_lost_return_may_be_the_buyers_to_bear() -> None:
    story = sent_back({"lost_return": "buyer_bears"}, return_lost=1)
    assert (story.ending, story.ended_at) == ((Outcome.REFUSED, Route.DISPUTE), 35 * DAY)
    assert (story.return_received_at, story.refund, story.buyer_cost) == (None, 0, 8_00)


def test_a_lost_return_may_be_the_platforms_to_bear() -> None:
    story = sent_back({"lost_return": "platform_bears"}, return_lost=1)
    assert (story.ending, story.refunded_at) == ((Outcome.REFUNDED, Route.DISPUTE), 35 * DAY)


def test_trusted_buyers_may_have_their_money_before_the_goods_are_back() -> None:
    at_posting = {"trusted_refund_on": "posted"}
    assert sent_back(at_posting, trusted=1).refunded_at == 28 * DAY
    assert sent_back(at_posting, trusted=0).refunded_at == 35 * DAY


# ------------------------------------------------------------------------------------ free cancellation

FREE, CANCELLED = Route.FREE_CANCELLATION, Route.CANCELLATION


def cancelled(terms: dict[str, object], **luck: object) -> Route:
    """Arranged on day 3, dispatched on day 5."""
    changes = {f"policy.cancellation.{name}": value for name, value in terms.items()}
    outcome, route = tell(changes, **{"arranges_at": 3 * DAY} | luck).ending
    assert outcome is Outcome.REFUNDED
    return route


def test_cancelling_may_be_free_until_shipment_is_arranged() -> None:
    free = {"free_until": {"after": "arranged"}}
    assert cancelled(free, asked=3 * DAY) is FREE
    assert cancelled(free, asked=3 * DAY + SECOND) is CANCELLED


def test_cancelling_may_be_free_until_dispatch() -> None:
    free = {"free_until": {"after": "dispatched"}}
    assert cancelled(free, asked=5 * DAY - SECOND) is FREE


def test_trusted_buyers_may_cancel_freely_for_longer() -> None:
    free = {"free_until": {"within": "1 d"}, "trusted_free_until": {"within": "2 d"}}
    assert cancelled(free, asked=2 * DAY, trusted=1) is FREE
    assert cancelled(free, asked=2 * DAY, trusted=0) is CANCELLED
