"""THE LIFE OF AN ORDER, compiled: step for step that of `sim.market.order`, which is the one to read first.

Where the story over there waits for a verdict, a part of it ends here with the question (ASKED), and the answer
begins the next part: `hear`. Where it waits for something that concerns this order alone (a parcel, the post, its
own patience), time simply passes (`wait_until`), since nobody else could notice; where it would wait for ever it
ends (IN_VAIN). Every other part comes to an outcome.
"""

from __future__ import annotations

from sim.compiled.anchors import closes_at, instant
from sim.compiled.case import (
    OPEN,
    has_money_back,
    is_still_free,
    is_worth_it,
    may_still_cancel,
    will_charge_back,
)
from sim.compiled.contending import (
    be_taken_over,
    escalate_or_be_refused,
    escalate_or_lapse,
    haggle,
    have_the_platform_rule,
    hear_of_the_inspection,
    hear_the_buyer,
    hear_the_ruling,
    lose_patience,
)
from sim.compiled.dealings import (
    IN_VAIN,
    be_refunded,
    be_refunded_in_part,
    cancel,
    end_with,
    fail,
    miss_the_parcel,
    wait_for_the_dispatch,
    wait_for_the_parcel,
    wait_until,
)
from sim.compiled.jit import step
from sim.compiled.layout import MarketRules, Record
from sim.compiled.parcel import has_left, missed_at, terms_of, travels, will_miss_the_limit
from sim.compiled.questions import (
    ASKED,
    ask_for_the_money,
    ask_the_bank,
    ask_to_cancel,
    parcel_hears_of_the_cancellation,
)
from sim.compiled.winning import win
from sim.rules import claims
from sim.scenario.durations import NEVER
from sim.vocabulary import ClaimKind, Failure, Route, Stage, Verdict


@step
def live(world: MarketRules, order: Record) -> bool:
    """Seek the money, as far as the first question. Whether there is one."""
    order.life.asked_at = order.now
    return go_on(world, order, seek_the_money(world, order))


@step
def hear(world: MarketRules, order: Record, verdict: int) -> bool:
    """What follows from a verdict, as far as the next question. Whether there is one."""
    if order.stage == Stage.CHARGEBACK:
        end_with(world, order, hear_the_bank(world, order, verdict))
        return False
    return go_on(world, order, seek_on(world, order, verdict))


@step
def go_on(world: MarketRules, order: Record, outcome: int) -> bool:
    """Whatever comes of seeking, the platform refunds what is never sent; the bank comes last."""
    if outcome not in (ASKED, IN_VAIN) and not has_money_back(outcome):
        if will_miss_the_limit(world, order):
            wait_until(order, order.parcel.dispatch_due, Failure.NONE)
            outcome = cancel(world, order, Route.NOT_DISPATCHED)
        else:
            outcome = try_the_last_resort(world, order, outcome)
    if outcome == IN_VAIN:
        travels(world, order)
    elif outcome != ASKED:
        end_with(world, order, outcome)
    return outcome == ASKED


@step
def seek_on(world: MarketRules, order: Record, verdict: int) -> int:
    """Each answer begins the part of the story that waited for it."""
    if order.stage == Stage.CANCELLATION:
        return hear_of_the_cancellation(world, order, verdict)
    if order.stage == Stage.DISPUTE:
        return hear_of_the_dispute(world, order, verdict)
    if order.stage == Stage.MEDIATION:
        return hear_the_ruling(world, order, verdict)
    if order.stage == Stage.INSPECTION:
        return hear_of_the_inspection(world, order, verdict)
    return hear_the_buyer(world, order, verdict)


@step
def seek_the_money(world: MarketRules, order: Record) -> int:
    """Who changed their mind cancels while that is possible, else waits and disputes; the others dispute."""
    if order.facts.claim != ClaimKind.REGRET:
        return dispute_in_time(world, order)
    if may_still_cancel(world, order):
        if is_still_free(world, order):
            return cancel(world, order, Route.FREE_CANCELLATION)
        return ask_to_cancel(world, order)
    return wait_and_dispute(world, order)


@step
def hear_of_the_cancellation(world: MarketRules, order: Record, verdict: int) -> int:
    """Agreed; or on to the platform; or wait for the parcel and dispute, for those who go on."""
    parcel_hears_of_the_cancellation(order, verdict)
    if verdict == Verdict.APPROVE:
        return cancel(world, order, Route.CANCELLATION)
    if verdict == Verdict.CLOSE:
        return fail(world, order, Failure.CLOSED_BY_SILENCE)
    if verdict == Verdict.ESCALATE:
        return have_the_platform_rule(world, order)
    if verdict == Verdict.MAY_ESCALATE:
        return escalate_or_lapse(world, order, NEVER)
    if verdict == Verdict.WITHDRAWN:
        return fail(world, order, Failure.LOST_PATIENCE)
    if not order.facts.goes_on:
        return fail(world, order, Failure.DID_NOT_GO_ON)
    return wait_and_dispute(world, order)


