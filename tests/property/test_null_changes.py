"""Changes that change nothing: what cannot happen, never bites or is only written otherwise leaves orders alone.

Each relation holds for every drawn marketplace, once what it supposes is put in place.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import pytest
from hypothesis import HealthCheck, given, settings

from tests.property.relations import Changes, changed, differences, lived_through
from tests.property.strategies import START, File, scenario_files

EVER = "3000 d"
"""As good as for ever, within what calendars know."""
SAYS_YES = {"accept": 1}
NOBODY = {"share": 0, "arrange": "0", "dispatch": "0", "cancellation": SAYS_YES, "dispute": SAYS_YES}
TYPES = "market.sellers.types.*"
CALENDARS = ("seller", "platform", "carrier", "bank")
EACH_DAY = {"hours": {"mon-sun": "00:00-24:00"}}
DECLINES = {"policy.cancellation.on_silence": "decline", "policy.dispute.*.on_silence": "decline"}
ONE_CLOCK = {
    f"policy.{request}.clock": "2 bd"
    for request in ("cancellation", "dispute.*", "mediation", "return.*.inspection")
} | {"policy.mediation.by_claim": {}}
ALWAYS_FREE = {
    "policy.cancellation.free_until": {"after": "dispatched"},
    "policy.cancellation.trusted_free_until": "none",
}
AFTER_DELIVERY = {
    "policy.dispute.not_received": "none",
    "policy.dispute.*.while_in_transit": False,
    "policy.dispute.*.opens": {"after": "delivered"},
    "policy.dispute.*.closes": "none",
}
NOT_SINCE_THE_LIMIT = {
    "policy.promise.after": "paid",
    "policy.cancellation.window.after": "paid",
    "policy.cancellation.free_until": "none",
    "policy.cancellation.trusted_free_until": "none",
    "policy.mediation.escalate_within": "none",
    "policy.mediation.by_claim": {},
    "policy.return.*.post_within": "none",
}
"""Nothing is counted from the dispatch limit."""
NOTICED_AT_ONCE = {
    f"{TYPES}.{request}.{when}": never
    for request in ("cancellation", "dispute", "inspection")
    for when, never in (("notice", "0"), ("notice_share_of_clock", "none"))
} | {"policy.mediation.notice": "0"}
COIN = {"buyer": 0.5, "seller": 0.5}
KINDS = ("regret", "not_received", "defect")
BANK = {"methods": ["card"], "claims": ["regret"], "window": {"after": "paid", "within": EVER}}
BANK |= {"rulings": {"buyer": 1, "seller": 0}}


@dataclass(frozen=True)
class Same:
    """Two ways of changing a file that come to the same, in worlds where something else is given."""

    one: Changes
    other: Changes
    given: Changes = field(default_factory=dict)
    but: tuple[str, ...] = ()
    """Columns that rightly say something else."""


RELATIONS = {
    # what cannot happen
    "a plea that nobody makes": Same({"buyers.plea": "none"}, {"buyers.plea": {"probability": 0, "odds": 3}}),
    "a cheaper offer that nobody finds": Same(
        {"buyers.regret.found_cheaper": "none"},
        {"buyers.regret.found_cheaper": {"probability": 0, "saving": 0.5}},
    ),
    "a kind of seller that nobody is": Same({}, {"market.sellers.types.nobody": NOBODY}),
    "a way of paying that nobody uses": Same(
        {},
        {"market.payment_methods.nothing": 0, "policy.refund.posting.nothing": "9 bd"},
        given={f"buyers.{kind}.probability": 0.5 for kind in KINDS},  # chances by method name each of them
    ),
    "a reason that nobody gives": Same(
        {}, {"buyers.regret.reasons.no_answer": 0}, given={"buyers.regret.reasons": {"other": 1}}
    ),
    "a change of reason that nobody asks for": Same(
        {"buyers.agrees_to_change_reason": 0},
        {"buyers.agrees_to_change_reason": 1},
        given={f"{TYPES}.cancellation.asks_to_change_reason": 0},
    ),
    "a change of reason that is refused and leaves the odds alone": Same(
        {f"{TYPES}.cancellation.asks_to_change_reason": 0},
        {f"{TYPES}.cancellation.asks_to_change_reason": 1},
        given={"buyers.agrees_to_change_reason": 0, f"{TYPES}.cancellation.unchanged_odds": 1},
    ),
    "a platform that nobody calls": Same(
        {"policy.mediation": "none"},
        {"policy.mediation": {"rulings": {"buyer": 1, "seller": 0}, "handling": "3 h of work"}},
        given=DECLINES
        | {"buyers.escalation.probability": 0, "buyers.choices": [], "policy.return": "none"}
        | {"policy.dispute.*.answered_by": "seller", "policy.dispute.*.steps_in": "none"},
        but=("failed_because",),  # nobody to turn to, or not turned to
    ),
    # what never bites
    "free cancellation that is over before anybody asks": Same(
        {"policy.cancellation.free_until": "none"},
        {"policy.cancellation.free_until": {"after": "paid", "within": "23 h"}},
        given={"buyers.regret.after": "1 d"},
    ),
    "a clock where cancelling is always free": Same(
        {"policy.cancellation.clock": "1 s", "policy.cancellation.on_silence": "approve"},
        {"policy.cancellation.clock": "9 d", "policy.cancellation.on_silence": "decline"},
        given=ALWAYS_FREE,
    ),
    "holding parcels where cancelling is always free": Same(
        {"policy.cancellation.ships_while_open": "allowed"},
        {"policy.cancellation.ships_while_open": "held"},
        given=ALWAYS_FREE,
    ),
    "holding parcels that never leave": Same(
        {"policy.cancellation.ships_while_open": "allowed"},
        {"policy.cancellation.ships_while_open": "held"},
        given={
            f"{TYPES}.dispatch": "never",
            f"{TYPES}.cancellation": {"accept": 0.5, "refuse": 0.3, "silent": 0.2, "handling": "1 h of work"},
            "policy.cancellation.clock": "3 d",
            "policy.dispatch.limit": "none",
            "policy.dispute": "none",
        }
        | NOT_SINCE_THE_LIMIT,
    ),
    "a cancel button that is gone before anybody asks": Same(
        {"policy.cancellation": "none"},
        {"policy.cancellation": {"window": {"within": "23 h"}, "clock": "1 d", "on_silence": "approve"}},
        given={"buyers.regret.after": "1 d"},
    ),
    "a dispatch limit without consequences": Same(
        {"policy.dispatch": {"limit": "none"}},
        {"policy.dispatch": {"limit": "2 d", "on_miss": "nothing"}},
        given=AFTER_DELIVERY | NOT_SINCE_THE_LIMIT,
    ),
    "a dispatch limit that nobody misses": Same(
        {"policy.dispatch": {"limit": EVER, "on_miss": "nothing"}},
        {"policy.dispatch": {"limit": EVER, "on_miss": "refund"}},
        given=AFTER_DELIVERY | {f"{TYPES}.arrange": "12 h", f"{TYPES}.dispatch": "1 bd"},
    ),
    "a limit on the refund that the bank never reaches": Same(
        {"policy.refund.within": "none"},
        {"policy.refund.within": EVER},
        given={"policy.refund.posting.*": "2 bd"},
    ),
    "a deadline for posting the return that nobody misses": Same(
        {"policy.return.*.post_within": "none"},
        {"policy.return.*.post_within": EVER},
        given={"buyers.return_delay": "2 d"},
    ),
    "a window for disputes that nobody misses": Same(
        {"policy.dispute.*.closes": "none"},
        {"policy.dispute.*.closes": {"after": "delivered", "within": EVER}},
        given={"policy.dispute.not_received": "none"},
    ),
    "a deadline for escalating that nobody misses": Same(
        {"policy.mediation.escalate_within": "none"},
        {"policy.mediation.escalate_within": EVER},
        given=DECLINES,
    ),
    "patience that outlasts every clock": Same(
        {f"buyers.patience.{request}": "never" for request in ("cancellation", "dispute", "mediation")},
        {f"buyers.patience.{request}": EVER for request in ("cancellation", "dispute", "mediation")},
        given=ONE_CLOCK,
    ),
    "a clock that mediation never reaches": Same(
        {"policy.mediation.clock": "none"},
        {"policy.mediation.clock": EVER},
        given={"policy.mediation.discipline": "fifo", "policy.mediation.notice": "1 d"},
    ),
    "postage that costs nothing, whoever pays it": Same(
        {"policy.return": {"default": {"payer": "buyer"}}},
        {"policy.return": {"default": {"payer": "platform"}}},
        given={"buyers.return_cost": 0},
    ),
    "steps of a return that take no time": Same(
        {"policy.return": {"default": {"payer": "seller", "refund_on": "notice"}}},
        {"policy.return": {"default": {"payer": "seller", "refund_on": "received"}}},
        given={"buyers.return_delay": "0", "market.carrier.return_transit": "0", "market.carrier.return_lost": 0}
        | {"policy.dispute.*.while_in_transit": False},
    ),
    # levers that are there and never used
    "a defect that nobody finds": Same(
        {"buyers.defect": "none"}, {"buyers.defect": {"probability": 0, "after": "1 d"}}
    ),
    "a promise that nobody minds": Same(
        {"buyers.not_received": "none"},
        {"buyers.not_received": {"probability": 0}},
        given={"policy.promise": {"after": "paid", "within": "3 d"}, "policy.dispute.not_received": "none"},
    ),
    "what a seller would offer who makes no offers": Same(
        {f"{TYPES}.dispute.offer": 0.2}, {f"{TYPES}.dispute.offer": 0.8}, given={f"{TYPES}.dispute": SAYS_YES}
    ),
    "rounds and clocks of offers that nobody makes": Same(
        {"policy.dispute.*.rounds": 0, "policy.dispute.*.offer": {"on_silence": "decline"}},
        {"policy.dispute.*.rounds": 3, "policy.dispute.*.offer": {"clock": "1 s", "on_silence": "approve"}},
        given={f"{TYPES}.dispute": SAYS_YES, "buyers.offers": {"silent": 0, "notice": "0"}},
    ),
    "a bank that nobody turns to": Same(
        {"policy.chargeback": "none"},
        {"policy.chargeback": BANK},
        given={"buyers.chargeback.probability": 0, "buyers.choices": []},
    ),
    "a bank that finds for the seller": Same(
        {"policy.chargeback.rulings": {"buyer": 0, "seller": 1}, "policy.chargeback.clock": "none"},
        {"policy.chargeback.rulings": {"buyer": 0, "seller": 1}, "policy.chargeback.clock": EVER},
        given={"policy.chargeback.notice": "1 d"},
    ),
    "a platform that steps in after every clock": Same(
        {"policy.dispute.*.steps_in": "none"},
        {"policy.dispute.*.steps_in": {"buyer_may_after": EVER, "by_itself_after": EVER}},
        given={"policy.dispute.*.answered_by": "seller", "policy.dispute.*.offer.clock": "1 d"}
        | ONE_CLOCK
        | {"policy.mediation": {"rulings": {"buyer": 1, "seller": 0}}},
    ),
    "goods that cost less than nothing and stay": Same(
        {}, {"policy.return.*.returnless_below": 0.01}, given={"policy.return.*.returnless_below": 0}
    ),
    "terms for trusted buyers where there are none": Same(
        {"policy.cancellation.trusted_free_until": "none"},
        {"policy.cancellation.trusted_free_until": {"after": "dispatched"}},
        given={"buyers.trusted": 0},
    ),
    "claims in transit where nothing is on its way": Same(
        {"policy.dispute.*.while_in_transit": False},
        {"policy.dispute.*.while_in_transit": True},
        given={"market.carrier.transit": "0", "market.carrier.lost": 0}
        | {"policy.dispute.*.opens": {"after": "dispatched"}},
    ),
    "who bears a return that never gets lost": Same(
        {"policy.return.*.lost_return": "buyer_bears"},
        {"policy.return.*.lost_return": "platform_bears"},
        given={"market.carrier.return_lost": 0},
    ),
    "rulings on claims that nobody makes": Same(
        {"policy.mediation.by_claim": {}},
        {"policy.mediation.by_claim": {"defect": {"rulings": {"buyer": 1, "seller": 0}}}},
        given={"buyers.defect": "none"},
    ),
    "a platform that comes after a refusal that it has no time for": Same(
        {"policy.dispute.*.steps_in": {"by_itself_after": EVER}},
        {"policy.dispute.*.steps_in": {"by_itself_after": EVER, "after_refusal": True}},
        given={"policy.dispute.*.answered_by": "seller", f"{TYPES}.dispute": SAYS_YES}
        | ONE_CLOCK
        | {"policy.dispute.*.on_silence": "approve", "policy.mediation": {"rulings": {"buyer": 1, "seller": 0}}},
    ),
    # desks
    "more staff than there are orders": Same(
        {"market.sellers.staff": "unlimited", "policy.mediation.staff": "unlimited"},
        {"market.sellers.staff": 1_000_000, "policy.mediation.staff": 1_000_000},
        given={"market.sellers.roster": "none"},
    ),
    "who is next where nobody waits": Same(
        {"market.sellers.discipline": "fifo", "policy.mediation.discipline": "fifo"},
        {"market.sellers.discipline": "earliest_deadline", "policy.mediation.discipline": "earliest_deadline"},
        given={"market.sellers.staff": "unlimited", "policy.mediation.staff": "unlimited"}
        | {"market.sellers.roster": "none"},
    ),
    # With one clock for all, whoever asked first has the earliest deadline; asked is noticed.
    "who is next where all have one clock and are noticed at once": Same(
        {"market.sellers.discipline": "fifo", "policy.mediation.discipline": "fifo"},
        {"market.sellers.discipline": "earliest_deadline", "policy.mediation.discipline": "earliest_deadline"},
        given=ONE_CLOCK | NOTICED_AT_ONCE,
    ),
    # what is only written otherwise
    "a dispatch limit counted from payment, in words": Same(
        {"policy.dispatch.limit": "3 bd"}, {"policy.dispatch.limit": {"after": "paid", "within": "3 bd"}}
    ),
    "a last call counted from the verdict, in words": Same(
        {"policy.mediation.escalate_within": "3 bd"},
        {"policy.mediation.escalate_within": {"after": "decided", "within": "3 bd"}},
    ),
    "limits from long ago that nobody misses": Same(
        {
            "policy.return.*.post_within": "none",
            "policy.mediation.escalate_within": "none",
            "policy.refund.within": "none",
        },
        {
            "policy.return.*.post_within": {"after": "paid", "within": EVER},
            "policy.mediation.escalate_within": {"after": "asked", "within": EVER},
            "policy.refund.within": {"after": "asked", "within": EVER},
        },
        given={"buyers.return_delay": "2 d", "policy.refund.posting.*": "2 bd", "policy.refund.by_claim": {}}
        | {"policy.mediation.by_claim": {}, **DECLINES},
    ),
    "a limit on the refund counted from a decision that makes it due": Same(
        {"policy.refund.within": "1 bd"},
        {"policy.refund.within": {"after": "decided", "within": "1 bd"}},
        given={"policy.return": "none", "policy.dispute.*.while_in_transit": True}
        | {"policy.dispute.*.opens": {"after": "dispatched"}},
    ),
    "rows that say what is said for all": Same(
        {"policy.mediation.by_claim": {}, "policy.mediation.rulings": COIN, "policy.mediation.clock": "2 d"},
        {
            "policy.mediation.by_claim": {kind: {"rulings": COIN, "clock": "2 d"} for kind in KINDS},
            "policy.mediation.rulings": COIN,
            "policy.mediation.clock": "2 d",
        },
    ),
    "rows of refunds that say what is said for all": Same(
        {"policy.refund.by_claim": {}, "policy.refund.within": "2 d"},
        {"policy.refund.by_claim": {kind: {"within": "2 d"} for kind in KINDS}, "policy.refund.within": "2 d"},
    ),
    "round the clock, spelled out": Same(
        {f"calendars.{party}": {} for party in CALENDARS}, {f"calendars.{party}": EACH_DAY for party in CALENDARS}
    ),
    "hours, weekdays and peaks that are like all others": Same(
        {"market.hours": None, "market.weekdays": {}, "market.peaks": {}, "market.dispatch_stretch": {}},
        {
            "market.hours": [2] * 24,
            "market.weekdays": {"sat": 1, "sun": 1},
            "market.peaks": {START: 1},
            "market.dispatch_stretch": {START: 1},
        },
    ),
    "a law as a mixture with a part that never comes": Same(
        {"market.carrier.transit": {"exponential": {"mean": "3 d"}}},
        {
            "market.carrier.transit": {
                "mixture": [
                    {"weight": 0, "law": "never"},
                    {"weight": 1, "law": {"exponential": {"mean": "3 d"}}},
                ]
            }
        },
    ),
    "the label, and how long one looks": Same(
        {},
        {
            "name": "renamed",
            "title": "Another name",
            "question": "What is in a name?",
            "as_of": 2018,
            "market.currency": "EUR",
            "experiment.follow_up": "1 h",
            "experiment.replications": 3,
        },
    ),
}


@pytest.mark.slow
@pytest.mark.parametrize("what", RELATIONS)
@settings(max_examples=8, suppress_health_check=[HealthCheck.too_slow])
@given(file=scenario_files())
def test_nothing_is_changed_by(what: str, file: File) -> None:
    same = RELATIONS[what]
    one, other = (lived_through(changed(file, same.given, change)) for change in (same.one, same.other))
    assert differences(one.records, other.records, but=same.but) == []
