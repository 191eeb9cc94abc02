"""The bench of the live page: turns for all, one question for each page, and nothing that piles up."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine, Iterator
from concurrent.futures import ThreadPoolExecutor
from threading import Event
from typing import Any, TypeVar

import pytest

from sim.errors import BadUsage
from sim.live.bench import MOST_ASKED, MOST_CLAIMS, Bench, Remembering
from sim.scenario.loading import load
from tests.scenario_files import BASE_FILE

T = TypeVar("T")


def in_a_loop(story: Coroutine[Any, Any, T]) -> T:
    """In a loop of its own, in a thread of its own: a browser in this process may keep one running."""
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(asyncio.run, story).result()


def steps(log: list[str], name: str, count: int) -> Iterator[Any]:
    """A question of so many steps, each with an answer."""
    for number in range(count):
        log.append(f"{name}{number}")
        yield {"answer": number}


async def _all(bench: Bench, page: str, question: Iterator[Any]) -> list[Any]:
    return [answer async for answer in bench.ask(page, question).answers()]


def test_pages_take_turns() -> None:
    async def story() -> list[str]:
        log: list[str] = []
        bench, begun, go = Bench(), Event(), Event()

        def first() -> Iterator[Any]:
            begun.set()
            go.wait(10)
            yield None

        waiting = bench.ask("first", first())
        begun.wait(10)
        asked = [bench.ask("a", steps(log, "a", 3)), bench.ask("b", steps(log, "b", 3))]
        go.set()
        for one in (waiting, *asked):
            async for _ in one.answers():
                pass
        bench.close()
        return log

    assert in_a_loop(story()) == ["a0", "b0", "a1", "b1", "a2", "b2"]


def test_a_new_question_of_a_page_takes_the_place_of_the_old_one() -> None:
    async def story() -> int:
        bench, begun, go, done = Bench(), Event(), Event(), []

        def endless() -> Iterator[Any]:
            begun.set()
            go.wait(10)
            while True:
                done.append(1)
                yield None

        bench.ask("a", endless())
        begun.wait(10)
        newer = bench.ask("a", steps([], "n", 1))
        go.set()
        assert [answer async for answer in newer.answers()] == [{"answer": 0}]
        assert bench.asked == 0
        bench.close()
        return len(done)

    assert in_a_loop(story()) <= 1


def test_who_is_slow_to_listen_hears_the_newest_answer() -> None:
    async def story() -> list[Any]:
        bench = Bench()
        asked = bench.ask("a", steps([], "a", 50))
        while bench.asked:
            await asyncio.sleep(0.01)
        heard = [answer async for answer in asked.answers()]
        bench.close()
        return heard

    assert in_a_loop(story()) == [{"answer": 49}]


def test_who_goes_away_is_no_longer_worked_for() -> None:
    async def story() -> None:
        bench = Bench()

        def endless() -> Iterator[Any]:
            while True:
                yield {"more": True}

        answers = bench.ask("a", endless()).answers()
        await anext(answers)
        await answers.aclose()
        while bench.asked:
            await asyncio.sleep(0.01)
        bench.close()

    in_a_loop(asyncio.wait_for(story(), 20))


def test_too_many_questions_at_once_are_refused() -> None:
    async def story() -> None:
        bench, go = Bench(), Event()

        def stuck() -> Iterator[Any]:
            go.wait(10)
            yield None

        for number in range(MOST_ASKED):
            bench.ask(f"page {number}", stuck())
        with pytest.raises(BadUsage, match="Too many"):
            bench.ask("one more", stuck())
        go.set()
        bench.close()

    in_a_loop(story())


def test_a_replication_that_was_lived_through_is_remembered_until_there_is_no_room() -> None:
    base = load(BASE_FILE)
    others = [base.with_changes({"policy.cancellation.clock": f"{days} d"}) for days in (1, 2)]
    with Remembering(1) as workers:
        first = list(workers.observations(base, range(3)))
        again = list(workers.observations(base, range(3)))
        assert all(one is other for one, other in zip(first, again, strict=True))
        workers.claims += MOST_CLAIMS  # no room is left
        list(workers.observations(others[0], range(1)))
        afresh = list(workers.observations(base, range(1)))
        assert afresh[0] is not first[0]
        assert afresh[0].outcomes_hash == first[0].outcomes_hash
