"""Orders to look at, when something has changed: each with the command that tells its story."""

from __future__ import annotations

import shlex
from collections.abc import Mapping
from typing import Any

import pandas as pd

from sim.baselines.causes import Found
from sim.baselines.finding import BaselinePair
from sim.baselines.judgement import SCENARIO, Example
from sim.baselines.layout import RUNNABLE
from sim.experiment.first_divergence import NEVER_PART

EXAMPLES = 3


def examples_of(pair: BaselinePair, found: Found, flips: pd.DataFrame) -> tuple[Example, ...]:
    """Up to three orders whose stories part: of the most frequent ways to end otherwise, then to get there."""
    parted = flips[flips["parts_at"].astype(str) != NEVER_PART]
    ends_otherwise = parted["base_outcome"].astype(str) != parted["other_outcome"].astype(str)
    rows = parted.assign(flipped=ends_otherwise).sort_values(["flipped", "orders"], ascending=False, kind="stable")
    told = [(order, row) for row in rows.to_dict("records") for order in row["examples"][:1]]
    told += [(order, row) for row in rows.to_dict("records") for order in row["examples"][1:]]
    return tuple(_example(pair, found, order, row) for order, row in told[:EXAMPLES])


def _example(pair: BaselinePair, found: Found, where: tuple[int, int], row: Mapping[Any, Any]) -> Example:
    replication, order = where
    return Example(
        replication=replication,
        order=order,
        baseline_outcome=str(row["base_outcome"]),
        now_outcome=str(row["other_outcome"]),
        parts_at=str(row["parts_at"]),
        command=_command(pair, found, replication, order),
    )


def _command(pair: BaselinePair, found: Found, replication: int, order: int) -> str:
    """Side by side with its story under the baseline's policy, where the scenario file is what changed."""
    words = ["refund-sim", "trace", str(pair.file), "--order", str(order)]
    words += ["--replication", str(replication)] if replication else []
    words += [word for change in pair.changes for word in ("--set", change)]
    is_of_the_file = any(cause.kind == SCENARIO for cause in found.causes)
    return shlex.join([*words, *(["--versus", str(pair.place / RUNNABLE)] if is_of_the_file else [])])
