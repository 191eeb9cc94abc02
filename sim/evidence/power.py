"""Whether held-out weeks are enough to tell: would a change by a quarter, of one input, be seen in them?"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence

import numpy as np

from sim.evidence.fitted_scenario import TYPE, WorldChanges
from sim.evidence.held_out import NINE_IN_TEN, HeldOut, Judged, reach_of
from sim.scenario.model import Scenario
from sim.scenario.moving import Document, in_world, stretch
from sim.scenario.resolved import described
from sim.scenario.schema_paths import under

PAIRS = 3
"""Worlds that are lived through with the change and without, by the same luck."""
QUARTER = 0.25


def unseen_changes(
    scenario: Scenario,
    learnt: Collection[str],
    worlds: Sequence[WorldChanges],
    expected: Mapping[str, list[float]],
    judged: Sequence[Judged],
    held_out: HeldOut,
) -> Iterator[str]:
    """The inputs, in words, of which a change by a quarter would be seen less often than nine times in ten.

    Of those that were `learnt`, by path: how many orders come, how many minds change, how soon sellers send, how
    often they say yes. `expected` is what the weeks show in each of the worlds without a change.
    """
    document, reach = described(scenario), reach_of(len(judged), len(worlds))
    by_world = [dict(quarters(in_world(document, one), learnt)) for one in worlds[:PAIRS]]
    for what in by_world[0]:
        changed = [one | change[what] for one, change in zip(worlds, by_world, strict=False)]
        seen = held_out.expected(scenario, changed)
        if not any(_stands_out(one, expected[one.name], seen[one.name], reach) for one in judged):
            yield what


def _stands_out(one: Judged, usual: Sequence[float], changed: Sequence[float], reach: float) -> bool:
    """Whether it would lie outside of its interval nine times in ten."""
    middle, low, high = one.expected.three
    moved = middle + float(np.mean(np.subtract(changed, usual[: len(changed)])))
    farther = 1 + NINE_IN_TEN / reach
    above, below = ((end - middle) * farther for end in (high, low))
    return not middle + below - one.margin <= moved <= middle + above + one.margin


def quarters(document: Document, learnt: Collection[str]) -> Iterator[tuple[str, WorldChanges]]:
    """Changes by a quarter of inputs that were learnt, each in words."""
    if (path := "market.orders_per_day") in learnt:
        yield "orders a day", {path: document["market"]["orders_per_day"] * (1 + QUARTER)}
    if (path := "buyers.regret.probability") in learnt:
        often = document["buyers"]["regret"]["probability"]
        yield "minds changed", {path: min(often * (1 + QUARTER), 1.0)}
    types = document["market"]["sellers"]["types"]
    sending = {f"{TYPE}.{name}.dispatch": one["dispatch"] for name, one in types.items()}
    later = {
        path: stretch(law, under((Scenario,), tuple(path.split("."))), 1 + QUARTER)
        for path, law in sending.items()
        if path in learnt
    }
    if later:
        yield "time until sending", later
    fewer: WorldChanges = {}
    for name, one in types.items():
        if f"{(path := f'{TYPE}.{name}.cancellation')}.said" in learnt:
            less = one["cancellation"]["accept"] * QUARTER
            fewer |= {
                f"{path}.accept": one["cancellation"]["accept"] - less,
                f"{path}.refuse": one["cancellation"].get("refuse", 0.0) + less,
            }
    if fewer:
        yield "yes to requests", fewer
