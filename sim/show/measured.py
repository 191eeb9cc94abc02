"""A measure of a result, fresh or read from the disk, as a number with its interval."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from sim.experiment.number import Number
from sim.experiment.result import Result
from sim.scenario.model import Scenario


@dataclass(frozen=True)
class Finished:
    """A result as it lies on the disk, with as much of it as is printed."""

    scenario: Scenario
    about: Mapping[str, Any]
    summary: pd.DataFrame
    told: Sequence[str]
    """The notes below the table."""
    document: Mapping[str, Any]
    """`summary.json`."""


def measured(result: Result | Finished, measure: str) -> Number:
    """One measure of a result, by its name."""
    return measured_in(result.summary, measure)


def measured_in(summary: pd.DataFrame, measure: str) -> Number:
    """One measure of a table that is as `Result.summary` is."""
    value, low, high = (float(summary[end].loc[measure]) for end in ("value", "low", "high"))
    why = str(summary["why"].loc[measure]) if "why" in summary else ""
    return Number(value, low, high, str(summary["unit"].loc[measure]), why)
