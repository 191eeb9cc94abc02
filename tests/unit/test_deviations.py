"""Two estimates side by side: what pairing takes away, and what is left without it."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from sim.experiment.estimates import Times, ratio
from sim.experiment.influence import paired, quantile_of, ratio_of, unpaired

RATES = np.array([8.0, 6.0, 9.0, 4.0, 7.0])
ONES = np.ones(5)


def times(*seconds: int, claims: int | None = None) -> Times:
    return Times(np.array(sorted(seconds), dtype=np.int64), len(seconds) if claims is None else claims)


def test_the_deviations_of_a_ratio_are_as_long_as_its_standard_error() -> None:
    parts, wholes = np.array([8, 6, 0, 30]), np.array([10, 9, 0, 41])
    found, expected = ratio_of(parts, wholes), ratio(parts, wholes)
    assert float(found.value) == pytest.approx(float(expected.value))
    assert float(found.error) == pytest.approx(float(expected.error))
    assert float(found.replications) == 3, "one without any claim is not counted"


def test_a_paired_difference_of_means_is_the_paired_t_test() -> None:
    other = RATES + np.array([0.5, 0.1, 0.3, 0.4, 0.2])
    difference = paired(ratio_of(RATES, ONES), ratio_of(other, ONES))
    expected = stats.ttest_rel(other, RATES).confidence_interval(0.95)
    assert float(difference.value) == pytest.approx(0.3)
    assert [float(end) for end in difference.interval(0.95)] == pytest.approx([expected.low, expected.high])
    assert float(difference.correlation) == pytest.approx(stats.pearsonr(RATES, other).statistic)
    both = RATES.var(ddof=1) + other.var(ddof=1)
    assert float(difference.variance_ratio) == pytest.approx((other - RATES).var(ddof=1) / both)


def test_without_shared_luck_it_is_welchs() -> None:
    base, other = np.array([8.0, 6.0, 9.0, 5.0, 7.0]), np.array([7.0, 9.0, 8.0])
    difference = unpaired(ratio_of(base, ONES), ratio_of(other, np.ones(3)))
    expected = stats.ttest_ind(other, base, equal_var=False).confidence_interval(0.95)
    assert [float(end) for end in difference.interval(0.95)] == pytest.approx([expected.low, expected.high])
    assert np.isnan(difference.correlation)
    assert np.isnan(difference.variance_ratio)


def test_a_difference_reaches_further_to_the_side_that_replications_lean_to() -> None:
    gained = np.array([0.1, 0.2, 0.1, 0.2, 2.0])
    mean, student = gained.mean(), stats.t(4).ppf(0.975) * stats.sem(gained)
    low, high = (float(end) for end in paired(ratio_of(RATES, ONES), ratio_of(RATES + gained, ONES)).interval(0.95))
    assert low == pytest.approx(mean - student), "no side is shorter than by Student's t"
    assert high > mean + 1.5 * student
    lost = paired(ratio_of(RATES + gained, ONES), ratio_of(RATES, ONES))
    assert [-float(end) for end in lost.interval(0.95)] == pytest.approx([high, low])
    surely = paired(ratio_of(RATES, ONES), ratio_of(RATES + gained, ONES)).halves(0.999)
    assert float(surely[1] / surely[0]) == pytest.approx((high - mean) / student), "as much at any confidence"


def test_luck_that_moves_both_alike_leaves_no_doubt() -> None:
    difference = paired(ratio_of(RATES, ONES), ratio_of(RATES + 1, ONES))
    low, high = difference.interval(0.95)
    assert float(difference.variance_ratio) < 1e-25
    assert float(low) == pytest.approx(1)
    assert float(high) == pytest.approx(1)


def test_an_experiment_against_itself_differs_by_exactly_nothing() -> None:
    one = ratio_of([3, 1, 7], [9, 3, 11])
    difference = paired(one, ratio_of([3, 1, 7], [9, 3, 11]))
    assert float(difference.value) == 0
    assert float(difference.error) == 0
    assert [float(end) for end in difference.interval(0.95, limit=1.0)] == [0, 0]


def test_when_none_of_a_thousand_claims_differs_up_to_four_in_a_thousand_might() -> None:
    # Wilson at zero: z² / (n + z²).
    same = ratio_of([400, 300], [500, 500])
    low, high = paired(same, same).interval(0.95, limit=1.0, n=1000)
    assert float(high) == pytest.approx(3.8415 / 1003.8415, rel=1e-4)
    assert float(low) == -float(high)


def test_a_difference_of_shares_is_never_beyond_1() -> None:
    low, high = paired(ratio_of([0, 1, 0], [4, 4, 4]), ratio_of([4, 3, 4], [4, 4, 4])).interval(0.99, limit=1.0)
    assert float(low) < 0.5
    assert float(high) == 1


def test_one_replication_has_a_difference_and_no_interval() -> None:
    for subtract in (paired, unpaired):
        difference = subtract(ratio_of([4], [10]), ratio_of([5], [10]))
        assert float(difference.value) == pytest.approx(0.1)
        assert np.isnan(difference.interval(0.95, limit=1.0)).all()


def test_nothing_to_divide_by_is_no_difference() -> None:
    difference = paired(ratio_of([0, 0], [0, 0]), ratio_of([1, 2], [3, 4]))
    assert np.isnan(difference.value)
    assert np.isnan(difference.interval(0.95)).all()


# ------------------------------------------------------------------------------------------ quantiles


def test_quantiles_that_share_their_luck_are_resampled_alike() -> None:
    dice = np.random.default_rng(5)
    mine = [times(*dice.integers(0, 1000, 30).tolist()) for _ in range(20)]
    later = [Times(one.seconds + 100, one.claims) for one in mine]
    difference = paired(quantile_of(mine, 0.5), quantile_of(later, 0.5))
    assert float(difference.value) == 100
    assert float(difference.error) == pytest.approx(0, abs=1e-9)
    assert float(difference.correlation) == pytest.approx(1)
    assert float(unpaired(quantile_of(mine, 0.5), quantile_of(later, 0.5)).error) > 10


def test_a_quantile_that_is_not_reached_has_no_difference() -> None:
    reached, never = [times(10, 20)] * 5, [times(10, claims=3)] * 5
    difference = paired(quantile_of(reached, 0.5), quantile_of(never, 0.5))
    assert np.isnan(difference.value)
    assert np.isnan(difference.interval(0.95)).all()
    assert np.isnan(difference.variance_ratio)


def test_an_end_is_open_on_the_side_of_the_quantile_that_may_not_be_reached() -> None:
    sure = [times(10, 20, 30, claims=4)] * 4
    unsure = [times(10, 20, 40, claims=4)] * 2 + [times(10, claims=4)] * 2
    low, high = paired(quantile_of(sure, 0.5), quantile_of(unsure, 0.5)).interval(0.95)
    assert np.isfinite(low)
    assert np.isnan(high)
    low, high = paired(quantile_of(unsure, 0.5), quantile_of(sure, 0.5)).interval(0.95)
    assert np.isnan(low)
    assert np.isfinite(high)


def test_replications_without_claims_keep_their_place_among_the_others() -> None:
    mine = [times(10, 20, 30), times(claims=0), times(40, 50, 60)]
    assert float(paired(quantile_of(mine, 0.5), quantile_of(mine, 0.5)).error) == 0


def test_where_many_claims_differ_those_that_were_not_seen_hardly_matter() -> None:
    base, other = ratio_of([40, 60, 50], [100, 100, 100]), ratio_of([50, 65, 70], [100, 100, 100])
    with_them, without = (np.diff(paired(base, other).interval(0.95, limit=1.0, n=n))[0] for n in (10_000, np.inf))
    assert without < with_them < 1.001 * without


def test_an_interval_shrinks_with_the_replications_as_the_same_again_would_have_it() -> None:
    parts, wholes = np.array([[40, 60, 50], [50, 65, 70]]), np.full(3, 100)
    once = paired(*(ratio_of(one, wholes) for one in parts))
    often = paired(*(ratio_of(np.tile(one, 100), np.tile(wholes, 100)) for one in parts))
    predicted = float(once.half_width(0.95, limit=1.0, n=300, growth=100))
    # The sample's variance has 299 degrees of freedom instead of 2: smaller by (2 / 3) / (299 / 300).
    expected = float(often.half_width(0.95, limit=1.0, n=30_000)) * (1.5 * 299 / 300) ** 0.5
    assert predicted == pytest.approx(expected, rel=1e-3)
