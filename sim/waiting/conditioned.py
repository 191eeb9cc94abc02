"""Luck conditioned on a case's past: each decision's uniform is drawn from what still agrees with what was seen.

What was seen is written over the facts (`seen`), what was not is drawn from what is left; all else is drawn as
for any order, by the same functions (`sim.chance`). So the engines, who are handed nothing but facts, replay the
past by themselves.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from sim.arrays import Bools, Columns, Floats, Ints
from sim.chance.choices import settled_by
from sim.chance.claim_onset import ClaimOnsets, first_onsets
from sim.chance.claims import Claimants, draw_claims
from sim.chance.decisions import Decision
from sim.chance.drawings import cents
from sim.chance.facts import Bought
from sim.chance.orders import Dispatching, Openings, SeenDispatch, draw_dispatching, weights_of
from sim.chance.rates import groups_in, groups_of, methods_in, methods_of
from sim.chance.sampler import OrderSampler
from sim.chance.streams import Luck, Numbers, choice
from sim.scenario.durations import NEVER
from sim.scenario.model import Scenario
from sim.scenario.selling import kinds_of, kinds_on_the_roster, parties_of_kinds, types_of_kinds
from sim.vocabulary import Stage
from sim.waiting.answerers import Answerers
from sim.waiting.conduct import Conduct, Dispatch
from sim.waiting.history import UNKNOWN, Histories
from sim.waiting.later import TOO_MUCH, later_facts
from sim.waiting.not_yet import Shaped, shape_the_last_steps, shape_the_rest, shaped_off
from sim.waiting.seen import seen_facts
from sim.waiting.steps import pending


@dataclass(frozen=True)
class Facts:
    """What luck and the past come to, for some replicates of cases."""

    claims: Columns
    """A column for each of `ClaimFacts`, of those who have asked or will."""
    rows: Ints
    """Which replicate each claim is."""
    unasked: Bools
    """Replicates that the platform refunds at the dispatch limit without anybody asking."""
    unasked_due: Ints
    """When it does so."""


class Conditions:
    """What the past says of each case's luck, worked out once for all its replicates."""

    def __init__(
        self, scenario: Scenario, histories: Histories, calendars: Openings, *, exact: bool = True
    ) -> None:
        """`exact`: whether instants are those that were seen; made-up ones tell nothing of who sells."""
        self.scenario, self.histories, self.calendars, self._exact = scenario, histories, calendars, exact
        kinds = kinds_of(scenario.market.sellers)
        parties = parties_of_kinds(scenario)
        self._dispatch = [
            Dispatch(scenario, kind, party, histories, calendars)
            for kind, party in zip(kinds, parties, strict=True)
        ]
        self.pending = {stage: pending(scenario, histories, stage, calendars) for stage in Stage}
        self._answerers = Answerers(scenario, histories, self.pending, calendars)
        self.types = self._posterior(_shares(scenario))

    @property
    def impossible(self) -> Ints:
        """Cases whose past this scenario gives no chance, whoever sells."""
        return np.flatnonzero(self.types.sum(axis=1) <= 0)

    def facts(self, rows: Ints, luck: Luck, then: Scenario | None = None, *, numbers: Ints | None = None) -> Facts:
        """One replicate of each of these cases; under the scenario `then`, for what its policy has a say in.

        The same luck gives the same replicate, whatever the policy. `numbers` are those by which each replicate's
        luck is found: of one that is drawn again, another than its place.
        """
        scenario, histories, places = then or self.scenario, self.histories.of(rows), np.arange(len(rows))
        shaped = Shaped(luck, places if numbers is None else numbers)
        bought = self._bought(rows, histories, shaped)
        for kind, dispatch in enumerate(self._dispatch):
            here = np.flatnonzero(bought.seller_type == kind)
            first, second = (shaped.plain(leg)[here] for leg in (Decision.ARRANGING, Decision.DISPATCHING))
            shaped.lay_over(here, dispatch.draw(first, second, rows[here]))
        self._answerers.shape(shaped, bought.seller_type, rows)
        sampler = OrderSampler(shaped, places)
        seen = SeenDispatch(histories.at("arranged"), histories.at("dispatched"))
        of_whom = histories.at("paid"), bought.seller_type, sampler, self.calendars, seen
        plan = draw_dispatching(self.scenario, *of_whom)
        shape_the_rest(self.scenario, histories, shaped, sampler, plan, self.calendars)
        shape_the_last_steps(self.scenario, histories, shaped, sampler, plan, self.calendars)
        if then is not None:  # what a new policy dates back comes now
            plan, soonest = draw_dispatching(then, *of_whom), histories.now + 1
            plan = replace(plan, due=np.maximum(plan.due, soonest), promised=np.maximum(plan.promised, soonest))
        return self._claims(scenario, histories, shaped, sampler, bought, plan)

    def _claims(
        self,
        scenario: Scenario,
        histories: Histories,
        shaped: Shaped,
        sampler: OrderSampler,
        bought: Bought,
        plan: Dispatching,
    ) -> Facts:
        paid = histories.at("paid")
        onsets = first_onsets(scenario, sampler, paid, plan, self.calendars, histories.at("delivered"))
        asked = histories.wants < NEVER
        onsets = ClaimOnsets(
            np.where(asked, histories.kind, onsets.claim), np.where(asked, histories.wants, onsets.asked)
        )
        dispatch = scenario.policy.dispatch
        refunds = dispatch.limit is not None and dispatch.on_miss == "refund"
        missed = refunds & (plan.ships_at > plan.due)
        asks = (onsets.asked < NEVER) & (asked | ~(missed & (plan.due < onsets.asked)))
        some = OrderSampler(_Some(sampler), sampler.numbers[asks])
        claims = draw_claims(
            scenario, Claimants(some, paid[asks], bought.only(asks), onsets.only(asks), plan.only(asks))
        )
        for_all = [one for one in scenario.buyers.choices if one.order is None and one.replication is None]
        claims, rows = settled_by(for_all, claims), np.flatnonzero(asks)
        claims["hassle"] = np.where(shaped_off(shaped, histories, self.scenario)[rows], TOO_MUCH, claims["hassle"])
        theirs, instants = histories.of(rows), plan.only(asks).instants(paid[asks])
        claims |= seen_facts(self.scenario, theirs, claims, self.calendars)
        claims |= later_facts(self.scenario, theirs, instants, claims, self.calendars)
        return Facts(claims, rows, missed & ~asks, plan.due)

    def _bought(self, rows: Ints, histories: Histories, shaped: Shaped) -> Bought:
        """What is known of it; what is not, by luck: a seller's type by what the seller has done so far."""
        market, sampler = self.scenario.market, OrderSampler(shaped, np.arange(len(rows)))
        bounds = np.cumsum(self.types, axis=1)[rows]
        of_type = (bounds <= shaped.plain(Decision.SELLER_TYPE)[:, None] * bounds[:, -1:]).sum(axis=1)
        of_type = np.minimum(of_type, self.types.shape[1] - 1)
        seller = choice(shaped.plain(Decision.SELLER), weights_of(market.sellers))
        drawn = Bought(
            sampler.one(cents(Decision.ORDER_VALUE, market.order_value)), seller, of_type,
            methods_of(methods_in(market), sampler), groups_of(groups_in(market), sampler),
        )  # fmt: skip
        known = [histories.fact(name) for name in ("value", "seller", "type", "method", "group")]
        told = [np.where(given == UNKNOWN, luck, given) for given, luck in zip(known, drawn, strict=True)]
        shaped.know(self.scenario, method=told[3], group=told[4], known=(known[3] != UNKNOWN, known[4] != UNKNOWN))
        return Bought(*told)

    def _posterior(self, shares: list[float]) -> Floats:
        """By case and type of seller: how likely it is that such a one sells, after what has been seen."""
        chances = np.tile(np.array(shares), (len(self.histories), 1))
        for kind, dispatch in enumerate(self._dispatch):
            chances[:, kind] *= dispatch.chance * self._answerers.chance(kind)
        if self._exact and len(shares) > 1:
            conduct = Conduct(self.scenario, self.histories, self.calendars)
            for kind, dispatch in enumerate(self._dispatch):
                chances[:, kind] *= dispatch.arranged_about_then * conduct.chance(kind)
        sellers = self.scenario.market.sellers
        for known, of_kinds in (
            (self.histories.fact("type"), np.array(types_of_kinds(sellers))),
            (self._known_kinds(), np.arange(len(shares))),
        ):
            given = known != UNKNOWN
            chances[given] = np.where(of_kinds == known[given][:, None], chances[given], 0.0)
        return chances

    def _known_kinds(self) -> Ints:
        """Of sellers on the roster: their kind; UNKNOWN for others."""
        sellers, number = self.scenario.market.sellers, self.histories.fact("seller")
        if sellers.roster is None:
            return np.full(len(self.histories), UNKNOWN)
        kinds = np.array([*kinds_on_the_roster(sellers), UNKNOWN])
        return kinds[number]


def _shares(scenario: Scenario) -> list[float]:
    """By kind of seller: what part of the sellers, or of a roster's orders, is of it."""
    sellers = scenario.market.sellers
    if sellers.roster is None:
        return [kind.share for kind in kinds_of(sellers)]
    shares = [one.share for one in sellers.roster]
    by_kind: list[float] = np.bincount(kinds_on_the_roster(sellers), shares, len(kinds_of(sellers))).tolist()
    return by_kind


class _Some(Luck):
    """The luck of some of those whom a sampler draws for, who are numbered by their place among all."""

    def __init__(self, whole: OrderSampler) -> None:
        self._whole = whole

    def of(self, decision: Decision, numbers: Numbers) -> Floats:
        """Theirs."""
        return self._whole.luck(decision)[numbers]
