"""Always true of what befalls one order: instants in order, and requests that end as their clocks say."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations, pairwise

import numpy as np

from sim.records.evidence import Breach, Evidence
from sim.records.life import STEPS
from sim.scenario.durations import NEVER
from sim.vocabulary import RefundOn, Route, Settled, Stage

CHAINS = (
    "paid arranged dispatched delivered dispute_opened",
    "paid asked cancellation_opened",
    "asked dispute_opened",
    "asked mediation_opened",
    *(" ".join(f"{stage.word}_{step}" for step in STEPS) for stage in Stage),
    "cancellation_settled dispute_opened",
    "cancellation_settled mediation_opened",
    "dispute_settled mediation_opened",
    "dispute_settled return_posted return_received inspection_opened",
    "asked refund_due refunded ended",
    *(f"{stage.word}_settled refund_due" for stage in Stage),
    *(f"{stage.word}_settled ended" for stage in Stage),
)
"""Instants that come in this order, where they come at all. A mediation may precede a return or follow one."""
MONEY_FALLS_DUE = {
    RefundOn.NOTICE: "refund_due return_posted",
    RefundOn.POSTED: "return_posted refund_due",
    RefundOn.RECEIVED: "return_received refund_due",
    RefundOn.INSPECTED: "inspection_settled refund_due",
}
"""Before or after which step of a return, by the policy."""


def instants_of_an_order_never_decrease(run: Evidence) -> Iterator[Breach]:
    """What follows from something does not come before it."""
    pairs = {pair for chain in CHAINS for pair in pairwise(chain.split())}
    for earlier, later in sorted(pairs):
        yield from _never_before(run, earlier, later)


def the_refund_falls_due_on_the_step_of_the_return_that_the_policy_names(run: Evidence) -> Iterator[Breach]:
    """At once on notice; else not before the parcel is posted, received or inspected."""
    for kind, terms in run.terms.items():
        if terms.needs_return:
            earlier, later = MONEY_FALLS_DUE[RefundOn(terms.refund_on)].split()
            of_kind = (run["claim"] == kind) & run.has("return_posted_at") & run.has("refund_due_at")
            late = run[f"{earlier}_at"] > run[f"{later}_at"]
            yield from run.where(of_kind & late, f"{later} comes before {earlier}")


def _never_before(run: Evidence, earlier: str, later: str) -> Iterator[Breach]:
    first, then = run[f"{earlier}_at"], run[f"{later}_at"]
    yield from run.where((first < NEVER) & (then < first), f"{later} comes before {earlier}")


def a_request_goes_through_its_steps(run: Evidence) -> Iterator[Breach]:
    """Every request that opens is settled; none is taken up unnoticed, and none answered unless taken up."""
    for stage in Stage:
        opened, joined, started, settled = (run.has(f"{stage.word}_{step}_at") for step in STEPS)
        how = run[f"{stage.word}_settled_by"]
        yield from run.where(opened != settled, f"{stage.word}: opened and settled go together")
        yield from run.where(settled != (how != Settled.OPEN), f"{stage.word}: settled, one does not know how")
        yield from run.where(joined & ~opened, f"{stage.word}: noticed, but never opened")
        yield from run.where(started & ~joined, f"{stage.word}: taken up, but never noticed")
        yield from run.where((how == Settled.ANSWERED) & ~started, f"{stage.word}: answered, but never taken up")


def one_request_is_open_at_a_time(run: Evidence) -> Iterator[Breach]:
    """The buyer waits for one answer before asking for the next."""
    for one, other in combinations(Stage, 2):
        opened, settled = run[f"{one.word}_opened_at"], run[f"{one.word}_settled_at"]
        apart = (settled <= run[f"{other.word}_opened_at"]) | (run[f"{other.word}_settled_at"] <= opened)
        yield from run.where(~apart, f"{one.word} and {other.word} are open together")


def an_answer_takes_the_work_that_was_drawn(run: Evidence) -> Iterator[Breach]:
    """All of it when the request is answered, less when it left the desk before, none if nobody took it up."""
    for stage in Stage:
        work, drawn = run[f"{stage.word}_work"], run.fact(f"{stage.word}.handling")
        answered = run[f"{stage.word}_settled_by"] == Settled.ANSWERED
        started = run.has(f"{stage.word}_started_at")
        yield from run.where(answered & (work != drawn), f"{stage.word}: not the work that was drawn")
        yield from run.where(started & ~answered & (work >= drawn), f"{stage.word}: worked off, not answered")
        yield from run.where(~started & (work != 0), f"{stage.word}: work that nobody took up")


def nothing_is_answered_after_its_clock(run: Evidence) -> Iterator[Breach]:
    """Nothing outlasts its clock or its asker's patience; silence ends at the one, withdrawal at the other."""
    for stage in Stage:
        settled, how = run[f"{stage.word}_settled_at"], run[f"{stage.word}_settled_by"]
        deadline, opened = run.deadlines(stage), run.has(f"{stage.word}_opened_at")
        gives_up = run[f"{stage.word}_opened_at"] + run.fact(f"{stage.word}.patience")
        yield from run.where(opened & (settled > deadline), f"{stage.word}: settled after its clock")
        yield from run.where(opened & (settled > gives_up), f"{stage.word}: settled after the buyer gave up")
        silent = (how == Settled.SILENCE) & (settled != deadline)
        yield from run.where(silent, f"{stage.word}: silence, and the clock had not run out")
        withdrawn = (how == Settled.WITHDRAWN) & (settled != gives_up)
        yield from run.where(withdrawn, f"{stage.word}: withdrawn, and patience had not run out")


def interruption_goes_before_impatience_and_impatience_before_silence(run: Evidence) -> Iterator[Breach]:
    """Of what would end a request at one instant, the first of the three does."""
    for stage in Stage:
        settled, how = run[f"{stage.word}_settled_at"], run[f"{stage.word}_settled_by"]
        gives_up = run[f"{stage.word}_opened_at"] + run.fact(f"{stage.word}.patience")
        hasty = (how == Settled.SILENCE) & (settled == gives_up)
        yield from run.where(hasty, f"{stage.word}: silence, though patience had run out as well")
    settled, how = run["cancellation_settled_at"], run["cancellation_settled_by"]
    for kind, terms in run.terms.items():
        due = run.fact("dispatch_due") if terms.refunds_at_dispatch_limit else NEVER
        leaves = np.minimum(run.fact("ships_at"), due)
        unheard = (how == Settled.WITHDRAWN) | (how == Settled.SILENCE)
        hasty = (run["claim"] == kind) & unheard & (settled == leaves) & (not terms.ships_held)
        yield from run.where(hasty, "cancellation: not interrupted, though the parcel left or missed its limit")


def only_dispatch_or_its_limit_interrupts(run: Evidence) -> Iterator[Breach]:
    """A cancellation ends where the parcel leaves; that, or a mediation, where the limit refunds the order."""
    refunded_at_limit = (run["route"] == Route.NOT_DISPATCHED) & run.has("refund_due_at")
    for stage in Stage:
        settled, interrupted = (
            run[f"{stage.word}_settled_at"],
            run[f"{stage.word}_settled_by"] == Settled.INTERRUPTED,
        )
        allowed = refunded_at_limit & (run["refund_due_at"] == settled) & (stage <= Stage.MEDIATION)
        if stage is Stage.CANCELLATION:
            allowed |= run["dispatched_at"] == settled
        yield from run.where(
            interrupted & ~allowed, f"{stage.word}: interrupted, by neither dispatch nor its limit"
        )
