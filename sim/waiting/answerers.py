"""Everybody who has been asked and has not answered: sellers by their type, the platform, buyers, the bank."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import numpy as np

from sim.arrays import Floats, Ints
from sim.chance.decisions import Decision
from sim.chance.orders import Openings
from sim.chance.request_draws import CANCELLATION, DISPUTE, INSPECTION, MEDIATION, RequestLuck
from sim.scenario.calendars import Calendar
from sim.scenario.distributions.families import DurationLaw
from sim.scenario.market import Answers
from sim.scenario.model import Scenario
from sim.scenario.selling import kinds_of, parties_of_kinds
from sim.vocabulary import ClaimKind, Party, Stage
from sim.waiting.answering import Answering, Habit
from sim.waiting.history import Histories
from sim.waiting.not_yet import Shaped
from sim.waiting.pending import Open, Pending, calendar_of, deadlines, ruled_by_the_platform

RULINGS = ("buyer", "split", "seller")
"""From the lowest luck to the highest, as `rules.requests.ruling_bounds`."""


class Ruling:
    """The platform's luck for some pending cases, each of its kind of claim."""

    def __init__(self, scenario: Scenario, kinds: Ints, asked: Pending, calendar: Calendar) -> None:
        self._count, self._groups = len(kinds), []
        for kind in ClaimKind:
            here = np.flatnonzero(kinds == kind)
            if len(here):
                self._groups.append(_OfKind(scenario, kind, here, asked.of(here), calendar))

    @property
    def chance(self) -> Floats:
        """How likely it is that no ruling has come yet, by case."""
        chance = np.ones(self._count)
        for group in self._groups:
            chance[group.here] = group.weights.sum(axis=1)
        return chance

    def draw(self, answer: Floats, notice: Floats, handling: Floats, rows: Ints) -> tuple[Floats, Floats, Floats]:
        """The uniforms of the ruling, the notice and the handling, for three over everything."""
        for group in self._groups:
            place = np.full(self._count, -1)
            place[group.here] = np.arange(len(group.here))
            mine = np.flatnonzero(place[rows] >= 0)
            drawn = group.draw(answer[mine], notice[mine], handling[mine], place[rows[mine]])
            answer, notice, handling = (
                _with(whole, mine, part) for whole, part in zip((answer, notice, handling), drawn, strict=True)
            )
        return answer, notice, handling


class _OfKind:
    """The pending cases of one kind of claim."""

    def __init__(self, scenario: Scenario, kind: ClaimKind, here: Ints, asked: Pending, calendar: Calendar) -> None:
        assert scenario.policy.mediation is not None
        levers = scenario.policy.mediation.of(kind)
        own = dict(levers.laws_by_ruling())
        self.here = here
        self._prior = np.array([getattr(levers.rulings, ruling) for ruling in RULINGS])
        habits = [
            Habit(0.0, own.get(f"{ruling}.notice", levers.notice), None,
                  own.get(f"{ruling}.handling", levers.handling), calendar)
            for ruling in RULINGS
        ]  # fmt: skip
        common = Answering(habits[0], asked)
        self._answering = [common, *(Answering(habit, asked) if own else common for habit in habits[1:])]
        self.weights = np.stack([one.chance for one in self._answering], axis=1) * self._prior

    def draw(self, answer: Floats, notice: Floats, handling: Floats, rows: Ints) -> tuple[Floats, Floats, Floats]:
        weights = np.cumsum(self.weights, axis=1)[rows]
        luck = answer * weights[:, -1]
        ruled = np.minimum((weights <= luck[:, None]).sum(axis=1), len(RULINGS) - 1)
        before = np.concatenate([np.zeros((len(rows), 1)), weights], axis=1)[np.arange(len(rows)), ruled]
        whole = self.weights[rows, ruled]
        within = np.divide(luck - before, whole, out=np.zeros_like(luck), where=whole > 0)
        begins = np.concatenate([[0.0], np.cumsum(self._prior)])
        says = begins[ruled] + within * self._prior[ruled]
        says = np.clip(says, begins[ruled], np.nextafter(begins[ruled + 1], 0.0))
        says = np.where(weights[:, -1] > 0, says, answer)
        for ruling, answering in enumerate(self._answering):
            mine = np.flatnonzero(ruled == ruling)
            _, looks, works = answering.draw(answer[mine], notice[mine], handling[mine], rows[mine])
            notice, handling = _with(notice, mine, looks), _with(handling, mine, works)
        return says, notice, handling


def _with(whole: Floats, here: Ints, part: Floats) -> Floats:
    """With a part put in place of what was there."""
    whole = whole.copy()
    whole[here] = part
    return whole


