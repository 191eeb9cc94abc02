"""Always true of what befalls one order: instants in order, and requests that end as their clocks say."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations, pairwise

import numpy as np

from sim.chance.facts import Ints
from sim.records.evidence import Breach, Evidence
from sim.scenario.durations import NEVER
from sim.vocabulary import ClaimKind, Party, RefundOn, Route, Settled, Stage
from sim.vocabulary.stages import STAGES, STEPS

CHAINS = (
    "paid arranged dispatched delivered",
    "paid asked cancellation_opened",
    "asked missed dispute_opened",
    "asked dispute_opened",
    "asked withdrawn return_posted",
    "withdrawn refund_due",
    "asked mediation_opened",
    *(" ".join(f"{stage.word}_{step}" for step in STEPS) for stage in Stage),
    *(f"{one.word}_settled {stage.word}_opened" for stage, text in STAGES.items() for one in text.follows),
    "dispute_settled return_posted return_received inspection_opened",
    "asked refund_due refunded ended",
    *(f"{stage.word}_settled refund_due" for stage in Stage),
    *(f"{stage.word}_settled ended" for stage in Stage),
    "asked failed ended",
    "failed chargeback_opened",
    *(f"{stage.word}_settled failed" for stage in Stage if stage is not Stage.CHARGEBACK),
)
"""Instants that come in this order, where they come at all. A mediation may precede a return or follow one."""
PAIRS = sorted({(f"{one}_at", f"{then}_at") for chain in CHAINS for one, then in pairwise(chain.split())})
INSTANTS = sorted({instant for pair in PAIRS for instant in pair})
MONEY_FALLS_DUE = {
    RefundOn.NOTICE: "refund_due return_posted",
    RefundOn.POSTED: "return_posted refund_due",
    RefundOn.RECEIVED: "return_received refund_due",
    RefundOn.INSPECTED: "inspection_settled refund_due",
}
"""Before or after which step of a return, by the policy."""


def instants_of_an_order_never_decrease(run: Evidence) -> Iterator[Breach]:
    """What follows from something does not come before it."""
    came = {instant for instant in INSTANTS if run.has(instant).any()}
    for earlier, later in PAIRS:
        if earlier in came and later in came:
            broken = (run[later] < run[earlier]) & run.has(earlier)
            yield from run.where(broken, f"{later.removesuffix('_at')} comes before {earlier.removesuffix('_at')}")


def a_dispute_is_opened_when_the_claim_may_be_made(run: Evidence) -> Iterator[Breach]:
    """With the parcel there, or at least under way; who received nothing may have it come later."""
    disputed = np.minimum(run["dispute_opened_at"], run["withdrawn_at"])
    for kind, terms in run.terms.items():
        if kind is not ClaimKind.NOT_RECEIVED:
            waits_for = "dispatched_at" if terms.while_in_transit else "delivered_at"
            early = (run["claim"] == kind) & (disputed < run[waits_for])
            yield from run.where(early, f"the dispute comes before {waits_for.removesuffix('_at')}")
    elsewhere = run.has("dispute_opened_at") & (run["answered_by"] != run.answerers(Stage.DISPUTE))
    yield from run.where(elsewhere, "the dispute was put to somebody whom the policy does not name")


def the_refund_falls_due_on_the_step_of_the_return_that_the_policy_names(run: Evidence) -> Iterator[Breach]:
    """At once on notice; else not before the parcel is posted, received or inspected, should it not get lost."""
    returned = run.has("return_posted_at") & run.has("refund_due_at") & (run.fact("return_lost") == 0)
    for kind, terms in run.terms.items():
        for trusted, refund_on in enumerate((terms.refund_on, terms.trusted_refund_on)):
            earlier, later = MONEY_FALLS_DUE[RefundOn(refund_on)].split()
            late = run[f"{earlier}_at"] > run[f"{later}_at"]
            of_kind = returned & (run["claim"] == kind) & (run.fact("trusted") == trusted)
            yield from run.where(of_kind & late, f"{later} comes before {earlier}")


def goods_go_back_only_where_the_policy_wants_them(run: Evidence) -> Iterator[Breach]:
    """Not where it wants none, nor below the price that it does not bother about; and nothing lost comes back."""
    posted, price = run.has("return_posted_at"), run.fact("value")
    wanted = run.by_kind(lambda terms: terms.needs_return) == 1
    yield from run.where(posted & ~wanted, "goods go back that nobody wants")
    yield from run.where(
        posted & (price < run.by_kind(lambda terms: terms.returnless_below)), "too cheap to go back"
    )
    yield from run.where(run.has("return_received_at") & (run.fact("return_lost") == 1), "a lost return came back")
    yield from run.where(run.has("delivered_at") & (run.fact("lost") == 1), "a lost parcel came")


def a_request_goes_through_its_steps(run: Evidence) -> Iterator[Breach]:
    """Every request that opens is settled; none is taken up unnoticed, and none answered unless taken up."""
    for stage in Stage:
        columns = tuple(run[f"{stage.word}_{step}_at"] for step in STEPS)
        how = run[f"{stage.word}_settled_by"]
        if not len(run) or (min(column.min() for column in columns) == NEVER and not how.any()):
            continue  # nobody asked, and nothing is said of it
        opened, joined, started, settled = (column < NEVER for column in columns)
        yield from run.where(opened != settled, f"{stage.word}: opened and settled go together")
        yield from run.where(settled != (how != Settled.OPEN), f"{stage.word}: settled, one does not know how")
        yield from run.where(joined & ~opened, f"{stage.word}: noticed, but never opened")
        yield from run.where(started & ~joined, f"{stage.word}: taken up, but never noticed")
        yield from run.where((how == Settled.ANSWERED) & ~started, f"{stage.word}: answered, but never taken up")


def one_request_is_open_at_a_time(run: Evidence) -> Iterator[Breach]:
    """The buyer waits for one answer before asking for the next."""
    for one, other in combinations(Stage, 2):
        asking = run.that_ask(other)
        opened, settled = asking[f"{one.word}_opened_at"], asking[f"{one.word}_settled_at"]
        apart = (settled <= asking[f"{other.word}_opened_at"]) | (asking[f"{other.word}_settled_at"] <= opened)
        yield from asking.where(~apart, f"{one.word} and {other.word} are open together")


def an_answer_takes_the_work_that_was_drawn(run: Evidence) -> Iterator[Breach]:
    """All of it when the request is answered, less when it left the desk before, none if nobody took it up."""
    for stage in Stage:
        idle = ~run.has(f"{stage.word}_started_at") & (run[f"{stage.word}_work"] != 0)
        yield from run.where(idle, f"{stage.word}: work that nobody took up")
        asking = run.that_ask(stage)
        work, drawn = asking[f"{stage.word}_work"], asking.answer(stage, "handling")
        answered = asking[f"{stage.word}_settled_by"] == Settled.ANSWERED
        unanswered = asking.has(f"{stage.word}_started_at") & ~answered
        yield from asking.where(answered & (work != drawn), f"{stage.word}: not the work that was drawn")
        yield from asking.where(unanswered & (work >= drawn), f"{stage.word}: worked off, not answered")


def nothing_is_answered_after_its_clock(run: Evidence) -> Iterator[Breach]:
    """Nothing outlasts its clock or its asker's patience; silence ends at the one, withdrawal at the other."""
    for stage in Stage:
        asking = run.that_ask(stage)
        if not len(asking):
            continue
        settled, how = asking[f"{stage.word}_settled_at"], asking[f"{stage.word}_settled_by"]
        deadline, gives_up = asking.deadlines(stage), _gives_up_at(asking, stage)
        yield from asking.where(settled > deadline, f"{stage.word}: settled after its clock")
        yield from asking.where(settled > gives_up, f"{stage.word}: settled after the buyer gave up")
        silent = (how == Settled.SILENCE) & (settled != deadline)
        yield from asking.where(silent, f"{stage.word}: silence, and the clock had not run out")
        withdrawn = (how == Settled.WITHDRAWN) & (settled != gives_up)
        yield from asking.where(withdrawn, f"{stage.word}: withdrawn, and patience had not run out")


