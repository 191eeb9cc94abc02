"""A ruling of the platform that has not come: for whom it will be, when the case is looked at, how long it takes.

How long a case takes may differ by how it will be ruled: the longer one waits, the likelier are the slow rulings.
"""

from __future__ import annotations

import numpy as np

from sim.chance.facts import Ints
from sim.chance.streams import Floats
from sim.scenario.calendars import Calendar
from sim.scenario.model import Scenario
from sim.vocabulary import ClaimKind
from sim.waiting.answering import Answering, Habit
from sim.waiting.pending import Pending

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
