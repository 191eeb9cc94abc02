"""What follows when the seller does not agree, as in `sim.market.order`: bids, the platform, its ruling."""

from __future__ import annotations

from sim.compiled.case import OPEN, is_ruled, last_call, why_it_is_refused, will_escalate
from sim.compiled.dealings import be_refunded, be_refunded_in_part, fail, wait_until
from sim.compiled.jit import step
from sim.compiled.layout import MarketRules, Record
from sim.compiled.parcel import limit_passes_at, terms_of, waits_no_longer
from sim.compiled.questions import ask_the_buyer, ask_the_platform, bid_of
from sim.compiled.winning import win
from sim.rules import claims
from sim.scenario.durations import NEVER
from sim.vocabulary import Failure, Route, Stage, Verdict


@step
def haggle(world: MarketRules, order: Record) -> int:
    """The seller bids a part of the money for the goods to stay; what the last round leaves is a refusal."""
    if order.rounds_made == terms_of(world, order).rounds:
        return escalate_or_be_refused(world, order)
    order.rounds_made += 1
    return ask_the_buyer(world, order, bid_of(order))


@step
def hear_the_buyer(world: MarketRules, order: Record, verdict: int) -> int:
    """Taken; or the platform comes in between; or the next round."""
    if verdict == Verdict.APPROVE:
        return be_refunded_in_part(world, order, bid_of(order))
    if verdict == Verdict.ESCALATE:
        return be_taken_over(world, order)
    if verdict == Verdict.CLOSE:
        return fail(world, order, Failure.CLOSED_BY_SILENCE)
    return haggle(world, order)


@step
def be_taken_over(world: MarketRules, order: Record) -> int:
    """The platform steps into a pending dispute, unless it has just refunded the order by itself."""
    if limit_passes_at(world, order) <= order.now:
        return OPEN
    return have_the_platform_rule(world, order)


@step
def lose_patience(world: MarketRules, order: Record) -> int:
    """The buyer waits no longer: calls the platform if that is possible by now, else gives up."""
    if not claims.calls_instead_of_giving_up(order.now, order.buyer_may_call_at, order.facts.escalates):
        return fail(world, order, Failure.LOST_PATIENCE)
    return have_the_platform_rule(world, order)


@step
def escalate_or_be_refused(world: MarketRules, order: Record) -> int:
    """The seller said no: the buyer takes it to the platform while there is time, or it comes by itself."""
    calls_at = order.now + order.facts.escalates_after if will_escalate(world, order) else NEVER
    until = claims.taken_over_at(calls_at, order.comes_after_refusal_at)
    if until >= NEVER:
        return fail(world, order, why_it_is_refused(world, order))
    if limit_passes_at(world, order) < until:
        return OPEN
    wait_until(order, until, Failure.NONE)
    return have_the_platform_rule(world, order)


@step
def escalate_or_lapse(world: MarketRules, order: Record, comes_at: int) -> int:
    """The seller said nothing: the buyer may call the platform, in time or never, unless it comes by itself."""
    calls_at = order.now + order.facts.escalates_after if will_escalate(world, order) else NEVER
    ruled_from = claims.taken_over_at(calls_at, comes_at)
    lapses_at = claims.chance_to_escalate_lapses_at(order.now, last_call(world, order))
    until = ruled_from if ruled_from < NEVER else lapses_at
    if limit_passes_at(world, order) < until:
        return OPEN
    wait_until(order, until, Failure.NONE)
    if ruled_from >= NEVER:
        return fail(world, order, Failure.NOT_CALLED_IN_TIME)
    return have_the_platform_rule(world, order)


@step
def have_the_platform_rule(world: MarketRules, order: Record) -> int:
    """Mediation, once per order: for the buyer, for the seller, or split."""
    order.life.route = Route.MEDIATION
    order.life.claimed = order.facts.value
    return ask_the_platform(world, order)


@step
def hear_the_ruling(world: MarketRules, order: Record, verdict: int) -> int:
    """The platform has spoken."""
    if verdict != Verdict.APPROVE:
        waits_no_longer(order)
    if verdict == Verdict.SPLIT:
        order.decided_at = order.now
        return be_refunded_in_part(world, order, order.facts.split_share)
    if verdict == Verdict.WITHDRAWN:
        return fail(world, order, Failure.LOST_PATIENCE)
    if verdict == Verdict.APPROVE:
        return win(world, order)
    return fail(world, order, claims.what_the_platform_left(order.requests[Stage.MEDIATION].settled_by))


@step
def hear_of_the_inspection(world: MarketRules, order: Record, verdict: int) -> int:
    """The seller has looked at what came back and releases the money, or contests; the platform rules once."""
    if verdict == Verdict.CLOSE:
        return fail(world, order, Failure.CLOSED_BY_SILENCE)
    if verdict == Verdict.APPROVE or is_ruled(world, order):
        return be_refunded(world, order, order.facts.value)
    if verdict == Verdict.MAY_ESCALATE:
        return escalate_or_lapse(world, order, NEVER)
    if not terms_of(world, order).may_mediate:
        return fail(world, order, Failure.NOBODY_TO_TURN_TO)
    return have_the_platform_rule(world, order)
