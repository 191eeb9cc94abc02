"""What heads charts, and what they share whoever draws them: findings, colours, places of names."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import accumulate
from statistics import fmean
from typing import Any

import numpy as np
import pandas as pd

from sim.arrays import Floats
from sim.experiment.number import POINTS, decimals_for, signed
from sim.experiment.result import Result
from sim.show.judged import measured
from sim.show.phrases import day_and_month
from sim.vocabulary.endings import ENDINGS

DESKS = {"sellers": "the sellers", "mediation": "mediation"}
"""Desks from top to bottom, and what they are called."""
BAND = 3
"""A desk's panel shows a band up to so many times the highest mean; with few replications it may reach further."""
DAYS, MARKS = (0, 7, 14, 30, 60, 90), (7, 14, 30)
"""Where an axis of days since asking has ticks, and where the share with money is written down."""
SURE = 0.05
"""Half an interval up to which shares are told."""
NOBODY = "Nobody asked for their money back"
HOURS_TO_ASK = "time from payment until the mind changed (h, d)"
"""What an axis counts."""
FIRST_DAY = 24
"""Hours; up to there the article finds it easy."""


def of_the_time(result: Result) -> str:
    """When half of all claims have their money; or that they never do."""
    if not result.about["claims"]:
        return NOBODY
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


def highest_wait(mean: Floats, high: Floats) -> float:
    """How many requests a panel of a desk has to show."""
    return float(min(np.nan_to_num(high).max(), BAND * mean.max()))


# ------------------------------------------------------------------------------- colours and places


COLOURS = dict(
    zip(ENDINGS, ("#0b7a75", "#8fd0bf", "#d55e00", "#f0b95a", "#54417f", "#e4e4e4"), strict=True),
)
"""An ending has one colour in every chart. Told apart by the colour-blind, and dark beside light in grey."""
COLOURS_ON_DARK = COLOURS | {"refunded": "#14958f", "expired": "#8f7cc4", "open": "#3a4248"}
"""The same hues, where the dark ones would sink into a dark page."""


def spread(wanted: Sequence[float], apart: float) -> list[float]:
    """Positions as near as can be to the wanted ones (ascending), at least so far apart from each other.

    Least squares: neighbours that would come too close are pooled around their mean (pool adjacent violators;
    Barlow et al. 1972).
    """
    pools: list[list[float]] = []
    for number, position in enumerate(wanted):
        pools.append([position - number * apart])
        while len(pools) > 1 and fmean(pools[-2]) > fmean(pools[-1]):
            last = pools.pop()
            pools[-1] += last
    levels = [fmean(pool) for pool in pools for _ in pool]
    return [level + number * apart for number, level in enumerate(levels)]


def named_areas(last: Mapping[str, float], least: float) -> dict[str, float]:
    """The middle of each area of a stack that is large enough for a name (`least`), from the lowest upwards."""
    tops = dict(zip(last, accumulate(last.values()), strict=True))
    return {ending: tops[ending] - share / 2 for ending, share in last.items() if share >= least}


def widest_gap(curves: pd.DataFrame) -> tuple[dict[Any, Any], str] | None:
    """The day on which two curves are furthest apart, and by how much: `−0.31 points`; None without any claim."""
    if curves["difference"].isna().all():
        return None
    widest = curves.to_dict("records")[int(curves["difference"].abs().argmax())]
    gap, low, high = (100 * float(widest[end]) for end in ("difference", "low", "high"))
    return widest, f"{signed(gap, decimals_for((high - low) / 2))} {POINTS}"
