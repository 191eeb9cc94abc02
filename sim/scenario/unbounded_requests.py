"""Requests that nothing would ever end, laws that go too far, and instants that are not there, or not known before
they are needed: refused before anything runs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import product
from typing import Any, TypeVar

from sim.scenario.base import inside
from sim.scenario.by_claim import CLAIMS, ByClaim, Row, place_of, rows
from sim.scenario.distributions.combined import Mixture
from sim.scenario.distributions.families import MOST_MONEY, DurationLaw, LawForm
from sim.scenario.distributions.laws import Law, StepLaw
from sim.scenario.durations import DAY, LONGEST, NEVER
from sim.scenario.market import Answers
from sim.scenario.mediation import MediationTerms
from sim.scenario.model import Scenario
from sim.scenario.policy import Clocked, DisputeTerms, requests_of
from sim.scenario.windows import LastInstant, Window
from sim.scenario.wording import shortened
from sim.vocabulary import Anchor, ClaimKind, Party
from sim.vocabulary.stages import STAGES

Complaint = tuple[str, str]
"""A path and what is wrong there."""


def endless_requests(scenario: Scenario) -> Iterator[Complaint]:
    """Without a clock and an end to the asker's patience, a request needs an answer. Also, a share of no clock."""
    yield from offers_without_rounds(scenario)
    yield from _of_the_platform(scenario)
    yield from _of_the_sellers(scenario)
    yield from _of_the_buyers(scenario)
    yield from _of_others(scenario)


def offers_without_rounds(scenario: Scenario) -> Iterator[Complaint]:
    """No seller has an offer in mind where no claim lets it make one."""
    answered = [terms for _, terms in rows(scenario.policy.dispute) if terms.answered_by is Party.SELLER]
    rounds = [terms.rounds for terms in answered if terms.needs_consent]
    for name, seller in scenario.market.sellers.types.items():
        if seller.dispute.counter > 0 and rounds and max(rounds) == 0:
            yield (
                f"market.sellers.types.{name}.dispute.counter",
                f"found {seller.dispute.counter:g}, but policy.dispute has no rounds of offers",
            )


def may_be_never(law: DurationLaw) -> bool:
    """Whether some of the durations drawn from this law never end."""
    return any(duration.seconds == NEVER for duration in law.durations())


def _of_the_platform(scenario: Scenario) -> Iterator[Complaint]:
    mediation, faults = scenario.policy.mediation, dict[str, str]()
    if mediation is None:
        return
    for kind in CLAIMS:
        levers, without_clock = mediation.of(kind), _rulings_without_clock(scenario, mediation.of(kind), kind)
        by_ruling = place_of("by_ruling", mediation.by_claim, kind)
        laws = {place_of(name, mediation.by_claim, kind): getattr(levers, name) for name in ("notice", "handling")}
        laws |= {f"{by_ruling}.{path}": law for path, law in levers.laws_by_ruling()}
        for path, law in laws.items():
            if without_clock and may_be_never(law):
                never = f"found a law that may be never, but {without_clock[0]} has no clock"
                faults.setdefault(f"policy.mediation.{path}", never)
    yield from faults.items()


def _rulings_without_clock(scenario: Scenario, levers: MediationTerms, kind: ClaimKind) -> list[str]:
    """Where the platform rules on claims of a kind, and only its ruling ends that."""
    patience = scenario.buyers.patience
    mediation = ["mediation"] if levers.clock is None and may_be_never(patience.mediation) else []
    return mediation + [
        f"dispute.{name}"
        for name, terms in rows(scenario.policy.dispute)
        if name == kind.word and terms.answered_by is Party.PLATFORM
        if terms.clock is None and may_be_never(patience.dispute)
    ]


def _of_the_sellers(scenario: Scenario) -> Iterator[Complaint]:
    """Every stage that sellers answer: what they do stands in their type below its word, so does the patience."""
    terms_by_claim = [requests_of(scenario.policy, claim) for claim in CLAIMS]
    for name, kind in scenario.market.sellers.types.items():
        for stage, by in product(STAGES, terms_by_claim):
            terms = by[stage]
            if terms is not None and STAGES[stage].answerer is Party.SELLER and _is_for_sellers(terms):
                patience = getattr(scenario.buyers.patience, stage.word, None)
                ends = _platform_comes(terms) or not (patience is None or may_be_never(patience))
                place, answers = f"market.sellers.types.{name}.{stage.word}", getattr(kind, stage.word)
                yield from _one_clock(place, answers, terms.clock is not None, ends)


def _is_for_sellers(terms: Clocked) -> bool:
    """Whether a request that may go to a seller does so under these terms."""
    return not isinstance(terms, DisputeTerms) or (terms.needs_consent and terms.answered_by is Party.SELLER)


