"""The policy in plain integers: levers by claim kind over their default, and what an absent lever means."""

from __future__ import annotations

import pytest

from sim.rules.terms import (
    UNLIMITED,
    UNNAMED,
    RequestTerms,
    Since,
    Span,
    Terms,
    refunds_at_dispatch_limit,
    span,
    terms_of,
)
from sim.scenario.durations import DAY, HOUR, Kind, parse_duration
from sim.vocabulary import Anchor, ClaimKind, Party, RefundOn, Stage, Verdict
from tests.worlds import MEDIATED, world

NINE_DAYS = Span(Kind.WALL, 9 * DAY)


def terms(**changes: object) -> Terms:
    return terms_of(world(changes), ClaimKind.REGRET)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("9 d", NINE_DAYS),
        ("3 bd", Span(Kind.BUSINESS, 3 * DAY)),
        ("90 min of work", Span(Kind.WORK, 5400)),
        ("0", Span(Kind.WALL, 0)),
    ],
)
def test_a_duration_is_its_kind_and_its_seconds(text: str, expected: Span) -> None:
    assert span(parse_duration(text)) == expected


def test_no_duration_is_no_limit() -> None:
    assert span(None) == UNLIMITED
    assert UNLIMITED.kind == Kind.NONE


def test_a_request_has_the_clock_and_the_silence_of_its_stage() -> None:
    returns = {"payer": "buyer", "refund_on": "inspected", "inspection": {"clock": "3 bd", "on_silence": "close"}}
    changes = MEDIATED | {"policy.mediation.clock": "8 h of work", "policy.return.default": returns}
    assert terms(**changes).requests[: Stage.OFFER] == (
        RequestTerms(NINE_DAYS, Verdict.DECLINE),
        RequestTerms(Span(Kind.WALL, 5 * DAY), Verdict.DECLINE, Verdict.ESCALATE),
        RequestTerms(Span(Kind.WORK, 8 * HOUR), Verdict.DECLINE),
        RequestTerms(Span(Kind.BUSINESS, 3 * DAY), Verdict.CLOSE),
    )


def test_a_row_of_a_claim_kind_says_only_what_differs_from_the_default() -> None:
    differs = terms(**{"policy.dispute.regret": {"clock": "2 d", "closes": {"within": "30 d"}}})
    assert differs.requests[Stage.DISPUTE].clock == Span(Kind.WALL, 2 * DAY)
    assert differs.opens == terms().opens
    assert differs.closes == Since(Anchor.DELIVERED, Span(Kind.WALL, 30 * DAY))


def test_a_row_may_switch_a_lever_off_for_one_claim_kind() -> None:
    returns = {"policy.return.default.payer": "seller"}
    assert terms(**returns).needs_return
    assert not terms(**returns, **{"policy.return.regret": "none"}).needs_return
    assert not terms(**{"policy.dispute.regret": "none"}).may_dispute


@pytest.mark.parametrize(
    ("lever", "has_it"),
    [
        ("policy.cancellation", lambda some: some.may_cancel),
        ("policy.dispute", lambda some: some.may_dispute),
        ("policy.mediation", lambda some: some.may_mediate),
        ("policy.return", lambda some: some.needs_return),
    ],
)
def test_what_is_none_does_not_exist(lever: str, has_it: object) -> None:
    assert not has_it(terms(**{lever: "none"}))


def test_no_closing_time_is_no_limit() -> None:
    assert terms(**{"policy.dispute.default.closes": "none"}).closes.span == UNLIMITED


def test_free_until_is_nothing_or_so_long_after_an_instant() -> None:
    assert terms().free_until is None
    arranged = terms(**{"policy.cancellation.free_until": {"after": "arranged", "within": "2 h"}})
    assert arranged.free_until == Since(Anchor.ARRANGED, Span(Kind.WALL, 2 * HOUR))


def test_shipping_is_held_only_where_the_policy_says_so() -> None:
    assert not terms().ships_held
    assert terms(**{"policy.cancellation.ships_while_open": "held"}).ships_held


def test_a_return_says_who_pays_how_soon_and_when_the_money_is_due() -> None:
    returns = {"payer": "platform", "post_within": "10 d", "refund_on": "posted"}
    some = terms(**{"policy.return.default": returns})
    assert (some.payers[0].payer, some.refund_on) == (Party.PLATFORM, RefundOn.POSTED)
    assert some.post_within == Since(UNNAMED, Span(Kind.WALL, 10 * DAY))


def test_a_dispatch_limit_refunds_only_if_it_is_there_and_the_policy_says_so() -> None:
    assert not refunds_at_dispatch_limit(world())
    assert refunds_at_dispatch_limit(world({"policy.dispatch.limit": "7 d"}))
    assert not refunds_at_dispatch_limit(world({"policy.dispatch": {"limit": "7 d", "on_miss": "nothing"}}))


def test_each_way_of_paying_is_counted_in_its_own_kind_of_days() -> None:
    # In the order of the payment methods, whatever the order in which their posting is given.
    changes = {
        "market.payment_methods": {"card": 0.5, "wallet": 0.5},
        "policy.refund.posting": {"wallet": "2 d", "card": {"exponential": {"mean": "3 bd"}}},
    }
    assert terms(**changes).posting_kinds == (Kind.BUSINESS, Kind.WALL)


def test_journeys_are_counted_in_the_kind_that_their_law_is_written_in() -> None:
    changes = {
        "market.carrier.transit": {"mixture": [{"weight": 0.9, "law": "5 bd"}, {"weight": 0.1, "law": "never"}]},
        "market.carrier.return_transit": "20 d",
        "buyers.return_delay": "1 bd",
    }
    some = terms(**changes)
    assert (some.transit_kind, some.return_transit_kind, some.return_delay_kind) == (
        Kind.BUSINESS,
        Kind.WALL,
        Kind.BUSINESS,
    )
