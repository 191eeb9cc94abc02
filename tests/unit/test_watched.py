"""Claims that were watched for different times are estimated as another hand works it out, order by order."""

from __future__ import annotations

from functools import cache

import numpy as np
import pandas as pd
import pytest

from sim.experiment.aalen_johansen import UNTIL, UNWATCHED, horizon
from sim.experiment.experiment import run
from sim.experiment.result import Result
from sim.scenario.durations import DAY
from tests.unit.test_experiment import LIVELY
from tests.worlds import world

SLOW = LIVELY | {"policy.refund": {"posting": {"card": {"exponential": {"mean": "6 d"}}}}}


@cache
def watched() -> Result:
    return run(world(SLOW | {"experiment": LIVELY["experiment"] | {"follow_up": "7 d"}}))


def by_hand(orders: pd.DataFrame) -> dict[str, list[tuple[float, float]]]:
    """Aalen and Johansen's estimate as it stands in the books: time by time, who is still at risk, who ends how."""
    ended = orders["refunded_at"].where(orders["outcome"] == "refunded", orders["ended_at"])
    until = ended.where(orders["outcome"] != "open", orders[UNTIL])
    claims = sorted(zip((until - orders["asked_at"]).dt.total_seconds(), orders["outcome"], strict=True))
    left, at_risk, risen, steps = 1.0, len(claims), {"refunded": 0.0}, {"refunded": [(0.0, 0.0)]}
    for time in sorted({seconds for seconds, _ in claims}):
        now = [outcome for seconds, outcome in claims if seconds == time]
        risen["refunded"] += left * now.count("refunded") / at_risk
        left *= 1 - sum(outcome != "open" for outcome in now) / at_risk
        at_risk -= len(now)
        steps["refunded"].append((time, risen["refunded"]))
    return steps


def reached_by(steps: list[tuple[float, float]], seconds: float) -> float:
    return [share for time, share in steps if time <= seconds][-1]


def test_the_curve_is_the_estimate_that_another_hand_makes_of_the_same_orders() -> None:
    result = watched()
    steps = by_hand(result.orders)["refunded"]
    curve = result.curves[result.curves["ending"] == "refunded"]
    assert len(curve) > 50
    assert curve["share"].to_list() == pytest.approx([reached_by(steps, DAY * day) for day in curve["days"]])


@pytest.mark.parametrize("days", [3, 7])
def test_a_share_by_a_day_is_that_estimate_and_not_a_plain_count(days: int) -> None:
    result = watched()
    value = float(result.summary.loc[f"refunded_within_{days}d", "value"])
    assert value == pytest.approx(reached_by(by_hand(result.orders)["refunded"], days * DAY))
    counted = float((result.orders["refund_days"] <= days).mean())
    assert value > counted, "who was watched for less is not counted as never refunded"


def test_beyond_what_was_watched_there_is_no_number_but_a_reason_and_curves_end() -> None:
    result = watched()
    end = horizon(result.orders)
    assert result.curves["days"].max() * DAY <= end < 30 * DAY
    row = result.summary.loc["refunded_within_30d"]
    assert np.isnan(row["value"])
    assert row["why"] == UNWATCHED


def test_played_to_its_end_the_same_market_lies_where_the_estimate_says() -> None:
    seen, everything = watched(), run(world(SLOW))
    for days in (3, 7):
        low, high = seen.summary.loc[f"refunded_within_{days}d", ["low", "high"]]
        assert low - 0.05 <= everything.summary.loc[f"refunded_within_{days}d", "value"] <= high + 0.05


# ------------------------------------------------------------------------------- by hours, by group


def longest_watched(orders: pd.DataFrame) -> float:
    """For how long a tenth of these orders, and ten of them, were watched: counted off from the longest."""
    if (orders["outcome"] == "open").sum() * 1000 <= len(orders):
        return float("inf")
    watched_for = sorted((orders[UNTIL] - orders["asked_at"]).dt.total_seconds(), reverse=True)
    place = max(-(-len(watched_for) // 10), 10)
    return watched_for[place - 1] if place <= len(watched_for) else 0.0


def expect_what_another_hand_finds(row: pd.Series, orders: pd.DataFrame) -> None:
    """The share and the median of some orders alone, at risk one after another; neither beyond what was watched."""
    assert row["n"] == len(orders)
    finished = longest_watched(orders) == float("inf") and len(orders) > 0
    plain = float((orders["outcome"] == "refunded").mean()) if finished else np.nan
    assert row["success"] == pytest.approx(plain, nan_ok=True)
    half = [time for time, share in by_hand(orders)["refunded"] if share >= 0.5 - 1e-12] if len(orders) else []
    known = half[:1] if half and half[0] <= longest_watched(orders) else []
    assert row["median_days"] == pytest.approx(known[0] / DAY if known else np.nan, nan_ok=True)


def test_each_bin_of_hours_is_that_estimate_of_its_own_orders() -> None:
    result = watched()
    rows, minds = result.by_hours[result.by_hours["group"] == "all"], result.orders
    minds = minds[minds["claim"] == "regret"]
    for _, row in rows.iterrows():
        hours = minds["hours_to_ask"]
        expect_what_another_hand_finds(row, minds[(hours >= row["hours_from"]) & (hours < row["hours_to"])])
    assert rows["n"].sum() == len(minds)
    assert rows["median_days"].notna().sum() >= 2
    assert (rows["success"].isna() & (rows["n"] > 0)).sum() >= 2, "claims are open, and a share would be a guess"


def test_each_group_is_that_estimate_of_its_own_orders() -> None:
    result = watched()
    for _, row in result.by_group.iterrows():
        expect_what_another_hand_finds(row, result.orders[result.orders[row["group"]] == row["value"]])
    assert result.by_group["median_days"].notna().sum() >= 2
    assert result.by_group["success"].isna().sum() >= 2
