"""The policy in plain integers, as both engines read it."""

from __future__ import annotations

from collections import deque
from datetime import date
from typing import Any, NamedTuple

from sim.scenario.costs import MOST_ROWS, Payer, payer_rows
from sim.scenario.distributions.families import DurationLaw
from sim.scenario.durations import DAY, NEVER, Duration, Kind
from sim.scenario.model import Scenario
from sim.scenario.policy import (
    CancellationTerms,
    Clocked,
    DisputeTerms,
    Policy,
    ReturnTerms,
    SteppingIn,
    requests_of,
)
from sim.scenario.selling import runs_party
from sim.scenario.windows import LastInstant, Window
from sim.vocabulary import Anchor, ClaimKind, Party, RefundOn, Stage, Verdict
from sim.vocabulary.stages import STAGES


class Span(NamedTuple):
    """A length of time for an engine: its kind and its seconds. No kind is no limit."""

    kind: int
    seconds: int


class Since(NamedTuple):
    """So long after a named instant of the order; `UNNAMED` is the one at which a limit begins to matter.

    Where there is a last date as well (`until`, its last second), the earlier or the later of the two counts.
    """

    anchor: int
    span: Span
    until: int = NEVER
    later: bool = False


class PayerAt(NamedTuple):
    """Who pays the postage of a return for orders below this price (cents)."""

    below: int
    payer: int


class RequestTerms(NamedTuple):
    """What the policy adds to a request: the clock, what it means when that runs out, and when it is cut short."""

    clock: Span
    on_silence: int
    on_interruption: int = int(Verdict.SHIPPED)


Levers = dict[str, Any]
"""Some fields of `Terms`."""
UNLIMITED = Span(int(Kind.NONE), NEVER)
UNNAMED = len(Anchor)
"""Where a limit names no instant: it runs from the verdict, the arrival or the due date that it waits for."""
ABSENT = RequestTerms(UNLIMITED, int(Verdict.DECLINE))


class Terms(NamedTuple):
    """What the policy says to the claims of one kind."""

    refunds_at_dispatch_limit: bool
    promise: Since
    may_cancel: bool
    free_until: Since | None
    trusted_free_until: Since | None
    ships_held: bool
    may_dispute: bool
    opens: Since
    closes: Since
    while_in_transit: bool
    needs_consent: bool
    platform_answers: bool
    rounds: int
    buyer_may_call_after: Span
    steps_in_after: Span
    steps_in_after_refusal: bool
    may_mediate: bool
    escalate_within: Since
    needs_return: bool
    payers: tuple[PayerAt, ...]
    """By price, rising; always `MOST_ROWS`, of which the last ones may be out of reach."""
    post_within: Since
    refund_on: int
    trusted_refund_on: int
    returnless_below: int
    """Cents."""
    platform_bears_lost_return: bool
    refund_within: Since
    runs: int
    """Whose calendar the payment runs are in; 0 without any."""
    cut_off: int
    """How long before a run a refund has to be due (s)."""
    may_charge_back: tuple[bool, ...]
    """By payment method."""
    charge_back_until: Since
    requests: tuple[RequestTerms, ...]
    """By stage."""
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


_KNOWN: deque[tuple[Scenario, ClaimKind, Terms]] = deque(maxlen=64)
"""Of the scenarios met last: every replication asks again."""


def terms_of(scenario: Scenario, claim: ClaimKind) -> Terms:
    """All levers for one kind of claim, worked out once for a scenario."""
    # Of a copy: whoever hands in an executor of threads adds to it meanwhile.
    found = next((terms for one, kind, terms in tuple(_KNOWN) if one is scenario and kind == claim), None)
    if found is None:
        _KNOWN.appendleft((scenario, claim, found := _terms_of(scenario, claim)))
    return found


def _terms_of(scenario: Scenario, claim: ClaimKind) -> Terms:
    """The levers for one claim kind: its row over the default, as the file gave them."""
    policy, market, start = scenario.policy, scenario.market, scenario.start
    dispute: DisputeTerms | None = getattr(policy.dispute, claim.word, None)
    returns: ReturnTerms | None = getattr(policy.returns, claim.word, None)
    mediation, refund = policy.mediation and policy.mediation.of(claim), policy.refund.of(claim)
    return Terms(
        refunds_at_dispatch_limit=refunds_at_dispatch_limit(scenario),
        promise=since_of(policy.promise, start),
        **_of_cancelling(policy.cancellation, start),
        **_of_disputing(dispute, start),
        may_mediate=mediation is not None,
        escalate_within=_after_a_verdict(
            since_of(mediation.escalate_within if mediation else None, start, UNNAMED)
        ),
        **_of_returning(returns, start),
        refund_within=since_of(refund.within, start, UNNAMED),
        **_of_runs(scenario),
        may_charge_back=_may_charge_back(scenario, claim),
        charge_back_until=_after_a_verdict(
            since_of(policy.chargeback.window if policy.chargeback else None, start)
        ),
        requests=_requests(policy, claim),
        transit_kind=kind_of(market.carrier.transit),
        return_delay_kind=kind_of(scenario.buyers.return_delay),
        return_transit_kind=kind_of(market.carrier.return_transit),
        posting_kinds=tuple(kind_of(refund.posting[method]) for method in market.payment_methods),
    )


