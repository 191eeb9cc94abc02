"""Stories of single orders as `trace` tells them, in the tiny world of `tests.worlds`."""

from __future__ import annotations

from typing import Any

import numpy as np

from sim.chance.facts import ASKS, PLAIN, Ask, Bought, ClaimFacts, Draws, OrderFacts
from sim.market.engine import run_simpy
from sim.show.story import Story, story_of
from tests.worlds import an_order, calendars_of, world


def story(changes: dict[str, Any] | None = None, **luck: Any) -> Story:
    """The story of one order in the tiny world of `tests.worlds`, paid on Mon 1 Oct 2018 at midnight."""
    scenario = world(changes)
    calendars = calendars_of(scenario)
    records = run_simpy(scenario, draws_of(an_order(**luck)), calendars, with_journal=True)
    return story_of(records, scenario, calendars, order=0)


def draws_of(order: ClaimFacts) -> Draws:
    """The luck of one order, as the engine takes it."""
    plain = {name: getattr(order, name) for name in PLAIN}
    asked = {f"{ask}.{field}": getattr(getattr(order, ask), field) for ask in ASKS for field in Ask._fields}
    claims = {name: np.array([value], dtype=np.int64) for name, value in (plain | asked).items()}
    facts = OrderFacts(
        claims["paid"],
        lambda some: Bought(*(claims[name][some] for name in Bought._fields)),
        lambda some: claims["seller_type"][some],
    )
    return Draws(facts, claims, refunded_unasked=np.array([], dtype=np.int64))


def told(changes: dict[str, Any] | None = None, **luck: Any) -> str:
    """The story on one line, so that a test need not know where lines break."""
    return " ".join(" ".join(story(changes, **luck).lines()).split())
