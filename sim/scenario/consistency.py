"""What no part of a scenario can know alone: levers that need each other (see `unbounded_requests`, too)."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress

from sim.errors import UserError
from sim.scenario.base import did_you_mean
from sim.scenario.buyers import complaints_about
from sim.scenario.by_claim import CLAIMS, place_of, rows
from sim.scenario.calendars import resolve
from sim.scenario.expectations import SHARES
from sim.scenario.model import MOST_ORDERS, Scenario
from sim.scenario.policy import Clocked, Policy
from sim.scenario.selling import all_calendars, expected_orders, own_calendar
from sim.scenario.unbounded_requests import (
    Complaint,
    anchors,
    endless_requests,
    may_be_never,
    row_paths,
    too_far,
    windows_of,
)
from sim.scenario.wording import shown
from sim.vocabulary import Anchor, ClaimKind, Party, Verdict

ROUNDING = 0.005
"""What the shares of a roster may lack or exceed: whoever counted them has rounded."""
MOST_AWAY = 100
"""Different days off of single sellers: each is a calendar of ten years."""
NEEDS_MEDIATION = (Verdict.ESCALATE, Verdict.MAY_ESCALATE)
NO_MEDIATION = "policy.mediation is none"
NOTHING_CAME = "found 'delivered', but nothing was; expected another instant, such as promised"
NOT_RECEIVED = ClaimKind.NOT_RECEIVED.word


def complaints(scenario: Scenario) -> list[Complaint]:
    """Everything that is wrong between the parts of a scenario; empty when it can run."""
    return [complaint for check in CHECKS for complaint in check(scenario)]


def quick_complaints(scenario: Scenario) -> Iterator[Complaint]:
    """The same without unrolling calendars, which takes most of the time: where those are known to be well."""
    for check in CHECKS:
        if check is not _calendars:
            yield from check(scenario)


def complaints_among(parts: Scenario) -> Iterator[Complaint]:
    """What can be said of a scenario of which only some parts exist (`faults.valid_parts`)."""
    for check in CHECKS:
        with suppress(AttributeError):  # what is checked here is wrong itself
            yield from check(parts)


def _size(scenario: Scenario) -> Iterator[Complaint]:
    total = expected_orders(scenario) * scenario.experiment.replications
    if total > MOST_ORDERS:
        yield (
            "market.orders_per_day",
            f"found about {total:.3g} orders over all replications, expected at most {MOST_ORDERS:,}: "
            "fewer orders a day, a shorter experiment or fewer replications",
        )


def _posting(scenario: Scenario) -> Iterator[Complaint]:
    refund = scenario.policy.refund
    for method in scenario.market.payment_methods:
        if method not in refund.posting:
            yield "policy.refund.posting", f"payment method '{method}' has no posting time"
    for path, levers in (("policy.refund", refund), *row_paths("policy.refund", refund.by_claim)):
        for method in levers.posting:
            if method not in scenario.market.payment_methods:
                yield f"{path}.posting.{method}", _no_such_method(method, scenario)
    for kind in CLAIMS:
        terms, row = refund.of(kind), refund.by_claim.get(kind)
        for method, law in terms.posting.items():
            if terms.within is None and may_be_never(law):
                path = f"by_claim.{kind.word}." if row is not None and method in row.posting else ""
                never = "found a law that may be never, but policy.refund.within is none"
                yield f"policy.refund.{path}posting.{method}", never


def _no_such_method(method: str, scenario: Scenario) -> str:
    methods = scenario.market.payment_methods
    return f"'{method}' is not among market.payment_methods{did_you_mean(method, methods)}"


def _rates(scenario: Scenario) -> Iterator[Complaint]:
    """A rate by name has one for each payment method, or for each product group."""
    market, buyers = scenario.market, scenario.buyers
    for group in market.product_groups:
        if group in market.payment_methods:
            yield f"market.product_groups.{group}", f"found '{group}', which is a payment method too"
    for name in ("regret", "not_received", "defect"):
        wish = getattr(buyers, name)
        for key, message in complaints_about(wish.probability, market) if wish is not None else ():
            yield f"buyers.{name}.probability{key}", message


def _silence(scenario: Scenario) -> Iterator[Complaint]:
    """What goes on to the platform needs one that mediates."""
    for path, terms in _asked_of_sellers(scenario.policy) if scenario.policy.mediation is None else ():
        if terms is not None and terms.on_silence in NEEDS_MEDIATION:
            yield f"policy.{path}.on_silence", f"found '{terms.on_silence.word}', but {NO_MEDIATION}"


def _asked_of_sellers(policy: Policy) -> Iterator[tuple[str, Clocked | None]]:
    yield "cancellation", policy.cancellation
    yield from ((f"dispute.{kind}", terms) for kind, terms in rows(policy.dispute))
    yield from ((f"return.{kind}.inspection", terms.inspection) for kind, terms in rows(policy.returns))


def _platform(scenario: Scenario) -> Iterator[Complaint]:
    """The platform answers, or steps in, through its mediation; what it has answered it need not take over."""
    mediated = scenario.policy.mediation is not None
    for kind, terms in rows(scenario.policy.dispute):
        path = f"policy.dispute.{kind}"
        if terms.steps_in is not None and not mediated:
            yield f"{path}.steps_in", f"found terms, but {NO_MEDIATION}"
        if terms.answered_by is not Party.PLATFORM:
            continue
        if not mediated:
            yield f"{path}.answered_by", f"found 'platform', but {NO_MEDIATION}"
        if terms.steps_in is not None:
            yield f"{path}.steps_in", f"found terms, but the platform itself answers {kind}; expected none"
        if terms.on_silence in NEEDS_MEDIATION:
            found = f"found '{terms.on_silence.word}', but the platform itself answers {kind}"
            yield f"{path}.on_silence", f"{found}; expected approve, decline or close"


def _not_received(scenario: Scenario) -> Iterator[Complaint]:
    """Such a claim counts from the promised date, and never from a delivery that did not happen."""
    policy, buyers = scenario.policy, scenario.buyers
    if buyers.not_received is not None and policy.promise is None:
        yield "buyers.not_received", "found buyers who miss a promised date, but policy.promise is none"
    loses = policy.promise is not None and scenario.market.carrier.lost > 0
    if buyers.not_received is None and not loses:
        return
    for kind, terms in rows(policy.dispute):
        for name, window in windows_of(terms):
            if kind == NOT_RECEIVED and window.after is Anchor.DELIVERED:
                yield f"policy.dispute.{kind}.{name}.after", NOTHING_CAME
    mediation = policy.mediation
    last_call = mediation.of(ClaimKind.NOT_RECEIVED).escalate_within if mediation else None
    if mediation and last_call and last_call.after is Anchor.DELIVERED:
        place = place_of("escalate_within", mediation.by_claim, ClaimKind.NOT_RECEIVED)
        yield f"policy.mediation.{place}.after", NOTHING_CAME


def _in_transit(scenario: Scenario) -> Iterator[Complaint]:
    for kind, terms in rows(scenario.policy.dispute):
        waits = kind == ClaimKind.REGRET.word and terms.opens.after is Anchor.DELIVERED
        if waits and terms.while_in_transit:
            yield (
                f"policy.dispute.{kind}.opens.after",
                "found 'delivered', but while_in_transit is true; expected an earlier instant, such as dispatched",
            )


def _chargeback(scenario: Scenario) -> Iterator[Complaint]:
    terms = scenario.policy.chargeback
    for number, method in enumerate(terms.methods if terms else ()):
        if method not in scenario.market.payment_methods:
            yield f"policy.chargeback.methods.{number}", _no_such_method(method, scenario)


def _roster(scenario: Scenario) -> Iterator[Complaint]:
    """Sellers are told apart, are of types that there are, and sell everything between them."""
    sellers, path = scenario.market.sellers, "market.sellers.roster"
    named: dict[str, int] = {}
    for number, one in enumerate(sellers.roster or ()):
        if (first := named.setdefault(one.seller, number)) != number:
            again = f"found {shown(one.seller)} again; seller {first + 1} of the roster is it"
            yield f"{path}.{number}.seller", again
        if one.type not in sellers.types:
            known = f"expected one of the types: {', '.join(sellers.types)}{did_you_mean(one.type, sellers.types)}"
            yield f"{path}.{number}.type", f"found {shown(one.type)}, {known}"
    total = sum(one.share for one in sellers.roster or ())
    if sellers.roster is not None and abs(total - 1) > ROUNDING:
        yield path, f"the shares of the orders must sum to 1 (within {ROUNDING:g}); found {total:.6g}"


def _calendars(scenario: Scenario) -> Iterator[Complaint]:
    """A calendar that never opens can carry nobody through a run."""
    parties, types = type(scenario.calendars).model_fields, scenario.market.sellers.types
    specs = {f"calendars.{party}": getattr(scenario.calendars, party) for party in parties}
    specs |= {
        f"market.sellers.types.{name}.closed": own_calendar(scenario, kind)
        for name, kind in types.items()
        if kind.closed
    }
    away = {
        (one.type, one.closed): f"market.sellers.roster.{number}.closed"
        for number, one in enumerate(scenario.market.sellers.roster or ())
        if one.closed and one.type in types
    }
    if len(away) > MOST_AWAY:
        yield "market.sellers.roster", f"found {len(away)} different closed days, expected at most {MOST_AWAY}"
        return
    specs |= {path: own_calendar(scenario, types[name], closed) for (name, closed), path in away.items()}
    for path, spec in specs.items():
        try:
            resolve(spec, scenario.start, scenario.experiment.calendar_days)
        except UserError as fault:
            yield path, str(fault)
            return
    if any(one.type not in types for one in scenario.market.sellers.roster or ()):
        return
    try:
        all_calendars(scenario)
    except UserError as fault:
        yield "policy.refund.runs", str(fault)


def _expectations(scenario: Scenario) -> Iterator[Complaint]:
    for name, bounds in scenario.expect.root.items():
        for sense, bound in bounds.model_dump(exclude_none=True).items():
            if name in SHARES and not 0 <= bound <= 1:
                yield f"expect.{name}.{sense}", f"found {bound:g}, expected a share between 0 and 1"


CHECKS = (
    too_far,
    _size,
    _posting,
    _rates,
    _silence,
    _platform,
    anchors,
    _not_received,
    _in_transit,
    _chargeback,
    endless_requests,
    _roster,
    _calendars,
    _expectations,
)
"""What can be wrong between parts."""
