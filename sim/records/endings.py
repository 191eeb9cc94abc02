"""Always true of how orders end: each exactly once, and with no more money than was paid."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from sim.arrays import Ints
from sim.chance.instants import earlier_or_later
from sim.records.evidence import Breach, Evidence
from sim.records.life import COLUMNS, SETTLEMENTS
from sim.rules.terms import Since
from sim.vocabulary import Anchor, ClaimKind, Failure, Outcome, Party, Route, Settled, Word
from sim.vocabulary.endings import OUTCOMES
from sim.vocabulary.stages import STAGES

PARCEL_STAYS = (Route.FREE_CANCELLATION, Route.CANCELLATION, Route.NOT_DISPATCHED)


def orders_in_are_outcomes_out(run: Evidence) -> Iterator[Breach]:
    """Every claim that was drawn has one row, no other order has one, and the rows ascend by order number."""
    drawn, told = run.fact("order"), run["order"]
    for order in np.setxor1d(drawn, told).tolist() if not np.array_equal(drawn, told) else ():
        yield Breach("was drawn and has no row" if order in drawn else "has a row and was never drawn", order)
    for order in told[:-1][np.diff(told) <= 0].tolist():
        yield Breach("stands twice, or its row is out of order", order)
    for column in COLUMNS:
        if run.records.claims[column].shape != told.shape:
            yield Breach(f"the column {column} is not as long as the table", None)


def nobody_is_refunded_unasked_and_claims_as_well(run: Evidence) -> Iterator[Breach]:
    """Orders that the platform refunds at the dispatch limit before anybody asks are no claims."""
    unasked = run.records.draws.refunded_unasked
    for order in unasked[np.isin(unasked, run["order"], kind="table")].tolist():
        yield Breach("was refunded unasked, and has a claim", order)
    for order in unasked[(unasked < 0) | (unasked >= len(run.records.draws.orders))].tolist():
        yield Breach("was refunded unasked, and was never paid", order)
    for order in unasked[:-1][np.diff(unasked) <= 0].tolist():
        yield Breach("was refunded unasked twice", order)


def every_code_is_a_word(run: Evidence) -> Iterator[Breach]:
    """Kinds of claim, outcomes, routes and settlements are known words, and a claim is a claim."""
    claims = [kind for kind in ClaimKind if kind is not ClaimKind.NONE]
    outcomes = [outcome for outcome in Outcome if outcome is not Outcome.NO_CLAIM]
    words: dict[str, Sequence[Word]] = {"claim": claims, "outcome": outcomes, "route": list(Route)}
    words["failed_because"] = list(Failure)
    words |= {column: list(Settled) for column in SETTLEMENTS} | {"answered_by": list(Party)}
    for column, codes in words.items():
        if not _are_all(run[column], codes):
            yield from run.where(~np.isin(run[column], codes), f"{column} has no such code")


def _are_all(told: Ints, codes: Sequence[int]) -> bool:
    """Whether all are among the codes, at a glance; codes that have gaps are looked up."""
    lowest, highest = min(codes), max(codes)
    above = told - lowest if lowest else told
    if np.any(above.view(np.uint64) > highest - lowest):  # what lies below is very large, read so
        return False
    known = np.zeros(highest + 1, dtype=bool)
    known[[*codes]] = True
    return highest - lowest < len(codes) or bool(known[told].all())


def every_claim_has_at_most_one_ending(run: Evidence) -> Iterator[Breach]:
    """Counted at any time, the shares of the outcomes and of what is still open sum to one."""
    outcome, ended = run["outcome"], run["ended_at"]
    is_paid_back = run.is_paid_back
    yield from run.where((outcome != Outcome.OPEN) != run.has("ended_at"), "an ending goes with an outcome")
    yield from run.where(is_paid_back & (ended != run["refunded_at"]), "ended before or after it was refunded")
    yield from run.where(is_paid_back & (run["route"] == Route.NONE), "was refunded by no route")


def every_claim_without_money_has_its_reason(run: Evidence) -> Iterator[Breach]:
    """Who ends without it, or waits in vain, does so for one reason of that outcome."""
    reason, outcome = run["failed_because"], run["outcome"]
    is_paid_back, its = run.is_paid_back, np.array(OUTCOMES)[reason]
    failed = its != Outcome.OPEN
    yield from run.where(failed != run.has("failed_at"), "a failure goes with its instant")
    yield from run.where(~is_paid_back & (reason == Failure.NONE), "has no money, and no reason")
    yield from run.where(~is_paid_back & (its != outcome), "has another outcome's reason")
    rescued = run.says("route", Route.CHARGEBACK, Route.NOT_DISPATCHED)
    yield from run.where(is_paid_back & failed & ~rescued, "came to nothing, and has the money all the same")
    lost = run.has("chargeback_opened_at") & ~failed
    yield from run.where(lost, "went to the bank, and had not come to nothing")


def no_refund_is_above_the_price(run: Evidence) -> Iterator[Breach]:
    """All the money is a refund, some of it a partial one, and nobody else gets any."""
    outcome, refund, price = run["outcome"], run["refund"], run.fact("value")
    yield from run.where((refund < 0) | (refund > price), "the refund is above the price")
    yield from run.where(run["claimed"] > price, "more is asked for than the price")
    yield from run.where((outcome == Outcome.REFUNDED) & (refund != price), "refunded is all the money")
    yield from run.where((outcome == Outcome.PARTLY_REFUNDED) & (refund == price), "partly is not all the money")
    yield from run.where(~run.is_paid_back & (refund != 0), "money came back without a refund")


def the_money_comes_back_once(run: Evidence) -> Iterator[Breach]:
    """A refund falls due and arrives for those who are refunded, and for nobody else."""
    is_paid_back = run.is_paid_back
    yield from run.where(is_paid_back != run.has("refund_due_at"), "a refund falls due for the refunded")
    yield from run.where(is_paid_back != run.has("refunded_at"), "the money arrives for the refunded")


def the_money_arrives_within_its_limit(run: Evidence) -> Iterator[Breach]:
    """No later than the policy's limit, where that does not end before the refund is due.

    It was decided by the verdict on the route that the money came by; no verdict is later than that falls due.
    """
    for kind, terms in run.terms.items():
        paid = np.flatnonzero((run["claim"] == kind) & run.has("refunded_at"))
        if len(paid):
            yield from _within_its_limit(run.only(paid), terms.refund_within)


def _within_its_limit(run: Evidence, within: Since) -> Iterator[Breach]:
    due = run["refund_due_at"]
    since = {int(Anchor.PAID): run["paid_at"], int(Anchor.ASKED): run["asked_at"]}
    haggled = np.any([run.has(f"{one.word}_opened_at") for one, text in STAGES.items() if text.in_rounds], axis=0)
    disputed = np.minimum(run["withdrawn_at"], np.where(haggled, due, run["dispute_settled_at"]))
    verdicts = {Route.DISPUTE: disputed, Route.MEDIATION: run["mediation_settled_at"]}
    since[int(Anchor.DECIDED)] = np.minimum(
        due, np.select([run["route"] == r for r in verdicts], [*verdicts.values()], due)
    )
    ends = run.after(since.get(within.anchor, due), within.span, Party.BANK)
    latest = np.maximum(earlier_or_later(ends, within.until, within.later), due)
    yield from run.where(run["refunded_at"] > latest, "the money came late")


def a_cancelled_parcel_stays(run: Evidence) -> Iterator[Breach]:
    """What was cancelled, or never sent, is not dispatched any more."""
    stays = run.says("route", *PARCEL_STAYS) & run.is_paid_back
    yield from run.where(stays & run.has("dispatched_at"), "was cancelled, and dispatched")
