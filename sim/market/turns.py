"""The clock of the marketplace, and who goes first within one second.

Within one second there are three turns: what happens (work ends, requests join), then staff choose, then requests
that nobody answered leave. In a turn the lowest number goes first: the order's, or the desk's at a desk's choice.
SimPy takes the event with the lowest (instant, priority), so turn and number make the priority; its own bookkeeping
(priorities 0 and 1) comes before them all: whatever an event causes in its own order happens with it, and buyers
whose time to ask has come have begun.
"""

from __future__ import annotations

from collections.abc import Callable, Generator
from functools import partial
from heapq import heappop, heappush
from typing import Any

import simpy
from simpy.events import Event

HAPPENS, CHOOSES, LEAVES = (turn << 40 for turn in (1, 2, 3))
"""The three turns, as the high bits of a priority; an order or desk number fits below."""


LifeStory = Generator[Event, Any, None]
"""It yields whatever it waits for, and is sent what came of it."""


class Clock(simpy.Environment):
    """SimPy's event list, on which every instant is a whole number of seconds since the start."""

    @property
    def now(self) -> int:
        return self._now  # type: ignore[return-value]  # SimPy would take floats too; nobody here gives it one

    def at(self, instant: int, turn: int, number: int, then: Callable[[Event], None]) -> None:
        """Call `then` at an instant, in its turn within the second."""
        heappush(self._queue, (instant, turn | number, next(self._eid), Moment(self, then)))  # type: ignore[misc]

    def tell(self, story: LifeStory, settled: Event | None = None) -> None:
        """Tell a story as far as its next question, from where its last one was settled.

        As a SimPy process does, without the two events by which one begins and ends.
        """
        try:
            question = story.send(settled and settled._value)
        except StopIteration:
            return
        question.callbacks.append(partial(self.tell, story))

    def run_out(self) -> None:
        """Let everything happen that is bound to: `run`, for a market in which no event fails."""
        events = self._queue
        while events:
            self._now, _, _, event = heappop(events)
            callbacks, event.callbacks = event.callbacks, None  # type: ignore[assignment]
            for callback in callbacks:
                callback(event)
            if not event._ok:
                raise event._value

    def has_more_now(self) -> bool:
        """Whether anything else is known to happen within this second."""
        return bool(self._queue) and self._queue[0][0] == self._now


class Moment(Event):
    """Something that is bound to happen, and what follows then."""

    _ok, _value = True, None

    def __init__(self, clock: Clock, then: Callable[[Event], None]) -> None:
        self.env, self.callbacks = clock, [then]
