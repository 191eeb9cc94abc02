"""The dispatch limit: what is not sent within a week of payment, the platform refunds by itself."""

from __future__ import annotations

import pytest

from sim.scenario.durations import DAY, NEVER, SECOND
from sim.vocabulary import Outcome, Party, Route, Settled
from tests.worlds import (
    MEDIATED,
    OFFICE_HOURS,
    Story,
    accepts,
    calendars_of,
    drawn,
    refuses,
    says_nothing,
    splits,
    tell,
    world,
)

LIMIT = {"policy.dispatch.limit": "7 d"}
AT_THE_LIMIT = 7 * DAY
NOT_DISPATCHED = (Outcome.REFUNDED, Route.NOT_DISPATCHED)


def tell_with_limit(changes: dict[str, object] | None = None, **luck: object) -> Story:
    """A week to dispatch; the seller never does unless the story says so."""
    return tell(LIMIT | (changes or {}), **{"dispatch_due": AT_THE_LIMIT, "ships_at": NEVER} | luck)


def test_the_limit_ends_a_cancellation_that_nobody_has_answered() -> None:
    story = tell_with_limit(cancellation=accepts(after=6 * DAY))
    assert story.cancellation_settled_by is Settled.INTERRUPTED
    assert story.ending == NOT_DISPATCHED
    assert story.refunded_at == AT_THE_LIMIT
    assert story.refund == 100_00


def test_an_answer_before_the_limit_stands() -> None:
    story = tell_with_limit(cancellation=accepts(after=4 * DAY))
    assert story.ending == (Outcome.REFUNDED, Route.CANCELLATION)
    assert story.refunded_at == 6 * DAY


def test_a_dispatch_exactly_at_the_limit_is_in_time() -> None:
    story = tell_with_limit(cancellation=refuses(), goes_on=0, ships_at=AT_THE_LIMIT)
    assert story.ending == (Outcome.GAVE_UP, Route.CANCELLATION)
    assert story.dispatched_at == AT_THE_LIMIT


def test_a_dispatch_one_second_later_is_not() -> None:
    story = tell_with_limit(cancellation=refuses(), goes_on=0, ships_at=AT_THE_LIMIT + SECOND)
    assert story.ending == NOT_DISPATCHED
    assert story.dispatched_at is None


@pytest.mark.parametrize("goes_on", [0, 1])
def test_the_limit_refunds_whoever_was_refused_and_got_nothing(goes_on: int) -> None:
    # One has given up on day 2, one waits for a parcel that is never sent.
    story = tell_with_limit(cancellation=refuses(), goes_on=goes_on)
    assert story.ending == NOT_DISPATCHED
    assert story.refunded_at == AT_THE_LIMIT


def test_the_limit_refunds_a_buyer_whose_claim_silence_has_closed() -> None:
    closes = {"policy.cancellation.clock": "3 d", "policy.cancellation.on_silence": "close"}
    story = tell_with_limit(closes, cancellation=says_nothing())
    assert story.cancellation_settled_by is Settled.SILENCE
    assert story.ending == NOT_DISPATCHED


def test_the_limit_refunds_a_buyer_whose_window_was_over() -> None:
    story = tell_with_limit(asked=4 * DAY, window_ends=3 * DAY)
    assert story.cancellation_opened_at is None
    assert story.ending == NOT_DISPATCHED
    assert story.refunded_at == AT_THE_LIMIT


def test_a_buyer_refunded_at_the_limit_is_not_refunded_twice() -> None:
    story = tell_with_limit(cancellation=accepts(after=6 * DAY))
    assert story.told.count("refunded") == story.told.count("refund due") == 1


# ------------------------------------------------------------------------------- and the platform's case

TO_THE_PLATFORM = MEDIATED | {"policy.cancellation.clock": "3 d", "policy.cancellation.on_silence": "escalate"}


def test_the_limit_ends_a_case_of_the_platform() -> None:
    story = tell_with_limit(TO_THE_PLATFORM, cancellation=says_nothing(), mediation=refuses(after=4 * DAY))
    assert story.mediation_opened_at == (2 + 3) * DAY
    assert story.mediation_settled_by is Settled.INTERRUPTED
    assert story.mediation_settled_at == story.refunded_at == AT_THE_LIMIT
    assert story.ending == NOT_DISPATCHED


