"""The way of every claim, from asking to its ending, stage by stage."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from sim.experiment.columns import CAME_TO
from sim.experiment.on_demand import Rows
from sim.experiment.predicates import has_any
from sim.vocabulary import Route
from sim.vocabulary.stages import OF_PATHS, seen_at

ASKED, FREE, PASSED = "asked", "free_cancellation", "passed"
"""Where every claim begins; cancelled without anybody's consent; a stage that a claim has gone past."""
STAGES: dict[str, tuple[str, ...]] = {stage.word: seen_at(stage) for stage in OF_PATHS}
"""In the order of a claim's life, and the instants by which a claim is seen to have come there."""


def stages_of(claims: Rows) -> NDArray[np.uint8]:
    """Which stages each claim came to: a bit for each of `STAGES`, the first the lowest."""
    bits = np.zeros(len(claims), dtype=np.uint8)
    for bit, seen_by in enumerate(STAGES.values()):
        for instant in seen_by:
            bits |= has_any(claims, instant).astype(np.uint8) << bit
    return bits


def paths_of(claims: pd.DataFrame) -> pd.DataFrame:
    """How many claims went which way: one row per way that occurs, with its number of `claims`, the largest first.

    The other columns are `asked`, the stages to which any claim came, and `ending`. A cell says what a claim did
    there: the stage's own name where it came to it, `free_cancellation`, `passed` where it went past it to a later
    one, and from then on how it ended (a word of `experiment.curves.ENDINGS`).
    """
    bits = claims[CAME_TO].to_numpy() if CAME_TO in claims else stages_of(claims)
    came_to = {stage: (bits >> bit & 1).astype(bool) for bit, stage in enumerate(STAGES)}
    free = (claims["route"] == Route.FREE_CANCELLATION.word).to_numpy() & ~came_to["cancellation"]
    at = {stage: np.where(came, stage, PASSED) for stage, came in came_to.items()}
    at["cancellation"] = np.where(free, FREE, at["cancellation"])
    endings = claims["outcome"].astype(object).to_numpy()
    gone_on = np.zeros(len(claims), dtype=bool)
    for stage in reversed(STAGES):
        at[stage] = np.where(gone_on | (at[stage] != PASSED), at[stage], endings)
        gone_on |= came_to[stage] | (at[stage] == FREE)
    walked = [stage for stage in STAGES if np.isin(at[stage], [stage, FREE]).any()]
    ways = pd.DataFrame({ASKED: ASKED, **{stage: at[stage] for stage in walked}, "ending": endings})
    counts = ways.value_counts(sort=False).rename("claims").reset_index()
    return counts.sort_values(["claims", *counts.columns[:-1]], ascending=False, ignore_index=True)
