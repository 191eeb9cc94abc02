"""The levers of a dispute: who has to agree, who answers, offers in rounds, and when the platform steps in."""

from __future__ import annotations

import pytest

from sim.scenario.durations import DAY, NEVER, SECOND
from sim.vocabulary import Disposition, Outcome, Route, Settled
from tests.worlds import MEDIATED, Story, accepts, refuses, says, says_nothing, splits, tell

DISPUTE = "policy.dispute.default"
BY_DISPUTE, BY_PLATFORM = Route.DISPUTE, Route.MEDIATION


def disputed(changes: dict[str, object] | None = None, **luck: object) -> Story:
    """Regretted on day 6, too late to cancel; the parcel is there on day 25."""
    return tell(changes, **{"asked": 6 * DAY} | luck)


# ------------------------------------------------------------------------------------------- in transit

IN_TRANSIT = {f"{DISPUTE}.while_in_transit": True, f"{DISPUTE}.opens": {"after": "dispatched"}}


def test_a_claim_in_transit_does_not_wait_for_the_parcel() -> None:
    story = disputed(IN_TRANSIT, dispute=accepts(after=2 * DAY))
    assert (story.dispute_opened_at, story.refunded_at) == (6 * DAY, 8 * DAY)
    assert story.delivered_at == 25 * DAY


def test_a_claim_in_transit_is_paid_after_the_return_where_goods_go_back() -> None:
    goes_back = {"policy.return.default.payer": "buyer"}
    story = disputed(IN_TRANSIT | goes_back, return_delay=1 * DAY, return_transit=7 * DAY)
    assert (story.return_posted_at, story.refunded_at) == (26 * DAY, 33 * DAY)


@pytest.mark.parametrize("asked", [9 * DAY, 12 * DAY])
def test_a_regret_over_a_parcel_on_its_way_keeps_its_right_whether_the_parcel_is_late_or_lost(asked: int) -> None:
    by_right = IN_TRANSIT | {
        "policy.promise": {"after": "paid", "within": "10 d"},
        f"{DISPUTE}.needs_consent": False,
        "policy.dispute.not_received": {"closes": {"after": "promised", "within": "1 d"}, "needs_consent": True},
    }
    for lost in (0, 1):
        story = disputed(by_right, asked=asked, lost=lost)
        assert story.ending == (Outcome.REFUNDED, BY_DISPUTE)
        assert (story.withdrawn_at, story.missed_at) == (asked, None)


# ------------------------------------------------------------------------------- the right of withdrawal

WITHDRAWAL = {f"{DISPUTE}.needs_consent": False}


def test_a_withdrawal_needs_nobody_to_agree() -> None:
    story = disputed(WITHDRAWAL, dispute=refuses())
    assert story.ending == (Outcome.REFUNDED, BY_DISPUTE)
    assert (story.dispute_opened_at, story.refunded_at) == (None, 25 * DAY)


TRADERS_CLOCK = {
    **WITHDRAWAL,
    "policy.return.default": {"payer": "buyer", "refund_on": "posted"},
    "policy.refund": {"within": {"after": "decided", "within": "14 d"}, "posting": {"card": "60 d"}},
}


def test_a_traders_clock_runs_from_notice() -> None:
    story = disputed(TRADERS_CLOCK, return_delay=4 * DAY, posting=60 * DAY)
    assert (story.refund_due_at, story.refunded_at) == (29 * DAY, (25 + 14) * DAY)


def test_a_trader_may_wait_for_proof_of_posting() -> None:
    story = disputed(TRADERS_CLOCK, return_delay=20 * DAY, posting=60 * DAY)
    assert story.refund_due_at == story.refunded_at == 45 * DAY


# -------------------------------------------------------------------------------------- the platform answers

ANSWERED_BY_PLATFORM = MEDIATED | {f"{DISPUTE}.answered_by": "platform"}


def answered_by_the_platform(mediation: object) -> Story:
    return disputed(ANSWERED_BY_PLATFORM, dispute=refuses(), mediation=mediation, split_share=300_000)


def test_a_platform_that_answers_may_find_for_the_buyer() -> None:
    story = answered_by_the_platform(accepts(after=2 * DAY))
    assert (story.ending, story.refunded_at) == ((Outcome.REFUNDED, BY_DISPUTE), 27 * DAY)


def test_a_platform_that_answers_may_split() -> None:
    story = answered_by_the_platform(splits(after=2 * DAY))
    assert story.ending == (Outcome.PARTLY_REFUNDED, BY_DISPUTE)
    assert (story.refund, story.refunded_at) == (30_00, 27 * DAY)


def test_a_platform_that_answers_has_the_last_word() -> None:
    story = answered_by_the_platform(refuses(after=2 * DAY))
    assert (story.ending, story.ended_at) == ((Outcome.REFUSED, BY_DISPUTE), 27 * DAY)
    assert story.mediation_opened_at is None


