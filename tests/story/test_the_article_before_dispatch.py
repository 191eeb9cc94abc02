"""What the article says about cancelling an order, claim by claim (1 to 8), on the article's own scenario file.

The order was paid at 0. Unless a story says otherwise, its button is there for nine days, it is regretted on
day 2, it would leave on day 5, and whoever is asked says yes at once.
"""

from __future__ import annotations

import numpy as np
import pytest

from sim.chance.facts import Draws
from sim.scenario.durations import DAY, HOUR, MINUTE, SECOND
from sim.vocabulary import Disposition, Outcome, Reason, Route, Settled
from tests.worlds import accepts, drawn, live_through, refuses, says_nothing, tell_the_article, the_article, world

NOT_SENT_FOR_A_MONTH = 30 * DAY
FREE, BY_CONSENT = Route.FREE_CANCELLATION, Route.CANCELLATION


# 1. "This button ... is only available for a limited time period while the order is being processed."


@pytest.mark.parametrize("asked", [0, 12 * HOUR, 2 * DAY, 5 * DAY - SECOND])
def test_1_the_request_button_exists_while_the_order_is_being_processed(asked: int) -> None:
    assert tell_the_article(asked=asked).ending in [(Outcome.REFUNDED, FREE), (Outcome.REFUNDED, BY_CONSENT)]


# 2. "It takes 9 days to process the order. Keep in mind that all products have a different cancellation period!"


def test_2_its_period_differs_by_product_and_is_nine_days_by_default() -> None:
    claims = drawn(the_article()).claims
    periods, counts = np.unique(claims["window_ends"] - claims["paid"], return_counts=True)
    assert len(periods) > 1
    assert periods[np.argmax(counts)] == 9 * DAY


# 3. "After that the button will disappear and then it will be impossible to cancel a paid order."


def test_3_the_button_is_there_until_the_last_second_of_its_period() -> None:
    story = tell_the_article(asked=9 * DAY, ships_at=NOT_SENT_FOR_A_MONTH)
    assert story.cancellation_opened_at == 9 * DAY


def test_3_after_its_period_a_paid_order_cannot_be_cancelled() -> None:
    story = tell_the_article(asked=9 * DAY + SECOND, ships_at=NOT_SENT_FOR_A_MONTH)
    assert story.cancellation_opened_at is None
    assert story.dispatched_at == NOT_SENT_FOR_A_MONTH
    assert story.dispute_opened_at == story.delivered_at == (30 + 20) * DAY


def test_3_after_dispatch_a_paid_order_cannot_be_cancelled() -> None:
    story = tell_the_article(asked=5 * DAY, ships_at=5 * DAY)
    assert story.cancellation_opened_at is None
    assert story.dispute_opened_at == story.delivered_at == (5 + 20) * DAY


# 4. "If you paid for your order less than 24 hours ago, it is quite easy to cancel."


def test_4_under_24_hours_it_is_easy() -> None:
    story = tell_the_article(asked=24 * HOUR - SECOND, cancellation=refuses())
    assert story.ending == (Outcome.REFUNDED, FREE)
    assert story.refund_due_at == 24 * HOUR - SECOND


def test_4_later_it_takes_the_sellers_consent() -> None:
    story = tell_the_article(asked=24 * HOUR + SECOND, cancellation=refuses(after=1 * HOUR), goes_on=0)
    assert story.ending == (Outcome.GAVE_UP, BY_CONSENT)


def test_4_the_later_the_harder() -> None:
    _, stories = live_through(the_article())

    def success(first_day: int, last_day: int) -> float:
        asked = [s for s in stories if first_day * DAY <= s.asked_at - s.paid_at < last_day * DAY]
        return sum(s.ending[0] is Outcome.REFUNDED for s in asked) / len(asked)

    assert success(0, 1) > success(1, 4) > success(4, 20)


# 5. The menu of seven reasons. "If none of the reasons fit your situation, you can select
#    the 'I don't need this item anymore' option."

MENU = {
    "I don’t need this item anymore": Reason.NOT_NEEDED,
    "I want to change my order": Reason.CHANGE_ORDER,
    "I want to change the delivery address of this product": Reason.CHANGE_ADDRESS,
    "I want to change the coupon for this order": Reason.CHANGE_COUPON,
    "I want to change the delivery method of the product": Reason.CHANGE_DELIVERY,
    "Payment failed": Reason.PAYMENT_FAILED,
    "Other reasons…": Reason.OTHER,
}


def test_5_there_is_a_menu_of_seven_reasons() -> None:
    assert list(MENU.values()) == list(Reason)[:7]
    assert set(MENU.values()) <= set(the_article().buyers.regret.reasons)


