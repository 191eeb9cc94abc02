"""A request that nobody has answered: whether anybody will, when it is looked at, how long it is worked on."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from sim.chance.facts import Ints
from sim.chance.streams import Floats
from sim.scenario.calendars import Calendar
from sim.scenario.distributions import DurationLaw, ShareLaw, draw
from sim.scenario.durations import NEVER, Kind
from sim.waiting.calendars import elapsed, last_look
from sim.waiting.legs import TwoLegs
from sim.waiting.pending import Pending
from sim.waiting.tails import Tail, chance_near, larger, less_likely, longer

MILLION = 1_000_000


@dataclass(frozen=True)
class Habit:
    """How an answerer treats requests of this kind."""

    silent: float
    notice: DurationLaw
    share: ShareLaw | None
    """Of its clock, instead of a notice."""
    handling: DurationLaw
    calendar: Calendar


class Answering:
    """One answerer's luck for some pending requests, as if all were put to it."""

    def __init__(self, habit: Habit, pending: Pending) -> None:
        self._habit, self._pending = habit, pending
        self._looked = pending.looked < NEVER
        self.legs = TwoLegs.of(len(pending.now), self._left)
        self._heard = self.legs.chance
        answers = 1 - habit.silent
        self._silent = np.where(self._looked, 0.0, _part(habit.silent, habit.silent + answers * self._heard))

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


def _part(part: Floats | float, whole: Floats) -> Floats:
    return np.divide(part, whole, out=np.zeros_like(whole), where=whole > 0)