def test_a_ruling_before_the_limit_stands() -> None:
    story = tell_with_limit(TO_THE_PLATFORM, cancellation=says_nothing(), mediation=accepts(after=1 * DAY))
    assert story.ending == (Outcome.REFUNDED, Route.MEDIATION)
    assert story.refunded_at == (5 + 1) * DAY


def test_a_ruling_for_the_seller_does_not_make_it_send_the_parcel() -> None:
    story = tell_with_limit(TO_THE_PLATFORM, cancellation=says_nothing(), mediation=refuses(after=1 * DAY))
    assert story.ending == NOT_DISPATCHED
    assert story.refunded_at == AT_THE_LIMIT


def test_a_split_ruling_stands_even_if_nothing_is_sent_after_it() -> None:
    # The price was divided once; the limit does not refund the rest.
    story = tell_with_limit(TO_THE_PLATFORM, cancellation=says_nothing(), mediation=splits(after=1 * DAY))
    assert story.ending == (Outcome.PARTLY_REFUNDED, Route.MEDIATION)
    assert (story.refund, story.refunded_at) == (50_00, 6 * DAY)
    assert story.told.count("refunded") == 1


@pytest.mark.parametrize("escalates", [0, 1])
def test_the_limit_passes_before_a_buyer_calls_the_platform(escalates: int) -> None:
    may_escalate = TO_THE_PLATFORM | {
        "policy.cancellation.on_silence": "may_escalate",
        "policy.mediation.escalate_within": "10 d",
    }
    luck = {"cancellation": says_nothing(), "escalates": escalates, "escalates_after": 3 * DAY}
    story = tell_with_limit(may_escalate, **luck)  # silence on day 5, the call would come on day 8
    assert story.mediation_opened_at is None
    assert story.ending == NOT_DISPATCHED
    assert story.refunded_at == AT_THE_LIMIT


# ----------------------------------------------------------------------------------------- no refund

NOTHING_FOLLOWS = {"policy.dispatch.on_miss": "nothing"}


def test_a_limit_that_nothing_follows_interrupts_nothing() -> None:
    story = tell_with_limit(NOTHING_FOLLOWS, cancellation=accepts(after=8 * DAY))
    assert story.ending == (Outcome.REFUNDED, Route.CANCELLATION)
    assert story.refunded_at == 10 * DAY


def test_a_limit_that_nothing_follows_leaves_the_buyer_waiting() -> None:
    story = tell_with_limit(NOTHING_FOLLOWS, cancellation=refuses())
    assert story.ending == (Outcome.OPEN, Route.CANCELLATION)
    assert story.ended_at is None


# -------------------------------------------------------------------------- refunded without asking

NEVER_SENT = LIMIT | {"market.sellers.types.plain.dispatch": "never"}


def test_an_order_refunded_before_anybody_asked_is_no_claim() -> None:
    draws = drawn(world(NEVER_SENT | {"buyers.regret.after": "8 d"}))
    assert len(draws.claims["order"]) == 0
    assert draws.refunded_unasked.tolist() == list(range(len(draws.orders)))


def test_whoever_changes_their_mind_at_the_very_limit_has_asked() -> None:
    draws = drawn(world(NEVER_SENT | {"buyers.regret.after": "7 d"}))
    assert draws.claims["order"].tolist() == list(range(len(draws.orders)))
    assert len(draws.refunded_unasked) == 0


def test_without_a_limit_nothing_is_refunded_unasked() -> None:
    no_limit = NEVER_SENT | {"policy.dispatch.limit": "none", "buyers.regret.after": "8 d"}
    assert len(drawn(world(no_limit)).refunded_unasked) == 0


def test_a_limit_in_business_days_is_counted_in_the_sellers() -> None:
    # Paid on Monday 1 October: three business days are over on Thursday, at the same time of day, in a week
    # in which Tuesday is a day off.
    closed = OFFICE_HOURS | {"closed": ["2018-10-02"]}
    scenario = world({"policy.dispatch.limit": "3 bd", "calendars.seller": closed})
    claims = drawn(scenario).claims
    assert (claims["dispatch_due"] - claims["paid"]).tolist() == [4 * DAY] * len(claims["paid"])
    assert len(calendars_of(scenario)[Party.SELLER].days) > 0
