"""The named laws: what they give, against scipy.stats and against sums worked out by hand."""

from __future__ import annotations

import math
import subprocess
import sys
from itertools import pairwise
from typing import Any

import numpy as np
import pytest
import scipy.integrate
import scipy.stats

from sim.scenario.distributions.combined import quantile_of
from sim.scenario.distributions.families import DurationLaw, NumberLaw, draw
from sim.scenario.durations import DAY, HOUR, LONGEST, NEVER, Kind

U = (np.arange(2_000) + 0.5) / 2_000


def days(written: Any) -> DurationLaw:
    return DurationLaw.model_validate(written)


def numbers(written: Any) -> NumberLaw:
    return NumberLaw.model_validate(written)


def law(name: str, **parameters: float) -> NumberLaw:
    return numbers({name: parameters})


LN2 = math.log(2)
SAME_AS_SCIPY = [
    (law("uniform", low=-2, high=5), scipy.stats.uniform(-2, 7)),
    (law("triangular", low=1, mode=2, high=7), scipy.stats.triang(1 / 6, 1, 6)),
    (law("triangular", low=1, mode=1, high=7), scipy.stats.triang(0, 1, 6)),
    (law("triangular", low=1, mode=7, high=7), scipy.stats.triang(1, 1, 6)),
    (law("exponential", mean=3), scipy.stats.expon(scale=3)),
    (law("lognormal", mu=1, sigma=0.5), scipy.stats.lognorm(0.5, scale=math.e)),
    (law("weibull", shape=0.7, scale=4), scipy.stats.weibull_min(0.7, scale=4)),
    (law("gamma", shape=2.5, scale=4), scipy.stats.gamma(2.5, scale=4)),
    (law("gamma", mean=6, sd=3), scipy.stats.gamma(4, scale=1.5)),
]
NAMES = [str(ours) for ours, _ in SAME_AS_SCIPY]
EXPONENTIAL = {"exponential": {"mean": 3}}
HALF_NINE = [{"weight": 0.5, "law": 9}, {"weight": 0.5, "law": EXPONENTIAL}]
COMPOSED = [
    {"empirical": {"values": [3, 1, 10]}},
    {"empirical": {"values": [3, 1, 10], "weights": [1, 0, 3]}},
    {"empirical": {"quantiles": {0: 1, 0.25: 2, 0.5: 2, 1: 9}}},
    {"mixture": [{"weight": 0.25, "law": 7}, {"weight": 0.75, "law": EXPONENTIAL}]},
    {"truncated": {"law": EXPONENTIAL, "low": 1, "high": 4}},
    {"truncated": {"law": {"lognormal": {"median": 2, "p95": 9}}, "high": 4}},
    {"truncated": {"law": {"weibull": {"shape": 2, "mean": 2}}, "low": 3}},
    {"truncated": {"law": {"gamma": {"shape": 2, "scale": 2}}, "low": 1, "high": 4}},
    {"truncated": {"law": {"triangular": {"low": 0, "mode": 2, "high": 6}}, "low": 1, "high": 4}},
    {"truncated": {"law": {"uniform": {"low": 0, "high": 6}}, "low": 5}},
    {"truncated": {"law": {"empirical": {"values": [1, 2, 3, 4]}}, "low": 2, "high": 3}},
    {"truncated": {"law": {"empirical": {"quantiles": {0: 1, 0.5: 4, 1: 5}}}, "low": 4}},
]


# --- one value after another -------------------------------------------------------------------------------


@pytest.mark.parametrize(("ours", "theirs"), SAME_AS_SCIPY, ids=NAMES)
def test_a_law_is_the_one_that_scipy_knows_by_that_name(ours: NumberLaw, theirs: Any) -> None:
    np.testing.assert_allclose(ours.ppf(U), theirs.ppf(U), rtol=1e-10)
    x = np.concatenate([[-1.0, 0.0], theirs.ppf(U), [1e9]])
    np.testing.assert_allclose(ours.cdf(x), theirs.cdf(x), rtol=1e-10, atol=1e-14)
    assert ours.mean() == pytest.approx(theirs.mean(), rel=1e-12)
    assert ours.support() == theirs.support()


