"""What may have happened and has not: asked, complained, arrived, paid out; and after a dispute was opened, the
platform called, the goods sent back, the bank turned to."""

from __future__ import annotations

import numpy as np

from sim.arrays import Bools, Floats, Ints
from sim.chance.decisions import Decision
from sim.chance.drawings import happens
from sim.chance.instants import instants_after
from sim.chance.orders import Dispatching, Openings
from sim.chance.rates import chances, methods_in, methods_of
from sim.chance.sampler import OrderSampler
from sim.chance.streams import Luck, Numbers
from sim.rules.terms import kind_of, last_day_of
from sim.scenario.distributions.families import DurationLaw, draw
from sim.scenario.durations import NEVER
from sim.scenario.model import Scenario
from sim.vocabulary import ClaimKind, Party
from sim.waiting.calendars import elapsed
from sim.waiting.history import Histories
from sim.waiting.seen import payment_begins
from sim.waiting.steps import Standing, could_dispute, steps
from sim.waiting.tails import less_likely, longer, part_of


class Shaped(Luck):
    """Luck of which some decisions are shaped by what was seen; the others are as they were."""

    def __init__(self, luck: Luck, numbers: Ints) -> None:
        self._plain, self._numbers = luck, numbers
        self._shaped: dict[Decision, Floats] = {}

    def of(self, decision: Decision, numbers: Numbers) -> Floats:
        """As shaped; `numbers` are all of them."""
        shaped = self._shaped.get(decision)
        return self.plain(decision) if shaped is None else shaped

    def plain(self, decision: Decision) -> Floats:
        """Over everything."""
        return self._plain.of(decision, self._numbers)

    def lay_over(self, here: Ints, uniforms: dict[Decision, Floats]) -> None:
        """Give some of them another uniform."""
        for decision, luck in uniforms.items():
            whole = self._shaped.setdefault(decision, self.plain(decision).copy())
            whole[here] = luck

    def know(self, scenario: Scenario, *, method: Ints, group: Ints, known: tuple[Bools, Bools]) -> None:
        """How an order was paid, and what was bought: in the middle of what such a one is drawn from."""
        market = scenario.market
        for decision, told, shares, here in (
            (Decision.PAYMENT_METHOD, method, list(market.payment_methods.values()), known[0]),
            (Decision.PRODUCT_GROUP, group, list(market.product_groups.values()), known[1]),
        ):
            if shares and here.any():
                ends = np.cumsum(shares) / np.sum(shares)
                middle = ends - np.array(shares) / np.sum(shares) / 2
                self.lay_over(np.flatnonzero(here), {decision: middle[told[here]]})


def shape_the_rest(
    scenario: Scenario, seen: Histories, luck: Shaped, sampler: OrderSampler, plan: Dispatching, calendars: Openings
) -> None:
    """Everything but dispatch and answers: what could have been seen by now, and has not."""
    _the_parcel(scenario, seen, luck, calendars)
    _the_wishes(scenario, seen, luck, sampler, plan, calendars)
    _the_button(scenario, seen, luck, plan)
    _patience(scenario, seen, luck)
    _the_money(scenario, seen, luck, sampler, calendars)


def waits_longer(luck: Shaped, decision: Decision, law: DurationLaw, here: Bools, than: Ints) -> None:
    """A duration that is known to be longer, for some."""
    rows = np.flatnonzero(here & (than >= 0))
    if len(rows) and not law.is_certain:
        luck.lay_over(rows, {decision: longer(law, than[rows]).of(luck.plain(decision)[rows])})


def has_not(
    luck: Shaped,
    whether: Decision,
    chance: float | Floats,
    after: Decision,
    law: DurationLaw,
    here: Bools,
    than: Ints,
) -> None:
    """What happens with a chance, after a time, and has not by then: it may still, later than that."""
    rows = np.flatnonzero(here & (than >= 0))
    if not len(rows):
        return
    tail = longer(law, than[rows])
    p = np.broadcast_to(np.asarray(chance, dtype=np.float64), here.shape)[rows]
    left = p * tail.chance
    told = less_likely(luck.plain(whether)[rows], p, part_of(left, 1 - p + left))
    later = np.where(tail.chance > 0, tail.of(luck.plain(after)[rows]), luck.plain(after)[rows])
    luck.lay_over(rows, {whether: told, after: later})


def _the_parcel(scenario: Scenario, seen: Histories, luck: Shaped, calendars: Openings) -> None:
    """Sent and not there: it takes longer than that, or is lost."""
    if "delivered" not in seen.instants:
        return
    carrier = scenario.market.carrier
    under_way = seen.has("dispatched") & ~seen.has("delivered")
    sent = np.where(under_way, seen.at("dispatched"), seen.now)
    than = elapsed(sent, seen.now, kind_of(carrier.transit), calendars[Party.CARRIER])
    decisions = Decision.LOST, Decision.TRANSIT
    may_be_lost(luck, decisions, carrier.lost, carrier.transit, under_way, than)


