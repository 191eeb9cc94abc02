"""The policy in rows: who is asked, how long the clock runs, what silence means."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from sim.scenario.by_claim import CLAIMS
from sim.scenario.policy import Clocked, DisputeTerms, Policy, requests_of
from sim.vocabulary import Stage
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
