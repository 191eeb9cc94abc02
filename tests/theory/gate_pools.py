"""Thousands of checks out of one big pool of replications, for studies of how often `check` is wrong.

Replications are independent, and a check looks at nothing else: so a check's blocks may be picked from a pool of
replications that were lived through once, without any replication twice in one check. Picks of different checks
overlap; what is estimated from them is as sure as the pool is large.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import pandas as pd

from sim.regression.block import Block, since_payment
from sim.regression.judging import Sides, differences, is_sure
from sim.scenario.model import Scenario
from sim.study.jobs import Workers
from sim.study.measures import CLAIMS, MEASURES, Ratio, by_replication
from sim.study.observation import Observation, tables_of
from sim.study.verdicts import HEADLINES

Pool = Sequence[Block]
"""Blocks of one replication each."""


class Found(NamedTuple):
    """What one check found: whether the judging block called something changed, and whether it was confirmed."""

    suspected: bool
    confirmed: bool


def pool_of(scenario: Scenario, size: int) -> Pool:
    """So many replications, in this process."""
    with Workers(1) as workers:
        return [_alone(seen) for seen in workers.observations(scenario, range(size))]


def _alone(seen: Observation) -> Block:
    """One replication as a block, with what the headlines are made of and nothing else."""
    tables = {name: table.assign(replication=0) for name, table in tables_of([seen]).items()}
    sums = by_replication(tables, 1)
    cases = [_cases(name, tables) for name in HEADLINES]
    claims = since_payment(tables[CLAIMS])
    return Block(
        orders=claims[["replication", "outcome", "asked_at", "refunded_at"]],
        unasked=seen.unasked,
        by_replication=sums[sums["measure"].isin(HEADLINES)],
        summary=pd.DataFrame({"n": cases, "unit": "", "title": ""}, index=list(HEADLINES)),
        about={"orders": seen.totals["orders"], "claims": len(claims)},
        outcomes=(),
    )


def _cases(name: str, tables: dict[str, pd.DataFrame]) -> int:
    """How many cases a measure rests on."""
    measure = MEASURES[name]
    return measure.n(tables) if isinstance(measure, Ratio) else len(tables[CLAIMS])


def joined(pool: Pool, numbers: Sequence[int]) -> Block:
    """Some replications of a pool as one block. Its summary says only how many cases each measure rests on."""
    some = [pool[number] for number in numbers]

    def below_each_other(table: str) -> pd.DataFrame:
        frames = [getattr(one, table) for one in some]
        places = np.repeat(np.arange(len(some)), [len(frame) for frame in frames])
        return pd.concat(frames, ignore_index=True).assign(replication=places)

    summary = some[0].summary.assign(n=np.sum([one.summary["n"].to_numpy() for one in some], axis=0))
    totals = {name: sum(one.about[name] for one in some) for name in ("orders", "claims")}
    prints = {name: "-".join(map(str, numbers)) for name in ("scenario", "draws")} | {"outcomes": str(id(pool))}
    return Block(
        orders=below_each_other("orders"),
        unasked=below_each_other("unasked"),
        by_replication=below_each_other("by_replication"),
        summary=summary,
        about=totals | {"first": 0, "replications": len(some), "fingerprints": prints},
        outcomes=(),
    )


def checked(before: Pool, now: Pool, blocks: np.ndarray, *, is_paired: bool) -> Found:
    """Judge by one block, confirm with another. `blocks`: [judging or confirming, before or now, replication]."""
    words = []
    for mine, its in blocks.tolist():
        sides = Sides(joined(before, mine), joined(now, its), HEADLINES)
        verdicts = differences(sides, is_paired=is_paired, names=HEADLINES)["verdict"]
        words.append({name: word for name, word in verdicts.items() if is_sure(word)})
        if not words[0]:
            return Found(False, False)
    return Found(True, any(words[1].get(name) == word for name, word in words[0].items()))


def same_orders(rng: np.random.Generator, pool: Pool, size: int) -> np.ndarray:
    """Blocks in which the baseline and today have the same replications."""
    picked = rng.choice(len(pool), (2, 1, size), replace=False)
    return np.concatenate([picked, picked], axis=1)


def other_orders(rng: np.random.Generator, pool: Pool, size: int) -> np.ndarray:
    """Blocks in which the baseline and today have nothing in common."""
    return rng.choice(len(pool), (2, 2, size), replace=False)
