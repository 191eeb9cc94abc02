"""Windows and limits counted from named instants: the last instant is in time, a second later is not."""

from __future__ import annotations

import pytest

from sim.chance.facts import Ask
from sim.scenario.durations import DAY, NEVER, SECOND
from sim.vocabulary import Outcome, Route
from tests.worlds import MEDIATED, Story, accepts, drawn, refuses, says_nothing, splits, tell, world

RETURN = "policy.return.default"
LAST_CALL = "policy.mediation.escalate_within"
LAW = {"policy.dispute.default.needs_consent": False}


def refused_on_day_28(changes: dict[str, object], **luck: object) -> Story:
    """Regretted on day 6, the parcel is there and disputed on day 25, refused on day 28; then a ruling at once."""
    return tell(MEDIATED | changes, asked=6 * DAY, dispute=refuses(after=3 * DAY), mediation=accepts(), **luck)


@pytest.mark.parametrize(
    ("anchor", "since"),
    [
        ("paid", 0),
        ("dispatched", 5 * DAY),
        ("asked", 6 * DAY),
        ("delivered", 25 * DAY),
        ("opened", 25 * DAY),
        ("decided", 28 * DAY),
    ],
)
def test_the_platform_may_be_called_so_long_after_an_instant_of_the_order(anchor: str, since: int) -> None:
    days = 40 - since // DAY
    last_call = {LAST_CALL: {"after": anchor, "within": f"{days} d"}}
    in_time = refused_on_day_28(last_call, escalates_after=12 * DAY)
    assert (in_time.ending, in_time.refunded_at) == ((Outcome.REFUNDED, Route.MEDIATION), 40 * DAY)
    assert refused_on_day_28(last_call, escalates_after=12 * DAY + SECOND).ending[0] is Outcome.REFUSED


def test_a_request_left_alone_closes_so_long_after_it_was_put() -> None:
    may_call = {
        "policy.dispute.default.on_silence": "may_escalate",
        LAST_CALL: {"after": "opened", "within": "21 d"},
    }
    story = tell(MEDIATED | may_call, asked=6 * DAY, dispute=says_nothing(), escalates=0)
    assert (story.dispute_settled_at, story.ending[0], story.ended_at) == (30 * DAY, Outcome.EXPIRED, 46 * DAY)


def test_what_is_inspected_in_silence_has_its_own_request_to_count_from() -> None:
    inspection = {"clock": "2 d", "on_silence": "may_escalate"}
    changes = {
        RETURN: {"payer": "buyer", "refund_on": "inspected", "inspection": inspection},
        LAST_CALL: {"after": "opened", "within": "5 d"},
    }
    luck = {"asked": 6 * DAY, "return_transit": 30 * DAY, "inspection": says_nothing(), "mediation": accepts()}
    story = tell(MEDIATED | changes, escalates_after=3 * DAY, **luck)
    assert (story.inspection_opened_at, story.refunded_at) == (55 * DAY, 60 * DAY)
    late = tell(MEDIATED | changes, escalates_after=3 * DAY + SECOND, **luck)
    assert (late.ending[0], late.ended_at) == (Outcome.EXPIRED, 60 * DAY)


# ------------------------------------------------------------------------------------------ posting a return


def sent_back(limit: object, return_delay: int, **luck: object) -> Story:
    """Disputed on day 25, granted on day 28."""
    changes = {RETURN: {"payer": "buyer", "post_within": limit}}
    return tell(changes, asked=6 * DAY, dispute=accepts(after=3 * DAY), return_delay=return_delay, **luck)


@pytest.mark.parametrize(
    ("anchor", "days"), [("paid", 38), ("asked", 32), ("delivered", 13), ("opened", 13), ("decided", 10)]
)
def test_a_return_is_posted_so_long_after_an_instant_of_the_order(anchor: str, days: int) -> None:
    limit = {"after": anchor, "within": f"{days} d"}
    assert sent_back(limit, 10 * DAY).return_posted_at == 38 * DAY
    late = sent_back(limit, 10 * DAY + SECOND)
    assert (late.ending[0], late.ended_at) == (Outcome.EXPIRED, 38 * DAY)


def test_a_limit_that_is_over_before_the_goods_may_go_back_is_over() -> None:
    late = sent_back({"after": "paid", "within": "9 d"}, 0)
    assert (late.ending[0], late.ended_at) == (Outcome.EXPIRED, 28 * DAY)


