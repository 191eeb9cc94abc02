"""Disputing what was shipped. The parcel left on day 5 and is there on day 25; a dispute is open till day 40."""

from __future__ import annotations

import pytest

from sim.scenario.durations import DAY, HOUR, NEVER, SECOND
from sim.vocabulary import Outcome, Route, Settled
from tests.worlds import MEDIATED, Story, accepts, refuses, says_nothing, tell

UNDER_WAY = 6 * DAY
"""Asked now, the parcel has left."""
DELIVERED = 25 * DAY
REFUNDED = (Outcome.REFUNDED, Route.DISPUTE)


def dispute(changes: dict[str, object] | None = None, **luck: object) -> Story:
    """A buyer who changes their mind while the parcel is under way."""
    return tell(changes, **{"asked": UNDER_WAY} | luck)


# ------------------------------------------------------------------------------------ when it is open


def test_the_buyer_waits_for_the_parcel() -> None:
    story = dispute(dispute=accepts(after=12 * HOUR))
    assert story.dispute_opened_at == DELIVERED
    assert story.refunded_at == DELIVERED + 12 * HOUR
    assert story.ending == REFUNDED


def test_whoever_holds_the_parcel_already_need_not_wait() -> None:
    assert dispute(asked=30 * DAY).refunded_at == 30 * DAY


def test_a_dispute_may_be_opened_until_the_last_second_of_its_window() -> None:
    assert dispute(asked=(25 + 15) * DAY).ending == REFUNDED


def test_one_second_later_it_is_expired() -> None:
    story = dispute(asked=(25 + 15) * DAY + SECOND)
    assert story.ending == (Outcome.EXPIRED, Route.NONE)
    assert story.ended_at == 40 * DAY + SECOND
    assert story.dispute_opened_at is None


def test_where_it_never_closes_a_year_later_will_do() -> None:
    assert dispute({"policy.dispute.default.closes": "none"}, asked=400 * DAY).ending == REFUNDED


def test_a_dispute_may_open_later_than_delivery() -> None:
    promised_in_sixty_days = {
        "policy.promise": {"after": "paid", "within": "60 d"},
        "policy.dispute.default.opens": {"after": "promised"},
        "policy.dispute.default.closes": {"after": "promised", "within": "15 d"},
    }
    assert dispute(promised_in_sixty_days).dispute_opened_at == 60 * DAY
    assert dispute(promised_in_sixty_days, asked=75 * DAY).dispute_opened_at == 75 * DAY
    assert dispute(promised_in_sixty_days, asked=75 * DAY + SECOND).ending[0] is Outcome.EXPIRED


def test_a_promise_may_be_counted_from_dispatch() -> None:
    promised = {
        "policy.promise": {"after": "dispatched", "within": "30 d"},
        "policy.dispute.default.opens": {"after": "promised", "within": "2 d"},
    }
    assert dispute(promised).dispute_opened_at == (5 + 30 + 2) * DAY


def test_a_window_may_be_over_before_the_parcel_arrives() -> None:
    closes_early = {"policy.dispute.default.closes": {"after": "paid", "within": "20 d"}}
    story = dispute(closes_early)
    assert story.ending[0] is Outcome.EXPIRED
    assert story.ended_at == DELIVERED


@pytest.mark.parametrize("lost", [{"transit": NEVER}, {"ships_at": NEVER, "window_ends": DAY}])
def test_a_parcel_that_never_comes_leaves_the_order_open(lost: dict[str, int]) -> None:
    story = dispute(**lost)
    assert story.ending == (Outcome.OPEN, Route.NONE)
    assert (story.delivered_at, story.ended_at, story.refunded_at) == (None, None, None)


# ------------------------------------------------------------------------------------- is it worth it?

RETURNS = {"policy.return.default.payer": "buyer"}


@pytest.mark.parametrize(
    ("postage", "hassle", "ending"),
    [
        (60_00, 39_99, REFUNDED),
        (60_00, 40_00, (Outcome.GAVE_UP, Route.NONE)),  # what comes back must exceed what it costs
        (120_00, 0, (Outcome.GAVE_UP, Route.NONE)),
    ],
)
def test_a_buyer_keeps_what_is_not_worth_sending_back(
    postage: int, hassle: int, ending: tuple[object, ...]
) -> None:
    story = dispute(RETURNS, return_cost=postage, hassle=hassle)
    assert story.ending == ending
    assert story.dispute_opened_at == (DELIVERED if ending == REFUNDED else None)


