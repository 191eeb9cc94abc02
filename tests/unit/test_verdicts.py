"""Better, worse, equivalent or open: what an interval says against a margin."""

from __future__ import annotations

from math import inf, nan

import pytest

from sim.errors import BadUsage
from sim.experiment.measures import MEASURES
from sim.experiment.verdicts import (
    BETTER,
    EQUIVALENT,
    HEADLINES,
    INCONCLUSIVE,
    SUCCESSORS,
    WORSE,
    Headline,
    headlines_with,
    replications_needed,
    simultaneous,
    verdict_on,
)


@pytest.mark.parametrize(
    ("low", "high", "expected"),
    [
        (0.006, 0.02, BETTER),
        (-0.02, -0.006, WORSE),
        (-0.005, 0.005, EQUIVALENT),
        (0.001, 0.004, EQUIVALENT),
        (0.0, 0.0, EQUIVALENT),
        (0.005, 0.02, INCONCLUSIVE),
        (0.001, 0.009, INCONCLUSIVE),
        (-0.02, 0.02, INCONCLUSIVE),
        (-0.02, 0.001, INCONCLUSIVE),
    ],
)
def test_the_verdict_is_the_region_in_which_the_whole_interval_lies(low: float, high: float, expected: str) -> None:
    assert verdict_on(low, high, 0.005, more_is_better=True) == expected


def test_where_less_is_better_a_fall_beyond_the_margin_is_better() -> None:
    assert verdict_on(-3, -2, 1, more_is_better=False) == BETTER
    assert verdict_on(2, 3, 1, more_is_better=False) == WORSE


def test_an_open_end_leaves_everything_beyond_it_possible() -> None:
    assert verdict_on(nan, nan, 1, more_is_better=True) == INCONCLUSIVE
    assert verdict_on(0, nan, 1, more_is_better=True) == INCONCLUSIVE
    assert verdict_on(2, nan, 1, more_is_better=True) == BETTER
    assert verdict_on(nan, -2, 1, more_is_better=True) == WORSE


def test_no_difference_at_all_is_equivalent_even_without_a_margin() -> None:
    assert verdict_on(0.0, 0.0, 0.0, more_is_better=True) == EQUIVALENT


def test_a_margin_is_the_larger_of_a_plain_one_and_a_share_of_the_base() -> None:
    headline = Headline(more_is_better=False, margin=0.05, relative=0.01)
    assert headline.margin_over(2.0) == 0.05
    assert headline.margin_over(20.0) == 0.2
    assert headline.margin_over(nan) == 0.05


def test_every_headline_is_a_measure_and_there_are_about_six() -> None:
    assert set(HEADLINES) <= set(MEASURES)
    assert 5 <= len(HEADLINES) <= 8


def test_a_margin_given_takes_the_place_of_its_own_altogether() -> None:
    headlines = headlines_with({"refund_time_median_all": 0.5})
    assert headlines["refund_time_median_all"].margin_over(1000.0) == 0.5
    assert headlines["refund_time_median_all"].more_is_better is False
    assert headlines["success_rate"] == HEADLINES["success_rate"]


def test_a_margin_for_something_that_is_not_judged_is_refused_with_a_hint() -> None:
    with pytest.raises(BadUsage, match=r"'sucess_rate' is not judged .* did you mean 'success_rate'"):
        headlines_with({"sucess_rate": 0.01})


@pytest.mark.parametrize("measure", SUCCESSORS)
def test_a_margin_for_what_was_judged_once_is_told_what_is_judged_in_its_place(measure: str) -> None:
    with pytest.raises(BadUsage, match=f"any more; in its place is '{SUCCESSORS[measure]}'"):
        headlines_with({measure: 0.01})
    assert SUCCESSORS[measure] in HEADLINES
    assert measure in MEASURES


@pytest.mark.parametrize("margin", [-0.001, nan, inf])
def test_a_margin_that_nobody_can_mean_is_refused(margin: float) -> None:
    with pytest.raises(BadUsage, match="expected a number of at least 0"):
        headlines_with({"success_rate": margin})


# ------------------------------------------------------------------------------- replications needed


def half_width(growth: float, *, error: float = 0.003) -> float:
    return 3 * error / growth**0.5


@pytest.mark.parametrize("value", [0.001, 0.009, -0.0045, 0.0])
def test_as_many_more_replications_are_needed_as_shrink_the_interval_off_the_edge(value: float) -> None:
    margin, done = 0.005, 20
    more = int(replications_needed(value, margin, done, half_width))

    def verdict_with(replications: int) -> str:
        half = half_width(replications / done)
        return verdict_on(value - half, value + half, margin, more_is_better=True)

    assert verdict_with(done) == INCONCLUSIVE
    assert verdict_with(done + more - 1) == INCONCLUSIVE
    assert verdict_with(done + more) != INCONCLUSIVE


def test_no_number_of_replications_settles_a_difference_right_on_the_edge() -> None:
    assert replications_needed(0.005, 0.005, 20, half_width) == inf


def test_without_an_interval_nobody_knows_how_many_are_needed() -> None:
    assert str(replications_needed(0.004, 0.005, 1, lambda growth: nan)) == "nan"
    assert str(replications_needed(nan, 0.005, 20, half_width)) == "nan"


def test_forty_two_verdicts_share_one_in_twenty_between_them() -> None:
    assert simultaneous(42) == pytest.approx(1 - 0.05 / 42)
    assert simultaneous(1) == pytest.approx(0.95)