SELLERS = {Stage.CANCELLATION: CANCELLATION, Stage.DISPUTE: DISPUTE, Stage.INSPECTION: INSPECTION}
"""The stages that sellers answer, and the decisions that each is left to."""
OFFERED = RequestLuck(Decision.OFFER_ANSWER, Decision.OFFER_NOTICE, Decision.OFFER_NOTICE)
FILED = RequestLuck(Decision.CHARGEBACK_ANSWER, Decision.CHARGEBACK_NOTICE, Decision.CHARGEBACK_NOTICE)
"""No work is done on an offer, nor by a bank: of their three decisions the last is left as it is."""


class Answerers:
    """What is left of the luck of everybody who has not answered."""

    def __init__(
        self, scenario: Scenario, histories: Histories, pending: Mapping[Stage, Open], calendars: Openings
    ) -> None:
        self._scenario, self._calendars = scenario, calendars
        self._histories, self._count = histories, len(histories)
        rows, asked = pending[Stage.DISPUTE]
        by_platform = ruled_by_the_platform(scenario, histories)[rows]
        ruled, sold = np.flatnonzero(by_platform), np.flatnonzero(~by_platform)
        self._open = {**pending, Stage.DISPUTE: (rows[sold], asked.of(sold))}
        kinds = list(zip(kinds_of(scenario.market.sellers), parties_of_kinds(scenario), strict=True))
        self._sellers = {
            stage: [self._of_seller(stage, getattr(kind, stage.word), party) for kind, party in kinds]
            for stage in SELLERS
        }
        platform = calendars[Party.PLATFORM]
        cases, case = self._open[Stage.MEDIATION]
        self._ruled = [
            (here, Ruling(scenario, histories.kind[here], each, platform))
            for here, each in ((cases, case), (rows[ruled], asked.of(ruled)))
            if len(here)
        ]
        self._others = [
            (*self._open[stage][:1], decisions, answering)
            for stage, decisions, answering in self._buyers_and_banks()
            if len(self._open[stage][0])
        ]

    def chance(self, kind: int) -> Floats:
        """How likely it is that every case stands as it does, if it is with a seller of this kind."""
        chance = np.ones(self._count)
        for stage, answering in self._sellers.items():
            chance[self._open[stage][0]] *= answering[kind].chance
        for here, ruling in self._ruled:
            chance[here] *= ruling.chance
        for here, _, others in self._others:
            chance[here] *= others.chance
        return chance

    def shape(self, shaped: Shaped, seller_type: Ints, rows: Ints) -> None:
        """Lay what is left over the luck of some replicates of cases."""
        for stage, decisions in SELLERS.items():
            for kind, answering in enumerate(self._sellers[stage]):
                here = np.flatnonzero(seller_type == kind)
                _lay_over(shaped, here, rows, self._open[stage][0], decisions, answering, self._count)
        every = np.arange(len(rows))
        for cases, ruling in self._ruled:
            _lay_over(shaped, every, rows, cases, MEDIATION, ruling, self._count)
        for cases, decisions, answering in self._others:
            _lay_over(shaped, every, rows, cases, decisions, answering, self._count)

    def _of_seller(self, stage: Stage, answers: Answers, party: Party) -> Answering:
        rows, asked = self._open[stage]
        if party != Party.SELLER and len(rows):  # days off of its own
            some = self._histories.of(rows)
            asked = replace(
                asked, deadline=deadlines(self._scenario, some, stage, asked.opened, self._calendars, party)
            )
        return Answering(Habit.of(answers, self._calendars[party]), asked)

    def _buyers_and_banks(self) -> list[tuple[Stage, RequestLuck, Answering]]:
        nothing = DurationLaw.model_validate(0)
        offers, bank = self._scenario.buyers.offers, self._scenario.policy.chargeback
        buyers = calendar_of(self._scenario, Party.BUYER, self._calendars)
        habits = [(Stage.OFFER, OFFERED, Habit(offers.silent, offers.notice, None, nothing, buyers))]
        if bank is not None:
            habit = Habit(0.0, bank.notice, None, nothing, self._calendars[Party.BANK])
            habits.append((Stage.CHARGEBACK, FILED, habit))
        return [(stage, decisions, Answering(habit, self._open[stage][1])) for stage, decisions, habit in habits]


def _lay_over(
    shaped: Shaped,
    here: Ints,
    rows: Ints,
    cases: Ints,
    decisions: RequestLuck,
    answerer: Answering | Ruling,
    count: int,
) -> None:
    place = np.full(count, -1)
    place[cases] = np.arange(len(cases))
    some = here[place[rows[here]] >= 0]
    if len(some):
        says, looks, works = (shaped.plain(decision)[some] for decision in decisions)
        drawn = answerer.draw(says, looks, works, place[rows[some]])
        shaped.lay_over(some, dict(reversed(list(zip(decisions, drawn, strict=True)))))