def _one_clock(path: str, answers: Answers, clocked: bool, ends: bool) -> Iterator[Complaint]:
    """One kind of request to one type of seller: has it a clock, and does something else end it?"""
    if not clocked and answers.notice_share_of_clock is not None:
        yield f"{path}.notice_share_of_clock", "a share of the clock, but the policy gives this request no clock"
    if clocked or ends:
        return
    endless = "but with no clock and a buyer of endless patience the request would never end"
    if answers.silent > 0:
        yield f"{path}.silent", f"found {answers.silent:g}, {endless}"
    for name, law in (("notice", answers.notice), ("handling", answers.handling)):
        if may_be_never(law):
            yield f"{path}.{name}", f"found a law that may be never, {endless}"


def _platform_comes(terms: Clocked) -> bool:
    """Whether the platform takes a pending dispute over by itself."""
    return (
        isinstance(terms, DisputeTerms)
        and terms.steps_in is not None
        and terms.steps_in.by_itself_after is not None
    )


def _of_the_buyers(scenario: Scenario) -> Iterator[Complaint]:
    offers = scenario.buyers.offers
    makes_offers = any(kind.dispute.counter > 0 for kind in scenario.market.sellers.types.values())
    for kind, terms in rows(scenario.policy.dispute):
        asks_a_seller = terms.needs_consent and terms.answered_by is Party.SELLER and terms.rounds > 0
        if not (makes_offers and asks_a_seller) or terms.offer.clock is not None or _platform_comes(terms):
            continue
        endless = f"but policy.dispute.{kind}.offer has no clock: the offer would never end"
        if offers.silent > 0:
            yield "buyers.offers.silent", f"found {offers.silent:g}, {endless}"
        if may_be_never(offers.notice):
            yield "buyers.offers.notice", f"found a law that may be never, {endless}"
        return


def _of_others(scenario: Scenario) -> Iterator[Complaint]:
    """Whoever answers, by its own law of notice, one kind of request for all claims: the bank."""
    for stage in STAGES:
        terms: Any = getattr(scenario.policy, stage.word, None)
        law = None if isinstance(terms, MediationTerms) else getattr(terms, "notice", None)
        if law is not None and terms.clock is None and may_be_never(law):
            path = f"policy.{stage.word}"
            yield f"{path}.notice", f"found a law that may be never, but {path} has no clock"


# ------------------------------------------------------------------------------- laws that go too far


RARE = 1e-6
"""A chance that nobody counts with: what a law gives so rarely beyond its bound, is drawn as the bound."""
UNLIKE = {
    True: f"which is above {LONGEST // (365 * DAY)} years in {{share}} of all cases: truncate it, or write 'never'",
    False: f"which is above {MOST_MONEY:.0e} in {{share}} of all cases: truncate it",
}


def too_far(part: Any, path: str = "") -> Iterator[tuple[str, str]]:
    """The paths of laws, anywhere in a part of a scenario, that may go too far; with what is wrong."""
    if isinstance(part, LawForm):
        if not part.model_fields_set:
            return  # what is right in a law that is wrong is none (`faults.valid_parts`)
        is_long = isinstance(part, DurationLaw)
        if (share := beyond(part.to_law(), LONGEST if is_long else MOST_MONEY)) > RARE:
            yield path, f"found {shortened(str(part))}, {UNLIKE[is_long].format(share=f'{share:.2g}')}"
    else:
        for name, inner in inside(part):
            yield from too_far(inner, f"{path}.{name}" if path else name)


def beyond(law: Law, bound: float) -> float:
    """The chance of a value above the bound that is not `never`."""
    if isinstance(law, Mixture):
        return sum(weight * beyond(part, bound) for weight, part in law.parts)
    if isinstance(law, StepLaw) and law.values[-1] >= NEVER:
        return law.below(NEVER - 1) - law.below(bound)
    return 1 - law.below(bound) if law.support()[1] > bound else 0.0


# ------------------------------------------------------------- instants that windows and limits are counted from


Anchored = Window | LastInstant
R = TypeVar("R", bound=Row)


def anchors(scenario: Scenario) -> Iterator[Complaint]:
    """Instants that no lever defines, that are not known yet, or that would be counted from each other."""
    policy = scenario.policy
    for path, window in _anchored(policy, "policy"):
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


def _anchored(part: Any, path: str) -> Iterator[tuple[str, Anchored]]:
    """Everything in a part of a policy that is counted from an instant, with its path; a default is in its rows."""
    if isinstance(part, Anchored):
        yield path, part
        return
    for name, inner in inside(part):
        if not (isinstance(part, ByClaim) and name == "default"):
            yield from _anchored(inner, f"{path}.{name}")
