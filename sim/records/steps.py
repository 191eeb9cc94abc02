"""Always true of what befalls one order: instants in order, and requests that end as their clocks say."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations, pairwise

import numpy as np

from sim.chance.facts import Ints
from sim.records.evidence import OPENED, Breach, Evidence
from sim.rules.terms import Span, Terms
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
OPEN, ANSWERED, INTERRUPTED, WITHDRAWN, SILENCE = map(int, Settled)


OF_STAGE = {f"{stage.word}_{step}_at": stage for stage in Stage for step in STEPS}
IN_ORDER = {
    stage: [
        (earlier, later, f"{later.removesuffix('_at')} comes before {earlier.removesuffix('_at')}")
        for earlier, later in PAIRS
        if OF_STAGE.get(later, OF_STAGE.get(earlier)) is stage
    ]
    for stage in (None, *Stage)
}
"""These pairs, and what is said where the later one comes first: by the stage whose requests they are about."""
CAME = {
    stage: ("paid_at", "asked_at", *(f"{stage.word}_{step}_at" for step in ("opened", "settled")))
    for stage in Stage
}
"""What came to everybody who asks at a stage."""
MONEY_FALLS_DUE = {
    RefundOn.NOTICE: "refund_due return_posted",
    RefundOn.POSTED: "return_posted refund_due",
    RefundOn.RECEIVED: "return_received refund_due",
    RefundOn.INSPECTED: "inspection_settled refund_due",
}
"""Before or after which step of a return, by the policy."""


def a_request_goes_through_its_steps(run: Evidence) -> Iterator[Breach]:
    """Every request that opens is settled; none is taken up unnoticed, and none answered unless taken up."""
    for stage in Stage:
        opened, joined, started, settled = (run.has(f"{stage.word}_{step}_at") for step in STEPS)
        is_told, how = run[f"{stage.word}_settled_by"] != OPEN, f"{stage.word}_settled_by"
        yield from run.where(opened != settled, f"{stage.word}: opened and settled go together")
        yield from run.where(settled != is_told, f"{stage.word}: settled, one does not know how")
        yield from run.where(joined > opened, f"{stage.word}: noticed, but never opened")
        yield from run.where(started > joined, f"{stage.word}: taken up, but never noticed")
        if stage in run.stages:
            asking = run.that_ask(stage)
            unheard = (asking[how] == ANSWERED) > asking.has(f"{stage.word}_started_at")
            yield from asking.where(unheard, f"{stage.word}: answered, but never taken up")


def instants_of_an_order_never_decrease(run: Evidence) -> Iterator[Breach]:
    """What follows from something does not come before it."""
    came = run.came
    for stage in (None, *run.stages):
        some = run if stage is None else run.that_ask(stage)
        for earlier, later, decrease in IN_ORDER[stage]:
            if earlier in came and later in came:
                broken = some[later] < some[earlier]
                came_before = stage is not None and earlier in CAME[stage]
                yield from some.where(broken if came_before else broken & some.has(earlier), decrease)


def a_dispute_is_opened_when_the_claim_may_be_made(run: Evidence) -> Iterator[Breach]:
    """With the parcel there, or at least under way; who received nothing may have it come later."""
    for disputed in ("dispute_opened_at", "withdrawn_at"):
        for some, terms in run.that(disputed).of_each_kind if disputed in run.came else ():
            waits_for = "dispatched_at" if terms.while_in_transit else "delivered_at"
            early = (some["claim"] != int(ClaimKind.NOT_RECEIVED)) & (some[disputed] < some[waits_for])
            yield from some.where(early, f"the dispute comes before {waits_for.removesuffix('_at')}")
    asking = run.that_ask(Stage.DISPUTE)
    elsewhere = asking["answered_by"] != asking.answerers(Stage.DISPUTE)
    yield from asking.where(elsewhere, "the dispute was put to somebody whom the policy does not name")


def the_refund_falls_due_on_the_step_of_the_return_that_the_policy_names(run: Evidence) -> Iterator[Breach]:
    """At once on notice; else not before the parcel is posted, received or inspected, should it not get lost."""
    for returned, terms in run.that("return_posted_at").of_each_kind:
        arrives = returned.has("refund_due_at") & (returned.fact("return_lost") == 0)
        for trusted, refund_on in enumerate((terms.refund_on, terms.trusted_refund_on)):
            earlier, later = MONEY_FALLS_DUE[RefundOn(refund_on)].split()
            late = returned[f"{earlier}_at"] > returned[f"{later}_at"]
            broken = arrives & late & (returned.fact("trusted") == trusted)
            yield from returned.where(broken, f"{later} comes before {earlier}")


def goods_go_back_only_where_the_policy_wants_them(run: Evidence) -> Iterator[Breach]:
    """Not where it wants none, nor below the price that it does not bother about; and nothing lost comes back."""
    for posted, terms in run.that("return_posted_at").of_each_kind:
        unwanted = np.full(len(posted), not terms.needs_return)
        yield from posted.where(unwanted, "goods go back that nobody wants")
        yield from posted.where(posted.fact("value") < terms.returnless_below, "too cheap to go back")
    yield from run.where(run.has("return_received_at") & (run.fact("return_lost") == 1), "a lost return came back")
    yield from run.where(run.has("delivered_at") & (run.fact("lost") == 1), "a lost parcel came")


def one_request_is_open_at_a_time(run: Evidence) -> Iterator[Breach]:
    """The buyer waits for one answer before asking for the next."""
    for one, other in combinations(run.stages, 2):
        asking = run.that_ask(other)
        opened, settled = asking[f"{one.word}_opened_at"], asking[f"{one.word}_settled_at"]
        together = (settled > asking[f"{other.word}_opened_at"]) & (asking[f"{other.word}_settled_at"] > opened)
        yield from asking.where(together, f"{one.word} and {other.word} are open together")


def an_answer_takes_the_work_that_was_drawn(run: Evidence) -> Iterator[Breach]:
    """All of it when the request is answered, less when it left the desk before, none if nobody took it up."""
    for stage in Stage:
        idle = (run[f"{stage.word}_work"] != 0) > run.has(f"{stage.word}_started_at")
        yield from run.where(idle, f"{stage.word}: work that nobody took up")
    for stage in run.stages:
        asking = run.that_ask(stage)
        work, drawn = asking[f"{stage.word}_work"], asking.answer(stage, "handling")
        answered = asking[f"{stage.word}_settled_by"] == ANSWERED
        unanswered = asking.has(f"{stage.word}_started_at") > answered
        yield from asking.where(answered & (work != drawn), f"{stage.word}: not the work that was drawn")
        yield from asking.where(unanswered & (work >= drawn), f"{stage.word}: worked off, not answered")


def nothing_is_answered_after_its_clock(run: Evidence) -> Iterator[Breach]:
    """Nothing outlasts its clock or its asker's patience; silence ends at the one, withdrawal at the other."""
    for stage in run.stages:
        for asking, terms in run.that_ask(stage).of_each_kind:
            settled, how = asking[f"{stage.word}_settled_at"], asking[f"{stage.word}_settled_by"]
            clock, gives_up = terms.requests[stage].clock, _gives_up_at(asking, stage)
            on_the_wall = asking[OPENED[stage]] + clock.seconds  # on no calendar is a clock over sooner
            if len(some := asking.only(np.flatnonzero((settled > on_the_wall) | (how == SILENCE)))):
                yield from _not_as_its_clock_says(some, stage, clock)
            yield from asking.where(settled > gives_up, f"{stage.word}: settled after the buyer gave up")
            withdrawn = (how == WITHDRAWN) & (settled != gives_up)
            yield from asking.where(withdrawn, f"{stage.word}: withdrawn, and patience had not run out")


