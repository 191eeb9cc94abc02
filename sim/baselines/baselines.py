"""A baseline: what came of a scenario when somebody last looked, kept in the repository.

    baselines/aliexpress/baseline.json    measures by replication, margins, fingerprints, versions, the reason
    baselines/aliexpress/scenario.yaml    the scenario as it ran: complete, runnable
    baselines/aliexpress/claims.csv.xz    the cohort's claims (`baselines.claims_table`)

Two blocks of replications: one to judge by, and another to confirm with, since the code that made them is gone when
a check runs.
"""

from __future__ import annotations

import platform
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from sim.baselines.days_kept import DaysOff, days_off_of
from sim.experiment import fingerprints
from sim.experiment.aalen_johansen import UNTIL
from sim.experiment.columns import COLUMNS
from sim.experiment.draw_fingerprints import DrawFingerprints, fingerprint_draws
from sim.experiment.engine_choice import chosen, made_ready
from sim.experiment.engines import AUTO, to_stderr
from sim.experiment.experiment import Progress, versions
from sim.experiment.jobs import Workers
from sim.experiment.measures import CLAIMS, by_replication, summarise
from sim.experiment.observation import Observation, tables_of
from sim.experiment.on_demand import frame_of, one_below_the_other
from sim.experiment.verdicts import Headline
from sim.scenario.durations import DAY
from sim.scenario.model import Scenario
from sim.scenario.resolved import resolved_yaml

JUDGING, CONFIRMING = "judging", "confirming"
BLOCKS = (JUDGING, CONFIRMING)
EPOCH = pd.Timestamp("1970-01-01")
"""The instant of payment, in a block: what happened to an order is told from there on."""
INSTANTS = tuple(name for name in COLUMNS if name.endswith("_at") and name not in ("paid_at", "failed_at"))
MONEY = ("refund", "buyer_cost", "seller_cost", "platform_cost")
WORDS = ("outcome", "route")
KEPT = ("replication", "order", *WORDS, *MONEY, *INSTANTS)
"""Columns of `Result.orders` that are kept."""


@dataclass(frozen=True)
class Block:
    """Some replications of a scenario: a `experiment.result.Comparable`. Its replications are numbered from 0."""

    orders: pd.DataFrame
    """One row per claim: the columns `KEPT`, as if each order had been paid at `EPOCH`, `completed`."""
    unasked: pd.DataFrame
    by_replication: pd.DataFrame
    summary: pd.DataFrame
    about: dict[str, Any]
    """`first` (the number of the first replication), `replications`, `orders`, `claims`, and `fingerprints`."""
    outcomes: tuple[str, ...]
    """The fingerprint of each replication's outcomes."""

    @property
    def replications(self) -> int:
        """How many there are."""
        return int(self.about["replications"])

    def happened_as_in(self, other: Block) -> bool:
        """Whether every claim went the same way, to the second and the cent."""
        mine, its = (one.about["fingerprints"]["outcomes"] for one in (self, other))
        return mine == its or (
            self.orders.equals(other.orders)
            and self.unasked.equals(other.unasked)
            and self.by_replication.equals(other.by_replication)
        )


class Crew(NamedTuple):
    """Who lives through replications."""

    workers: Workers
    engine: str = AUTO
    """A word of `experiment.engines.ENGINES`; what comes out is the same."""


def live_through(
    scenario: Scenario, block: str, replications: int, crew: Crew, progress: Progress | None = None
) -> Block:
    """Live through the replications of a block. Raises what they raise, and BadUsage for no such engine."""
    first = BLOCKS.index(block) * replications
    choice = chosen(crew.engine, [scenario], replications, jobs=crew.workers.jobs_here)
    engine = made_ready(choice, scenario.name, to_stderr).engine
    seen: list[Observation] = []
    for observation in crew.workers.observations(scenario, range(first, first + replications), engine=engine):
        seen.append(_renumbered(observation, first))
        if progress:
            progress(len(seen), replications)
    return block_of(scenario, seen, first)


