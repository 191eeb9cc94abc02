"""Luck is even and independent: between decisions, orders, replications and seeds, however they are keyed.

Whoever asks must not be able to tell, so what is looked at are pairs: two decisions of one order, one decision of
two orders, of two replications, of two seeds. Each pair fills a square, and a chi-square test counts its cells.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import combinations, product

import numpy as np
import pytest
from scipy.stats import chi2, kstest

from sim.chance.decisions import Decision
from sim.chance.streams import Floats, Luck

CELLS = 32
Of = Callable[[int], Floats]


def p_value(first: Floats, second: Floats) -> float:
    """Of as many pairs in each cell of a square as there should be."""
    cells = (first * CELLS).astype(int) * CELLS + (second * CELLS).astype(int)
    found, expected = np.bincount(cells, minlength=CELLS**2), len(first) / CELLS**2
    return float(chi2.sf(((found - expected) ** 2 / expected).sum(), CELLS**2 - 1))


def expect_ordinary(ps: list[float]) -> None:
    """None is too small for so many, and together they are even. Luck is fixed, so this never flickers."""
    assert min(ps) > 1e-3 / len(ps)
    assert max(ps) < 1 - 1e-3 / len(ps)
    if len(ps) >= 20:
        assert kstest(ps, "uniform").pvalue > 1e-3


def pairs(count: int, seeds: tuple[int, ...], decisions: tuple[Decision, ...]) -> Iterator[tuple[Floats, Floats]]:
    """What could hang together, if the key were mixed badly."""
    everybody = range(count)
    for seed, one in product(seeds, decisions):
        of = {n: Luck(seed, n).of(one, everybody) for n in (0, 1, 2, 3, 64)}
        yield from ((of[0], of[n]) for n in (1, 2, 3, 64))  # replications
        yield from ((of[0][:-lag], of[0][lag:]) for lag in (1, 2, 4, 1024))  # orders
        yield from ((of[0], Luck(seed ^ bit, 0).of(one, everybody)) for bit in (1, 2, 1 << 31))  # seeds
    for seed, (one, other) in product(seeds, combinations(decisions, 2)):
        luck = Luck(seed, 1)
        yield luck.of(one, everybody), luck.of(other, everybody)


def test_luck_of_neighbours_in_any_direction_does_not_hang_together() -> None:
    some = (Decision.ARRIVAL_GAP, Decision.REGRETS, Decision.ARRANGING, Decision.CANCELLATION_NOTICE)
    expect_ordinary([p_value(*pair) for pair in pairs(50_000, (0, 1), some)])


def test_each_decision_of_a_scenario_is_even() -> None:
    luck = Luck(1, 0)
    expect_ordinary([float(kstest(luck.of(one, range(20_000)), "uniform").pvalue) for one in Decision])


def test_the_same_order_has_luck_of_its_own_in_each_of_many_small_replications() -> None:
    """The other way to walk: one order, thousands of replications; a million-order study never does."""
    first, second = (
        np.array([Luck(7, n).of(one, np.array([17]))[0] for n in range(1000)])
        for one in (Decision.REGRETS, Decision.MISSES_THE_PARCEL)
    )
    expect_ordinary([kstest(first, "uniform").pvalue, kstest(second, "uniform").pvalue])
    assert abs(np.corrcoef(first, second)[0, 1]) < 4 / 1000**0.5
    assert abs(np.corrcoef(first[:-1], first[1:])[0, 1]) < 4 / 1000**0.5


@pytest.mark.long
def test_a_long_battery_finds_nothing() -> None:
    """Every decision, four seeds, a million orders: 1,672 squares for replications, orders and seeds, and all pairs
    of decisions."""
    ps = [p_value(*pair) for pair in pairs(1_000_000, (0, 1, 2, 2**32 - 1), tuple(Decision))]
    print(f"\n{len(ps)} squares: smallest p {min(ps):.2g}, largest {max(ps):.6f}")  # noqa: T201
    expect_ordinary(ps)


@pytest.mark.long
def test_the_low_bits_are_as_even_as_the_high_ones() -> None:
    ps = []
    for one, replication in product(Decision, range(4)):
        luck = Luck(3, replication).of(one, range(1_000_000))
        low = np.modf(luck * 2.0**33)[0]  # the lowest twenty of its 53 bits
        ps += [p_value(low[:-1], low[1:]), p_value(luck, low)]
    expect_ordinary(ps)
