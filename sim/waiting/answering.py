"""A request that nobody has answered: whether anybody will, when it is looked at, how long it is worked on.

Of two durations of which only the end, or that it has not come, can be seen, both are drawn jointly. The first
one's uniform is cut into cells. Given the first, what is left of the second is a tail; its chance weighs the cell.
So the pair is drawn by picking a cell, then a place within it, then what is left of the second.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from sim.arrays import Floats, Ints
from sim.scenario.calendars import Calendar
from sim.scenario.distributions.families import DurationLaw, ShareLaw, draw
from sim.scenario.durations import NEVER, Kind
from sim.scenario.market import Answers
from sim.waiting.calendars import elapsed, last_look
from sim.waiting.pending import Pending
from sim.waiting.tails import Tail, chance_near, larger, less_likely, longer

EDGES = np.concatenate([np.linspace(0, 1, 16, endpoint=False), 1 - 2.0 ** -np.arange(5, 30), [1.0]])
"""Of the cells: closer together towards the end, where the rare and long ones are."""
WIDTHS, MIDDLES = np.diff(EDGES), (EDGES[1:] + EDGES[:-1]) / 2
CELLS = len(WIDTHS)

TailGiven = Callable[[Floats, Ints], Tail]
"""What is left of the second, given the first one's uniform, for each of some rows."""


@dataclass(frozen=True)
class TwoLegs:
    """For each of some rows: how likely each cell of the first is, given that the end has not come."""

    weights: Floats
    """Rows by cells: the chance that the first falls into the cell, and what was seen comes of it."""
    tail: TailGiven

    @classmethod
    def of(cls, rows: int, tail: TailGiven) -> TwoLegs:
        """Weighed cell by cell."""
        every = np.arange(rows)
        chances = [tail(np.full(rows, middle), every).about for middle in MIDDLES]
        return cls(np.stack(chances, axis=1) * WIDTHS if rows else np.empty((0, CELLS)), tail)

    @property
    def chance(self) -> Floats:
        """P(the end has not come), by row."""
        return np.asarray(self.weights.sum(axis=1))

    def draw(self, first: Floats, second: Floats, rows: Ints) -> tuple[Floats, Floats]:
        """Uniforms of the pair for some rows, for two uniforms over everything."""
        first = within_cells(self.weights, first, rows)
        left = self.tail(first, rows)
        for last_resort in (False, True):  # the edge of a law within a cell: longer is possible, or its middle is
            impossible = np.flatnonzero(left.chance <= 0)
            if not len(impossible):
                break
            cell = np.searchsorted(EDGES, first[impossible], side="right") - 1
            if last_resort:
                cell = np.argmax(self.weights[rows[impossible]], axis=1)
            ends = np.nextafter(EDGES[np.minimum(cell + 1, CELLS)], 0.0)
            first[impossible] = MIDDLES[cell] if last_resort else ends
            left = self.tail(first, rows)
        return first, left.of(second)


def within_cells(weights: Floats, luck: Floats, rows: Ints) -> Floats:
    """A uniform of which each cell is as likely as its weight says; where none is, it stays as it is."""
    sums = np.cumsum(weights, axis=1)
    total = sums[:, -1]
    sums = sums / np.where(total > 0, total, 1.0)[:, None]
    ends = sums[rows]
    cell = np.minimum((ends <= luck[:, None]).sum(axis=1), CELLS - 1)
    begins = np.where(cell > 0, np.take_along_axis(ends, np.maximum(cell - 1, 0)[:, None], axis=1)[:, 0], 0.0)
    width = np.take_along_axis(ends, cell[:, None], axis=1)[:, 0] - begins
    place = np.where(width > 0, (luck - begins) / np.where(width > 0, width, 1.0), 0.5)
    inside = EDGES[cell] + np.clip(place, 0.0, np.nextafter(1.0, 0.0)) * WIDTHS[cell]
    return np.where(total[rows] > 0, np.minimum(inside, np.nextafter(1.0, 0.0)), luck)


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
