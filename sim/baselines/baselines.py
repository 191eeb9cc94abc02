"""A baseline: what came of a scenario when somebody last looked, kept in the repository.

    baselines/aliexpress/baseline.json    measures by replication, margins, fingerprints, versions, the reason
    baselines/aliexpress/scenario.yaml    the scenario as it ran: complete, runnable
    baselines/aliexpress/claims.csv.xz    the cohort's claims (`baselines.claims_table`)

Two blocks of replications: one to judge by, and another to confirm with, since the code that made them is gone when
a check runs.
"""

from __future__ import annotations

import platform
from collections.abc import Mapping
from dataclasses import dataclass

from sim.baselines.block import BLOCKS, Block, Crew, live_through
from sim.baselines.days_kept import DaysOff, days_off_of
from sim.experiment import fingerprints
from sim.experiment.draw_fingerprints import DrawFingerprints, fingerprint_draws
from sim.experiment.experiment import Progress, versions, with_numbers
from sim.experiment.verdicts import Headline
from sim.scenario.model import Scenario
from sim.scenario.resolved import resolved_yaml


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


def sized(scenario: Scenario, replications: int) -> Scenario:
    """The scenario with as many replications as a block has: how many the file says is no part of a check."""
    return with_numbers(scenario, replications=replications)


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
