"""Estimates and their intervals, against numbers worked out by hand."""

from __future__ import annotations

import numpy as np
import pytest

from sim.experiment.estimates import Times, positive_mean, quantile, ratio, share, signed_mean, student

HOUR = 3600


def times(*seconds: int, claims: int | None = None) -> Times:
    """The claims of one replication; those without a time never had their money."""
    return Times(np.array(sorted(seconds), dtype=np.int64), len(seconds) if claims is None else claims)


# ----------------------------------------------------------------------------------------- ratios


def test_a_ratio_is_sum_over_sum_and_not_the_mean_of_ratios() -> None:
    assert float(ratio([1, 30], [2, 40]).value) == 31 / 42


def test_the_standard_error_of_a_ratio_is_the_delta_methods() -> None:
    # Residuals 8 − 0.7·10 = 1 and 6 − 0.7·10 = −1; variance 2/(2 − 1)·(1 + 1) over 20².
    found = ratio([8, 6], [10, 10])
    assert float(found.value) == pytest.approx(0.7)
    assert float(found.error) == pytest.approx(2 / 20)


def test_with_equal_wholes_it_is_the_standard_error_of_a_mean() -> None:
    sample = np.array([3.0, 4.0, 8.0, 1.0])
    assert float(ratio(sample, np.ones(4)).error) == pytest.approx(np.std(sample, ddof=1) / 2)


def test_a_replication_without_any_claim_is_not_counted() -> None:
    for estimate in (share, lambda parts, wholes, n: positive_mean(parts, wholes)):
        assert estimate([8, 6, 0], [10, 10, 0], 20) == estimate([8, 6], [10, 10], 20)


def test_students_t_has_one_degree_of_freedom_less_than_there_are_replications() -> None:
    assert student([2, 3, 20]) == pytest.approx([12.7062, 4.3027, 2.0930], abs=1e-4)


def test_many_are_estimated_at_once_as_one_by_one() -> None:
    parts, wholes = np.array([[1, 5], [2, 9], [2, 4]]), np.array([[4, 9], [4, 10], [5, 8]])
    together = share(parts, wholes, wholes.sum(axis=0))
    alone = share(parts[:, 1], wholes[:, 1], 27)
    assert [float(numbers[1]) for numbers in together] == pytest.approx([float(number) for number in alone])


@pytest.mark.parametrize("estimate", [lambda x, y: share(x, y, 10), positive_mean, signed_mean])
def test_one_replication_gives_a_value_without_an_interval(estimate) -> None:  # type: ignore[no-untyped-def]
    value, low, high = estimate([4], [10])
    assert value == 0.4
    assert np.isnan(low)
    assert np.isnan(high)


def test_nothing_to_divide_by_is_no_number() -> None:
    assert np.isnan(share([0, 0], [0, 0], 0)).all()
    assert np.isnan(positive_mean([0, 0], [0, 0])).all()


# ----------------------------------------------------------------------------------------- shares


def test_a_share_is_symmetric_on_the_scale_of_log_odds() -> None:
    value, low, high = (float(number) for number in share([8, 6], [10, 10], 20))
    odds = [p / (1 - p) for p in (low, value, high)]
    assert odds[1] / odds[0] == pytest.approx(odds[2] / odds[1])
    assert np.log(odds[2] / odds[1]) == pytest.approx(12.7062 * 0.1 / (0.7 * 0.3), rel=1e-4)


@pytest.mark.parametrize("parts", [[9, 10, 10], [1, 0, 0], [3, 10, 2]])
def test_the_interval_of_a_share_stays_inside_0_and_1(parts: list[int]) -> None:
    value, low, high = share(parts, [10, 10, 10], 30)
    assert 0 < low < value < high < 1


def test_a_share_reaches_further_to_the_side_that_replications_lean_to_by_more_than_log_odds() -> None:
    value, low, high = (float(number) for number in share([99, 99, 98, 99, 99, 60], [100] * 6, 600))
    odds = [p / (1 - p) for p in (low, value, high)]
    assert odds[1] / odds[0] > 1.5 * odds[2] / odds[1]


def test_none_of_a_thousand_is_up_to_four_in_a_thousand() -> None:
    # Wilson at zero: z² / (n + z²).
    value, low, high = share([0, 0], [500, 500], 1000)
    assert (value, low) == (0, 0)
    assert float(high) == pytest.approx(3.8415 / 1003.8415, rel=1e-4)


def test_all_of_a_thousand_mirrors_none_of_a_thousand() -> None:
    value, low, high = share([500, 500], [500, 500], 1000)
    assert (value, high) == (1, 1)
    assert float(low) == pytest.approx(1 - 3.8415 / 1003.8415, rel=1e-4)


def test_replications_that_happen_to_agree_do_not_make_a_share_certain() -> None:
    # Wilson (1927) for 5 of 10.
    value, low, high = share([1, 4], [2, 8], 10)
    assert [float(value), float(low), float(high)] == pytest.approx([0.5, 0.2366, 0.7634], abs=1e-4)


@pytest.mark.parametrize("whole", [3, 7, 10, 49, 93, 103])
def test_rounding_is_not_taken_for_spread(whole: int) -> None:
    for part in range(1, whole):
        low, high = share([part] * 3, [whole] * 3, 3 * whole)[1:]
        assert high - low > 0.01


# ------------------------------------------------------------------------------------------ means


