"""The policy in plain integers, as both engines read it."""

from __future__ import annotations

from typing import NamedTuple

from sim.scenario.distributions import DurationLaw
from sim.scenario.durations import NEVER, Duration, Kind
from sim.scenario.model import Scenario
from sim.scenario.policy import DisputeTerms, FreeUntil, MediationTerms, Promise, ReturnTerms, Window
from sim.vocabulary import Anchor, ClaimKind, Party, RefundOn, Verdict


class Span(NamedTuple):
    """A length of time for an engine: its kind and its seconds. No kind is no limit."""

    kind: int
    seconds: int


class Since(NamedTuple):
    """So long after a named instant of the order."""

    anchor: int
    span: Span


class RequestTerms(NamedTuple):
    """What the policy adds to a request: the clock, and what it means when that runs out."""

    clock: Span
    on_silence: int


UNLIMITED = Span(int(Kind.NONE), NEVER)
ABSENT = RequestTerms(UNLIMITED, int(Verdict.DECLINE))


class Terms(NamedTuple):
    """What the policy says to the claims of one kind."""

    refunds_at_dispatch_limit: bool
    promise: Since
    may_cancel: bool
    free_until: Since | None
    ships_held: bool
    may_dispute: bool
    opens: Since
    closes: Since
    may_mediate: bool
    escalate_within: Span
    needs_return: bool
    return_payer: int
    post_within: Span
    refund_on: int
    refund_within: Span
    requests: tuple[RequestTerms, ...]
    transit_kind: int
    return_delay_kind: int
    return_transit_kind: int
    posting_kinds: tuple[int, ...]


def span(duration: Duration | None) -> Span:
    """A duration as an engine reads it; none is no limit."""
    return UNLIMITED if duration is None else Span(int(duration.kind), duration.seconds)


def kind_of(law: DurationLaw) -> int:
    """What the durations drawn from this law are counted in."""
    return int(law.kind)


def terms_of(scenario: Scenario, claim: ClaimKind) -> Terms:
    """The levers for one claim kind: its row over the default, as the file gave them."""
    policy, market = scenario.policy, scenario.market
    dispute: DisputeTerms | None = getattr(policy.dispute, claim.word, None)
    returns: ReturnTerms | None = getattr(policy.returns, claim.word, None)
    mediation = policy.mediation
    return Terms(
        refunds_at_dispatch_limit=refunds_at_dispatch_limit(scenario),
        promise=_since(policy.promise),
        may_cancel=policy.cancellation is not None,
        free_until=_free_until(scenario),
        ships_held=policy.cancellation is not None and policy.cancellation.ships_while_open == "held",
        may_dispute=dispute is not None,
        opens=_since(dispute.opens if dispute else None),
        closes=_since(dispute.closes if dispute else None),
        may_mediate=mediation is not None,
        escalate_within=span(mediation.escalate_within if mediation else None),
        needs_return=returns is not None,
        return_payer=int(returns.payer if returns else Party.BUYER),
        post_within=span(returns.post_within if returns else None),
        refund_on=int(returns.refund_on if returns else RefundOn.NOTICE),
        refund_within=span(policy.refund.within),
        requests=_requests(scenario, dispute, mediation, returns),
        transit_kind=kind_of(market.carrier.transit),
        return_delay_kind=kind_of(scenario.buyers.return_delay),
        return_transit_kind=kind_of(market.carrier.return_transit),
        posting_kinds=tuple(kind_of(policy.refund.posting[method]) for method in market.payment_methods),
    )


def refunds_at_dispatch_limit(scenario: Scenario) -> bool:
    """Whether the platform refunds an order by itself that is not dispatched in time."""
    dispatch = scenario.policy.dispatch
    return dispatch.limit is not None and dispatch.on_miss == "refund"


def _free_until(scenario: Scenario) -> Since | None:
    terms = scenario.policy.cancellation
    return None if terms is None or terms.free_until is None else _since(terms.free_until)


def _since(window: Window | Promise | FreeUntil | None) -> Since:
    """A window as an engine reads it; an absent one has no limit."""
    if window is None:
        return Since(int(Anchor.ASKED), UNLIMITED)
    return Since(int(window.after), span(window.within))


def _requests(
    scenario: Scenario,
    dispute: DisputeTerms | None,
    mediation: MediationTerms | None,
    returns: ReturnTerms | None,
) -> tuple[RequestTerms, ...]:
    """By stage, in the order of the stages."""
    asked = (scenario.policy.cancellation, dispute, mediation, returns.inspection if returns else None)
    return tuple(ABSENT if one is None else RequestTerms(span(one.clock), int(one.on_silence)) for one in asked)