@pytest.mark.parametrize(("ours", "theirs"), SAME_AS_SCIPY, ids=NAMES)
def test_the_distribution_function_undoes_its_inverse(ours: NumberLaw, theirs: Any) -> None:
    np.testing.assert_allclose(ours.cdf(ours.ppf(U)), U, rtol=1e-10)


@pytest.mark.parametrize("written", [ours.written() for ours, _ in SAME_AS_SCIPY] + COMPOSED, ids=str)
def test_the_mean_is_the_integral_of_the_inverse_distribution_function(written: Any) -> None:
    ours = numbers(written)
    edges = [0, *(k / 12 for k in range(1, 12)), 1]  # every jump of these laws is at one of them
    pieces = [scipy.integrate.quad(ours.ppf, low, high, epsabs=1e-12)[0] for low, high in pairwise(edges)]
    assert ours.mean() == pytest.approx(sum(pieces), rel=1e-8)


def test_the_mean_of_a_truncated_mixture_weighs_what_is_left_of_each_part() -> None:
    chance, mean = math.exp(-1 / 3) - math.exp(-3), 4 * math.exp(-1 / 3) - 12 * math.exp(-3)
    ours = numbers({"truncated": {"law": {"mixture": HALF_NINE}, "low": 1, "high": 9}})
    assert ours.mean() == pytest.approx((mean + 9) / (chance + 1), rel=1e-12)


@pytest.mark.parametrize("written", [9, {"mixture": HALF_NINE}, *COMPOSED], ids=str)
def test_the_distribution_function_is_the_share_of_luck_that_gives_at_most_so_much(written: Any) -> None:
    ours = numbers(written)
    values = ours.ppf(U)
    for x in [*np.unique(values)[::97], 0.0, 1.0, 2.0, 4.0, 9.0, 100.0]:
        # A value that stands on a jump may lie a last bit to either side of it.
        below, above = (np.mean(values <= x * (1 + nudge)) for nudge in (-1e-12, 1e-12))
        assert below - 2 / len(U) <= ours.cdf(x) <= above + 2 / len(U)


# --- parameters that say what they mean --------------------------------------------------------------------


def test_the_median_and_p95_of_a_lognormal_really_are_those() -> None:
    ours = days({"lognormal": {"median": "2 d", "p95": "6 d"}})
    np.testing.assert_allclose(ours.ppf(np.array([0.5, 0.95])), [2 * DAY, 6 * DAY], rtol=1e-14)


def test_the_mean_and_sd_of_a_lognormal_really_are_those() -> None:
    ours = law("lognormal", mean=6, sd=3)
    theirs = scipy.stats.lognorm(math.sqrt(math.log(1.25)), scale=6 / math.sqrt(1.25))
    assert (theirs.mean(), theirs.std()) == (pytest.approx(6), pytest.approx(3))
    np.testing.assert_allclose(ours.ppf(U), theirs.ppf(U), rtol=1e-12)


def test_mu_and_sigma_of_a_duration_are_of_its_logarithm_in_the_unit_given() -> None:
    hours = days({"lognormal": {"mu": math.log(48), "sigma": 0.5, "unit": "h"}})
    in_days = days({"lognormal": {"mu": math.log(2), "sigma": 0.5, "unit": "d"}})
    np.testing.assert_allclose(hours.ppf(U), in_days.ppf(U), rtol=1e-12)
    assert hours.ppf(np.array([0.5])) == pytest.approx(2 * DAY)


@pytest.mark.parametrize(("unit", "kind"), [("min", Kind.WALL), ("bd", Kind.BUSINESS), ("h of work", Kind.WORK)])
def test_the_unit_of_mu_says_what_kind_of_duration_is_meant(unit: str, kind: Kind) -> None:
    assert days({"lognormal": {"mu": 0, "sigma": 1, "unit": unit}}).kind is kind


@pytest.mark.parametrize(
    "parameters", [{"scale": 4 / LN2**2}, {"median": 4}, {"mean": 4 / LN2**2 * math.gamma(3)}], ids=str
)
def test_a_weibull_is_given_by_its_scale_median_or_mean(parameters: dict[str, float]) -> None:
    ours = law("weibull", shape=0.5, **parameters)
    np.testing.assert_allclose(ours.ppf(U), scipy.stats.weibull_min(0.5, scale=4 / LN2**2).ppf(U), rtol=1e-12)


