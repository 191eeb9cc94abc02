"""The one mechanism: a request on a clock. Wait for it; its value is how it was settled."""

from __future__ import annotations

from simpy.events import Event

from sim.chance.facts import Ask
from sim.market.desk import Desk
from sim.market.turns import HAPPENS, LEAVES
from sim.records.life import JOINED, STARTED, STEP_ACTIVITY, Life
from sim.rules.clocks import instant_after
from sim.rules.requests import ANSWERED, SILENT, leaves_at, noticed_at, why_it_left
from sim.rules.terms import RequestTerms
from sim.scenario.durations import NEVER


class Request(Event):
    """One question put by an asker to an answerer, which ends by whatever comes first.

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

    def _join(self, _: Event) -> None:
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

    def _is_answered(self, _: Event) -> None:
        self._settle(ANSWERED)

    def _leaves_unless_answered(self) -> None:
        if self._leaves_at < NEVER:
            self.desk.clock.at(self._leaves_at, LEAVES, self.order, self._leave)

    def _leave(self, _: Event) -> None:
        if not self.is_settled:
            self._settle(why_it_left(self._leaves_at, self._interrupted_at, self._gives_up_at))

    def _settle(self, how: int) -> None:
        self._ok, self._value, self.settled_at = True, how, self.desk.clock.now
        if self.joined_at < NEVER:
            self.desk.leave(self)
        goes_on, self.callbacks = self.callbacks, None  # type: ignore[assignment]  # as SimPy marks what is over
        for story in goes_on:
            story(self)