@step
def wait_and_dispute(world: MarketRules, order: Record) -> int:
    """What has been shipped cannot be intercepted: wait for the parcel, or at least until it is under way."""
    terms = terms_of(world, order)
    if not terms.may_dispute:
        return fail(world, order, Failure.NO_DISPUTE)
    if will_miss_the_limit(world, order):
        return OPEN
    in_transit = terms.while_in_transit
    comes = wait_for_the_dispatch(world, order) if in_transit else wait_for_the_parcel(world, order)
    if not comes:
        return IN_VAIN
    waits = not (in_transit and has_left(order))
    if claims.turns_to_not_received(missed_at(world, order), order.now, waits):
        miss_the_parcel(order)
    return dispute_in_time(world, order)


@step
def dispute_in_time(world: MarketRules, order: Record) -> int:
    """Ask for the money while the policy lets one, if it is worth the trouble."""
    terms = terms_of(world, order)
    if not terms.may_dispute:
        return fail(world, order, Failure.NO_DISPUTE)
    opens = max(order.now, instant(world, order, terms.opens))
    if will_miss_the_limit(world, order) and order.parcel.dispatch_due <= opens:
        return OPEN
    if has_left(order):
        travels(world, order)
    if not wait_until(order, opens, Failure.WINDOW_NEVER_OPENS):
        return IN_VAIN
    if claims.is_too_late(order.now, closes_at(world, order)):
        return fail(world, order, Failure.DISPUTE_TOO_LATE)
    if not is_worth_it(world, order):
        return fail(world, order, Failure.NOT_WORTH_IT)
    return dispute_by_and_by(world, order)


@step
def dispute_by_and_by(world: MarketRules, order: Record) -> int:
    """Who will dispute takes some time to do so; the window may be over by then."""
    at, last = order.now + order.facts.dispute_after, closes_at(world, order)
    comes = not claims.is_too_late(at, last)
    until = at if comes else last
    if will_miss_the_limit(world, order) and order.parcel.dispatch_due <= until:
        return OPEN
    if not wait_until(order, until, Failure.NEVER_DISPUTED):
        return IN_VAIN
    if not comes:
        return fail(world, order, Failure.DISPUTE_TOO_LATE)
    if has_left(order):
        travels(world, order)
    return dispute(world, order)


@step
def dispute(world: MarketRules, order: Record) -> int:
    """State a reason and an amount. Who has to agree says so, or the clock says what silence means."""
    order.life.route = Route.DISPUTE
    order.life.claimed = order.facts.value
    if not terms_of(world, order).needs_consent:
        order.life.withdrawn_at = order.now
        return win(world, order)
    return ask_for_the_money(world, order)


@step
def hear_of_the_dispute(world: MarketRules, order: Record, verdict: int) -> int:
    """Agreed, a part, or a bargain; taken over, given up, or refused."""
    if verdict == Verdict.APPROVE:
        return win(world, order)
    if verdict == Verdict.SPLIT:
        return be_refunded_in_part(world, order, order.facts.split_share)
    if verdict == Verdict.COUNTER:
        return haggle(world, order)
    if verdict == Verdict.ESCALATE:
        return be_taken_over(world, order)
    if verdict == Verdict.MAY_ESCALATE:
        return escalate_or_lapse(world, order, order.comes_after_refusal_at)
    if verdict == Verdict.WITHDRAWN:
        return lose_patience(world, order)
    if verdict == Verdict.CLOSE:
        return fail(world, order, Failure.CLOSED_BY_SILENCE)
    return escalate_or_be_refused(world, order)


@step
def try_the_last_resort(world: MarketRules, order: Record, outcome: int) -> int:
    """The bank takes the money back from the seller; if it does not, what was before stands."""
    if outcome == OPEN or not will_charge_back(world, order):
        return outcome
    wait_until(order, order.now + order.facts.charges_back_after, Failure.NONE)
    order.outcome_before = outcome
    return ask_the_bank(order)


@step
def hear_the_bank(world: MarketRules, order: Record, verdict: int) -> int:
    """Won by that route; or lost, and the earlier outcome stands."""
    if verdict != Verdict.APPROVE:
        return order.outcome_before
    order.decided_at = order.now
    if not has_left(order):
        return cancel(world, order, Route.CHARGEBACK)
    order.life.route = Route.CHARGEBACK
    return be_refunded(world, order, order.facts.value)
