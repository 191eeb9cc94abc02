"""Searching policies: the guarantee of the selection, and an answer that brute force knows."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

import sim
from sim.errors import BadScenario
from sim.worlds.search_plan import rate_of, values_of
from sim.worlds.selecting import select_least
from tests.across.test_many_worlds import tiny as tiny

SEARCH = """
search: The shortest clock at the least cost of staff
base: tiny.yaml
levers:
  policy.cancellation.clock: [12 h, 1 d, 3 d]
  market.sellers.staff: [1, 2]
aim: {least: {market.sellers.staff: 10 USD a day}}
keep: {success_rate: {at_least: 0.9}}
indifference: 0.01
"""


def right_choices(repeats: int) -> float:
    """How often the best of five is found that is better than all others by just what matters."""
    right, means = 0, np.array([0.0, 1.0, 1.0, 1.0, 1.0])
    for seed in range(repeats):
        rng = np.random.default_rng(seed)
        shared: dict[int, np.ndarray] = {}

        def sample(chosen: list[int], number: int, rng=rng, shared=shared) -> np.ndarray:
            luck = shared.setdefault(number, rng.normal(0, 3, 6))
            return means[list(chosen)] + luck[list(chosen)] + luck[5]

        right += select_least(sample, 5, indifference=1, error=0.05, most=5000).best == 0
    return right / repeats


@pytest.mark.slow
def test_the_best_is_found_as_often_as_was_promised() -> None:
    assert right_choices(500) >= 0.95 - 2.33 * (0.05 * 0.95 / 500) ** 0.5


@pytest.mark.slow
def test_a_search_finds_what_brute_force_finds(tmp_path: Path, tiny: Path) -> None:
    """The parcel leaves after two days: only clocks of less keep success at 90 %, and one of staff is cheaper."""
    (tiny / "search.yaml").write_text(SEARCH)
    found = sim.search(tiny / "search.yaml", jobs=1)
    assert found.is_settled
    assert found.best is not None
    assert found.best["market.sellers.staff"] == 1
    assert found.best["policy.cancellation.clock"] in ("12 h", "1 d")
    keeps = {(one.levers["policy.cancellation.clock"], one.keeps) for one in found.candidates}
    assert keeps == {("12 h", "surely"), ("1 d", "surely"), ("3 d", "surely not")}
    assert found.again[0].levers == found.best
    assert found.again[0].bounds["success_rate"].value == 1


@pytest.mark.slow
def test_where_nothing_keeps_its_bounds_nothing_is_chosen(tiny: Path) -> None:
    (tiny / "search.yaml").write_text(SEARCH.replace("[12 h, 1 d, 3 d]", "[3 d, 5 d]"))
    found = sim.search(tiny / "search.yaml", jobs=1)
    assert found.best is None
    assert {one.keeps for one in found.candidates} == {"surely not"}


@pytest.mark.parametrize(
    ("before", "after", "where"),
    [
        ("[1, 2]", "[1, 2000]", "policies, expected at most 1,000"),
        ("10 USD a day", "ten", "expected a number, or a rate"),
        ("policy.cancellation.clock", "policy.cancellation.clok", "levers"),
        ("at_least: 0.9", "at_least: 0.9, at_most: 1", "keep.success_rate"),
        ("success_rate", "succes_rate", "did you mean 'success_rate'"),
    ],
)
def test_a_faulty_search_says_where_and_what(tiny: Path, before: str, after: str, where: str) -> None:
    (tiny / "search.yaml").write_text(SEARCH.replace(before, after))
    with pytest.raises(BadScenario) as fault:
        sim.search(tiny / "search.yaml", jobs=1)
    assert where in str(fault.value)
    assert "search.yaml:" in str(fault.value)


def test_two_counts_are_a_range_and_more_are_themselves() -> None:
    assert values_of([1, 4], 5) == [1, 2, 3, 4]
    assert values_of(["1 d", "9 d"], 3) == ["1 d", "5 d", "9 d"]
    assert values_of(["1 d", "3 d", "9 d"], 5) == ["1 d", "3 d", "9 d"]
    assert values_of(["decline", "approve"], 5) == ["decline", "approve"]
    assert rate_of("5 USD an hour".replace("an hour", "a hour")) == 120