def test_postage_that_somebody_else_pays_keeps_nobody_from_asking() -> None:
    assert dispute(RETURNS | {"policy.return.default.payer": "seller"}, return_cost=120_00).ending == REFUNDED


def test_postage_is_no_matter_where_nothing_goes_back() -> None:
    assert dispute(return_cost=120_00).ending == REFUNDED


# ---------------------------------------------------------------------------------------- the answer


def test_a_refusal_is_the_end_where_no_platform_rules() -> None:
    story = dispute(dispute=refuses(after=3 * DAY))
    assert story.ending == (Outcome.REFUSED, Route.DISPUTE)
    assert story.ended_at == (25 + 3) * DAY
    assert story.refunded_at is None


def test_a_refused_buyer_may_go_to_the_platform() -> None:
    story = dispute(MEDIATED, dispute=refuses(after=3 * DAY), escalates_after=2 * DAY)
    assert story.mediation_opened_at == (25 + 3 + 2) * DAY
    assert story.ending == (Outcome.REFUNDED, Route.MEDIATION)


def test_a_refused_buyer_may_leave_it_at_that() -> None:
    story = dispute(MEDIATED, dispute=refuses(after=3 * DAY), escalates=0)
    assert story.ending == (Outcome.REFUSED, Route.DISPUTE)
    assert story.ended_at == 28 * DAY


TWO_DAYS_TO_CALL = MEDIATED | {"policy.mediation.escalate_within": "2 d"}


def test_the_platform_may_be_called_until_the_last_second() -> None:
    assert dispute(TWO_DAYS_TO_CALL, dispute=refuses(), escalates_after=2 * DAY).mediation_opened_at == 27 * DAY


def test_a_buyer_who_would_be_too_late_stays_refused() -> None:
    story = dispute(TWO_DAYS_TO_CALL, dispute=refuses(), escalates_after=2 * DAY + SECOND)
    assert story.ending == (Outcome.REFUSED, Route.DISPUTE)
    assert story.ended_at == DELIVERED


def test_a_buyer_without_patience_drops_the_dispute() -> None:
    story = dispute(dispute=accepts(after=3 * DAY, patience=2 * DAY))
    assert story.dispute_settled_by is Settled.WITHDRAWN
    assert story.ending == (Outcome.GAVE_UP, Route.DISPUTE)
    assert story.ended_at == 27 * DAY


# ------------------------------------------------------------------- what silence means: day 25 + 5


def silence_means(verdict: str, changes: dict[str, object] | None = None, **luck: object) -> Story:
    changes = MEDIATED | {"policy.dispute.default.on_silence": verdict} | (changes or {})
    story = dispute(changes, dispute=says_nothing(), **luck)
    assert story.dispute_settled_by is Settled.SILENCE
    assert story.dispute_settled_at == (25 + 5) * DAY
    return story


def test_silence_may_be_a_refund() -> None:
    story = silence_means("approve")
    assert story.ending == REFUNDED
    assert story.refunded_at == 30 * DAY


def test_silence_may_be_a_refusal_that_the_buyer_takes_to_the_platform() -> None:
    story = silence_means("decline", escalates_after=1 * DAY)
    assert story.mediation_opened_at == 31 * DAY


def test_silence_may_be_a_refusal_that_the_buyer_accepts() -> None:
    assert silence_means("decline", escalates=0).ending == (Outcome.REFUSED, Route.DISPUTE)


def test_silence_may_close_the_dispute() -> None:
    story = silence_means("close", escalates=1)
    assert story.ending == (Outcome.REFUSED, Route.DISPUTE)
    assert story.mediation_opened_at is None


def test_silence_may_call_the_platform_by_itself() -> None:
    story = silence_means("escalate", escalates=0)
    assert story.mediation_opened_at == 30 * DAY
    assert story.ending == (Outcome.REFUNDED, Route.MEDIATION)


def test_silence_may_leave_it_to_the_buyer_to_call_the_platform() -> None:
    story = silence_means("may_escalate", escalates_after=1 * DAY)
    assert story.mediation_opened_at == 31 * DAY


def test_a_buyer_who_never_calls_the_platform_has_missed_it_when_the_time_is_over() -> None:
    story = silence_means("may_escalate", {"policy.mediation.escalate_within": "4 d"}, escalates=0)
    assert story.ending == (Outcome.EXPIRED, Route.DISPUTE)
    assert story.ended_at == (30 + 4) * DAY
