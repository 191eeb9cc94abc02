"""Random laws of a scenario file: certain values mostly, from a few round ones, so that instants coincide."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from hypothesis import strategies as st

Strategy = st.SearchStrategy[Any]

WALL = ("1 d", "3 d", "12 h", "1 s", "1 h")
BUSINESS = ("1 bd", "3 bd", "0.5 bd")
WORK = ("1 h of work", "9 h of work", "1 s of work")
"""Nine hours are a working day of some calendars: work that exactly fits."""


def some(*values: Any) -> Strategy:
    return st.sampled_from(values)


def none_or(present: Strategy) -> Strategy:
    return st.just("none") | present


@st.composite
def mostly(draw: st.DrawFn, usual: Strategy, rare: Strategy) -> Any:
    """One time in four the rare case. What usually happens keeps orders alive until the later stages."""
    return draw(rare if draw(st.integers(0, 3)) == 3 else usual)


shares = some(0, 1, 0.5) | st.integers(0, 1000).map(lambda thousandths: thousandths / 1000)
durations = mostly(some("1 d", "3 d", "3 bd", "9 h of work"), some("0", *WALL) | some(*BUSINESS) | some(*WORK))
"""Of clocks and limits: long enough for something to happen, or any."""


def parts_of_a_whole(*names: str) -> st.SearchStrategy[dict[str, float]]:
    """Shares by name that sum to one: mostly some of everything, else some of them or one alone."""

    def shares_of(weights: list[int]) -> dict[str, float]:
        return {name: weight / sum(weights) for name, weight in zip(names, weights, strict=True)}

    def weights(least: int) -> Strategy:
        return st.lists(st.integers(least, 3), min_size=len(names), max_size=len(names)).filter(any)

    certain = some(*names).map(lambda chosen: {name: float(name == chosen) for name in names})
    return mostly(weights(1).map(shares_of), weights(0).map(shares_of) | certain)


def laws_of(none: Any, values: Sequence[Any]) -> Strategy:
    """None at all, one of these values or a few of them; or one of the smooth laws, about as large."""
    constant, size = some(none, *values), some(*values)
    few = st.lists(constant, min_size=1, max_size=3).map(lambda seen: {"empirical": {"values": seen}})
    smooth = st.one_of(
        size.map(lambda mean: {"exponential": {"mean": mean}}),
        size.map(lambda mean: {"gamma": {"mean": mean, "sd": mean}}),
        size.map(lambda mean: {"lognormal": {"mean": mean, "sd": mean}}),
        size.map(lambda scale: {"weibull": {"shape": 0.7, "scale": scale}}),
        size.map(lambda high: {"uniform": {"low": none, "high": high}}),
        size.map(lambda high: {"triangular": {"low": none, "mode": none, "high": high}}),
        size.map(lambda high: {"truncated": {"law": {"exponential": {"mean": high}}, "high": high}}),
    )
    return mostly(constant, few | smooth | mixture(constant, smooth))


def mixture(one: Strategy, other: Strategy) -> Strategy:
    """One law in so many cases, the other in the rest."""
    return st.tuples(shares, one, other).map(
        lambda of: {"mixture": [{"weight": of[0], "law": of[1]}, {"weight": 1 - of[0], "law": of[2]}]}
    )


def never_or(law: Strategy) -> Strategy:
    """A law, or one under which it may never happen."""
    never = st.just("never")
    return mostly(law, mostly(mixture(never, law), never))


wall, business, work = laws_of("0", WALL), laws_of("0", BUSINESS), laws_of("0", WORK)
patience = mostly(st.just("never"), wall)
any_time = wall | business | work
amounts = laws_of(0, [10, 0.01, 24.5])
"""Units of the currency."""
parts = some(1, 0, 0.3, 1, 0.999999) | some(
    {"uniform": {"low": 0, "high": 1}}, {"empirical": {"values": [0, 0.5, 1]}}
)
"""A share of a price or of a clock."""
