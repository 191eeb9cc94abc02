"""The policy in rows: who is asked, how long the clock runs, what silence means."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from sim.scenario.by_claim import CLAIMS
from sim.scenario.mediation import MediationTerms
from sim.scenario.policy import (
    CancellationTerms,
    ChargebackTerms,
    DisputeTerms,
    InspectionTerms,
    OfferTerms,
    Policy,
    ReturnTerms,
)
from sim.vocabulary import ClaimKind, Stage
from sim.vocabulary.stages import STAGES

HEADS = ("request", "who answers", "time to answer", "silence means")
NO_CLOCK = "no clock"
NOTHING = "–"
"""Where no clock can run out, silence has no meaning."""


class PossibleRequest(NamedTuple):
    """One question that a policy lets somebody ask."""

    question: str
    """`cancellation`, or `dispute (defect)` where kinds of claim differ."""
    answerer: str
    clock: str
    """As a scenario file writes it, or that there is none."""
    silence: str
    """What it means when the clock runs out, in the words of scenario files."""


Clocked = CancellationTerms | DisputeTerms | MediationTerms | InspectionTerms | OfferTerms | ChargebackTerms
"""What a policy says of one kind of request."""


def requests_of(policy: Policy, claim: ClaimKind) -> dict[Stage, Clocked | None]:
    """What is said of each request that a claim of this kind may come to; None where it cannot."""
    dispute: DisputeTerms | None = getattr(policy.dispute, claim.word, None)
    returns: ReturnTerms | None = getattr(policy.returns, claim.word, None)
    return {
        Stage.CANCELLATION: policy.cancellation,
        Stage.DISPUTE: dispute,
        Stage.OFFER: dispute.offer if dispute and dispute.rounds else None,
        Stage.MEDIATION: policy.mediation and policy.mediation.of(claim),
        Stage.INSPECTION: returns.inspection if returns else None,
        Stage.CHARGEBACK: policy.chargeback,
    }


def policy_rows(policy: Policy) -> list[PossibleRequest]:
    """Every question of a policy, in the order of an order's life; rows that kinds of claim share stand once."""
    by_claim = {claim.word: requests_of(policy, claim) for claim in CLAIMS}
    rows: list[PossibleRequest] = []
    for stage in STAGES:
        told = [(kind, _row(stage, terms)) for kind, by in by_claim.items() if (terms := by[stage]) is not None]
        rows += _merged(told)
    return rows


def _row(stage: Stage, terms: Clocked) -> PossibleRequest:
    if isinstance(terms, DisputeTerms) and not terms.needs_consent:
        return PossibleRequest(stage.word, "nobody has to agree", NOTHING, NOTHING)
    answerer = terms.answered_by if isinstance(terms, DisputeTerms) else STAGES[stage].answerer
    if terms.clock is None:
        return PossibleRequest(stage.word, answerer.word, NO_CLOCK, NOTHING)
    return PossibleRequest(stage.word, answerer.word, str(terms.clock), terms.on_silence.word.replace("_", " "))


def _merged(found: list[tuple[str, PossibleRequest]]) -> Iterator[PossibleRequest]:
    """Kinds of claim with the same terms in one row, named only where they differ."""
    for row in dict.fromkeys(row for _, row in found):
        kinds = [kind.replace("_", " ") for kind, its in found if its == row]
        is_common = len(kinds) == len(found)
        yield row if is_common else row._replace(question=f"{row.question} ({', '.join(kinds)})")
