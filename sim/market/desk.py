"""A desk: staff who take requests in turn, in opening hours."""

from __future__ import annotations

from heapq import heappop, heappush
from typing import TYPE_CHECKING

from simpy.events import Event

from sim.market.turns import CHOOSES, Clock
from sim.rules.clocks import next_opening, work_ends, working_time
from sim.rules.requests import rank_in_queue
from sim.scenario.calendars import Calendar

if TYPE_CHECKING:
    from sim.market.request import Request


class Desk:
    """Staff, a queue and a calendar. An unlimited desk is one with a very large staff."""

    def __init__(
        self, clock: Clock, number: int, staff: int, discipline: int, calendar: Calendar, staffed_from: int = 0
    ) -> None:
        self.clock, self.number, self.calendar = clock, number, calendar
        self._free, self._discipline, self._staffed_from = staff, discipline, staffed_from
        self._queue: list[tuple[int, int, int, int, Request]] = []
        self._choice_is_due = False
        self._waiting, self._since = 0, 0
        self.queue_seconds = 0
        """The area under the queue's length so far: Little's law is checked against it."""

    def join(self, request: Request, now: int) -> None:
        """A request that was noticed takes its place in the queue, or is taken up if it is bound to be next."""
        if self._is_next(now):
            self._take_up(request, now)
            return
        rank = rank_in_queue(self._discipline, request.deadline)
        heappush(self._queue, (rank, now, request.order, request.stage, request))
        self._queue_changes_by(1)
        self._staff_will_choose()

    def leave(self, request: Request) -> None:
        """A request was settled, for whatever reason: its place in the queue is void, its staff free at once."""
        if not request.is_started:
            self._queue_changes_by(-1)
            return
        if not request.will_be_answered:
            request.work = working_time(request.started_at, request.settled_at, self.calendar)
        self._free += 1
        if self._queue:
            self._staff_will_choose()

    def _is_next(self, now: int) -> bool:
        """Whether staff can choose nobody else: free, open, nobody waits, nothing more happens this second."""
        if self._queue or not self._can_take() or self.clock.has_more_now():
            return False
        return next_opening(now, self.calendar) == now

    def _can_take(self) -> bool:
        """Whether anybody is free; before the desk is staffed as the scenario says, somebody always is."""
        return self._free > 0 or self.clock.now < self._staffed_from

    def _staff_will_choose(self) -> None:
        if not self._choice_is_due and self._can_take():
            self._choice_is_due = True
            self.clock.at(next_opening(self.clock.now, self.calendar), CHOOSES, self.number, self._choose)

    def _choose(self, _: Event) -> None:
        self._choice_is_due = False
        while self._queue and self._can_take():
            request = heappop(self._queue)[-1]
            if not request.is_settled:
                self._queue_changes_by(-1)
                self._take_up(request, self.clock.now)

    def _take_up(self, request: Request, now: int) -> None:
        self._free -= 1
        request.starts(now, ends=work_ends(now, request.ask.handling, self.calendar))

    def _queue_changes_by(self, change: int) -> None:
        now = self.clock.now
        self.queue_seconds += self._waiting * (now - self._since)
        self._waiting, self._since = self._waiting + change, now
