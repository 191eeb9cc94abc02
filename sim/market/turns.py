"""The clock of the marketplace, and who goes first within one second.

Within one second there are three turns: what happens (work ends, requests join), then staff choose, then requests
that nobody answered leave. In a turn the lowest number goes first: the order's, or the desk's at a desk's choice.
The agenda goes by (instant, priority), as SimPy's does, so turn and number make the priority; SimPy's own events
(priorities 0 and 1) come before them all: whatever an event causes in its own order happens with it, and buyers
whose time to ask has come have begun.
"""

from __future__ import annotations

from collections.abc import Callable, Generator
from functools import partial
from heapq import heappop, heappush
from itertools import count
from typing import Any

import simpy
from simpy.events import NORMAL, Event

HAPPENS, CHOOSES, LEAVES = (turn << 40 for turn in (1, 2, 3))
"""The three turns, as the high bits of a priority; an order or desk number fits below."""


LifeStory = Generator[Event, Any, None]
"""It yields whatever it waits for, and is sent what came of it."""


class Clock(simpy.Environment):
    """SimPy's environment with an agenda of our own: every instant is a whole number of seconds since the start."""

    now: int = 0

    def __init__(self) -> None:
        super().__init__()
        self._agenda: list[tuple[int, int, int, Callable[[], object]]] = []
        self._entries = count()

    def at(self, instant: int, turn: int, number: int, then: Callable[[], object]) -> None:
        """Call `then` at an instant, in its turn within the second."""
        heappush(self._agenda, (instant, turn | number, next(self._entries), then))

    def schedule(self, event: Event, priority: int = NORMAL, delay: float = 0) -> None:
        """An event of SimPy's own; whatever waits for it goes on when it happens."""
        self.at(self.now + int(delay), 0, priority, partial(_happen, event))

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
        """Let everything happen that is bound to."""
        agenda = self._agenda
        while agenda:
            self.now, _, _, then = heappop(agenda)
            then()

    def has_more_now(self) -> bool:
        """Whether anything else is known to happen within this second."""
        return bool(self._agenda) and self._agenda[0][0] == self.now


def _happen(event: Event) -> None:
    """As SimPy does it."""
    callbacks, event.callbacks = event.callbacks, None  # type: ignore[assignment]
    for callback in callbacks:
        callback(event)
    if not event._ok:
        raise event._value