def test_the_lower_side_of_a_mean_time_is_as_on_the_scale_of_logarithms() -> None:
    value, low, high = (float(number) for number in positive_mean([8, 6], [10, 10]))
    assert np.log(value / low) == pytest.approx(12.7062 * 0.1 / 0.7, rel=1e-4)
    assert high - value > 1.5 * 12.7062 * 0.1, (
        "times lean to the long side, whether two replications show it or not"
    )


def test_a_mean_time_that_leaned_to_the_short_side_is_less_sure_of_being_no_shorter() -> None:
    held_back = positive_mean([9, 9, 9, 9, 2], [10] * 5)
    even = positive_mean([9, 8, 7.6, 7.2, 6.2], [10] * 5)
    assert held_back.value == pytest.approx(even.value)
    below = [float(np.log(one.value / one.low) / (one.high - one.value)) for one in (held_back, even)]
    assert below[0] > below[1]


def test_the_interval_of_a_mean_time_is_never_below_0() -> None:
    assert float(positive_mean([1000, 1], [1, 1]).low) > 0


def test_a_wait_that_nobody_had_is_0_without_doubt() -> None:
    assert positive_mean([0, 0, 0], [5, 6, 7]) == (0, 0, 0)


def test_a_gain_may_be_a_loss() -> None:
    value, low, high = (float(number) for number in signed_mean([2, -6], [10, 10]))
    assert value == pytest.approx(-0.2)
    assert high + low == pytest.approx(2 * value)
    assert low < 0 < high


# -------------------------------------------------------------------------------------- quantiles


def test_a_quantile_is_the_first_second_by_which_that_share_had_got_there() -> None:
    ten = [times(*range(10, 60, 10)), times(*range(60, 110, 10))]
    assert float(quantile(ten, 0.5).value) == 50
    assert float(quantile(ten, 0.51).value) == 60
    assert float(quantile(ten, 0.9).value) == 90
    assert float(quantile(ten, 1.0).value) == 100


def test_claims_that_never_had_their_money_are_infinitely_late() -> None:
    some = [times(10, 20, claims=4), times(30, claims=4)]
    assert float(quantile(some, 0.25).value) == 20
    assert float(quantile(some, 0.375).value) == 30
    assert np.isnan(quantile(some, 0.5)).all(), "not reached"


def test_half_is_reached_only_when_half_of_all_claims_are_there() -> None:
    assert float(quantile([times(7, claims=2), times(7, claims=2)], 0.5).value) == 7
    assert np.isnan(quantile([times(7, claims=2), times(7, claims=3)], 0.5).value)


def test_the_upper_end_is_open_where_many_resamples_do_not_reach_the_quantile() -> None:
    sure, unsure = times(10, 20, 30, claims=4), times(10, claims=4)
    value, low, high = quantile([sure, sure, unsure, unsure], 0.5)
    assert value == 30
    assert low < 30
    assert np.isnan(high)


def test_replications_that_agree_leave_no_doubt_about_a_quantile() -> None:
    found = quantile([times(HOUR, 2 * HOUR, 3 * HOUR)] * 5, 0.5)
    assert [float(number) for number in found] == pytest.approx([2 * HOUR] * 3)


def test_a_time_is_never_below_0() -> None:
    value, low, high = quantile([times(0, 0, 0), times(0, 0, 0), times(0, 5000, 5000)], 0.5)
    assert (value, low) == (0, 0)
    assert high > 0


def test_a_quantile_without_doubt_is_not_outside_its_interval_by_the_last_bit() -> None:
    for second in range(1_000_000, 1_001_000):
        found = quantile([times(second), times(second)], 0.5)
        assert found.low <= found.value <= found.high


USUAL = (1, 1.02, 0.98, 1.01, 0.99)
"""Mean waits, in hours, of replications that are much alike."""


def lengths(*mean_hours: float) -> tuple[float, float]:
    """How far the interval of a median reaches above it and below, in logarithms: 100 claims to a replication."""
    middles = -np.log1p(-(np.arange(100) + 0.5) / 100)
    value, low, high = quantile([times(*np.rint(mean * 3600 * middles).astype(int)) for mean in mean_hours], 0.5)
    return float(np.log1p(high) - np.log1p(value)), float(np.log1p(value) - np.log1p(low))


def test_a_quantile_is_less_sure_on_the_side_to_which_one_replication_strayed() -> None:
    above, below = lengths(*USUAL * 4)
    assert above == pytest.approx(below)
    above, below = lengths(*USUAL * 3, *USUAL[:4], 3)
    assert above > 1.2 * below
    above, below = lengths(*USUAL * 3, *USUAL[:4], 1 / 3)
    assert below > 1.2 * above


def test_few_replications_are_not_believed_to_lean_beyond_all_measure() -> None:
    above, below = lengths(*USUAL[:4], 30)
    # Hall's interval for a skewness of 0.2 √5 and t = 2.776 on 4 degrees of freedom, by hand: 3.607 and 2.355.
    assert above / below == pytest.approx(3.607 / 2.355, abs=0.002)


def test_a_quantile_from_one_replication_has_no_interval() -> None:
    value, low, high = quantile([times(1, 2, 3), times()], 0.5)
    assert value == 2
    assert np.isnan(low)
    assert np.isnan(high)


def test_a_quantile_of_no_claims_is_no_number() -> None:
    assert np.isnan(quantile([times(), times()], 0.5)).all()


def test_the_same_claims_always_give_the_same_interval() -> None:
    luck = np.random.default_rng(1)
    some = [times(*luck.integers(0, 10**6, size=30)) for _ in range(10)]
    assert quantile(some, 0.9) == quantile(some, 0.9)
