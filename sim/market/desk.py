"""The one mechanism: a request on a clock, and the desk where staff take requests in turn, in opening hours."""

from __future__ import annotations

from heapq import heappop, heappush

from simpy.events import Event

from sim.chance.facts import Ask
from sim.market.turns import CHOOSES, HAPPENS, LEAVES, Clock
from sim.records.life import JOINED, STARTED, STEP_ACTIVITY, Life
from sim.rules.clocks import instant_after, next_opening, work_ends, working_time
from sim.rules.requests import ANSWERED, SILENT, leaves_at, noticed_at, rank_in_queue, why_it_left
from sim.rules.terms import RequestTerms
from sim.scenario.calendars import Calendar
from sim.scenario.durations import NEVER


class Request(Event):
    """One question put by an asker to an answerer, which ends by whatever comes first. Its value is how it was
    settled.

    *Answered*: unless silent, it joins the desk's queue when noticed, is taken in turn, and the answer lands when
    the work ends. *Interrupted*: something outside settled it. *Withdrawn*: the asker's patience ran out.
    *Silence*: the clock ran out. Everything but the answer is known when it opens.
    Its leaving is an event from when it joins, or at once if nobody will look before; not while it is bound to be
    answered first.
    """

    joined_at = started_at = settled_at = NEVER
    work = 0
    """Working time that it took at the desk (s)."""
    will_be_answered = False

    def __init__(
        self,
        desk: Desk,
        stage: int,
        ask: Ask,
        terms: RequestTerms,
        life: Life,
        opened_at: int,
        interrupted_at: int = NEVER,
        stating: str = "",
    ) -> None:
        self.env, self.callbacks = desk.clock, []
        self.desk, self.stage, self.ask, self.life, self.order = desk, stage, ask, life, life.order
        self.deadline = instant_after(opened_at, *terms.clock, desk.calendar)
        self._interrupted_at = interrupted_at
        self._gives_up_at = opened_at + ask.patience
        self._leaves_at = leaves_at(interrupted_at, self._gives_up_at, self.deadline)
        life.opened(stage, opened_at, stating)
        self._is_noticed_or_leaves(opened_at)

    @property
    def is_started(self) -> bool:
        return self.started_at < NEVER

    @property
    def is_settled(self) -> bool:
        return self.settled_at < NEVER

    def _is_noticed_or_leaves(self, opened_at: int) -> None:
        if self.ask.disposition != SILENT:
            noticed = noticed_at(opened_at, self.ask.notice, self.ask.notice_share, self.deadline)
            if noticed <= self._leaves_at and noticed < NEVER:
                self.desk.clock.at(noticed, HAPPENS, self.order, self._join)
                return
        self._leaves_unless_answered()

    def _join(self) -> None:
        self.joined_at = now = self.desk.clock.now
        self.life.happened(STEP_ACTIVITY[self.stage][JOINED], now)
        self.desk.join(self, now)
        if not self.will_be_answered:
            self._leaves_unless_answered()

    def starts(self, now: int, ends: int) -> None:
        """A member of staff takes it up; the answer lands when the work ends, unless the request leaves before."""
        self.started_at = now
        self.life.happened(STEP_ACTIVITY[self.stage][STARTED], now)
        if ends <= self._leaves_at:
            self.will_be_answered, self.work = True, self.ask.handling
            self.desk.clock.at(ends, HAPPENS, self.order, self._is_answered)

    def _is_answered(self) -> None:
        self._settle(ANSWERED)

    def _leaves_unless_answered(self) -> None:
        if self._leaves_at < NEVER:
            self.desk.clock.at(self._leaves_at, LEAVES, self.order, self._leave)

    def _leave(self) -> None:
        if not self.is_settled:
            self._settle(why_it_left(self._leaves_at, self._interrupted_at, self._gives_up_at))

    def _settle(self, how: int) -> None:
        self._ok, self._value, self.settled_at = True, how, self.desk.clock.now
        if self.joined_at < NEVER:
            self.desk.leave(self)
        goes_on, self.callbacks = self.callbacks, None  # type: ignore[assignment]  # as SimPy marks what is over
        for story in goes_on:
            story(self)


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

    def _choose(self) -> None:
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
