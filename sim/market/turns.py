"""The clock of the marketplace, and who goes first within one second.

Within one second there are three turns: what happens (work ends, requests join), then staff choose, then requests
that nobody answered leave. In a turn the lowest number goes first: the order's, or the desk's at a desk's choice.
The agenda goes by (instant, priority), as SimPy's does, so turn and number make the priority; SimPy's own events
(priorities 0 and 1) come before them all: whatever an event causes in its own order happens with it, and buyers
whose time to ask has come have begun.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from functools import partial
from heapq import heappop, heappush
from itertools import count
from typing import Any

import simpy
from simpy.core import EmptySchedule
from simpy.events import NORMAL, URGENT, Event

HAPPENS, CHOOSES, LEAVES = (turn << 40 for turn in (1, 2, 3))
"""The three turns, as the high bits of a priority; an order or desk number fits below."""


class Clock(simpy.Environment):
    """SimPy's environment, on whose agenda plain calls may stand beside SimPy's events: no event is made that
    nobody waits for. In the marketplace every instant is a whole number of seconds since the start.
    """

    now: int = 0

    def __init__(self) -> None:
        super().__init__()
        self._agenda: list[tuple[int, int, int, Callable[[], object]]] = []
        self._entries = count()
        self._urgent: deque[Event] = deque()

    def at(self, instant: int, turn: int, number: int, then: Callable[[], object]) -> None:
        """Call `then` at an instant, in its turn within the second."""
        heappush(self._agenda, (instant, turn | number, next(self._entries), then))

    def schedule(self, event: Event, priority: int = NORMAL, delay: float = 0) -> None:
        """An event of SimPy's: who waits for it goes on when it happens. What is urgent (a process begins, or is
        interrupted) comes before all else; a process that ends well and that nobody waits for is over at once."""
        if priority == URGENT and not delay:
            self._urgent.append(event)
        elif not event.callbacks and event._ok and isinstance(event, simpy.Process):
            event.callbacks = None  # type: ignore[assignment]  # as SimPy marks what is over
        else:
            entry: Any = self.now + delay, priority, next(self._entries), partial(_happen, event)
            heappush(self._agenda, entry)

    def peek(self) -> float:
        """When the next thing happens; infinity if nothing does."""
        if self._urgent:
            return self.now
        return self._agenda[0][0] if self._agenda else float("inf")

    def step(self) -> None:
        """Let the next thing happen. Raises EmptySchedule, by which `run` knows that nothing does."""
        if self._urgent:
            _happen(self._urgent.popleft())
        elif self._agenda:
            self.now, _, _, then = heappop(self._agenda)
            then()
        else:
            raise EmptySchedule

    def run(self, until: Any = None) -> Any:
        """As SimPy's: until an instant or an event, or else to the end."""
        if until is not None:
            return super().run(until)
        agenda, urgent = self._agenda, self._urgent
        while agenda or urgent:
            while urgent:
                _happen(urgent.popleft())
            if agenda:
                self.now, _, _, then = heappop(agenda)
                then()
        return None

    def has_more_now(self) -> bool:
        """Whether anything else is known to happen within this second."""
        return self.peek() == self.now


def _happen(event: Event) -> None:
    """Who waited for it goes on; what failed, and nobody took care of, is raised."""
    callbacks, event.callbacks = event.callbacks, None  # type: ignore[assignment]
    for callback in callbacks:
        callback(event)
    if not event._ok and not hasattr(event, "_defused"):
        raise event._value