def _gives_up_at(asking: Evidence, stage: Stage) -> Ints:
    """When the patience of who asks is over."""
    return np.asarray(asking[f"{stage.word}_opened_at"] + asking.fact(f"{stage.word}.patience"))


def interruption_goes_before_impatience_and_impatience_before_silence(run: Evidence) -> Iterator[Breach]:
    """Of what would end a request at one instant, the first of the three does."""
    for stage in Stage:
        asking = run.that_ask(stage)
        settled, how = asking[f"{stage.word}_settled_at"], asking[f"{stage.word}_settled_by"]
        hasty = (how == Settled.SILENCE) & (settled == _gives_up_at(asking, stage))
        yield from asking.where(hasty, f"{stage.word}: silence, though patience had run out as well")
    asking = run.that_ask(Stage.CANCELLATION)
    settled = asking["cancellation_settled_at"]
    unheard = asking.says("cancellation_settled_by", Settled.WITHDRAWN, Settled.SILENCE)
    for kind, terms in run.terms.items():
        due = asking.fact("dispatch_due") if terms.refunds_at_dispatch_limit else NEVER
        leaves = np.minimum(asking.fact("ships_at"), due)
        hasty = (asking["claim"] == kind) & unheard & (settled == leaves) & (not terms.ships_held)
        yield from asking.where(hasty, "cancellation: not interrupted, though the parcel left or missed its limit")


def only_dispatch_its_limit_or_the_platform_interrupts(run: Evidence) -> Iterator[Breach]:
    """The parcel leaves, the limit refunds the order, the platform takes a dispute over; nothing else intrudes."""
    for stage in Stage:
        asking = run.that_ask(stage)
        interrupted = np.flatnonzero(asking[f"{stage.word}_settled_by"] == Settled.INTERRUPTED)
        if len(interrupted) and asking.rows is not None:
            some = run.only(asking.rows[interrupted])
            settled, allowed = some[f"{stage.word}_settled_at"], _intrusions(some, stage)
            intruded = np.any([settled == instant for instant in allowed], axis=0)
            yield from some.where(~intruded, f"{stage.word}: interrupted, and nothing came between")


def _intrusions(some: Evidence, stage: Stage) -> tuple[Ints, ...]:
    """When something came between."""
    at_limit = np.where(some["route"] == Route.NOT_DISPATCHED, some["refund_due_at"], NEVER)
    if stage is Stage.CANCELLATION:
        return some["dispatched_at"], at_limit
    if STAGES[stage].taken_over:
        return _taken_over_at(some), at_limit
    return (at_limit,) if stage is Stage.MEDIATION else (np.full(len(some), -1),)


def _taken_over_at(run: Evidence) -> Ints:
    """When the platform would take each dispute over: called by the buyer, or by itself."""
    platform = np.full(len(run["order"]), Party.PLATFORM)
    may_call = {int(kind): terms.buyer_may_call_after for kind, terms in run.terms.items()}
    by_itself = {int(kind): terms.steps_in_after for kind, terms in run.terms.items()}
    may_at = run.later("dispute", "opened", may_call, platform)
    calls = (run.fact("escalates") == 1) & (may_at < NEVER) & (run.fact("escalates_after") < NEVER)
    calls_at = np.where(calls, may_at + run.fact("escalates_after"), NEVER)
    return np.minimum(calls_at, run.later("dispute", "opened", by_itself, platform))
