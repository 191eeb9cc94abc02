"""What no part of a scenario can know alone: levers that need each other."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TypeVar

from sim.errors import UserError
from sim.scenario.base import did_you_mean
from sim.scenario.calendars import resolve
from sim.scenario.distributions import DurationLaw
from sim.scenario.durations import DAY, NEVER
from sim.scenario.market import Answers
from sim.scenario.model import MOST_ORDERS, Scenario
from sim.scenario.policy import ByClaim, Window
from sim.vocabulary import Anchor, Verdict

T = TypeVar("T")
Complaint = tuple[str, str]
"""A path and what is wrong there."""
NEEDS_MEDIATION = (Verdict.ESCALATE, Verdict.MAY_ESCALATE)
KNOWN_WHEN_DISPUTING = (
    Anchor.PAID,
    Anchor.DISPATCH_DUE,
    Anchor.ARRANGED,
    Anchor.DISPATCHED,
    Anchor.PROMISED,
    Anchor.DELIVERED,
    Anchor.ASKED,
)


def complaints(scenario: Scenario) -> list[Complaint]:
    """Everything that is wrong between the parts of a scenario; empty when it can run."""
    return [
        *_size(scenario),
        *_posting(scenario),
        *_silence(scenario),
        *_anchors(scenario),
        *_clocks(scenario),
        *_calendars(scenario),
    ]


def rows(levers: ByClaim[T] | None) -> Iterator[tuple[str, T]]:
    """The rows by claim kind, with their names; the default itself is no row."""
    for kind in type(levers).model_fields if levers is not None else ():
        row = getattr(levers, kind)
        if kind != "default" and row is not None:
            yield kind, row


def _size(scenario: Scenario) -> Iterator[Complaint]:
    orders = scenario.market.orders_per_day * scenario.experiment.arrivals_end / DAY
    most = max(1.0, *scenario.market.peaks.values()) if scenario.market.peaks else 1.0
    total = orders * most * scenario.experiment.replications
    if total > MOST_ORDERS:
        yield (
            "market.orders_per_day",
            f"found about {total:.3g} orders over all replications, expected at most {MOST_ORDERS:,}: "
            "fewer orders a day, a shorter experiment or fewer replications",
        )


def _posting(scenario: Scenario) -> Iterator[Complaint]:
    methods, posting = scenario.market.payment_methods, scenario.policy.refund.posting
    for method in methods:
        if method not in posting:
            yield "policy.refund.posting", f"payment method '{method}' has no posting time"
        elif scenario.policy.refund.within is None and may_be_never(posting[method]):
            endless = "found a law that may be never, but policy.refund.within is none"
            yield f"policy.refund.posting.{method}", endless
    for method in posting:
        if method not in methods:
            known = did_you_mean(method, methods)
            yield f"policy.refund.posting.{method}", f"'{method}' is not among market.payment_methods{known}"


def _silence(scenario: Scenario) -> Iterator[Complaint]:
    if scenario.policy.mediation is not None:
        return
    cancellation = scenario.policy.cancellation
    if cancellation is not None and cancellation.on_silence in NEEDS_MEDIATION:
        yield (
            "policy.cancellation.on_silence",
            f"found '{cancellation.on_silence.word}', but policy.mediation is none",
        )
    for kind, terms in rows(scenario.policy.dispute):
        if terms.on_silence in NEEDS_MEDIATION:
            yield (
                f"policy.dispute.{kind}.on_silence",
                f"found '{terms.on_silence.word}', but policy.mediation is none",
            )
    for kind, returns in rows(scenario.policy.returns):
        if returns.inspection is not None and returns.inspection.on_silence in NEEDS_MEDIATION:
            yield (
                f"policy.return.{kind}.inspection.on_silence",
                f"found '{returns.inspection.on_silence.word}', but policy.mediation is none",
            )


def _anchors(scenario: Scenario) -> Iterator[Complaint]:
    for kind, terms in rows(scenario.policy.dispute):
        for name, window in (("opens", terms.opens), ("closes", terms.closes)):
            if window is not None:
                yield from _anchor(scenario, f"policy.dispute.{kind}.{name}.after", window)


def _anchor(scenario: Scenario, path: str, window: Window) -> Iterator[Complaint]:
    if window.after not in KNOWN_WHEN_DISPUTING:
        names = ", ".join(anchor.word for anchor in KNOWN_WHEN_DISPUTING)
        yield path, f"found '{window.after.word}', which is not known yet then; expected one of {names}"
    if window.after is Anchor.PROMISED and scenario.policy.promise is None:
        yield path, "found 'promised', but policy.promise is none"
    if window.after is Anchor.DISPATCH_DUE and scenario.policy.dispatch.limit is None:
        yield path, "found 'dispatch_due', but policy.dispatch.limit is none"


def _clocks(scenario: Scenario) -> Iterator[Complaint]:
    """A share of no clock is refused, and so is a request that nothing would ever end."""
    policy, patience = scenario.policy, scenario.buyers.patience
    mediation = policy.mediation
    if mediation is not None and mediation.clock is None and may_be_never(patience.mediation):
        for law_name, law in (("notice", mediation.notice), ("handling", mediation.handling)):
            if may_be_never(law):
                yield (
                    f"policy.mediation.{law_name}",
                    "found a law that may be never, but mediation has no clock",
                )
    for name, kind in scenario.market.sellers.types.items():
        path = f"market.sellers.types.{name}"
        if policy.cancellation is not None:
            clock, waits = policy.cancellation.clock, patience.cancellation
            yield from _one_clock(f"{path}.cancellation", kind.cancellation, clock is None, may_be_never(waits))
        for _, terms in rows(policy.dispute):
            clock, waits = terms.clock, patience.dispute
            yield from _one_clock(f"{path}.dispute", kind.dispute, clock is None, may_be_never(waits))
        for _, returns in rows(policy.returns):
            if returns.inspection is not None:
                yield from _one_clock(f"{path}.inspection", kind.inspection, returns.inspection.clock is None, True)


def may_be_never(law: DurationLaw) -> bool:
    """Whether some of the durations drawn from this law never end."""
    return any(duration.seconds == NEVER for duration in law.durations())


def _one_clock(path: str, answers: Answers, no_clock: bool, for_ever_patient: bool) -> Iterator[Complaint]:
    if no_clock and answers.notice_share_of_clock is not None:
        yield (
            f"{path}.notice_share_of_clock",
            "a share of the clock, but the policy gives this request no clock",
        )
    if not (no_clock and for_ever_patient):
        return
    endless = "but with no clock and a buyer of endless patience the request would never end"
    if answers.silent > 0:
        yield f"{path}.silent", f"found {answers.silent:g}, {endless}"
    for name, law in (("notice", answers.notice), ("handling", answers.handling)):
        if may_be_never(law):
            yield f"{path}.{name}", f"found a law that may be never, {endless}"


def _calendars(scenario: Scenario) -> Iterator[Complaint]:
    """A calendar that never opens can carry nobody through a run."""
    for party in type(scenario.calendars).model_fields:
        try:
            resolve(getattr(scenario.calendars, party), scenario.start, scenario.experiment.calendar_days)
        except UserError as fault:
            yield f"calendars.{party}", str(fault)