def _of_cancelling(terms: CancellationTerms | None, start: date) -> Levers:
    free = terms.free_until if terms else None
    trusted = terms.trusted_free_until if terms and terms.trusted_free_until else free
    return {
        "may_cancel": terms is not None,
        "free_until": since_of(free, start) if free else None,
        "trusted_free_until": since_of(trusted, start) if trusted else None,
        "ships_held": terms is not None and terms.ships_while_open == "held",
    }


def _of_disputing(terms: DisputeTerms | None, start: date) -> Levers:
    steps_in = terms.steps_in if terms and terms.steps_in else SteppingIn()
    return {
        "may_dispute": terms is not None,
        "opens": since_of(terms.opens if terms else None, start),
        "closes": since_of(terms.closes if terms else None, start),
        "while_in_transit": terms is not None and terms.while_in_transit,
        "needs_consent": terms is None or terms.needs_consent,
        "platform_answers": terms is not None and terms.answered_by is Party.PLATFORM,
        "rounds": terms.rounds if terms else 0,
        "buyer_may_call_after": span(steps_in.buyer_may_after),
        "steps_in_after": span(steps_in.by_itself_after),
        "steps_in_after_refusal": steps_in.after_refusal,
    }


def _of_returning(terms: ReturnTerms | None, start: date) -> Levers:
    refund_on = terms.refund_on if terms else RefundOn.NOTICE
    trusted = terms.trusted_refund_on if terms else None
    return {
        "needs_return": terms is not None,
        "payers": _payers(terms.payer if terms else Party.BUYER),
        "post_within": since_of(terms.post_within if terms else None, start, UNNAMED),
        "refund_on": int(refund_on),
        "trusted_refund_on": int(refund_on if trusted is None else trusted),
        "returnless_below": round(100 * terms.returnless_below) if terms else 0,
        "platform_bears_lost_return": terms is not None and terms.lost_return == "platform_bears",
    }


def _of_runs(scenario: Scenario) -> Levers:
    runs = scenario.policy.refund.runs
    if runs is None:
        return {"runs": 0, "cut_off": 0}
    return {"runs": int(runs_party(scenario)), "cut_off": runs.cut_off.seconds}


def _payers(payer: Payer) -> tuple[PayerAt, ...]:
    rows = payer_rows(payer)
    told = [PayerAt(NEVER if row.below is None else round(100 * row.below), int(row.payer)) for row in rows]
    return tuple(told + told[-1:] * (MOST_ROWS - len(told)))


def refunds_at_dispatch_limit(scenario: Scenario) -> bool:
    """Whether the platform refunds an order by itself that is not dispatched in time."""
    dispatch = scenario.policy.dispatch
    return dispatch.limit is not None and dispatch.on_miss == "refund"


def since_of(window: Window | LastInstant | None, start: date, unnamed: int = int(Anchor.PAID)) -> Since:
    """A window or limit as an engine reads it, from `unnamed` where the file names no instant; none never ends."""
    if window is None:
        return Since(unnamed, UNLIMITED)
    anchor = unnamed if window.after is None else int(window.after)
    return Since(anchor, span(window.within), *last_day_of(window, start))


def last_day_of(window: Window | LastInstant, start: date) -> tuple[int, bool]:
    """The last second of the day on which a window ends, and whether it ends then only if that is the later end.

    A window without such a day has NEVER.
    """
    until: date | None = getattr(window, "until", None)  # what luck is drawn by stands in for a window (`shared`)
    if until is None:
        return NEVER, False
    return ((until - start).days + 1) * DAY - 1, getattr(window, "whichever", None) == "later"


def _after_a_verdict(since: Since) -> Since:
    """What is counted from a verdict runs from there: `decided` is no earlier decision, but the one just made."""
    return since._replace(anchor=UNNAMED) if since.anchor == Anchor.DECIDED else since


def _may_charge_back(scenario: Scenario, claim: ClaimKind) -> tuple[bool, ...]:
    terms = scenario.policy.chargeback
    return tuple(
        terms is not None and claim in terms.claims and method in terms.methods
        for method in scenario.market.payment_methods
    )


def _requests(policy: Policy, claim: ClaimKind) -> tuple[RequestTerms, ...]:
    """By stage, in the order of their numbers."""
    by_stage = requests_of(policy, claim)
    return tuple(_request(stage, by_stage[stage]) for stage in Stage)


def _request(stage: Stage, terms: Clocked | None) -> RequestTerms:
    """What cuts a dispute short, or its rounds, is the platform, which takes it over."""
    request = ABSENT if terms is None else RequestTerms(span(terms.clock), int(terms.on_silence))
    return request._replace(on_interruption=int(Verdict.ESCALATE)) if STAGES[stage].taken_over else request
