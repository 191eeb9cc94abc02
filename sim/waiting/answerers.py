"""Everybody who has been asked and has not answered: sellers by their type, the platform, buyers, the bank."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import numpy as np

from sim.chance.decisions import Decision
from sim.chance.facts import Ints
from sim.chance.orders import Openings
from sim.chance.request_draws import CANCELLATION, DISPUTE, INSPECTION, MEDIATION, RequestLuck
from sim.chance.streams import Floats
from sim.scenario.distributions import DurationLaw
from sim.scenario.market import Answers
from sim.scenario.model import Scenario
from sim.scenario.selling import kinds_of, parties_of_kinds
from sim.vocabulary import Party, Stage
from sim.waiting.answering import Answering, Habit
from sim.waiting.history import Histories
from sim.waiting.not_yet import Shaped
from sim.waiting.pending import Open, calendar_of, deadlines, ruled_by_the_platform
from sim.waiting.ruling import Ruling

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
        calendar = self._calendars[party]
        habit = Habit(answers.silent, answers.notice, answers.notice_share_of_clock, answers.handling, calendar)
        rows, asked = self._open[stage]
        if party != Party.SELLER and len(rows):  # days off of its own
            some = self._histories.of(rows)
            asked = replace(
                asked, deadline=deadlines(self._scenario, some, stage, asked.opened, self._calendars, party)
            )
        return Answering(habit, asked)

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