def test_by_the_letter_of_a_notice_goods_under_way_may_be_late_before_they_come() -> None:
    in_transit = {
        "policy.dispute.default.while_in_transit": True,
        "policy.dispute.default.opens": {"after": "paid"},
    }
    by_the_letter = {RETURN: {"payer": "buyer", "post_within": {"after": "decided", "within": "14 d"}}}
    at_leisure = {RETURN: {"payer": "buyer", "post_within": "14 d"}}
    luck = {"asked": 6 * DAY, "return_delay": 2 * DAY}
    assert tell(LAW | in_transit | by_the_letter, **luck).ending[0] is Outcome.EXPIRED
    assert tell(LAW | in_transit | at_leisure, **luck).return_posted_at == 27 * DAY


# ------------------------------------------------------------------------------------------------- refunds


@pytest.mark.parametrize(
    ("anchor", "days", "there"), [("paid", 40, 40), ("asked", 30, 36), ("decided", 14, 42), ("paid", 9, 33)]
)
def test_money_comes_so_long_after_an_instant_and_not_before_it_is_due(anchor: str, days: int, there: int) -> None:
    changes = {
        RETURN: {"payer": "buyer", "refund_on": "posted"},
        "policy.refund": {"within": {"after": anchor, "within": f"{days} d"}, "posting": {"card": "60 d"}},
    }
    luck = {"asked": 6 * DAY, "dispute": accepts(after=3 * DAY), "return_delay": 5 * DAY, "posting": 60 * DAY}
    story = tell(changes, **luck)
    assert (story.refund_due_at, story.refunded_at, story.limit_used) == (33 * DAY, there * DAY, 1)


# ------------------------------------------------------------------------- before dispatch, and the promise

SLOW = {"market.sellers.types.plain.arrange": "2 d", "market.sellers.types.plain.dispatch": "3 d"}


def facts_of(changes: dict[str, object], *columns: str) -> set[tuple[int, ...]]:
    """Arranged on day 2, dispatched on day 5: what luck and the policy come to, counted from payment."""
    claims = drawn(world(SLOW | changes)).claims
    counted = [(claims[column] - claims["paid"]).tolist() for column in columns]
    return set(zip(*counted, strict=True))


@pytest.mark.parametrize(("anchor", "since"), [("paid", 0), ("arranged", 2), ("promised", 30)])
def test_a_dispatch_limit_is_counted_from_payment_arranging_or_the_promise(anchor: str, since: int) -> None:
    limit = {"policy.dispatch.limit": {"after": anchor, "within": "4 d"}, "policy.promise": {"within": "30 d"}}
    assert facts_of(limit, "dispatch_due") == {((since + 4) * DAY,)}


@pytest.mark.parametrize(
    ("anchor", "since"), [("paid", 0), ("arranged", 2), ("dispatched", 5), ("dispatch_due", 8), ("promised", 30)]
)
def test_a_cancel_button_is_shown_until_so_long_after_an_instant(anchor: str, since: int) -> None:
    changes = {
        "policy.cancellation.window": {"after": anchor, "within": "3 d"},
        "policy.dispatch.limit": "8 d",
        "policy.promise": {"within": "30 d"},
    }
    assert facts_of(changes, "window_ends") == {((since + 3) * DAY,)}


def test_a_cancel_button_that_goes_with_the_parcel_never_goes_where_none_leaves() -> None:
    changes = {"policy.cancellation.window": {"after": "dispatched", "within": "0"}}
    never_sent = {"market.sellers.types.plain.dispatch": "never"}
    window = drawn(world(SLOW | changes | never_sent)).claims["window_ends"]
    assert set(window.tolist()) == {NEVER}


def test_cancelling_may_be_free_until_the_dispatch_limit_or_the_promised_date() -> None:
    for anchor, free in (("dispatch_due", Route.FREE_CANCELLATION), ("promised", Route.CANCELLATION)):
        changes = {
            "policy.cancellation.free_until": {"after": anchor},
            "policy.dispatch.limit": "4 d",
            "policy.promise": {"within": "1 d"},
        }
        story = tell(changes, asked=2 * DAY, ships_at=4 * DAY, dispatch_due=4 * DAY)
        assert story.ending == (Outcome.REFUNDED, free)


