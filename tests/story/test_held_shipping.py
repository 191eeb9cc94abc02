"""No shipping while a request is open: the parcel, and the dispatch limit, wait for the answer.

Asked on day 2; the parcel would leave on day 5.
"""

from __future__ import annotations

import pytest

from sim.chance.facts import Ask
from sim.scenario.durations import DAY, NEVER
from sim.vocabulary import Outcome, Route, Settled
from tests.worlds import MEDIATED, Story, accepts, refuses, says_nothing, ships, tell

HELD = {"policy.cancellation.ships_while_open": "held"}
HELD_AND_ESCALATED = HELD | MEDIATED | {"policy.cancellation.on_silence": "escalate"}
A_WEEK_TO_DISPATCH = HELD | {"policy.dispatch.limit": "7 d"}


def test_a_parcel_that_was_due_leaves_when_the_answer_comes() -> None:
    story = tell(HELD, cancellation=refuses(after=6 * DAY))
    assert story.cancellation_settled_by is Settled.ANSWERED
    assert story.dispatched_at == (2 + 6) * DAY
    assert story.delivered_at == (8 + 20) * DAY


def test_a_parcel_that_is_not_due_yet_does_not_leave_early() -> None:
    assert tell(HELD, cancellation=refuses(after=1 * DAY)).dispatched_at == 5 * DAY


def test_a_seller_who_would_have_shipped_has_to_refuse() -> None:
    story = tell(HELD, cancellation=ships(after=1 * DAY))
    assert story.details("cancellation settled") == ["answered: decline"]
    assert story.dispatched_at == 5 * DAY  # and not at once, on day 3


def test_a_yes_that_comes_after_the_due_day_still_stops_the_parcel() -> None:
    story = tell(HELD, cancellation=accepts(after=6 * DAY))
    assert story.ending == (Outcome.REFUNDED, Route.CANCELLATION)
    assert story.refunded_at == 8 * DAY
    assert story.dispatched_at is None


@pytest.mark.parametrize(
    ("released_on", "answer"), [(2 + 9, says_nothing()), (2 + 4, accepts(after=6 * DAY, patience=4 * DAY))]
)
def test_silence_and_impatience_release_the_parcel_too(released_on: int, answer: Ask) -> None:
    assert tell(HELD, cancellation=answer).dispatched_at == released_on * DAY


# --------------------------------------------------------------------------- the dispatch limit pauses


def after_a_pause(ships_at: int) -> Story:
    """Asked on day 2, refused on day 5: a limit of seven days has paused for three and ends on day 10."""
    refused = refuses(after=3 * DAY)
    return tell(A_WEEK_TO_DISPATCH, dispatch_due=7 * DAY, ships_at=ships_at, cancellation=refused, goes_on=0)


def test_the_dispatch_limit_pauses_while_shipping_is_held() -> None:
    story = after_a_pause(ships_at=10 * DAY)
    assert story.ending == (Outcome.GAVE_UP, Route.CANCELLATION)
    assert story.dispatched_at == 10 * DAY


def test_a_pause_is_not_for_ever() -> None:
    story = after_a_pause(ships_at=10 * DAY + 1)
    assert story.ending == (Outcome.REFUNDED, Route.NOT_DISPATCHED)
    assert story.refunded_at == 10 * DAY


def test_the_limit_does_not_interrupt_a_request_that_holds_the_parcel() -> None:
    answer = accepts(after=6 * DAY)
    story = tell(A_WEEK_TO_DISPATCH, dispatch_due=7 * DAY, ships_at=NEVER, cancellation=answer)
    assert story.ending == (Outcome.REFUNDED, Route.CANCELLATION)
    assert story.refunded_at == 8 * DAY


# ----------------------------------------------------------- held until the platform has ruled: 11 + 3 d


def test_a_parcel_held_until_the_platform_rules_for_the_buyer_never_leaves() -> None:
    story = tell(HELD_AND_ESCALATED, cancellation=says_nothing(), mediation=accepts(after=3 * DAY))
    assert story.ending == (Outcome.REFUNDED, Route.MEDIATION)
    assert story.refunded_at == (11 + 3) * DAY
    assert story.dispatched_at is None


def test_a_parcel_held_until_the_platform_rules_for_the_seller_leaves_then() -> None:
    story = tell(HELD_AND_ESCALATED, cancellation=says_nothing(), mediation=refuses(after=3 * DAY))
    assert story.ending == (Outcome.REFUSED, Route.MEDIATION)
    assert story.dispatched_at == (11 + 3) * DAY


def test_the_limit_pauses_until_the_platform_has_ruled() -> None:
    # From day 2 to day 14 the limit of seven days stood still, so it ends on day 7 + 12.
    story = tell(
        HELD_AND_ESCALATED | {"policy.dispatch.limit": "7 d"},
        dispatch_due=7 * DAY,
        ships_at=NEVER,
        cancellation=says_nothing(),
        mediation=refuses(after=3 * DAY),
    )
    assert story.mediation_settled_by is Settled.ANSWERED
    assert story.ending == (Outcome.REFUNDED, Route.NOT_DISPATCHED)
    assert story.refunded_at == 19 * DAY


def test_a_silence_that_leaves_it_to_the_buyer_releases_the_parcel() -> None:
    may_escalate = HELD | MEDIATED | {"policy.cancellation.on_silence": "may_escalate"}
    story = tell(may_escalate, cancellation=says_nothing(), escalates_after=2 * DAY)
    assert story.dispatched_at == 11 * DAY
    assert story.mediation_opened_at == 13 * DAY