def may_be_lost(
    luck: Shaped,
    decisions: tuple[Decision, Decision],
    chance: float,
    law: DurationLaw,
    here: Bools,
    than: Ints,
) -> None:
    """What has not arrived in so long takes longer, or is lost: `decisions` whether, and how long it takes."""
    rows = np.flatnonzero(here)
    if not len(rows):
        return
    whether, takes = decisions
    tail = longer(law, than[rows])
    lost = part_of(chance, chance + (1 - chance) * tail.chance)
    told = less_likely(luck.plain(whether)[rows], chance, lost)
    luck.lay_over(rows, {whether: told, takes: tail.of(luck.plain(takes)[rows])})


def _the_wishes(
    scenario: Scenario, seen: Histories, luck: Shaped, sampler: OrderSampler, plan: Dispatching, calendars: Openings
) -> None:
    """Nobody has asked yet: no change of mind, no complaint, no fault found by now."""
    buyers, market, quiet = scenario.buyers, scenario.market, seen.asked >= NEVER
    D = Decision
    changes = chances(buyers.regret.probability, market, sampler)
    has_not(luck, D.REGRETS, changes, D.REGRETS_AFTER, buyers.regret.after, quiet, seen.now - seen.at("paid"))
    if (terms := buyers.not_received) is not None:
        chance = chances(terms.probability, market, sampler)
        there = seen.at("delivered") <= plan.promised
        since = seen.now - np.minimum(plan.promised, seen.now + 1)
        has_not(luck, D.MISSES_THE_PARCEL, chance, D.MISSES_THE_PARCEL_AFTER, terms.after, quiet & ~there, since)
    if (terms := buyers.defect) is not None:
        chance = chances(terms.probability, market, sampler)
        since = seen.now - np.minimum(_arrival(scenario, seen, sampler, plan, calendars), seen.now + 1)
        has_not(luck, D.FINDS_A_DEFECT, chance, D.FINDS_A_DEFECT_AFTER, terms.after, quiet, since)


def _arrival(
    scenario: Scenario, seen: Histories, sampler: OrderSampler, plan: Dispatching, calendars: Openings
) -> Ints:
    """When it came, or comes."""
    transit = scenario.market.carrier.transit
    comes = instants_after(
        plan.ships_at, kind_of(transit), draw(transit, sampler.luck(Decision.TRANSIT)), calendars[Party.CARRIER]
    )
    return np.where(seen.has("delivered"), seen.at("delivered"), comes)


def _the_button(scenario: Scenario, seen: Histories, luck: Shaped, plan: Dispatching) -> None:
    """Who has pressed it had it: the order's own window was open."""
    terms = scenario.policy.cancellation
    if terms is not None and terms.window.within is not None:
        since = plan.instants(seen.at("paid"))[terms.window.after]
        until, later = last_day_of(terms.window, scenario.start)
        by_its_length = seen.cancels & ~(later & (seen.at("requested") <= until))
        than = np.where(by_its_length, seen.at("requested") - since - 1, -1)
        waits_longer(luck, Decision.CANCELLATION_WINDOW, terms.window.within, by_its_length, than)


def _patience(scenario: Scenario, seen: Histories, luck: Shaped) -> None:
    """Who still waits has not given up, and who was answered had not."""
    patience, D = scenario.buyers.patience, Decision
    for decision, law, opened, closed, some in (
        (D.CANCELLATION_PATIENCE, patience.cancellation, "requested", "closed", seen.cancels),
        (D.DISPUTE_PATIENCE, patience.dispute, "dispute_opened", "dispute_closed", seen.has("dispute_opened")),
        (D.MEDIATION_PATIENCE, patience.mediation, "mediation_opened", "mediation_closed",
         seen.has("mediation_opened")),
    ):  # fmt: skip
        until = np.minimum(seen.now, seen.at(closed))
        than = np.where(some, until - np.minimum(seen.at(opened), until), -1)
        waits_longer(luck, decision, law, some, than)


def shaped_off(luck: Shaped, seen: Histories, scenario: Scenario) -> Bools:
    """Who has the parcel and has opened no dispute, because it is not worth it to them.

    The longer they could have, the less likely they are to be merely taking their time.
    """
    law = scenario.buyers.dispute_after.get(ClaimKind.REGRET)
    quiet, since = seen.keeps_quiet, seen.now - np.minimum(seen.at("delivered"), seen.now)
    waits = np.zeros(len(since)) if law is None else longer(law, since).chance
    goes_on = scenario.buyers.goes_on
    comes = goes_on * waits / (1 - goes_on + goes_on * waits + 1e-300)
    return np.asarray(quiet & (luck.plain(Decision.GOES_ON) >= comes))


def _the_money(
    scenario: Scenario, seen: Histories, luck: Shaped, sampler: OrderSampler, calendars: Openings
) -> None:
    """Due and not there: the bank takes longer than that, in its own days."""
    due = seen.has("refund_due") & ~seen.has("refunded")
    if not due.any():
        return
    begun = payment_begins(scenario, seen, calendars)
    methods = list(scenario.market.payment_methods)
    told = methods_of(methods_in(scenario.market), sampler)
    for kind in ClaimKind:
        for place, method in enumerate(methods):
            law = scenario.policy.refund.of(kind).posting[method]
            here = due & (seen.kind == kind) & (told == place)
            than = elapsed(begun, seen.now, kind_of(law), calendars[Party.BANK])
            waits_longer(luck, Decision.POSTING, law, here, np.where(here, than, -1))


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
