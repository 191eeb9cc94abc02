"""Why the money is wanted back: a changed mind, goods not received, a defect; and the bank as the last resort."""

from __future__ import annotations

from datetime import date

from sim.scenario.durations import DAY, NEVER, SECOND
from sim.vocabulary import ClaimKind, Outcome, Route, Settled
from tests.worlds import MEDIATED, Story, accepts, drawn, refuses, says_nothing, tell, world

REGRET, NOT_RECEIVED, DEFECT = (int(kind) for kind in (ClaimKind.REGRET, ClaimKind.NOT_RECEIVED, ClaimKind.DEFECT))
PROMISED = {
    "policy.promise": {"within": "30 d"},
    "policy.dispute.not_received": {
        "opens": {"after": "promised", "within": "1 d"},
        "closes": {"after": "promised", "within": "10 d"},
    },
}
"""Delivery is promised for day 30; who misses the parcel may say so from day 31 to day 40."""


def missed(changes: dict[str, object] | None = None, **luck: object) -> Story:
    """Noticed on day 30, of a parcel that would come on day 65."""
    return tell(
        PROMISED | (changes or {}), **{"claim": NOT_RECEIVED, "asked": 30 * DAY, "transit": 60 * DAY} | luck
    )


def test_who_misses_the_parcel_may_say_so_from_when_the_policy_lets_them() -> None:
    story = missed(dispute=accepts(after=2 * DAY))
    assert story.dispute_opened_at == 31 * DAY
    assert (story.refund, story.refunded_at) == (100_00, 33 * DAY)
    assert story.ending == (Outcome.REFUNDED, Route.DISPUTE)


def test_the_window_for_goods_not_received_holds_its_last_instant() -> None:
    assert missed(asked=40 * DAY).ending == (Outcome.REFUNDED, Route.DISPUTE)
    assert missed(asked=40 * DAY + SECOND).ending == (Outcome.EXPIRED, Route.NONE)


def test_a_regret_that_waits_for_a_lost_parcel_becomes_not_received_on_the_promised_date() -> None:
    story = tell(PROMISED, asked=6 * DAY, lost=1, dispute=accepts(after=2 * DAY))
    assert (story.claim, story.asked_at) == (NOT_RECEIVED, 6 * DAY)
    assert (story.dispute_opened_at, story.refunded_at) == (31 * DAY, 33 * DAY)
    assert story.delivered_at is None


def test_goods_not_received_are_ruled_on_by_their_own_rulings() -> None:
    luck = {"asked": 6 * DAY, "lost": 1, "dispute": refuses(), "mediation": refuses(after=2 * DAY)}
    story = tell(PROMISED | MEDIATED, ruling_if_not_received=1, ruling_notice_if_not_received=2 * DAY, **luck)
    assert story.ending == (Outcome.REFUNDED, Route.MEDIATION)
    assert story.refunded_at == (31 + 2) * DAY


def test_a_defect_goes_straight_to_the_dispute() -> None:
    story = tell(None, claim=DEFECT, asked=28 * DAY, dispute=accepts(after=1 * DAY))
    assert story.cancellation_opened_at is None
    assert (story.dispute_opened_at, story.refunded_at) == (28 * DAY, 29 * DAY)


def test_a_defect_has_a_window_of_its_own() -> None:
    closes = {"policy.dispute.defect": {"closes": {"after": "delivered", "within": "30 d"}}}
    luck = {"claim": DEFECT, "asked": (25 + 16) * DAY}
    assert tell(None, **luck).ending == (Outcome.EXPIRED, Route.NONE)
    assert tell(closes, **luck).ending == (Outcome.REFUNDED, Route.DISPUTE)


def first_reason(regret: str, promise: str) -> tuple[set[int], set[int]]:
    """The kinds of claim, and how long after payment they are made: delivery on day 25, seen to be faulty."""
    scenario = world(
        {
            "buyers.regret.after": regret,
            "buyers.not_received": {"probability": 1},
            "buyers.defect": {"probability": 1, "after": "1 d"},
            "policy.promise": {"within": promise},
            "policy.dispute.not_received": {"opens": {"after": "promised"}, "closes": "none"},
        }
    )
    claims = drawn(scenario).claims
    return set(claims["claim"].tolist()), set((claims["asked"] - claims["paid"]).tolist())


