"""Competing endings: a dispute ends with the seller's yes, offer or no, or when the buyer has waited long enough.

All four come after exponential times, so the cumulative incidence of each is exact at every time: its share of the
rates, times the chance that anything has happened by then. Eighteen points are looked at together, so each may be
as far off as lets 95 in 100 such tests pass (Bonferroni); how often a single interval holds is `test_coverage`'s.
"""

from __future__ import annotations

import pytest
from scipy.special import stdtrit

from sim.experiment.curves import ENDINGS, GRID
from sim.experiment.experiment import run
from sim.experiment.result import Result
from tests.theory.formulas import outlasts, settles
from tests.theory.worlds import RACE, racing_endings

pytestmark = pytest.mark.slow

RATES = tuple(RACE.values())
DAYS = [7, 14, 30]
REPLICATIONS = 20
TOGETHER = stdtrit(REPLICATIONS - 1, 1 - 0.025 / (len(DAYS) * len(ENDINGS))) / stdtrit(REPLICATIONS - 1, 0.975)
"""How much wider than one interval each of all has to be."""


@pytest.fixture(scope="module")
def raced() -> Result:
    return run(racing_endings(claims=5_000, replications=REPLICATIONS), jobs=1)


def had_ended_so(ending: str, days: float) -> float:
    """The exact share of all claims."""
    return outlasts(days, RATES) if ending == "open" else settles(RACE.get(ending, 0), RATES, days)


@pytest.mark.parametrize("days", DAYS)
@pytest.mark.parametrize("ending", ENDINGS)
def test_every_ending_has_come_to_the_share_of_claims_that_theory_says(
    raced: Result, ending: str, days: int
) -> None:
    curves = raced.curves
    point = curves[(curves["ending"] == ending) & (curves["days"] == days)].iloc[0]
    share, low, high = point["share"], point["low"], point["high"]
    error = had_ended_so(ending, days) - share
    found = f"found {share:.5f} ({low:.5f} to {high:.5f}), theory {share + error:.5f}"
    assert abs(error) <= 0.005, found
    assert TOGETHER * (low - share) <= error <= TOGETHER * (high - share), found


def test_at_every_time_the_endings_sum_to_one(raced: Result) -> None:
    sums = raced.curves.groupby("days")["share"].sum()
    assert len(sums) == len(GRID)
    assert (abs(sums - 1) <= 1e-12).all()


@pytest.mark.parametrize("days", DAYS)
def test_the_summary_says_of_the_refunds_what_the_curve_says(raced: Result, days: int) -> None:
    curves = raced.curves
    point = curves[(curves["ending"] == "refunded") & (curves["days"] == days)].iloc[0]
    assert raced.summary.loc[f"refunded_within_{days}d", ["value", "low", "high"]].tolist() == pytest.approx(
        point[["share", "low", "high"]].tolist(), rel=1e-12
    )