def _not_as_its_clock_says(some: Evidence, stage: Stage, clock: Span) -> Iterator[Breach]:
    deadline = some.after(some[OPENED[stage]], clock, some.works(stage))
    settled, how = some[f"{stage.word}_settled_at"], some[f"{stage.word}_settled_by"]
    yield from some.where(settled > deadline, f"{stage.word}: settled after its clock")
    silent = (how == SILENCE) & (settled != deadline)
    yield from some.where(silent, f"{stage.word}: silence, and the clock had not run out")


def _gives_up_at(asking: Evidence, stage: Stage) -> Ints:
    """When the patience of who asks is over."""
    return np.asarray(asking[f"{stage.word}_opened_at"] + asking.fact(f"{stage.word}.patience"))


def interruption_goes_before_impatience_and_impatience_before_silence(run: Evidence) -> Iterator[Breach]:
    """Of what would end a request at one instant, the first of the three does."""
    for stage in run.stages:
        asking = run.that_ask(stage)
        settled, how = asking[f"{stage.word}_settled_at"], asking[f"{stage.word}_settled_by"]
        hasty = (how == SILENCE) & (settled == _gives_up_at(asking, stage))
        yield from asking.where(hasty, f"{stage.word}: silence, though patience had run out as well")
    for asking, terms in run.that_ask(Stage.CANCELLATION).of_each_kind:
        if not terms.ships_held:
            unheard = asking.says("cancellation_settled_by", WITHDRAWN, SILENCE)
            due = asking.fact("dispatch_due") if terms.refunds_at_dispatch_limit else NEVER
            leaves = np.minimum(asking.fact("ships_at"), due)
            hasty = unheard & (asking["cancellation_settled_at"] == leaves)
            yield from asking.where(
                hasty, "cancellation: not interrupted, though the parcel left or missed its limit"
            )


def only_dispatch_its_limit_or_the_platform_interrupts(run: Evidence) -> Iterator[Breach]:
    """The parcel leaves, the limit refunds the order, the platform takes a dispute over; nothing else intrudes."""
    for stage in run.stages:
        asking = run.that_ask(stage)
        interrupted = np.flatnonzero(asking[f"{stage.word}_settled_by"] == INTERRUPTED)
        for some, terms in asking.only(interrupted).of_each_kind if len(interrupted) else ():
            settled, allowed = some[f"{stage.word}_settled_at"], _intrusions(some, stage, terms)
            intruded = np.logical_or.reduce([settled == instant for instant in allowed])
            yield from some.where(~intruded, f"{stage.word}: interrupted, and nothing came between")


def _intrusions(some: Evidence, stage: Stage, terms: Terms) -> tuple[Ints, ...]:
    """When something came between."""
    at_limit = np.where(some["route"] == int(Route.NOT_DISPATCHED), some["refund_due_at"], NEVER)
    if stage is Stage.CANCELLATION:
        return some["dispatched_at"], at_limit
    if STAGES[stage].taken_over:
        return _taken_over_at(some, terms), at_limit
    return (at_limit,) if stage is Stage.MEDIATION else (np.full(len(some), -1),)


def _taken_over_at(some: Evidence, terms: Terms) -> Ints:
    """When the platform would take each dispute over: called by the buyer, or by itself."""
    opened, platform = some["dispute_opened_at"], np.full(len(some), Party.PLATFORM)
    may_at = some.after(opened, terms.buyer_may_call_after, platform)
    calls = (some.fact("escalates") == 1) & (may_at < NEVER) & (some.fact("escalates_after") < NEVER)
    calls_at = np.where(calls, may_at + some.fact("escalates_after"), NEVER)
    return np.minimum(calls_at, some.after(opened, terms.steps_in_after, platform))
