"""The platform rules, once per order: for the buyer, for the seller, or split."""

from __future__ import annotations

from sim.scenario.durations import DAY, NEVER, SECOND
from sim.vocabulary import Outcome, Route, Settled
from tests.worlds import MEDIATED, Story, accepts, refuses, says_nothing, splits, tell

BY_PLATFORM = Route.MEDIATION


def after_a_refusal(changes: dict[str, object] | None = None, **luck: object) -> Story:
    """The parcel is there on day 25, the seller refuses at once, and the platform is called at once."""
    return tell(MEDIATED | (changes or {}), asked=6 * DAY, dispute=refuses(), **luck)


def test_a_ruling_for_the_buyer_brings_all_the_money_back() -> None:
    story = after_a_refusal(mediation=accepts(after=2 * DAY))
    assert story.ending == (Outcome.REFUNDED, BY_PLATFORM)
    assert (story.refund, story.refunded_at) == (100_00, 27 * DAY)


def test_a_ruling_for_the_seller_brings_nothing_back() -> None:
    story = after_a_refusal(mediation=refuses(after=2 * DAY))
    assert story.ending == (Outcome.REFUSED, BY_PLATFORM)
    assert (story.refund, story.refunded_at, story.ended_at) == (0, None, 27 * DAY)


def test_a_split_ruling_brings_a_part_back_and_the_goods_stay() -> None:
    goods_go_back = {"policy.return.default.payer": "buyer"}
    story = after_a_refusal(goods_go_back, mediation=splits(after=2 * DAY), split_share=300_000)
    assert story.ending == (Outcome.PARTLY_REFUNDED, BY_PLATFORM)
    assert (story.refund, story.refunded_at) == (30_00, 27 * DAY)
    assert story.return_posted_at is None


def test_half_a_cent_of_a_split_is_rounded_up() -> None:
    assert after_a_refusal(mediation=splits(), value=99_99, split_share=500_000).refund == 50_00


def test_a_split_that_gives_the_buyer_everything_is_a_refund() -> None:
    assert after_a_refusal(mediation=splits(), split_share=1_000_000).ending == (Outcome.REFUNDED, BY_PLATFORM)


def test_after_a_ruling_for_the_buyer_the_goods_go_back_first() -> None:
    goods_go_back = {"policy.return.default.payer": "buyer"}
    luck = {"return_delay": 3 * DAY, "return_transit": 7 * DAY}
    story = after_a_refusal(goods_go_back, mediation=accepts(after=2 * DAY), **luck)
    assert story.return_posted_at == (27 + 3) * DAY
    assert story.refunded_at == (30 + 7) * DAY
    assert story.ending == (Outcome.REFUNDED, BY_PLATFORM)


def test_a_buyer_may_lose_patience_with_the_platform() -> None:
    story = after_a_refusal(mediation=accepts(after=9 * DAY, patience=5 * DAY))
    assert story.mediation_settled_by is Settled.WITHDRAWN
    assert story.ending == (Outcome.GAVE_UP, BY_PLATFORM)
    assert story.ended_at == (25 + 5) * DAY


TEN_DAYS = {"policy.mediation.clock": "10 d"}


def test_a_platform_that_runs_out_of_time_rules_for_the_seller() -> None:
    story = after_a_refusal(TEN_DAYS, mediation=accepts(after=11 * DAY))
    assert story.mediation_settled_by is Settled.SILENCE
    assert story.ending == (Outcome.REFUSED, BY_PLATFORM)
    assert story.ended_at == (25 + 10) * DAY


def test_a_platform_that_runs_out_of_time_may_have_to_rule_for_the_buyer() -> None:
    story = after_a_refusal(
        TEN_DAYS | {"policy.mediation.on_silence": "approve"}, mediation=refuses(after=11 * DAY)
    )
    assert story.ending == (Outcome.REFUNDED, BY_PLATFORM)
    assert story.refunded_at == 35 * DAY


# -------------------------------------------- a cancellation that silence sends to the platform: day 2 + 1


def of_a_cancellation(changes: dict[str, object] | None = None, **luck: object) -> Story:
    """Asked on day 2; the seller says nothing for its one day, and the platform has the case on day 3."""
    one_day = {"policy.cancellation.clock": "1 d", "policy.cancellation.on_silence": "escalate"}
    story = tell(MEDIATED | one_day | (changes or {}), cancellation=says_nothing(), **luck)
    assert story.mediation_opened_at == 3 * DAY
    return story


def test_an_order_still_unsent_when_the_platform_rules_for_the_buyer_is_cancelled() -> None:
    story = of_a_cancellation(mediation=accepts(after=2 * DAY - SECOND))
    assert story.ending == (Outcome.REFUNDED, BY_PLATFORM)
    assert story.refunded_at == 5 * DAY - SECOND
    assert story.dispatched_at is None


def test_a_dispatch_does_not_end_the_platforms_case() -> None:
    story = of_a_cancellation(mediation=refuses(after=9 * DAY))
    assert story.dispatched_at == 5 * DAY
    assert story.mediation_settled_by is Settled.ANSWERED
    assert story.mediation_settled_at == 12 * DAY
    assert story.ending == (Outcome.REFUSED, BY_PLATFORM)


def test_a_parcel_sent_meanwhile_has_to_come_before_the_money_does() -> None:
    story = of_a_cancellation(mediation=accepts(after=9 * DAY))
    assert story.mediation_settled_at == 12 * DAY
    assert story.refunded_at == story.delivered_at == 25 * DAY


def test_a_parcel_that_leaves_in_the_second_of_the_ruling_has_left() -> None:
    # A cancellation is before dispatch, and "before" is strict.
    story = of_a_cancellation(mediation=accepts(after=2 * DAY))
    assert story.mediation_settled_at == story.dispatched_at == 5 * DAY
    assert story.refunded_at == 25 * DAY


def test_a_parcel_sent_meanwhile_goes_back_where_the_policy_wants_it_back() -> None:
    goods_go_back = {"policy.return.default.payer": "buyer"}
    story = of_a_cancellation(goods_go_back, mediation=accepts(after=9 * DAY), return_transit=7 * DAY)
    assert story.refunded_at == (25 + 7) * DAY
    assert story.ending == (Outcome.REFUNDED, BY_PLATFORM)


def test_a_parcel_lost_meanwhile_leaves_the_order_open() -> None:
    story = of_a_cancellation(mediation=accepts(after=9 * DAY), transit=NEVER)
    assert story.ending == (Outcome.OPEN, BY_PLATFORM)
    assert (story.refund, story.refunded_at, story.ended_at) == (0, None, None)
    assert story.told.count("dispatched") == 1


def test_a_split_ruling_does_not_stop_the_parcel() -> None:
    story = of_a_cancellation(mediation=splits(after=1 * DAY))
    assert story.ending == (Outcome.PARTLY_REFUNDED, BY_PLATFORM)
    assert (story.refund, story.refunded_at) == (50_00, 4 * DAY)
    assert story.delivered_at == 25 * DAY