def test_a_bare_value_is_certain() -> None:
    assert set(days("9 d").ppf(U)) == {9 * DAY}
    assert days("9 d").mean() == 9 * DAY
    assert days("9 d").support() == (9 * DAY, 9 * DAY)
    assert numbers(24.5) == numbers({"constant": 24.5})


def test_a_range_without_width_is_certain_too() -> None:
    assert set(law("uniform", low=3, high=3).ppf(U)) == {3}
    assert set(law("triangular", low=3, mode=3, high=3).ppf(U)) == {3}
    assert law("uniform", low=3, high=3).mean() == law("triangular", low=3, mode=3, high=3).mean() == 3


def test_observed_values_come_in_ascending_order_with_their_weights() -> None:
    ours = numbers({"empirical": {"values": [10, 3, 1], "weights": [1, 2, 1]}})
    assert list(ours.ppf(np.array([0, 0.24, 0.25, 0.74, 0.75, 0.99]))) == [1, 1, 3, 3, 10, 10]
    assert list(ours.cdf([0, 1, 3, 9.9, 10])) == [0, 0.25, 0.75, 0.75, 1]


def test_between_quantiles_the_values_are_even() -> None:
    ours = days({"empirical": {"quantiles": {"0": "1 d", "0.5": "3 d", "1": "9 d"}}})
    assert list(ours.ppf(np.array([0, 0.25, 0.5, 0.75])) / DAY) == [1, 2, 3, 6]
    assert ours.mean() == pytest.approx((2 / 2 + 6 / 2) * DAY)


# --- mixtures and ranges -----------------------------------------------------------------------------------


def test_a_mixture_splits_its_uniform_among_its_parts() -> None:
    ours = numbers({"mixture": [{"weight": 0.2, "law": 5}, {"weight": 0.8, "law": EXPONENTIAL}]})
    luck = np.array([0.0, 0.1, 0.2, 0.6, 0.9])
    within = (luck[2:] - 0.2) / 0.8
    np.testing.assert_allclose(ours.ppf(luck), [5, 5, *(-3 * np.log1p(-within))], rtol=1e-12)


def test_the_middle_of_a_mixture_is_what_half_of_its_values_do_not_exceed() -> None:
    ours = numbers({"mixture": [{"weight": 0.4, "law": EXPONENTIAL}, {"weight": 0.6, "law": 1.5}]}).to_law()
    assert quantile_of(ours, 0.1) == pytest.approx(-3 * math.log(1 - 0.1 / 0.4))
    assert quantile_of(ours, 0.5) == pytest.approx(1.5)
    assert ours.below(quantile_of(ours, 0.9)) == pytest.approx(0.9)
    never = days({"mixture": [{"weight": 0.4, "law": "1 d"}, {"weight": 0.6, "law": "never"}]}).to_law()
    assert [quantile_of(never, share) for share in (0.2, 0.5)] == pytest.approx([DAY, math.inf])
    assert quantile_of(numbers(EXPONENTIAL).to_law(), 0.5) == pytest.approx(3 * math.log(2))


def test_a_part_without_weight_changes_nothing() -> None:
    parts = [{"weight": 0.2, "law": 5}, {"weight": 0.8, "law": EXPONENTIAL}]
    with_it = numbers({"mixture": [parts[0], {"weight": 0, "law": 1000}, parts[1], {"weight": 0, "law": -1}]})
    assert list(with_it.ppf(U)) == list(numbers({"mixture": parts}).ppf(U))
    assert with_it.support() == (0, math.inf)


def test_what_may_never_happen_has_no_finite_mean() -> None:
    ours = days({"mixture": [{"weight": 0.9, "law": "1 d"}, {"weight": 0.1, "law": "never"}]})
    assert list(draw(ours, np.array([0.0, 0.89, 0.9, 0.99]))) == [DAY, DAY, NEVER, NEVER]
    assert ours.mean() == math.inf
    assert ours.support() == (DAY, NEVER)
    assert list(ours.cdf([DAY, LONGEST, NEVER])) == [0.9, 0.9, 1]
    assert days("never").mean() == math.inf


