"""Whatever a scenario file says: why a claim came to nothing is what happened to it, and is what it is told."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings

from sim.chance.facts import ClaimFacts
from sim.records.evidence import Evidence
from sim.records.journal import Activity, Entry
from sim.scenario.durations import NEVER
from sim.show.case import settlement
from sim.show.endings import OF_WITHDRAWING, WHY
from sim.show.story import story_of
from sim.vocabulary import ClaimKind, Failure, Settled, Verdict
from tests.property.relations import lived_through
from tests.property.strategies import File, scenario_files

Row = dict[str, int]
SETTLED = {
    one: one.name.removesuffix("_SETTLED").replace("REQUEST", "CANCELLATION")
    for one in Activity
    if one.name.endswith("_SETTLED")
}
WON = (Verdict.APPROVE, Verdict.SPLIT)


def reason_of(run: Evidence, row: Row, facts: ClaimFacts, told: list[Entry]) -> Failure:
    """Worked out from what the journal says had happened before, and from nothing that the engine concluded."""
    before = told[: [entry.activity for entry in told].index(Activity.FAILED)]
    answers = [(SETTLED[entry.activity], *settlement(entry)) for entry in before if entry.activity in SETTLED]
    stage, how, verdict = answers[-1] if answers else ("", Settled.OPEN, Verdict.CLOSE)
    if row["return_posted_at"] < NEVER and stage != "INSPECTION" and verdict is not Verdict.DECLINE:
        return Failure.RETURN_LOST
    if (row["withdrawn_at"] < NEVER or stage in ("DISPUTE", "MEDIATION")) and (not answers or verdict in WON):
        return Failure.NOT_POSTED_IN_TIME
    if row["withdrawn_at"] < NEVER and stage == "CANCELLATION":
        return Failure.NOT_POSTED_IN_TIME
    if how is Settled.WITHDRAWN:
        return Failure.LOST_PATIENCE
    if how is Settled.SILENCE and verdict is Verdict.CLOSE:
        return Failure.CLOSED_BY_SILENCE
    if verdict is Verdict.MAY_ESCALATE:
        return Failure.NOT_CALLED_IN_TIME
    if stage == "MEDIATION" or (stage == "DISPUTE" and row["answered_by"] == 2):
        return Failure.PLATFORM_SILENT if how is Settled.SILENCE else Failure.RULED_AGAINST
    if stage in ("DISPUTE", "OFFER", "INSPECTION"):
        if run.scenario.policy.mediation is None:
            return Failure.NOBODY_TO_TURN_TO
        calls = facts.escalates and facts.escalates_after < NEVER
        return Failure.CALLED_TOO_LATE if calls else Failure.NOT_TAKEN_FURTHER
    return _never_disputed(run, row, facts, bool(answers))


def _never_disputed(run: Evidence, row: Row, facts: ClaimFacts, asked_to_cancel: bool) -> Failure:
    if asked_to_cancel and not facts.goes_on:
        return Failure.DID_NOT_GO_ON
    terms = run.scenario.policy.dispute and getattr(run.scenario.policy.dispute, ClaimKind(row["claim"]).word)
    if terms is None:
        return Failure.NO_DISPUTE
    worth = facts.value > facts.hassle + (facts.return_cost if row["claim"] != ClaimKind.NOT_RECEIVED else 0)
    return Failure.DISPUTE_TOO_LATE if worth else Failure(row["failed_because"])


@pytest.mark.slow
@settings(max_examples=150, suppress_health_check=[HealthCheck.too_slow])
@given(file=scenario_files())
def test_why_a_claim_came_to_nothing_is_what_happened_and_what_is_told(file: File) -> None:
    run = lived_through(file, with_journal=True)
    entries, table = run.records.journal.rows(), run.records.claims
    for number, facts in enumerate(run.records.draws.rows()):
        row = {column: int(values[number]) for column, values in table.items()}
        if row["failed_at"] == NEVER:
            continue
        told = [entry for entry in entries if entry.order == facts.order]
        reason = Failure(row["failed_because"])
        assert reason_of(run, row, facts, told) is reason
        story = story_of(run.records, run.scenario, run.calendars, facts.order)
        sentences = [event.sentence for event in story.events]
        words = {why: {WHY[why], OF_WITHDRAWING.get(why, WHY[why])} for why in WHY}
        assert [why for why in WHY if words[why] & set(sentences)] == ([reason] if reason in WHY else [])