def block_of(scenario: Scenario, seen: Sequence[Observation], first: int) -> Block:
    """What is kept of replications that were lived through, numbered from 0."""
    tables, count = tables_of(seen), len(seen)
    outcomes = tuple(one.outcomes_hash for one in seen)
    return Block(
        orders=since_payment(tables[CLAIMS].frame()),
        unasked=one_below_the_other([one.unasked for one in seen]).frame(),
        by_replication=by_replication(tables, count),
        summary=summarise(tables, count, scenario.market.currency),
        about={
            "first": first,
            "replications": count,
            "orders": sum(int(one.totals["orders"]) for one in seen),
            "claims": len(tables[CLAIMS]),
            "fingerprints": {
                "scenario": fingerprints.of_scenario(scenario),
                "draws": fingerprints.together([one.draws_hash for one in seen]),
                "outcomes": fingerprints.together(list(outcomes)),
            },
        },
        outcomes=outcomes,
    )


def _renumbered(observation: Observation, first: int) -> Observation:
    """The same, with replications counted from the block's first."""
    tables = {name: frame_of(getattr(observation, name)) for name in ("claims", "requests", "unasked")}
    renumbered: dict[str, Any] = {
        name: table.assign(replication=table["replication"] - first) for name, table in tables.items()
    }
    totals = observation.totals | {"replication": observation.totals["replication"] - first}
    return replace(observation, totals=totals, **renumbered)


def since_payment(claims: pd.DataFrame) -> pd.DataFrame:
    """The columns that are kept, every instant counted from the order's payment."""
    kept = claims[kept_of(claims)].copy()
    for name in (*INSTANTS, UNTIL):
        if name not in kept:
            continue
        kept[name] = (EPOCH + (claims[name] - claims["paid_at"])).astype("datetime64[s]")
    for name in WORDS:
        kept[name] = claims[name].astype(object)
    return completed(kept.reset_index(drop=True))


def kept_of(claims: pd.DataFrame) -> list[str]:
    """The columns that are kept of these claims: one more where a follow-up stopped the watching."""
    return [*KEPT, UNTIL] if UNTIL in claims else list(KEPT)


def completed(kept: pd.DataFrame) -> pd.DataFrame:
    """With what follows from the columns that are kept: `paid_at`, and `refund_days` (NaN without a refund)."""
    days = (kept["refunded_at"] - kept["asked_at"]).dt.total_seconds() / DAY
    return kept.assign(paid_at=np.datetime64(EPOCH, "s"), refund_days=days)


@dataclass(frozen=True)
class Baseline:
    """What a baseline says."""

    name: str
    """Of the scenario, when it was recorded."""
    reason: str
    changes: tuple[str, ...]
    """What was changed in the scenario file to have a world small enough, as `path=value`."""
    replications: int
    """In each block."""
    headlines: Mapping[str, Headline]
    """What is judged, with the margins that were agreed on."""
    versions: Mapping[str, str]
    platform: str
    scenario_print: str
    luck: DrawFingerprints
    days_off: DaysOff
    """The holidays that were known when it was recorded."""
    blocks: Mapping[str, Block]
    runnable: str
    """The scenario as it ran, as YAML."""


def recorded(
    scenario: Scenario,
    changes: tuple[str, ...],
    headlines: Mapping[str, Headline],
    crew: Crew,
    *,
    reason: str = "",
    progress: Progress | None = None,
) -> Baseline:
    """Live through both blocks of a scenario, each with its number of replications."""
    replications = scenario.experiment.replications
    done = 0

    def step(_: int, of: int) -> None:
        nonlocal done
        done += 1
        if progress:
            progress(done, len(BLOCKS) * of)

    return Baseline(
        name=scenario.name,
        reason=reason,
        changes=changes,
        replications=replications,
        headlines=headlines,
        versions=versions(),
        platform=platform.platform(),
        scenario_print=fingerprints.of_scenario(scenario),
        luck=fingerprint_draws(scenario),
        days_off=days_off_of(scenario),
        blocks={block: live_through(scenario, block, replications, crew, step) for block in BLOCKS},
        runnable=resolved_yaml(scenario),
    )
