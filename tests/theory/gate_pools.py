"""Thousands of checks out of one big pool of replications, for studies of how often `check` is wrong.

Replications are independent, and a check looks at nothing else: so a check's blocks may be picked from a pool of
replications that were lived through once, without any replication twice in one check. Picks of different checks
overlap; what is estimated from them is as sure as the pool is large. Estimates, intervals and verdicts are those of
`study.differences`; only the tables between them, which take most of the time, are passed by.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np

from sim.baselines.judging import ALARMS
from sim.experiment.differences import compared, deviating
from sim.experiment.engines import COMPILED
from sim.experiment.jobs import Workers
from sim.experiment.measures import CLAIMS, MEASURES, Ratio
from sim.experiment.observation import Observation, tables_of
from sim.experiment.verdicts import BETTER, HEADLINES, WORSE, verdict_on
from sim.scenario.model import Scenario


class Said(NamedTuple):
    """What one replication says of a measure: its times to money, or a part and a whole; and of how many cases."""

    what: Any
    cases: int


Pool = Sequence[dict[str, Said]]
"""What each replication says of each headline."""


class Found(NamedTuple):
    """What one check found: whether the judging block called something changed, and whether it was confirmed."""

    suspected: bool
    confirmed: bool


def pool_of(scenario: Scenario, size: int) -> Pool:
    """So many replications, in this process."""
    with Workers(1) as workers:
        return [_said(seen) for seen in workers.observations(scenario, range(size), engine=COMPILED)]


PRICE = "price_per_claim"
"""What some margins are a share of."""


def _said(seen: Observation) -> dict[str, Said]:
    tables = {name: table.frame().assign(replication=0) for name, table in tables_of([seen]).items()}
    told = {}
    for name in (*HEADLINES, PRICE):
        measure = MEASURES[name]
        if isinstance(measure, Ratio):
            part, whole = measure.sums(tables, 1)
            told[name] = Said((float(part[0]), float(whole[0])), measure.n(tables))
        else:
            told[name] = Said(measure.times(tables[CLAIMS], 1)[0], len(tables[CLAIMS]))
    return told


def sure_of(before: Pool, now: Pool, *, is_paired: bool, only: str = "") -> dict[str, str]:
    """The headlines that a block is sure of, and on which side, as `regression.judging` judges them."""
    sure = {}
    price = deviating(MEASURES[PRICE], [one[PRICE].what for one in before]).value
    for name in [only] if only else HEADLINES:
        headline = HEADLINES[name]
        mine, its = (deviating(MEASURES[name], [one[name].what for one in pool]) for pool in (before, now))
        n = min(sum(one[name].cases for one in pool) for pool in (before, now))
        one = compared(name, (mine, its), float(n), is_paired=is_paired)
        margin = headline.margin_over(float(price) if headline.of else one.base)
        verdict = verdict_on(*one.interval(1 - ALARMS / len(HEADLINES)), margin, headline.more_is_better)
        if verdict in (BETTER, WORSE):
            sure[name] = verdict
    return sure


def checked(before: Pool, now: Pool, blocks: np.ndarray, *, is_paired: bool, only: str = "") -> Found:
    """Judge by one block, confirm with another. `blocks`: [judging or confirming, before or now, replication].

    `only` looks at a single headline, with the interval that it has among all.
    """
    picked = [([before[n] for n in mine], [now[n] for n in its]) for mine, its in blocks.tolist()]
    suspected = sure_of(*picked[0], is_paired=is_paired, only=only)
    if not suspected:
        return Found(False, False)
    confirmed = sure_of(*picked[1], is_paired=is_paired, only=only)
    return Found(True, any(confirmed.get(name) == word for name, word in suspected.items()))


def same_orders(rng: np.random.Generator, pool: Pool, size: int) -> np.ndarray:
    """Blocks in which the baseline and today have the same replications."""
    picked = rng.choice(len(pool), (2, 1, size), replace=False)
    return np.concatenate([picked, picked], axis=1)


def other_orders(rng: np.random.Generator, pool: Pool, size: int) -> np.ndarray:
    """Blocks in which the baseline and today have nothing in common."""
    return rng.choice(len(pool), (2, 2, size), replace=False)
