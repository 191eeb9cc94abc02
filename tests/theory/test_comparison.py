"""Do intervals of differences cover the truth 95 times in 100? Tried where two policies share their luck.

Each replication has a success rate of its own, which both policies share; so do the claims of one, one by one.
"""

from __future__ import annotations

from math import exp

import numpy as np
import pytest

from sim.experiment.comparing import compare
from sim.experiment.estimates import Floats, Times
from sim.experiment.influence import Deviating, Difference, paired, quantile_of, ratio_of, unpaired
from sim.experiment.verdicts import INCONCLUSIVE, simultaneous, verdict_on
from sim.scenario.durations import DAY
from sim.scenario.loading import load
from sim.scenario.model import Scenario
from sim.vocabulary import Outcome
from tests.theory.worlds import NOTHING_INTERFERES, PLAIN, YES, claims_that_never_meet, exponential, replications
from tests.worlds import SCENARIOS, world

REPEATS = 2000
FAIR = (0.93, 0.97)
"""What 2,000 repeats of a perfect interval give, 4 standard errors (0.5 points each) either way."""
BOUNDED = (0.92, 0.98)
"""What 500 repeats give, 3 standard errors (1 point each) either way."""
HOUR = 3600


def luck(seed: int) -> np.random.Generator:
    return np.random.default_rng(seed)


def covered(difference: Difference, truth: float, confidence: float = 0.95, n: float = np.inf) -> float:
    """How often the interval held the truth."""
    low, high = difference.interval(confidence, limit=1.0, n=n)
    return float(((low <= truth) & (truth <= high)).mean())


def two_policies(
    seed: int, replications: int, *, gained: float, lost: float, claims: int = 100
) -> tuple[Deviating, Deviating]:
    """Success rates of many repeats: the same claims under two policies, in replications that differ widely.

    0.8 of the claims succeed under the first. The second turns a share `gained` of its failures into successes,
    and a share `lost` of its successes into failures.
    """
    dice = luck(seed)
    n = dice.poisson(claims, (replications, REPEATS))
    base = dice.binomial(n, dice.beta(16, 4, n.shape))
    other = base + dice.binomial(n - base, gained) - dice.binomial(base, lost)
    return ratio_of(base, n), ratio_of(other, n)


# ---------------------------------------------------------------------------------------------- shares


@pytest.mark.parametrize("replications", [5, 10, 20, 50])
def test_the_interval_of_a_paired_difference_covers_it(replications: int) -> None:
    difference = paired(*two_policies(21, replications, gained=0.2, lost=0.02))
    assert FAIR[0] <= covered(difference, 0.2 * 0.2 - 0.8 * 0.02) <= FAIR[1]
    assert float(difference.variance_ratio.mean()) < 0.2


def test_without_pairing_the_interval_would_be_more_than_twice_as_wide_and_still_hold() -> None:
    base, other = two_policies(21, 20, gained=0.2, lost=0.02)
    together, alone = paired(base, other), unpaired(base, other)
    widths = [high - low for low, high in (one.interval(0.95) for one in (together, alone))]
    assert float(np.median(widths[1] / widths[0])) > 2
    assert covered(alone, 0.2 * 0.2 - 0.8 * 0.02) > FAIR[1]


@pytest.mark.parametrize("flips", [0.2, 1, 2, 5, 10])
def test_where_hardly_an_order_flips_the_interval_errs_on_the_wide_side(flips: float) -> None:
    # So many flips are expected in a whole experiment of 10,000 claims, 2,000 of which fail under the first policy.
    difference = paired(*two_policies(22, 20, gained=flips / 2000, lost=0.0, claims=500))
    assert covered(difference, flips / 10_000, n=10_000) >= FAIR[0]


@pytest.mark.parametrize(("base", "other"), [(20, 20), (20, 8), (5, 30)])
def test_the_interval_between_independent_runs_covers_the_difference(base: int, other: int) -> None:
    one, _ = two_policies(23, base, gained=0.0, lost=0.0)
    _, two = two_policies(24, other, gained=0.2, lost=0.02, claims=40)
    assert FAIR[0] <= covered(unpaired(one, two), 0.2 * 0.2 - 0.8 * 0.02) <= FAIR[1]


def test_a_difference_right_on_the_edge_of_the_margin_is_rarely_settled() -> None:
    gained, margin = 0.1, 0.2 * 0.1
    low, high = paired(*two_policies(25, 20, gained=gained, lost=0.0)).interval(0.95)
    verdicts = [verdict_on(*ends, margin, more_is_better=True) for ends in zip(low, high, strict=True)]
    assert verdicts.count(INCONCLUSIVE) / REPEATS > FAIR[0]


# ------------------------------------------------------------------------------------------ quantiles


