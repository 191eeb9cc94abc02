"""Cancelling before the parcel leaves: free, by consent, by silence. Asked on day 2, shipped on day 5."""

from __future__ import annotations

import pytest

from sim.scenario.durations import DAY, HOUR, MINUTE, SECOND
from sim.vocabulary import Outcome, Reason, Route, Settled
from tests.worlds import MEDIATED, accepts, refuses, says_nothing, ships, tell

FREE_FOR_A_DAY = {"policy.cancellation.free_until": {"after": "paid", "within": "24 h"}}
FREE_UNTIL_ARRANGED = {"policy.cancellation.free_until": {"after": "arranged"}}
FREE_UNTIL_DISPATCHED = {"policy.cancellation.free_until": {"after": "dispatched"}}
FREE = Route.FREE_CANCELLATION
LATER = 30 * DAY
"""A dispatch late enough for the seller's nine days to run out first, on day 11."""


def silence_means(verdict: str) -> dict[str, object]:
    return {"policy.cancellation.on_silence": verdict} | MEDIATED


# ------------------------------------------------------------------------------------------ free


def test_while_it_is_free_nobody_is_asked() -> None:
    story = tell(FREE_FOR_A_DAY, asked=23 * HOUR, cancellation=refuses())
    assert story.ending == (Outcome.REFUNDED, FREE)
    assert story.refunded_at == 23 * HOUR
    assert story.cancellation_opened_at is None
    assert story.dispatched_at is None


def test_the_last_second_of_the_first_day_is_still_free() -> None:
    assert tell(FREE_FOR_A_DAY, asked=24 * HOUR).ending == (Outcome.REFUNDED, FREE)
    assert tell(FREE_FOR_A_DAY, asked=24 * HOUR + SECOND).ending == (Outcome.REFUNDED, Route.CANCELLATION)


def test_it_may_be_free_until_shipment_is_arranged() -> None:
    assert tell(FREE_UNTIL_ARRANGED, asked=DAY, arranges_at=DAY).ending == (Outcome.REFUNDED, FREE)
    late = tell(FREE_UNTIL_ARRANGED, asked=DAY + SECOND, arranges_at=DAY)
    assert late.ending == (Outcome.REFUNDED, Route.CANCELLATION)


def test_it_may_be_free_for_some_time_after_shipment_is_arranged() -> None:
    two_hours = {"policy.cancellation.free_until": {"after": "arranged", "within": "2 h"}}
    assert tell(two_hours, asked=DAY + 2 * HOUR, arranges_at=DAY).ending == (Outcome.REFUNDED, FREE)


def test_it_may_be_free_until_dispatch() -> None:
    last_chance = tell(FREE_UNTIL_DISPATCHED, asked=5 * DAY - SECOND, ships_at=5 * DAY)
    assert last_chance.ending == (Outcome.REFUNDED, FREE)
    assert tell(FREE_UNTIL_DISPATCHED, asked=5 * DAY, ships_at=5 * DAY).ending == (Outcome.REFUNDED, Route.DISPUTE)


def test_a_button_that_is_gone_is_no_longer_free_either() -> None:
    story = tell(FREE_UNTIL_DISPATCHED, asked=3 * DAY, window_ends=3 * DAY - SECOND)
    assert story.ending == (Outcome.REFUNDED, Route.DISPUTE)


def test_an_arranged_shipment_that_is_cancelled_never_leaves() -> None:
    story = tell(arranges_at=1 * DAY)
    assert (story.arranged_at, story.dispatched_at, story.delivered_at) == (1 * DAY, None, None)


def test_a_shipment_that_was_not_arranged_yet_never_is() -> None:
    assert tell(arranges_at=3 * DAY).arranged_at is None


# ------------------------------------------------------------------------------------ by consent


def test_a_seller_who_agrees_ends_it() -> None:
    story = tell(cancellation=accepts(after=6 * HOUR, work=10 * MINUTE))
    assert story.ending == (Outcome.REFUNDED, Route.CANCELLATION)
    assert story.cancellation_settled_by is Settled.ANSWERED
    assert story.refunded_at == 2 * DAY + 6 * HOUR + 10 * MINUTE
    assert story.refund == 100_00


def test_a_buyer_who_is_refused_waits_for_the_parcel_and_disputes() -> None:
    story = tell(cancellation=refuses(after=1 * DAY))
    assert story.cancellation_settled_at == 3 * DAY
    assert story.dispute_opened_at == 25 * DAY
    assert story.ending == (Outcome.REFUNDED, Route.DISPUTE)


def test_a_buyer_who_is_refused_may_leave_it_at_that() -> None:
    story = tell(cancellation=refuses(after=1 * DAY), goes_on=0)
    assert story.ending == (Outcome.GAVE_UP, Route.CANCELLATION)
    assert story.ended_at == 3 * DAY
    assert story.delivered_at == 25 * DAY  # the parcel comes all the same


def test_a_seller_may_ship_at_once_instead_of_answering() -> None:
    story = tell(cancellation=ships(after=1 * DAY), ships_at=5 * DAY)
    assert story.cancellation_settled_by is Settled.ANSWERED
    assert story.dispatched_at == 3 * DAY
    assert story.delivered_at == 23 * DAY
    assert story.dispute_opened_at == 23 * DAY


def test_a_seller_who_ships_at_once_has_arranged_it_by_then() -> None:
    story = tell(cancellation=ships(after=1 * DAY), arranges_at=4 * DAY, ships_at=5 * DAY)
    assert story.arranged_at == story.dispatched_at == 3 * DAY


def test_a_dispatch_that_falls_due_ships_over_the_request() -> None:
    story = tell(cancellation=accepts(after=4 * DAY), ships_at=5 * DAY)
    assert story.cancellation_settled_by is Settled.INTERRUPTED
    assert story.cancellation_settled_at == story.dispatched_at == 5 * DAY
    assert story.ending == (Outcome.REFUNDED, Route.DISPUTE)