def test_whichever_reason_comes_first_is_the_claim() -> None:
    assert first_reason("2 d", "20 d") == ({REGRET}, {2 * DAY})
    assert first_reason("22 d", "20 d") == ({NOT_RECEIVED}, {20 * DAY})
    assert first_reason("30 d", "28 d") == ({DEFECT}, {26 * DAY})


def test_in_the_same_second_a_changed_mind_goes_first_and_a_defect_last() -> None:
    assert first_reason("20 d", "20 d") == ({REGRET}, {20 * DAY})
    assert first_reason("26 d", "60 d") == ({REGRET}, {26 * DAY})


def test_a_parcel_that_comes_on_the_promised_instant_is_not_missed() -> None:
    assert first_reason("30 d", "25 d") == ({DEFECT}, {26 * DAY})


# ------------------------------------------------------------------------- the bank: refused on day 25

BANK = {
    "policy.chargeback": {
        "methods": ["card"],
        "claims": ["regret"],
        "window": {"after": "delivered", "within": "10 d"},
        "clock": "7 d",
        "on_silence": "decline",
        "rulings": {"buyer": 1, "seller": 0},
    }
}


def charged_back(changes: dict[str, object] | None = None, **luck: object) -> Story:
    """The seller refuses on day 25; four days later the buyer turns to the bank."""
    refused = {"asked": 6 * DAY, "dispute": refuses(), "charges_back": 1, "charges_back_after": 4 * DAY}
    return tell(BANK | (changes or {}), **refused | luck)


def test_a_chargeback_that_is_won_brings_the_money_back() -> None:
    story = charged_back(chargeback=accepts(after=3 * DAY))
    assert story.ending == (Outcome.REFUNDED, Route.CHARGEBACK)
    assert (story.chargeback_opened_at, story.refunded_at) == (29 * DAY, 32 * DAY)


def test_a_chargeback_that_is_lost_leaves_what_was() -> None:
    story = charged_back(chargeback=refuses(after=3 * DAY))
    assert story.ending == (Outcome.REFUSED, Route.DISPUTE)
    assert (story.refund, story.ended_at) == (0, 32 * DAY)


def test_a_bank_that_runs_out_of_time_leaves_what_was() -> None:
    story = charged_back(chargeback=says_nothing())
    assert story.chargeback_settled_by is Settled.SILENCE
    assert (story.ending, story.ended_at) == ((Outcome.REFUSED, Route.DISPUTE), 36 * DAY)


def test_a_chargeback_is_filed_until_the_last_instant_of_its_window_and_not_later() -> None:
    assert charged_back(charges_back_after=10 * DAY).ending == (Outcome.REFUNDED, Route.CHARGEBACK)
    story = charged_back(charges_back_after=10 * DAY + SECOND)
    assert story.ending == (Outcome.REFUSED, Route.DISPUTE)
    assert (story.chargeback_opened_at, story.ended_at) == (None, 25 * DAY)


def test_a_bank_takes_only_its_own_methods_and_the_claims_that_it_is_there_for() -> None:
    wallet = {"market.payment_methods": {"card": 0.5, "wallet": 0.5}, "policy.refund.posting.wallet": "0"}
    assert charged_back(wallet, payment_method=1).ending == (Outcome.REFUSED, Route.DISPUTE)
    assert charged_back(claim=DEFECT, asked=26 * DAY).ending == (Outcome.REFUSED, Route.DISPUTE)


def test_an_open_claim_is_not_charged_back() -> None:
    story = charged_back(transit=NEVER)
    assert story.ending[0] is Outcome.OPEN
    assert story.chargeback_opened_at is None


# ------------------------------------------------------------------------------------------ seasons


def test_a_season_holds_its_first_and_its_last_day_and_a_single_date_goes_before_it() -> None:
    market = world({"market.peaks": {"2018-10-02..2018-10-04": 3, "2018-10-03": 7}}).market
    assert [market.peak_on(date(2018, 10, day)) for day in range(1, 6)] == [1, 3, 7, 3, 1]