def slow_months(dice: np.random.Generator, *never: float) -> list[list[Times]]:
    """Exponential times to money at a rate that differs by replication (gamma of shape 8), under several policies:
    the same claims with the same times, of which each policy refunds all but a share."""
    policies: list[list[Times]] = [[] for _ in never]
    for _ in range(20):
        claims = dice.poisson(100)
        seconds = dice.exponential(10 * HOUR / dice.gamma(8, 1 / 8), claims).astype(np.int64)
        fate = dice.random(claims)
        for policy, share in zip(policies, never, strict=True):
            policy.append(Times(np.sort(seconds[fate >= share]), claims))
    return policies


def median_of_slow_months(never: float) -> float:
    """P(T > t) = (1 + t / (8 · 10 h))⁻⁸ where the rate is gamma-distributed (a Lomax law), solved for t."""
    return 8 * 10 * HOUR * ((1 - 0.5 / (1 - never)) ** (-1 / 8) - 1)


@pytest.mark.slow
def test_the_interval_of_a_paired_difference_of_medians_covers_it() -> None:
    dice, truth = luck(26), median_of_slow_months(0.1) - median_of_slow_months(0.2)
    held, ratios = [], []
    for _ in range(500):
        base, other = slow_months(dice, 0.2, 0.1)
        difference = paired(quantile_of(base, 0.5), quantile_of(other, 0.5))
        low, high = difference.interval(0.95)
        held.append(low <= truth <= high)
        ratios.append(float(difference.variance_ratio))
    assert BOUNDED[0] <= float(np.mean(held)) <= BOUNDED[1]
    assert float(np.mean(ratios)) < 0.5


# ---------------------------------------------------------------------------------------------- bands


@pytest.mark.slow
def test_the_band_of_a_curve_holds_at_all_times_at_once() -> None:
    # Some 500 claims in each replication; with a hundred, the ends of the curve would hang on single claims.
    dice, times = luck(27), np.linspace(0, 5, 40)
    held = []
    for _ in range(500):
        base, other = (np.zeros((20, len(times))) for _ in range(2))
        wholes = dice.poisson(500, 20)
        for k, claims in enumerate(wholes):
            seconds = dice.exponential(1 / dice.gamma(8, 1 / 8), claims)
            base[k] = np.searchsorted(np.sort(seconds), times)
            other[k] = np.searchsorted(np.sort(seconds * dice.choice([1.0, 0.5], claims)), times)
        whole = np.broadcast_to(wholes[:, None], base.shape)
        difference = paired(ratio_of(base, whole), ratio_of(other, whole))
        low, high = difference.interval(simultaneous(len(times)), limit=1.0, n=10_000)
        truth = _lomax(2 * times) / 2 - _lomax(times) / 2
        held.append(((low <= truth) & (truth <= high)).all())
    assert BOUNDED[0] <= float(np.mean(held)) <= 1.0


def _lomax(times: Floats) -> Floats:
    """P(T ≤ t) where the rate of an exponential law is gamma-distributed with shape 8 and mean 1."""
    return np.asarray(1 - (1 + times / 8) ** -8)


# ------------------------------------------------------------------------------------------ the market


@pytest.mark.slow
def test_a_shorter_clock_costs_exactly_the_answers_that_would_have_come_later() -> None:
    # Sellers look after an exponential time (mean 4 d) and say yes; silence declines: 1 − e^(−clock / mean).
    seller = {f"{PLAIN}.cancellation": YES | {"notice": exponential(4 * DAY)}}
    market = NOTHING_INTERFERES | claims_that_never_meet(40, replications=1500) | seller
    base, other = (_successes(world(market | {"policy.cancellation.clock": clock})) for clock in ("9 d", "3 d"))
    # Replications do not know of each other: 1,500 of them are 150 experiments of ten.
    difference = paired(*(ratio_of(*(sums.reshape(10, 150) for sums in one)) for one in (base, other)))
    truth = exp(-9 / 4) - exp(-3 / 4)
    assert covered(difference, truth) >= 0.896, "three standard errors (1.8 points) below 0.95"
    everything = paired(ratio_of(*base), ratio_of(*other))
    assert abs(float(everything.value) - truth) < 3.5 * float(everything.error)
    assert float(everything.error) < 0.005


def _successes(scenario: Scenario) -> tuple[Floats, Floats]:
    """By replication: claims refunded, and claims."""
    outcomes = [records.claims["outcome"] for records in replications(scenario)]
    refunded = [(one == Outcome.REFUNDED).sum() for one in outcomes]
    return np.array(refunded, dtype=np.float64), np.array([len(one) for one in outcomes], dtype=np.float64)


@pytest.mark.slow
def test_on_the_articles_world_shared_luck_is_worth_at_least_five_times_the_replications() -> None:
    files = [SCENARIOS / f"{name}.yaml" for name in ("aliexpress", "three-day-clock")]
    comparison = compare(*map(load, files), replications=20)
    gain = comparison.differences.set_index("measure")["variance_ratio"]
    found = f"found {gain['success_rate']:.3f} and {gain['refunded_within_14d']:.3f} of independent runs' variance"
    assert gain[["success_rate", "refunded_within_14d"]].max() <= 0.2, found
    assert comparison.flipped("three-day-clock")["orders"].sum() > 20
