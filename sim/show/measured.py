"""A measure of a result as a number with its interval."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sim.experiment.number import Number

if TYPE_CHECKING:
    import pandas as pd

    from sim.experiment.result import Result
    from sim.show.carried_on import Finished


def measured(result: Result | Finished, measure: str) -> Number:
    """One measure of a result, by its name."""
    return measured_in(result.summary, measure)


def measured_in(summary: pd.DataFrame, measure: str) -> Number:
    """One measure of a table that is as `Result.summary` is."""
    value, low, high = (float(summary[end].loc[measure]) for end in ("value", "low", "high"))
    why = str(summary["why"].loc[measure]) if "why" in summary else ""
    return Number(value, low, high, str(summary["unit"].loc[measure]), why)
