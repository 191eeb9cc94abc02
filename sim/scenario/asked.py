"""The policy in rows: who is asked, how long the clock runs, what silence means."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from sim.scenario.by_claim import rows
from sim.scenario.durations import Duration
from sim.scenario.policy import Policy
from sim.vocabulary import Party, Stage
from sim.vocabulary.stages import STAGES

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


def policy_rows(policy: Policy) -> list[PossibleRequest]:
    """Every question of a policy, in the order of an order's life; rows that kinds of claim share stand once."""
    return [
        *_cancellation(policy),
        *_disputes(policy),
        *_offers(policy),
        *_mediation(policy),
        *_inspections(policy),
        *_chargeback(policy),
    ]


def _row(stage: Stage, clock: Duration | None, silence: str, answerer: Party | None = None) -> PossibleRequest:
    whose = (STAGES[stage].answerer if answerer is None else answerer).word
    if clock is None:
        return PossibleRequest(stage.word, whose, NO_CLOCK, NOTHING)
    return PossibleRequest(stage.word, whose, str(clock), silence.replace("_", " "))


def _cancellation(policy: Policy) -> Iterator[PossibleRequest]:
    terms = policy.cancellation
    if terms is not None:
        yield _row(Stage.CANCELLATION, terms.clock, terms.on_silence.word)


def _disputes(policy: Policy) -> Iterator[PossibleRequest]:
    found = [
        (kind, _row(Stage.DISPUTE, terms.clock, terms.on_silence.word, terms.answered_by))
        if terms.needs_consent
        else (kind, PossibleRequest("dispute", "nobody has to agree", NOTHING, NOTHING))
        for kind, terms in rows(policy.dispute)
    ]
    yield from _merged(found)


def _offers(policy: Policy) -> Iterator[PossibleRequest]:
    found = [
        (kind, _row(Stage.OFFER, terms.offer.clock, terms.offer.on_silence.word))
        for kind, terms in rows(policy.dispute)
        if terms.rounds
    ]
    yield from _merged(found)


def _inspections(policy: Policy) -> Iterator[PossibleRequest]:
    found = [
        (kind, _row(Stage.INSPECTION, terms.inspection.clock, terms.inspection.on_silence.word))
        for kind, terms in rows(policy.returns)
        if terms.inspection is not None
    ]
    yield from _merged(found)


def _mediation(policy: Policy) -> Iterator[PossibleRequest]:
    if policy.mediation is not None:
        yield _row(Stage.MEDIATION, policy.mediation.clock, policy.mediation.on_silence.word)


def _chargeback(policy: Policy) -> Iterator[PossibleRequest]:
    if policy.chargeback is not None:
        yield _row(Stage.CHARGEBACK, policy.chargeback.clock, policy.chargeback.on_silence.word)


def _merged(found: list[tuple[str, PossibleRequest]]) -> Iterator[PossibleRequest]:
    """Kinds of claim with the same terms in one row, named only where they differ."""
    for row in dict.fromkeys(row for _, row in found):
        kinds = [kind.replace("_", " ") for kind, its in found if its == row]
        is_common = len(kinds) == len(found)
        yield row if is_common else row._replace(question=f"{row.question} ({', '.join(kinds)})")
