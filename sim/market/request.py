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

    _will_be_answered = False

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
        self.deadline = instant_after(opened_at, terms.clock.kind, terms.clock.seconds, desk.calendar)
        self.joined_at = self.started_at = self.settled_at = NEVER
        self.work = 0
        self._interrupted_at = interrupted_at
        self._gives_up_at = opened_at + ask.patience
        self._leaves_at = leaves_at(interrupted_at, self._gives_up_at, self.deadline)
        life.opened(stage, opened_at, stating)
        self._is_noticed_or_leaves(opened_at)

    @property
    def has_joined(self) -> bool:
        return self.joined_at < NEVER

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
        self.joined_at = self.desk.clock.now
        self.life.happened(STEP_ACTIVITY[self.stage][JOINED], self.joined_at)
        self.desk.join(self)
        if not self._will_be_answered:
            self._leaves_unless_answered()

    def starts(self, ends: int) -> None:
        """A member of staff takes it up; the answer lands when the work ends, unless the request leaves before."""
        self.started_at = self.desk.clock.now
        self.life.happened(STEP_ACTIVITY[self.stage][STARTED], self.started_at)
        self._will_be_answered = ends <= self._leaves_at
        if self._will_be_answered:
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
        self.settled_at = self.desk.clock.now
        self.desk.leave(self)
        self._ok, self._value = True, how
        goes_on, self.callbacks = self.callbacks, None  # type: ignore[assignment]  # as SimPy marks what is over
        for story in goes_on:
            story(self)
