"""Laws learnt from durations of which some were not over: against formulas, and against the truth."""

from __future__ import annotations

import numpy as np
import pytest

from sim.evidence.families import EXPONENTIAL, LOGNORMAL, TWO, WEIBULL, mean, quantile, thinned
from sim.evidence.finding import law_of
from sim.evidence.samples import Sample
from sim.evidence.survival import estimate, fitted, incidence_at_the_end, kaplan_meier
from sim.evidence.training_data import share_with_interval
from sim.scenario.distributions.families import DurationLaw
from sim.scenario.durations import Kind
from sim.scenario.unbounded_requests import too_far

LUCK = np.random.Generator(np.random.Philox(7))


def watched(lasted: np.ndarray, until: float | np.ndarray, sellers: int = 50) -> Sample:
    """Durations watched until then, of so many sellers."""
    seen = lasted <= until
    low = np.minimum(lasted, until)
    return Sample.of(low, np.where(seen, lasted, np.inf), np.arange(len(lasted)) % sellers)


def test_an_exponential_law_is_watched_time_over_ends() -> None:
    lasted = LUCK.exponential(1000.0, 500)
    sample = watched(lasted, 700.0)
    known = estimate(EXPONENTIAL, sample)
    assert mean(EXPONENTIAL, known.law) == pytest.approx(sample.low.sum() / sample.ended.sum(), rel=1e-5)


def test_a_law_of_closed_cases_only_is_too_short_and_one_under_censoring_is_not() -> None:
    lasted = LUCK.lognormal(9.0, 0.8, 4000)
    sample = watched(lasted, LUCK.uniform(0, 2 * np.exp(9.0), 4000))
    known = fitted(sample)
    assert known is not None
    assert known.family is LOGNORMAL
    low, high = known.between(lambda family, theta: quantile(family, theta, 0.5))
    assert low <= np.exp(9.0) <= high
    assert (high - low) / np.exp(9.0) < 0.15
    assert np.median(sample.low[sample.ended]) < 0.8 * low


@pytest.mark.parametrize("never", [False, True])
def test_few_durations_that_tell_nothing_of_the_tail_make_a_law_that_a_scenario_holds(never: bool) -> None:
    low = np.concatenate([np.geomspace(1, 3e8, 12), np.full(30, 2e8)])
    high = np.where(np.arange(42) < 12, low, np.inf)
    for family in (EXPONENTIAL, LOGNORMAL, WEIBULL, TWO):
        known = estimate(family, Sample.of(low, high, np.arange(42)), never=never)
        written = DurationLaw.model_validate(law_of(family, known.law, Kind.WALL))
        assert list(too_far(written)) == []
    assert mean(known.family, known.law) > 0


def test_who_never_answers_is_told_from_who_is_late() -> None:
    lasted = np.where(LUCK.random(6000) < 0.3, np.inf, LUCK.weibull(1.4, 6000) * 5000)
    known = fitted(watched(lasted, 20_000.0), never=True)
    assert known is not None
    low, high = known.ends_between()
    assert low <= 0.7 <= high
    assert high - low < 0.05
    assert known.family is WEIBULL


def test_days_instead_of_seconds_cost_little() -> None:
    lasted = LUCK.lognormal(np.log(3.2), 0.7, 5000) * 86_400
    day = np.floor(lasted / 86_400) * 86_400
    sample = Sample.of(day, day + 86_399, np.arange(5000) % 80)
    known = estimate(LOGNORMAL, sample)
    assert quantile(LOGNORMAL, known.law, 0.5) == pytest.approx(3.2 * 86_400, rel=0.04)


def test_what_a_window_hides_is_known_from_its_law() -> None:
    count = 60_000
    regrets = LUCK.random(count) < 0.3
    at = np.where(regrets, LUCK.weibull(0.9, count) * 4000, np.inf)
    window = LUCK.choice([3000.0, 6000.0, 9000.0], count)
    button = LUCK.exponential(8000.0, count)
    seen = (at <= window) & (at < button)
    goes = np.minimum(button, 20_000.0)
    sample = Sample.of(np.where(seen, at, goes), np.where(seen, at, np.inf), np.arange(count) % 200)
    law = thinned(WEIBULL, lambda t: np.mean(t[:, None] <= np.array([3000.0, 6000.0, 9000.0]), axis=1), 9000.0)
    known = estimate(law, sample, never=True)
    low, high = known.ends_between()
    assert low <= 0.3 <= high
    assert high - low < 0.05


def test_slips_and_second_thoughts_are_told_apart() -> None:
    first = LUCK.random(20_000) < 0.4
    lasted = np.where(first, LUCK.lognormal(np.log(1200), 1.2, 20_000), LUCK.weibull(0.8, 20_000) * 345_600)
    known = fitted(watched(lasted, 2e6), (EXPONENTIAL, LOGNORMAL, WEIBULL, TWO))
    assert known is not None
    assert known.family is TWO
    assert quantile(TWO, known.law, 0.2) == pytest.approx(float(np.quantile(lasted, 0.2)), rel=0.1)


def test_intervals_take_sellers_as_the_unit() -> None:
    of_seller = np.repeat(LUCK.lognormal(0, 0.5, 40), 50)
    lasted = LUCK.exponential(1000.0, 2000) * of_seller
    alone = Sample.of(lasted, lasted, np.arange(2000))
    together = alone._replace(seller=np.repeat(np.arange(40), 50))
    width = [np.sqrt(estimate(EXPONENTIAL, sample).spread[0, 0]) for sample in (alone, together)]
    assert width[1] > 2 * width[0]


def test_kaplan_and_meier_by_hand() -> None:
    sample = Sample.of(np.array([1.0, 2, 3, 4]), np.array([1.0, np.inf, 3, np.inf]), np.zeros(4, dtype=np.int64))
    times, reached = kaplan_meier(sample)
    assert times.tolist() == [1, 3]
    assert reached.tolist() == pytest.approx([0.25, 1 - 0.75 * 0.5])


def test_rulings_that_come_sooner_are_not_more_frequent() -> None:
    """Those for the buyer come after three weeks, others after five: at day 30 closed cases mislead."""
    won = LUCK.random(20_000) < 0.45
    lasted = np.where(won, LUCK.exponential(21.0, 20_000), LUCK.exponential(35.0, 20_000))
    until = LUCK.uniform(10, 120, 20_000)
    cause = np.where(lasted <= until, np.where(won, 0, 1), -1)
    told = incidence_at_the_end(np.minimum(lasted, until), cause, 2)
    assert told[0] / told.sum() == pytest.approx(0.45, abs=0.02)
    assert np.mean(cause[cause >= 0] == 0) > 0.475


def test_too_few_ends_give_no_law() -> None:
    assert fitted(watched(np.full(5, 10.0), 20.0)) is None


def test_of_one_seller_alone_cases_are_the_unit() -> None:
    hits, seller = np.arange(400) % 4 == 0, np.full(400, 3)
    share, (low, high), n = share_with_interval(hits, np.ones(400, dtype=bool), seller, np.ones(400))
    assert (share, n) == (0.25, 400)
    assert (low, high) == pytest.approx((0.21, 0.295), abs=0.005)
    lasted = np.random.default_rng(3).exponential(3600.0, 400)
    estimated = estimate(EXPONENTIAL, Sample.of(lasted, lasted, seller))
    size = mean(estimated.family, estimated.law)
    assert np.diff(estimated.between(mean))[0] / size == pytest.approx(2 * 1.96 / 20, rel=0.1)
