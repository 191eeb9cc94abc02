"""Where questions are worked on: one thread that gives each page its turn, a step at a time.

A step is a replication, an estimate or a picture, well under a second; so no page waits long for another. A
page has one question at a time: a new one takes the place of the old one, which is dropped at its next step.

Workers remember: the base is the same from one move of a lever to the next, and undoing asks for what was there.
"""

from __future__ import annotations

import asyncio
import sys
import threading
import traceback
from collections import OrderedDict, deque
from collections.abc import AsyncIterator, Iterator, Sequence
from typing import Any, Self

from sim.errors import BadUsage
from sim.experiment.engines import SIMPY
from sim.experiment.hands import Jobs
from sim.experiment.jobs import Workers
from sim.experiment.observation import Observation
from sim.experiment.stopwatch import Stopwatch
from sim.live.words import said
from sim.scenario.model import Scenario
from sim.scenario.resolved import document_of

MOST_ASKED = 16
"""Questions at the same time, of all pages together."""
WorkSteps = Iterator[Any]
"""Works on a question: a step each time it is asked for the next; what it gives is an answer, or None so far."""


class Asked:
    """A question that is being worked on, as the one who asked sees it."""

    def __init__(self, page: str, steps: WorkSteps) -> None:
        self.page = page
        self.steps = steps
        self.is_dropped = False
        self._loop = asyncio.get_running_loop()
        self._news = asyncio.Event()
        self._latest: Any = None
        self._is_over = False

    def drop(self) -> None:
        """Nobody wants the answer any more."""
        self.is_dropped = True

    def tell(self, answer: Any, *, is_over: bool) -> None:
        """Called by the thread. Whoever is slow to listen hears the newest answer only: nothing piles up."""
        if not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._hear, answer, is_over)

    def _hear(self, answer: Any, is_over: bool) -> None:
        self._latest = self._latest if answer is None else answer
        self._is_over = self._is_over or is_over
        self._news.set()

    async def answers(self) -> AsyncIterator[Any]:
        """Each answer, the later the surer; over when there is nothing more to come."""
        try:
            while True:
                await self._news.wait()
                self._news.clear()
                answer, self._latest = self._latest, None
                is_over = self._is_over
                if answer is not None:
                    yield answer
                if is_over:
                    return
        finally:
            self.drop()


class Bench:
    """Takes questions from any number of pages."""

    def __init__(self) -> None:
        self._waiting: deque[Asked] = deque()
        self._something = threading.Condition()
        self._is_closed = False
        self._thread = threading.Thread(target=self._work, name="bench", daemon=True)
        self._thread.start()

    def ask(self, page: str, steps: WorkSteps) -> Asked:
        """Begin to work on a question. Raises BadUsage where there are too many."""
        asked = Asked(page, steps)
        with self._something:
            for other in self._waiting:
                if other.page == page:
                    other.drop()
            if sum(not other.is_dropped for other in self._waiting) >= MOST_ASKED:
                raise BadUsage(said("faults.too_many_questions"))
            self._waiting.append(asked)
            self._something.notify()
        return asked

    @property
    def asked(self) -> int:
        """Questions that somebody still waits for."""
        with self._something:
            return sum(not one.is_dropped for one in self._waiting)

    def close(self) -> None:
        """No more work: what is under way ends with its step."""
        with self._something:
            self._is_closed = True
            for one in self._waiting:
                one.drop()
            self._something.notify()

    def _work(self) -> None:
        while (asked := self._next()) is not None:
            is_over = True
            try:
                is_over = _step(asked)
            finally:  # whatever happens, nobody waits for what will not come
                if is_over:
                    asked.tell(None, is_over=True)
            with self._something:
                self._waiting.popleft()
                if not is_over:
                    self._waiting.append(asked)

    def _next(self) -> Asked | None:
        """Whose turn it is; it stays first in the line, where `ask` finds it."""
        with self._something:
            self._something.wait_for(lambda: self._is_closed or self._waiting)
            return None if self._is_closed else self._waiting[0]


def _step(asked: Asked) -> bool:
    """Work one step on a question; whether that was the last."""
    if asked.is_dropped:
        getattr(asked.steps, "close", lambda: None)()
        return True
    try:
        answer = next(asked.steps)
    except StopIteration:
        return True
    except Exception as surprise:  # one page's bad luck must not be the end of the others
        sys.stderr.write(f"{traceback.format_exc().rstrip()}\nthe page goes on; please report this\n")
        asked.tell({"fault": said("faults.internal", kind=type(surprise).__name__)}, is_over=False)
        return True
    if answer is not None:
        asked.tell(answer, is_over=False)
    return False


MOST_CLAIMS = 160_000
"""Claims and requests of all replications remembered: one to two hundred megabytes. The scenario not asked for
longest goes first."""


class Remembering(Workers):
    """Workers whose observations are kept as long as there is room. Only one thread may ask them."""

    def __init__(self, jobs: Jobs = 1) -> None:
        super().__init__(jobs)
        self._kept: OrderedDict[str, dict[int, Observation]] = OrderedDict()
        self.claims = 0
        """So many rows are remembered."""

    def __enter__(self) -> Self:
        return self

    def observations(
        self,
        scenario: Scenario,
        replications: Sequence[int],
        *,
        engine: str = SIMPY,
        with_journal: bool = False,
        watch: Stopwatch | None = None,
    ) -> Iterator[Observation]:
        """As `Workers.observations`; which engine lived through a replication does not matter."""
        document = document_of(scenario)
        kept = self._kept.setdefault(document, {})
        self._kept.move_to_end(document)
        missing = [number for number in replications if number not in kept]
        fresh = super().observations(scenario, missing, engine=engine, with_journal=with_journal, watch=watch)
        for number in replications:
            one = kept[number] if number in kept else next(fresh)
            if number not in kept:
                kept[number] = one
                self.claims += _rows(one)
                self._make_room(document)
            yield one

    def _make_room(self, asked: str) -> None:
        while self.claims > MOST_CLAIMS and len(self._kept) > 1:
            oldest, kept = self._kept.popitem(last=False)
            if oldest == asked:  # the one that is asked for stays
                self._kept[oldest] = kept
                continue
            self.claims -= sum(map(_rows, kept.values()))


def _rows(one: Observation) -> int:
    return len(one.claims) + len(one.requests)
