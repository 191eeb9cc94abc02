"""Whether the instants that windows and limits are counted from are there, and known before they are needed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TypeVar

from sim.scenario.by_claim import Row, rows
from sim.scenario.model import Scenario
from sim.scenario.policy import CancellationTerms, DisputeTerms, Policy
from sim.scenario.unbounded_requests import Complaint
from sim.scenario.windows import LastInstant, Window
from sim.vocabulary import Anchor, ClaimKind

Anchored = Window | LastInstant
R = TypeVar("R", bound=Row)


def anchors(scenario: Scenario) -> Iterator[Complaint]:
    """Instants that no lever defines, that are not known yet, or that would be counted from each other."""
    policy = scenario.policy
    for path, window in _anchored(policy):
        if window.after is Anchor.PROMISED and policy.promise is None:
            yield f"{path}.after", "found 'promised', but policy.promise is none"
        if window.after is Anchor.DISPATCH_DUE and policy.dispatch.limit is None:
            yield f"{path}.after", "found 'dispatch_due', but policy.dispatch.limit is none"
    for kind, terms in rows(policy.dispute):
        for name, window in windows_of(terms):
            if window.after is Anchor.DECIDED:
                names = ", ".join(anchor.word for anchor in Anchor if anchor < Anchor.DECIDED)
                message = f"found 'decided', which is not known yet then; expected one of {names}"
                yield f"policy.dispute.{kind}.{name}.after", message
    limit, promise = policy.dispatch.limit, policy.promise
    if limit and promise and limit.after is Anchor.PROMISED and promise.after in NOT_BEFORE_THE_LIMIT:
        yield (
            "policy.dispatch.limit.after",
            f"found 'promised', but policy.promise is counted from '{promise.after.word}', "
            "which is not known before the limit; expected paid or arranged",
        )


NOT_BEFORE_THE_LIMIT = (Anchor.DISPATCH_DUE, Anchor.DISPATCHED)


def windows_of(terms: DisputeTerms) -> Iterator[tuple[str, Anchored]]:
    """When a dispute may be opened, by name."""
    yield "opens", terms.opens
    if terms.closes is not None:
        yield "closes", terms.closes


def row_paths(path: str, by_claim: Mapping[ClaimKind, R]) -> Iterator[tuple[str, R]]:
    """The rows of levers that stand beside those for all, each with its path."""
    for kind, row in by_claim.items():
        yield f"{path}.by_claim.{kind.word}", row


def _anchored(policy: Policy) -> Iterator[tuple[str, Anchored]]:
    """Everything that is counted from an instant, with its path; what is absent is not."""
    for path, window in _all(policy):
        if window is not None:
            yield f"policy.{path}", window


def _all(policy: Policy) -> Iterator[tuple[str, Anchored | None]]:
    yield "promise", policy.promise
    yield "dispatch.limit", policy.dispatch.limit
    if policy.cancellation is not None:
        yield from _of_cancelling(policy.cancellation)
    for kind, terms in rows(policy.dispute):
        yield from ((f"dispute.{kind}.{name}", window) for name, window in windows_of(terms))
    if policy.mediation is not None:
        yield "mediation.escalate_within", policy.mediation.escalate_within
        for path, case in row_paths("mediation", policy.mediation.by_claim):
            yield f"{path}.escalate_within", case.escalate_within
    for kind, returns in rows(policy.returns):
        yield f"return.{kind}.post_within", returns.post_within
    if policy.chargeback is not None:
        yield "chargeback.window", policy.chargeback.window


def _of_cancelling(terms: CancellationTerms) -> Iterator[tuple[str, Anchored | None]]:
    yield "cancellation.window", terms.window
    yield "cancellation.free_until", terms.free_until
    yield "cancellation.trusted_free_until", terms.trusted_free_until
