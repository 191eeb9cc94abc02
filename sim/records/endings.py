"""Always true of how orders end: each exactly once, and with no more money than was paid."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from sim.chance.facts import Ints
from sim.chance.instants import earlier_or_later
from sim.records.evidence import KINDS, Breach, Evidence
from sim.records.life import SETTLEMENTS
from sim.rules.terms import Since
from sim.vocabulary import Anchor, Failure, Outcome, Party, Route, Settled, Word
from sim.vocabulary.endings import OUTCOMES
from sim.vocabulary.stages import STAGES

PARCEL_STAYS = (Route.FREE_CANCELLATION, Route.CANCELLATION, Route.NOT_DISPATCHED)
IN_ROUNDS = tuple(f"{stage.word}_opened_at" for stage, text in STAGES.items() if text.in_rounds)
_OF: dict[str, Sequence[Word]] = {
    "claim": KINDS,
    "outcome": [outcome for outcome in Outcome if outcome is not Outcome.NO_CLAIM],
    "route": list(Route),
    "failed_because": list(Failure),
    **{column: list(Settled) for column in SETTLEMENTS},
    "answered_by": list(Party),
}
WORDS = {column: np.array([code in codes for code in range(max(codes) + 1)]) for column, codes in _OF.items()}
"""Of a column with codes: whether a number is one of its words, from 0 to the last of them."""
OUTCOME_OF = np.array(OUTCOMES)
"""By reason."""
OPEN, NO_REASON = int(Outcome.OPEN), int(Failure.NONE)


def orders_in_are_outcomes_out(run: Evidence) -> Iterator[Breach]:
    """Every claim that was drawn has one row, no other order has one, and the rows ascend by order number."""
    drawn, told = run.fact("order"), run["order"]
    for order in np.setxor1d(drawn, told).tolist() if not np.array_equal(drawn, told) else ():
        yield Breach("was drawn and has no row" if order in drawn else "has a row and was never drawn", order)
    for order in told[:-1][told[1:] <= told[:-1]].tolist():
        yield Breach("stands twice, or its row is out of order", order)
    for column, length in run.lengths():
        if length != len(told):
            yield Breach(f"the column {column} is not as long as the table", None)


def nobody_is_refunded_unasked_and_claims_as_well(run: Evidence) -> Iterator[Breach]:
    """Orders that the platform refunds at the dispatch limit before anybody asks are no claims."""
    unasked, claims = run.records.draws.refunded_unasked, run["order"]
    if len(claims):
        next_claim = np.minimum(np.searchsorted(claims, unasked), len(claims) - 1)
        for order in unasked[claims[next_claim] == unasked].tolist():
            yield Breach("was refunded unasked, and has a claim", order)
    for order in unasked[(unasked < 0) | (unasked >= len(run.records.draws.orders))].tolist():
        yield Breach("was refunded unasked, and was never paid", order)
    for order in unasked[:-1][unasked[1:] <= unasked[:-1]].tolist():
        yield Breach("was refunded unasked twice", order)


def every_code_is_a_word(run: Evidence) -> Iterator[Breach]:
    """Kinds of claim, outcomes, routes and settlements are known words, and a claim is a claim."""
    for column, is_word in WORDS.items():
        told, last = run[column], len(is_word) - 1
        unknown = told.view(np.uint64) > last  # what lies below 0 is very large, read so
        if not is_word.all():
            unknown |= ~is_word.take(told, mode="clip")
        yield from run.where(unknown, f"{column} has no such code")


def every_claim_has_at_most_one_ending(run: Evidence) -> Iterator[Breach]:
    """Counted at any time, the shares of the outcomes and of what is still open sum to one."""
    outcome, ended = run["outcome"], run["ended_at"]
    is_paid_back = run.is_paid_back
    yield from run.where((outcome != OPEN) != run.has("ended_at"), "an ending goes with an outcome")
    yield from run.where(is_paid_back & (ended != run["refunded_at"]), "ended before or after it was refunded")
    yield from run.where(is_paid_back & (run["route"] == int(Route.NONE)), "was refunded by no route")


def every_claim_without_money_has_its_reason(run: Evidence) -> Iterator[Breach]:
    """Who ends without it, or waits in vain, does so for one reason of that outcome."""
    reason, outcome = run["failed_because"], run["outcome"]
    has_none, its = ~run.is_paid_back, OUTCOME_OF.take(reason)
    failed = its != OPEN
    yield from run.where(failed != run.has("failed_at"), "a failure goes with its instant")
    yield from run.where(has_none & (reason == NO_REASON), "has no money, and no reason")
    yield from run.where(has_none & (its != outcome), "has another outcome's reason")
    rescued = run.says("route", Route.CHARGEBACK, Route.NOT_DISPATCHED)
    yield from run.where(failed & ~has_none & ~rescued, "came to nothing, and has the money all the same")
    yield from run.where(run.has("chargeback_opened_at") & ~failed, "went to the bank, and had not come to nothing")


def no_refund_is_above_the_price(run: Evidence) -> Iterator[Breach]:
    """All the money is a refund, some of it a partial one, and nobody else gets any."""
    outcome, refund, price = run["outcome"], run["refund"], run.fact("value")
    yield from run.where((refund < 0) | (refund > price), "the refund is above the price")
    yield from run.where(run["claimed"] > price, "more is asked for than the price")
    yield from run.where((outcome == int(Outcome.REFUNDED)) & (refund != price), "refunded is all the money")
    yield from run.where(
        (outcome == int(Outcome.PARTLY_REFUNDED)) & (refund == price), "partly is not all the money"
    )
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
    for paid, terms in run.of_each_kind:
        within = terms.refund_within
        on_the_wall = _limited_from(paid, within) + within.span.seconds  # no calendar lets a limit end sooner
        late = paid.has("refunded_at") & (paid["refunded_at"] > _latest(paid, on_the_wall, within))
        if late.any():
            yield from _within_its_limit(paid.only(np.flatnonzero(late)), within)


def _within_its_limit(run: Evidence, within: Since) -> Iterator[Breach]:
    ends = run.after(_limited_from(run, within), within.span, np.full(len(run), Party.BANK))
    yield from run.where(run["refunded_at"] > _latest(run, ends, within), "the money came late")


def _latest(run: Evidence, ends: Ints, within: Since) -> Ints:
    """The last instant at which the money may arrive, by when the limit's time ends."""
    latest: Ints = np.maximum(earlier_or_later(ends, within.until, within.later), run["refund_due_at"])
    return latest


def _limited_from(run: Evidence, within: Since) -> Ints:
    """From when on the limit counts."""
    since = {Anchor.PAID: "paid_at", Anchor.ASKED: "asked_at"}
    if within.anchor != Anchor.DECIDED:
        return run[next((instant for anchor, instant in since.items() if anchor == within.anchor), "refund_due_at")]
    due = run["refund_due_at"]
    haggled = np.logical_or.reduce([run.has(opened) for opened in IN_ROUNDS])
    disputed = np.minimum(run["withdrawn_at"], np.where(haggled, due, run["dispute_settled_at"]))
    verdicts = {Route.DISPUTE: disputed, Route.MEDIATION: run["mediation_settled_at"]}
    decided: Ints = np.minimum(due, np.select([run["route"] == r for r in verdicts], [*verdicts.values()], due))
    return decided


def a_cancelled_parcel_stays(run: Evidence) -> Iterator[Breach]:
    """What was cancelled, or never sent, is not dispatched any more."""
    stays = run.says("route", *PARCEL_STAYS) & run.is_paid_back
    yield from run.where(stays & run.has("dispatched_at"), "was cancelled, and dispatched")
