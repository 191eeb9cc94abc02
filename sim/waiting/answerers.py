"""Everybody who has been asked and has not answered: sellers by their type, the platform, buyers, the bank. Whether
they will, when they look at it, and how long they work on it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np

from sim.arrays import Floats, Ints
from sim.chance.choices import MILLION
from sim.chance.decisions import Decision
from sim.chance.orders import Openings
from sim.chance.request_draws import CANCELLATION, DISPUTE, INSPECTION, MEDIATION, RequestLuck
from sim.scenario.calendars import Calendar
from sim.scenario.distributions.families import DurationLaw, ShareLaw, draw
from sim.scenario.durations import NEVER, Kind
from sim.scenario.market import Answers
from sim.scenario.model import Scenario
from sim.scenario.selling import kinds_of, parties_of_kinds
from sim.vocabulary import ClaimKind, Party, Stage
from sim.waiting.calendars import elapsed, last_look
from sim.waiting.history import Histories
from sim.waiting.not_yet import Shaped
from sim.waiting.read_off import calendar_of, deadlines, ruled_by_the_platform
from sim.waiting.steps import Open, Pending
from sim.waiting.tails import Tail, TwoLegs, chance_near, larger, less_likely, longer, part_of


@dataclass(frozen=True)
class Habit:
    """How an answerer treats requests of this kind."""

    silent: float
    notice: DurationLaw
    share: ShareLaw | None
    """Of its clock, instead of a notice."""
    handling: DurationLaw
    calendar: Calendar

    @classmethod
    def of(cls, answers: Answers, calendar: Calendar) -> Habit:
        """As a scenario says it."""
        return cls(answers.silent, answers.notice, answers.notice_share_of_clock, answers.handling, calendar)


class Answering:
    """One answerer's luck for some pending requests, as if all were put to it."""

    def __init__(self, habit: Habit, pending: Pending) -> None:
        self._habit, self._pending = habit, pending
        self._looked = pending.looked < NEVER
        self.legs = TwoLegs.of(len(pending.now), self._left)
        self._heard = self.legs.chance
        answers = 1 - habit.silent
        self._silent = np.where(self._looked, 0.0, part_of(habit.silent, habit.silent + answers * self._heard))

    @property
    def chance(self) -> Floats:
        """How likely it is that each request stands as it does."""
        answers = 1 - self._habit.silent
        waits = self._habit.silent + answers * self._heard
        return np.where(self._looked, answers * self._heard * self._looked_about_then(), waits)

    def draw(self, answer: Floats, notice: Floats, handling: Floats, rows: Ints) -> tuple[Floats, Floats, Floats]:
        """The uniforms of what is said, of the notice and of the handling, for three over everything."""
        says = less_likely(answer, self._habit.silent, self._silent[rows])
        drawn_handling, drawn_notice = self.legs.draw(handling, notice, rows)
        hears = says >= self._habit.silent
        return says, np.where(hears, drawn_notice, notice), np.where(hears, drawn_handling, handling)

    def _left(self, luck: Floats, rows: Ints) -> Tail:
        """What is left of the notice, given how long it will be worked on."""
        pending, habit = self._pending, self._habit
        handling = draw(habit.handling, luck)
        now, since = pending.now[rows], pending.working_since[rows]
        too_early = last_look(now, handling, habit.calendar) - pending.opened[rows]
        if pending.is_watched:
            too_early = now - pending.opened[rows]
        worked = elapsed(np.minimum(since, now), now, Kind.WORK, habit.calendar)
        too_early = np.where(
            self._looked[rows], np.where((since < NEVER) & (handling <= worked), NEVER, -1), too_early
        )
        return self._later(np.maximum(too_early, -1), rows)

    def _later(self, than: Ints, rows: Ints) -> Tail:
        """Notices of more seconds than these."""
        if self._habit.share is None:
            return longer(self._habit.notice, than)
        clock = self._pending.deadline[rows] - self._pending.opened[rows]
        least = -(-(np.minimum(than, clock) + 1) * MILLION // np.maximum(clock, 1))  # millionths that are longer
        parts = np.where(than >= NEVER, 2 * MILLION, least)
        return larger(self._habit.share, np.where(than < 0, -1.0, (parts - 0.5) / MILLION))

    def _looked_about_then(self) -> Floats:
        rows = np.arange(len(self._looked))
        wait = np.where(self._looked, self._pending.looked - self._pending.opened, 0)
        return chance_near(lambda waited: self._later(waited, rows).about, wait, wait)


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
        within = part_of(luck - before, self.weights[rows, ruled])
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
