"""Several policies ranked by the headline: who is surely ahead of whom, and who cannot be told apart.

Not only the base is a yardstick here: two others may both be better than it, and not differ from each other.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations
from math import isnan
from typing import NamedTuple

from sim.experiment.comparison import Comparison
from sim.experiment.differences import compared, estimates_of
from sim.experiment.number import Shown
from sim.experiment.pairing import pair_of
from sim.experiment.result import Result
from sim.experiment.verdicts import BETTER, WORSE, simultaneous, verdict_on
from sim.scenario.wording import printable
from sim.show.judged import measured

HEADLINE = "success_rate"


class RankedPolicy(NamedTuple):
    """One policy in the ranking."""

    name: str
    value: Shown
    ahead_of: list[str]
    """Those that it is surely better than, by more than the margin."""
    like: list[str]
    """Those that it cannot be told apart from, or that it is sure not to differ from enough to matter."""


def places(comparison: Comparison) -> list[RankedPolicy]:
    """Base and others by the headline, the best first.

    All pairs are judged together: the intervals of all of their differences hold at once with 95 %.
    """
    base = comparison.base
    results = [base, *(one for one in comparison.others if one.scenario.name != base.scenario.name)]
    ranked = sorted(results, key=_value, reverse=True)
    ahead = _who_is_ahead(ranked, comparison)
    names = [one.scenario.name for one in ranked]
    return [
        RankedPolicy(
            printable(name),
            measured(one, HEADLINE).shown(),
            [printable(other) for other in names if (name, other) in ahead],
            [printable(other) for other in names if other != name and not {(name, other), (other, name)} & ahead],
        )
        for name, one in zip(names, ranked, strict=True)
    ]


def _value(result: Result) -> float:
    value = measured(result, HEADLINE).value
    return -1.0 if isnan(value) else value


def _who_is_ahead(ranked: Sequence[Result], comparison: Comparison) -> set[tuple[str, str]]:
    """Pairs of names of which the first is surely better."""
    headline = comparison.headlines[HEADLINE]
    estimates = [estimates_of(one, [HEADLINE])[HEADLINE] for one in ranked]
    pairs = list(combinations(range(len(ranked)), 2))
    ahead = set()
    for first, second in pairs:
        one, other = ranked[first], ranked[second]
        n = min(float(result.summary["n"].loc[HEADLINE]) for result in (one, other))
        is_paired = pair_of(one.scenario, other.scenario).is_paired
        difference = compared(HEADLINE, (estimates[first], estimates[second]), n, is_paired=is_paired)
        ends = difference.interval(simultaneous(len(pairs)))
        verdict = verdict_on(*ends, headline.margin_over(difference.base), headline.more_is_better)
        if verdict in (BETTER, WORSE):
            names = one.scenario.name, other.scenario.name
            ahead.add(names if verdict == WORSE else names[::-1])
    return ahead


def ranking(comparison: Comparison) -> list[str]:
    """The ranking in sentences: the order, and what of it is sure."""
    told = places(comparison)
    order = ", ".join(f"{place.name} {place.value.value}" for place in told)
    below = [_said(place, [one.name for one in told[number:]]) for number, place in enumerate(told, start=1)]
    return [f"By refunds in full: {order}.", *filter(None, below)]


def _said(place: RankedPolicy, below: Sequence[str]) -> str:
    """Of one policy: whom it is surely ahead of, and whom below it it cannot be told apart from."""
    like = [name for name in place.like if name in below]
    parts = [f"is surely ahead of {', '.join(place.ahead_of)}"] if place.ahead_of else []
    parts += [f"cannot be told apart from {', '.join(like)}"] if like else []
    return f"{place.name} {' and '.join(parts)}." if parts else ""