def test_5_who_found_it_cheaper_falls_back_on_not_needed() -> None:
    claims = drawn(the_article()).claims
    found_cheaper = claims["found_cheaper"].astype(bool)
    assert found_cheaper.any()
    assert set(claims["reason"][found_cheaper].tolist()) == {Reason.NOT_NEEDED}


# 6. "This probably won't affect the refund much. Although… if the seller asks you to change the reason,
#    do not be afraid to do so. If the seller is reasonable, reliable and promises to return the money quickly,
#    you can help them out."

BLAMING = (Reason.NO_ANSWER, Reason.OUT_OF_STOCK, Reason.RAISED_PRICE)


def answers(reason: Reason, asks: float, agrees: float) -> Draws:
    """What sellers say who would refuse every other buyer, and are less inclined to a yes if blamed."""
    said = {"accept": 0.5, "refuse": 0.5, "asks_to_change_reason": asks, "unchanged_odds": 0.5}
    return drawn(
        world(
            {
                "market.sellers.types.plain.cancellation": said,
                "buyers.regret.reasons": {reason.word: 1},
                "buyers.agrees_to_change_reason": agrees,
            }
        )
    )


def accepted(draws: Draws) -> set[int]:
    """Numbers of the orders whose cancellation would be accepted."""
    claims = draws.claims
    return set(claims["order"][claims["cancellation.disposition"] == Disposition.ACCEPT].tolist())


@pytest.mark.parametrize("reason", list(MENU.values()))
def test_6_which_reason_of_the_menu_is_given_does_not_matter(reason: Reason) -> None:
    assert accepted(answers(reason, asks=1, agrees=0)) == accepted(answers(Reason.NOT_NEEDED, asks=1, agrees=0))


@pytest.mark.parametrize("reason", BLAMING)
def test_6_nor_does_it_matter_to_a_seller_who_does_not_ask(reason: Reason) -> None:
    assert accepted(answers(reason, asks=0, agrees=0)) == accepted(answers(Reason.NOT_NEEDED, asks=0, agrees=0))


@pytest.mark.parametrize("reason", BLAMING)
def test_6_a_seller_may_ask_to_change_it_and_then_agrees(reason: Reason) -> None:
    helped = answers(reason, asks=1, agrees=1)
    assert accepted(helped) == set(helped.claims["order"].tolist())


def test_6_a_buyer_who_does_not_change_it_is_accepted_less_often() -> None:
    unchanged = accepted(answers(Reason.NO_ANSWER, asks=1, agrees=0))
    assert unchanged < accepted(answers(Reason.NO_ANSWER, asks=0, agrees=0))


def test_6_a_reliable_seller_pays_quickly_and_its_record_stays_clean() -> None:
    blame = {"reason": int(Reason.NO_ANSWER), "cancellation": accepts(after=10 * MINUTE)}
    changed = tell_the_article(**blame, asked_to_change=1, agrees_to_change=1)
    assert changed.refund_due_at == 2 * DAY + 10 * MINUTE
    assert not changed.on_record
    assert tell_the_article(**blame).on_record


# 7. "The seller has nine days to process the cancellation, but they may just as well confirm the same minute."


def test_7_the_seller_has_nine_days_to_answer() -> None:
    story = tell_the_article(cancellation=says_nothing(), ships_at=NOT_SENT_FOR_A_MONTH)
    assert story.cancellation_settled_by is Settled.SILENCE
    assert story.cancellation_settled_at == (2 + 9) * DAY


def test_7_the_seller_may_answer_on_the_ninth_day() -> None:
    story = tell_the_article(cancellation=accepts(after=9 * DAY), ships_at=NOT_SENT_FOR_A_MONTH)
    assert story.ending == (Outcome.REFUNDED, BY_CONSENT)
    assert story.refund_due_at == 11 * DAY


def test_7_the_seller_may_answer_within_a_minute() -> None:
    story = tell_the_article(cancellation=accepts(after=59 * SECOND))
    assert story.refund_due_at == 2 * DAY + 59 * SECOND


# 8. "After the seller confirms the cancellation of the order, the money will be refunded within NINE DAYS."


@pytest.mark.parametrize(("bank_needs", "money_takes"), [(3, 3), (9, 9), (20, 9)])
def test_8_once_confirmed_the_money_comes_within_nine_days(bank_needs: int, money_takes: int) -> None:
    story = tell_the_article(cancellation=accepts(after=1 * DAY), posting=bank_needs * DAY)
    assert story.refund_due_at == 3 * DAY
    assert story.refunded_at == (3 + money_takes) * DAY
