"""What may have happened after a dispute was opened, and has not: the platform, the return, the bank."""

from __future__ import annotations

import numpy as np

from sim.arrays import Bools, Ints
from sim.chance.decisions import Decision
from sim.chance.drawings import happens
from sim.chance.orders import Dispatching, Openings
from sim.chance.sampler import OrderSampler
from sim.rules.terms import kind_of
from sim.scenario.distributions.families import draw
from sim.scenario.durations import NEVER
from sim.scenario.model import Scenario
from sim.vocabulary import ClaimKind, Party
from sim.waiting.calendars import elapsed
from sim.waiting.history import Histories
from sim.waiting.not_yet import Shaped, has_not, may_be_lost, waits_longer
from sim.waiting.steps import Standing, could_dispute, steps


def shape_the_last_steps(
    scenario: Scenario, seen: Histories, luck: Shaped, sampler: OrderSampler, plan: Dispatching, calendars: Openings
) -> None:
    """Everything from the dispute on but answers."""
    come = steps(scenario, seen, calendars)
    first = could_dispute(scenario, seen, plan.instants(seen.at("paid")), calendars, not_come=NEVER)
    _the_dispute(scenario, seen, first, luck)
    _the_call(scenario, seen, come, luck)
    _the_return(scenario, seen, come, luck, calendars)
    _the_bank(scenario, seen, come, luck, sampler)


def _the_dispute(scenario: Scenario, seen: Histories, first: Ints, luck: Shaped) -> None:
    """Who could have opened a dispute and has not takes longer than that."""
    quiet = (seen.disputed >= NEVER) & ~seen.has("refund_due") & ~seen.has("failed")
    for kind, law in scenario.buyers.dispute_after.items():
        comes = seen.has("delivered") if kind == ClaimKind.REGRET else seen.has("requested")
        here = quiet & comes & (seen.kind == kind)
        waits_longer(luck, Decision.DISPUTES_AFTER, law, here, np.where(here, seen.now - first, -1))


def _the_call(scenario: Scenario, seen: Histories, come: Standing, luck: Shaped) -> None:
    """Nobody has called the platform: into a dispute that has no answer, or after a no."""
    terms = scenario.buyers.escalation
    waits = seen.has("dispute_opened") & ~seen.has("mediation_opened")
    until = np.where(seen.has("offer_opened"), seen.at("offer_closed"), seen.at("dispute_closed"))
    until = np.minimum(until, seen.now)
    than = np.where(come.calls_from <= until, until - np.minimum(come.calls_from, until), -1)
    than = np.maximum(than, np.where(come.refused_at < NEVER, seen.now - np.minimum(come.refused_at, seen.now), -1))
    waits |= come.refused_at < NEVER
    D = Decision
    has_not(luck, D.ESCALATES, terms.probability, D.ESCALATES_AFTER, terms.after, waits, than)


def _the_return(scenario: Scenario, seen: Histories, come: Standing, luck: Shaped, calendars: Openings) -> None:
    """What has to go back is not posted yet, or not there."""
    buyers, carrier = scenario.buyers, scenario.market.carrier
    posts = (come.won_at < NEVER) & ~seen.has("return_posted") & seen.has("delivered") & (come.failed_at >= NEVER)
    posts &= "return_posted" in seen.instants
    since = np.maximum(np.where(posts, come.won_at, 0), np.where(posts, seen.at("delivered"), 0))
    than = elapsed(np.minimum(since, seen.now), seen.now, kind_of(buyers.return_delay), calendars[Party.CARRIER])
    waits_longer(luck, Decision.RETURN_DELAY, buyers.return_delay, posts, than)
    under_way = seen.has("return_posted") & ~seen.has("return_received") & (come.failed_at >= NEVER)
    posted = np.minimum(seen.at("return_posted"), seen.now)
    than = elapsed(posted, seen.now, kind_of(carrier.return_transit), calendars[Party.CARRIER])
    paid = seen.has("refund_due")
    waits_longer(luck, Decision.RETURN_TRANSIT, carrier.return_transit, under_way & ~paid, than)
    may_be_lost(luck, (Decision.RETURN_LOST, Decision.RETURN_TRANSIT), carrier.return_lost,
                carrier.return_transit, under_way & paid & ("return_received" in seen.instants), than)  # fmt: skip


def _the_bank(scenario: Scenario, seen: Histories, come: Standing, luck: Shaped, sampler: OrderSampler) -> None:
    """Who got nothing has not turned to the bank: they may still, later than now."""
    if "chargeback_opened" not in seen.instants or scenario.policy.chargeback is None:
        return
    quiet = ~seen.has("chargeback_opened") & ~seen.has("refund_due")
    ended = np.minimum(come.failed_at, np.where(_calls_nobody(scenario, sampler, come), come.refused_at, NEVER))
    than = np.where(ended < NEVER, seen.now - np.minimum(ended, seen.now), -1)
    terms, D = scenario.buyers.chargeback, Decision
    quiet &= ended < NEVER
    has_not(luck, D.CHARGES_BACK, terms.probability, D.CHARGES_BACK_AFTER, terms.after, quiet, than)


def _calls_nobody(scenario: Scenario, sampler: OrderSampler, come: Standing) -> Bools:
    """Whose no is the last word: as luck has it, nobody calls the platform, or too late."""
    terms, mediation = scenario.buyers.escalation, scenario.policy.mediation
    if mediation is None:
        return np.asarray(come.refused_at < NEVER)
    calls = sampler.one(happens(Decision.ESCALATES, terms.probability)) == 1
    after: Ints = draw(terms.after, sampler.luck(Decision.ESCALATES_AFTER))
    last = mediation.escalate_within
    within = None if last is None else last.within
    too_late = np.zeros(len(calls), dtype=bool) if within is None else after > within.seconds
    return np.asarray(~calls | too_late)