def test_a_buyer_without_patience_gives_up_before_the_answer() -> None:
    story = tell(cancellation=accepts(after=2 * DAY, patience=1 * DAY))
    assert story.cancellation_settled_by is Settled.WITHDRAWN
    assert story.ending == (Outcome.GAVE_UP, Route.CANCELLATION)
    assert story.ended_at == 3 * DAY
    assert story.delivered_at == 25 * DAY


# ------------------------------------------------------------------------------- what silence means


def test_silence_may_be_a_refund() -> None:
    story = tell(silence_means("approve"), cancellation=says_nothing(), ships_at=LATER)
    assert story.cancellation_settled_by is Settled.SILENCE
    assert story.ending == (Outcome.REFUNDED, Route.CANCELLATION)
    assert story.refunded_at == (2 + 9) * DAY
    assert story.dispatched_at is None


def test_silence_may_be_a_refusal_and_the_buyer_waits_for_the_parcel() -> None:
    story = tell(silence_means("decline"), cancellation=says_nothing(), ships_at=LATER)
    assert story.cancellation_settled_at == 11 * DAY
    assert story.dispute_opened_at == (30 + 20) * DAY
    assert story.ending == (Outcome.REFUNDED, Route.DISPUTE)


def test_silence_may_close_the_claim() -> None:
    story = tell(silence_means("close"), cancellation=says_nothing(), ships_at=LATER)
    assert story.ending == (Outcome.REFUSED, Route.CANCELLATION)
    assert story.ended_at == 11 * DAY


def test_silence_may_call_the_platform_by_itself() -> None:
    # Whether this buyer would have called does not matter.
    story = tell(silence_means("escalate"), cancellation=says_nothing(), ships_at=LATER, escalates=0)
    assert story.mediation_opened_at == 11 * DAY
    assert story.ending == (Outcome.REFUNDED, Route.MEDIATION)


def test_silence_may_leave_it_to_the_buyer_to_call_the_platform() -> None:
    story = tell(
        silence_means("may_escalate"), cancellation=says_nothing(), ships_at=LATER, escalates_after=2 * DAY
    )
    assert story.mediation_opened_at == (11 + 2) * DAY
    assert story.ending == (Outcome.REFUNDED, Route.MEDIATION)


def test_a_buyer_who_does_not_call_the_platform_has_missed_it() -> None:
    story = tell(silence_means("may_escalate"), cancellation=says_nothing(), ships_at=LATER, escalates=0)
    assert story.ending == (Outcome.EXPIRED, Route.CANCELLATION)
    assert story.ended_at == 11 * DAY  # there is no deadline to wait for


@pytest.mark.parametrize(("after", "outcome"), [(3 * DAY, Outcome.REFUNDED), (3 * DAY + SECOND, Outcome.EXPIRED)])
def test_a_buyer_who_calls_the_platform_must_do_so_in_time(after: int, outcome: Outcome) -> None:
    three_days = {"policy.mediation.escalate_within": "3 d"}
    story = tell(
        silence_means("may_escalate") | three_days,
        cancellation=says_nothing(),
        ships_at=LATER,
        escalates_after=after,
    )
    assert story.ending[0] is outcome
    assert story.ended_at == (11 + 3) * DAY


def test_without_a_clock_the_request_waits_until_the_parcel_leaves() -> None:
    no_clock = {"policy.cancellation.clock": "none"}
    story = tell(no_clock, cancellation=says_nothing(), ships_at=LATER)
    assert story.cancellation_settled_by is Settled.INTERRUPTED
    assert story.cancellation_settled_at == 30 * DAY


# ------------------------------------------------------------------------------------- switched off


def test_where_nothing_can_be_cancelled_the_buyer_waits_for_the_parcel() -> None:
    story = tell({"policy.cancellation": "none"})
    assert story.cancellation_opened_at is None
    assert story.ending == (Outcome.REFUNDED, Route.DISPUTE)
    assert story.refunded_at == 25 * DAY


def test_where_nothing_can_be_disputed_a_refusal_is_the_end() -> None:
    story = tell({"policy.dispute": "none"}, cancellation=refuses(after=1 * DAY))
    assert story.ending == (Outcome.GAVE_UP, Route.CANCELLATION)
    assert story.ended_at == 3 * DAY


# ---------------------------------------------------------------------------------- the seller's record

BLAMING = int(Reason.OUT_OF_STOCK)


@pytest.mark.parametrize(
    ("shows", "luck"),
    [
        (True, {"reason": BLAMING}),
        (True, {"reason": BLAMING, "asked_to_change": 1, "agrees_to_change": 0}),
        (False, {"reason": BLAMING, "asked_to_change": 1, "agrees_to_change": 1}),
        (False, {"reason": int(Reason.OTHER)}),
        (False, {"reason": BLAMING, "cancellation": refuses()}),
    ],
)
def test_a_cancellation_that_blames_the_seller_shows_on_its_record(shows: bool, luck: dict[str, object]) -> None:
    assert tell(**luck).on_record == shows


def test_a_seller_who_is_not_asked_for_consent_cannot_have_the_reason_changed() -> None:
    story = tell(FREE_FOR_A_DAY, asked=HOUR, reason=BLAMING, asked_to_change=1, agrees_to_change=1)
    assert story.on_record


def test_a_silent_seller_has_not_had_the_reason_changed() -> None:
    luck = {"reason": BLAMING, "asked_to_change": 1, "agrees_to_change": 1}
    story = tell(silence_means("approve"), cancellation=says_nothing(), ships_at=LATER, **luck)
    assert story.on_record