# --------------------------------------------------------------------------------------- offers, from day 26

OFFERS = {"first_offer": 200_000, "second_offer": 300_000, "third_offer": 400_000}


def haggled(changes: dict[str, object] | None = None, **luck: object) -> Story:
    """The seller counters on day 26, and the buyer takes two days over each offer."""
    counters = {"dispute": says(Disposition.COUNTER, after=1 * DAY), "offer": accepts(after=2 * DAY)} | OFFERS
    return disputed({f"{DISPUTE}.rounds": 3} | (changes or {}), **counters | luck)


def test_an_offer_that_reaches_what_the_buyer_settles_for_is_taken() -> None:
    story = haggled(reservation=200_000)
    assert story.ending == (Outcome.PARTLY_REFUNDED, BY_DISPUTE)
    assert (story.refund, story.refunded_at) == (20_00, 28 * DAY)


def test_the_columns_of_an_offer_are_those_of_the_last_round() -> None:
    story = haggled(reservation=400_000)
    assert (story.offer_opened_at, story.offer_settled_at) == (30 * DAY, 32 * DAY)
    assert (story.refund, story.refunded_at) == (40_00, 32 * DAY)


def test_offers_refused_in_every_round_are_a_refusal() -> None:
    story = haggled(reservation=500_000)
    assert (story.ending, story.ended_at) == ((Outcome.REFUSED, BY_DISPUTE), 32 * DAY)
    to_the_platform = haggled(MEDIATED, reservation=500_000, mediation=accepts(after=1 * DAY))
    assert (to_the_platform.ending, to_the_platform.refunded_at) == ((Outcome.REFUNDED, BY_PLATFORM), 33 * DAY)


def unanswered(on_silence: str) -> Story:
    offer = {f"{DISPUTE}.offer": {"clock": "3 d", "on_silence": on_silence}, f"{DISPUTE}.rounds": 2}
    return haggled(offer, offer=says_nothing())


def test_a_silent_buyer_may_have_taken_the_first_offer() -> None:
    story = unanswered("approve")
    assert story.offer_settled_by is Settled.SILENCE
    assert (story.refund, story.refunded_at) == (20_00, 29 * DAY)


def test_a_silent_buyer_may_have_refused_every_offer() -> None:
    story = unanswered("decline")
    assert (story.ending, story.ended_at) == ((Outcome.REFUSED, BY_DISPUTE), 32 * DAY)


def test_a_silent_buyer_may_have_closed_the_claim() -> None:
    story = unanswered("close")
    assert (story.ending, story.ended_at) == ((Outcome.REFUSED, BY_DISPUTE), 29 * DAY)


# -------------------------------------------------------------------------- the platform steps in, from day 25


def stepped_in(buyer_may: str, by_itself: str, **luck: object) -> Story:
    """The seller would refuse on day 34, had the platform not come first."""
    terms = {f"{DISPUTE}.steps_in": {"buyer_may_after": buyer_may, "by_itself_after": by_itself}}
    patient = {"dispute": refuses(after=9 * DAY), "mediation": accepts(after=1 * DAY)}
    return disputed(MEDIATED | {f"{DISPUTE}.clock": "20 d"} | terms, **patient | luck)


def test_a_buyer_calls_the_platform_some_time_after_they_may() -> None:
    story = stepped_in("3 d", "8 d", escalates_after=2 * DAY)
    assert story.dispute_settled_by is Settled.INTERRUPTED
    assert (story.mediation_opened_at, story.refunded_at) == (30 * DAY, 31 * DAY)
    assert story.ending == (Outcome.REFUNDED, BY_PLATFORM)


def test_the_platform_comes_by_itself_to_a_buyer_who_would_not_call() -> None:
    story = stepped_in("3 d", "8 d", escalates=0)
    assert (story.mediation_opened_at, story.refunded_at) == (33 * DAY, 34 * DAY)


def test_a_buyer_out_of_patience_calls_the_platform_if_they_already_may() -> None:
    patience = refuses(after=9 * DAY, patience=4 * DAY)
    story = stepped_in("4 d", "8 d", escalates_after=NEVER, dispute=patience)
    assert (story.mediation_opened_at, story.refunded_at) == (29 * DAY, 30 * DAY)


def test_a_buyer_out_of_patience_who_may_not_call_yet_gives_up() -> None:
    patience = refuses(after=9 * DAY, patience=4 * DAY - SECOND)
    story = stepped_in("4 d", "8 d", dispute=patience)
    assert (story.ending, story.ended_at) == ((Outcome.GAVE_UP, BY_DISPUTE), 29 * DAY - SECOND)