def test_a_range_shuts_out_what_never_happens() -> None:
    ours = days({"mixture": [{"weight": 0.9, "law": "1 d"}, {"weight": 0.1, "law": "never"}]})
    ended = days({"truncated": {"law": ours.written(), "high": "30 d"}})
    assert set(draw(ended, U)) == {DAY}
    assert ended.mean() == DAY


def test_a_truncated_law_is_the_conditional_one_and_nothing_piles_up_at_its_bounds() -> None:
    ours = numbers({"truncated": {"law": EXPONENTIAL, "low": 1, "high": 4}})
    theirs = scipy.stats.truncexpon(b=1, loc=1, scale=3)
    np.testing.assert_allclose(ours.ppf(U), theirs.ppf(U), rtol=1e-12)
    assert ours.mean() == pytest.approx(theirs.mean(), rel=1e-12)
    assert np.all((ours.ppf(U) > 1) & (ours.ppf(U) < 4))


def test_a_truncated_mixture_keeps_from_each_part_what_lies_in_the_range() -> None:
    ours = numbers({"truncated": {"law": {"mixture": HALF_NINE}, "low": 1, "high": 4}})
    only = numbers({"truncated": {"law": EXPONENTIAL, "low": 1, "high": 4}})
    assert list(ours.ppf(U)) == list(only.ppf(U))


def test_a_value_on_the_bound_of_a_range_is_inside() -> None:
    ours = numbers({"truncated": {"law": {"empirical": {"values": [1, 2, 3, 4]}}, "low": 2, "high": 3}})
    assert set(ours.ppf(U)) == {2, 3}
    assert ours.mean() == 2.5


def test_the_luckiest_order_still_gets_a_finite_value_from_an_unbounded_law() -> None:
    luckiest = np.array([math.nextafter(1, 0)])
    for written in (EXPONENTIAL, {"mixture": HALF_NINE}, {"truncated": {"law": EXPONENTIAL, "low": 1}}):
        assert 100 < numbers(written).ppf(luckiest) < 120


# --- whole seconds -----------------------------------------------------------------------------------------


def test_a_drawn_duration_is_rounded_once_to_the_nearest_second() -> None:
    ours = days({"uniform": {"low": "0 s", "high": "10 s"}})
    seconds = draw(ours, np.array([0.04, 0.06, 0.149, 0.151, 0.96]))
    assert list(seconds) == [0, 1, 1, 2, 10]
    assert seconds.dtype == np.int64


def test_a_business_day_is_drawn_as_a_day_of_the_axis_of_business_days() -> None:
    assert list(draw(days("2.5 bd"), np.array([0.5]))) == [2.5 * DAY]


def test_zero_and_never_fit_every_kind_of_duration() -> None:
    assert days({"uniform": {"low": 0, "high": "90 min of work"}}).kind is Kind.WORK
    never = {"mixture": [{"weight": 0.5, "law": "never"}, {"weight": 0.5, "law": "3 bd"}]}
    assert days(never).kind is Kind.BUSINESS
    assert days(0).kind is days("never").kind is Kind.WALL
    assert days({"truncated": {"law": {"exponential": {"mean": "2 h"}}, "low": 0}}).ppf(U).min() < HOUR


def test_describing_a_law_needs_neither_numpy_nor_scipy() -> None:
    described = [ours.written() for ours, _ in SAME_AS_SCIPY] + [w for w in COMPOSED if "gamma" not in str(w)]
    program = (
        "import sys; from sim.scenario.distributions.families import NumberLaw\n"
        f"for written in {described!r}: NumberLaw.model_validate(written).support()\n"
        "sys.exit(str({'numpy', 'scipy'} & set(sys.modules) or ''))"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    assert done.stderr.strip() == ""


def test_a_command_takes_scipys_functions_without_their_package_which_stays_there_for_others() -> None:
    program = (
        "import sys, sim.door, sim.special as ours; alone = 'scipy.special' not in sys.modules; "
        "from scipy import special; "
        "sys.exit(not (alone and all(getattr(special, name) is getattr(ours, name) for name in ours.FUNCTIONS)))"
    )
    subprocess.run([sys.executable, "-c", program], check=True)