@pytest.mark.parametrize(("anchor", "missed"), [("arranged", 33), ("dispatch_due", 36), ("paid", 30)])
def test_a_promise_is_counted_from_payment_arranging_or_the_limit(anchor: str, missed: int) -> None:
    changes = {"policy.promise": {"after": anchor, "within": "30 d"}, "policy.dispatch.limit": "6 d"}
    story = tell(changes, asked=5 * DAY, arranges_at=3 * DAY, dispatch_due=6 * DAY, lost=1)
    assert story.missed_at == missed * DAY


# ------------------------------------------------------------------------- in transit, and what a limit rests on

IN_TRANSIT = {
    "policy.cancellation": "none",
    "policy.promise": {"after": "dispatched", "within": "10 d"},
    "policy.dispute.default.opens": {"after": "paid"},
    "policy.dispute.default.closes": "none",
    "policy.dispute.default.while_in_transit": True,
    "policy.dispute.default.needs_consent": False,
    "policy.dispute.not_received": {"closes": {"after": "promised", "within": "1 d"}},
}


@pytest.mark.parametrize("asked", [12, 15, 17])
def test_a_claim_that_waits_for_nothing_keeps_its_kind_whether_the_parcel_is_late_or_lost(asked: int) -> None:
    for luck in ({"lost": 1}, {"transit": 40 * DAY}):
        story = tell(IN_TRANSIT, ships_at=5 * DAY, asked=asked * DAY, **luck)
        assert (story.missed_at, story.withdrawn_at) == (None, asked * DAY)
        assert story.ending == (Outcome.REFUNDED, Route.DISPUTE)


def test_a_claim_that_waits_for_a_dispatch_turns_at_the_promised_date() -> None:
    promised = IN_TRANSIT | {"policy.promise": {"after": "paid", "within": "10 d"}}
    assert tell(promised, ships_at=NEVER, asked=2 * DAY).missed_at == 10 * DAY
    assert tell(promised, ships_at=30 * DAY, lost=1, asked=12 * DAY).missed_at == 12 * DAY


FROM_THE_VERDICT = {
    "policy.refund.within": {"after": "decided", "within": "10 d"},
    "policy.return.default": {"payer": "buyer", "post_within": "3 d", "refund_on": "received"},
}


def test_a_limit_counted_from_the_verdict_is_counted_from_the_one_that_the_refund_rests_on() -> None:
    bank = {
        "methods": ["card"],
        "claims": ["regret"],
        "window": {"after": "paid", "within": "90 d"},
        "rulings": {"buyer": 1, "seller": 0},
    }
    luck = {"asked": 6 * DAY, "return_delay": 5 * DAY, "charges_back": 1, "charges_back_after": 20 * DAY}
    story = tell(FROM_THE_VERDICT | {"policy.chargeback": bank}, posting=60 * DAY, **luck)
    assert (story.failed_at, story.refund_due_at, story.refunded_at) == (28 * DAY, 48 * DAY, 58 * DAY)


@pytest.mark.parametrize(("ruling", "refund"), [(accepts(after=9 * DAY), 100_00), (splits(after=9 * DAY), 50_00)])
def test_after_a_contested_inspection_the_refund_rests_on_the_ruling(ruling: Ask, refund: int) -> None:
    inspected = MEDIATED | {
        "policy.refund.within": {"after": "decided", "within": "10 d"},
        "policy.return.default": {"payer": "buyer", "refund_on": "inspected", "inspection": {"clock": "3 d"}},
    }
    story = tell(inspected, asked=6 * DAY, inspection=refuses(), mediation=ruling, posting=60 * DAY)
    assert (story.dispute_settled_at, story.refund_due_at, story.refund) == (25 * DAY, 34 * DAY, refund)
    assert story.refunded_at == 44 * DAY


def test_what_the_seller_releases_rests_on_the_verdict_before() -> None:
    inspected = {
        "policy.refund.within": {"after": "decided", "within": "10 d"},
        "policy.return.default": {"payer": "buyer", "refund_on": "inspected", "inspection": {"clock": "9 d"}},
    }
    story = tell(inspected, asked=6 * DAY, inspection=accepts(after=4 * DAY), posting=60 * DAY)
    assert (story.dispute_settled_at, story.refund_due_at, story.refunded_at) == (25 * DAY, 29 * DAY, 35 * DAY)
