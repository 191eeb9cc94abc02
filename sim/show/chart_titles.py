"""What the charts of a result find: the sentence above each, whoever draws it."""

from __future__ import annotations

import numpy as np
import pandas as pd

from sim.experiment.result import Result
from sim.show.measured import measured
from sim.show.phrases import day_and_month

DESKS = {"sellers": "the sellers", "mediation": "mediation"}
"""Desks from top to bottom, and what they are called."""
SURE = 0.05
"""Half an interval up to which shares are told."""
FIRST_DAY = 24
"""Hours; up to there the article finds it easy."""


def of_the_time(result: Result) -> str:
    """When half of all claims have their money; or that they never do."""
    if not result.about["claims"]:
        return "Nobody asked for their money back"
    half = measured(result, "refund_time_median_all")
    if half.why:
        return "Nobody was watched long enough to say when half of all claims have their money back"
    if np.isnan(half.value):
        return "Fewer than half of all claims get their money back"
    return f"Half of all claims have their money back after {half.shown().value}ays"


def of_the_hours(bins: pd.DataFrame) -> str:
    """The success of those who asked within a day, against that of all later ones."""
    asked = bins[(bins["group"] == "all") & (bins["n"] > 0)]
    early = asked["hours_to"] <= FIRST_DAY
    if early.all() or not early.any() or asked["success"].isna().any():
        return "Success by how quickly the mind was changed"
    parts = asked[early], asked[~early]
    if any(not _is_sure(part) for part in parts):
        return "Success by how quickly the mind was changed"
    soon, late = (np.average(part["success"], weights=part["n"]) for part in parts)
    return f"Asked within a day, {100 * soon:.0f} in 100 get all their money back; later, {100 * late:.0f}"


def _is_sure(part: pd.DataFrame) -> bool:
    """Whether these shares are known to within some points, taken together: intervals are narrow, and there."""
    half = np.average((part["high"] - part["low"]) / 2, weights=part["n"]) / np.sqrt(len(part))
    return bool(half <= SURE)


def of_the_desks(waiting: pd.DataFrame) -> str:
    """When most requests wait, at each desk that ever has any waiting."""
    said: list[str] = []
    for desk, name in DESKS.items():
        days = waiting[waiting["desk"] == desk].reset_index(drop=True)
        if days["waiting"].max() > 0:
            worst = int(days["waiting"].argmax())
            most, day = float(days["waiting"].iloc[worst]), days["date"].dt.date.iloc[worst]
            said.append(f"{most:.0f} {'requests wait ' if not said else ''}at {name} ({day_and_month(day)})")
    return f"Up to {', '.join(said)}" if said else "No request ever waits for a free desk"
