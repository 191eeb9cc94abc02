"""Does a conclusion survive? In what share of worlds it holds, by how much, where it turns, and what decides it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from sim.arrays import Bools, Floats
from sim.experiment.number import Number
from sim.experiment.shares import share_of
from sim.experiment.verdicts import is_better_more
from sim.worlds.factors import Factor
from sim.worlds.indices import between, given_data

HOLDS, DOES_NOT = "holds", "does not hold"
ROBUST = 0.9
"""A conclusion holds that is right in so large a share of worlds, by the whole interval or nearly so."""
NEARLY = 0.8
"""The lower end of the share's interval that is asked for."""
LEAST_WORLDS = 0.2
"""Of all worlds: where less than so many are left, a condition is no use."""
STEPS = np.linspace(0.1, 0.9, 9)


class Where(NamedTuple):
    """A condition on one factor, and the share of worlds in which the conclusion holds under it and without it."""

    factor: str
    words: str
    """`is allowed`, `is above 0.72`."""
    inside: Number
    outside: Number


class Decides(NamedTuple):
    """How much of the variation of a difference a factor decides alone."""

    factor: str
    share: Number


@dataclass(frozen=True)
class Survival:
    """What became of one difference in all worlds."""

    measure: str
    policy: str
    base: str
    at_base: Number
    """The difference in the world as the file has it, with its unit."""
    share: Number
    """Of worlds in which the difference has the sign that it has there."""
    surely: int
    surely_not: int
    """Worlds in which the interval is on that side of 0, and on the other; the rest is unclear."""
    same: int
    """Worlds in which nothing differs at all; there it does not hold."""
    mean: float
    spread: tuple[float, float, float]
    """The 5 %, 50 % and 95 % points of the difference between worlds."""
    regret: tuple[float, float]
    """The most that is lost by choosing the policy, and by staying with the base; NaN where no way is better."""
    noise_share: float
    """Of the variance of the differences: what is the noise of simulation and no difference of worlds."""
    decides: tuple[Decides, ...]
    """The factors, what decides most first."""
    where: Where | None
    """Where the conclusion holds, or where it turns."""
    verdict: str
    """`holds`, `holds where …`, `does not hold`."""

    @property
    def unit(self) -> str:
        """What differences are counted in: `share`, `d`, the currency."""
        return self.at_base.unit


def survival(
    names: tuple[str, str, str],
    at_base: Number,
    points: Floats,
    factors: Sequence[Factor],
    values: Floats,
    errors: Floats,
    halves: Floats,
) -> Survival:
    """Judge one difference. `names` are the measure, the policy and the base; `at_base` its value and interval;
    `values`, `errors` and `halves` (half-widths) by world. Worlds in which there is no value do not count."""
    known = np.isfinite(values)
    sign = -1.0 if at_base.value < 0 else 1.0
    holds = known & (sign * values > 0)
    share = share_of(int(holds.sum()), int(known.sum()))
    words = [len(one.words) for one in factors]
    indices = given_data(points, words, values, errors)
    order = np.argsort([-one.value for one in indices], kind="stable")
    where = condition(points[known], factors, holds[known], list(order[:5]), share)
    variance, noise = between(values, errors)
    seen, halved = values[known], halves[known]
    quantiles = np.quantile(seen, [0.05, 0.5, 0.95]) if len(seen) else np.full(3, np.nan)
    return Survival(
        *names,
        at_base,
        share,
        int((sign * seen - halved > 0).sum()),
        int((sign * seen + halved < 0).sum()),
        int((seen == 0).sum()),
        float(seen.mean()) if len(seen) else np.nan,
        (float(quantiles[0]), float(quantiles[1]), float(quantiles[2])),
        _regret(names[0], seen),
        float(noise / (variance + noise)) if variance + noise > 0 else np.nan,
        tuple(Decides(factors[one].name, indices[one]) for one in order),
        where,
        verdict_of(share, where),
    )


def _regret(measure: str, differences: Floats) -> tuple[float, float]:
    more = is_better_more(measure)
    if more is None:
        return np.nan, np.nan
    gains = differences if more else -differences
    return float(max(0.0, -gains.min(initial=0.0))), float(max(0.0, gains.max(initial=0.0)))


def verdict_of(share: Number, where: Where | None) -> str:
    """In words."""
    if share.value >= ROBUST and share.low >= NEARLY:
        return HOLDS
    if where is not None and where.inside.value >= ROBUST and where.inside.low >= NEARLY:
        return f"{HOLDS} where {where.factor} {where.words}"
    return DOES_NOT


def condition(
    points: Floats, factors: Sequence[Factor], holds: Bools, columns: Sequence[int], share: Number
) -> Where | None:
    """The condition on one of these factors that tells the worlds in which it holds from the others best.

    None where none tells them apart: many conditions are looked at, so the best has to be clear at 99.9 %.
    """
    best: tuple[float, Where] | None = None
    for column in columns:
        for words, inside in _cuts(factors[column], points[:, column]):
            if not LEAST_WORLDS <= inside.mean() <= 1 - LEAST_WORLDS:
                continue
            there, elsewhere = share_of(*_counted(holds[inside])), share_of(*_counted(holds[~inside]))
            apart = there.value - elsewhere.value
            pooled = share.value * (1 - share.value) * (1 / there.n + 1 / elsewhere.n)
            clear = apart / np.sqrt(pooled) if pooled > 0 else 0.0
            if clear > 3.29 and (best is None or clear > best[0]):
                best = clear, Where(factors[column].name, words, there, elsewhere)
    return best[1] if best else None


def _counted(holds: Bools) -> tuple[int, int]:
    return int(holds.sum()), len(holds)


def _cuts(factor: Factor, column: Floats) -> list[tuple[str, Bools]]:
    """Every way to part the worlds by a factor, in words."""
    if factor.is_words:
        chosen = np.minimum((column * len(factor.words)).astype(int), len(factor.words) - 1)
        return [(f"is {word}", chosen == number) for number, word in enumerate(factor.words)]
    said = _saying(factor)
    above = [(f"{said}is above {factor.value_at(float(u))}", column > u) for u in STEPS]
    return above + [(f"{said}is below {factor.value_at(float(u))}", column <= u) for u in STEPS]


def _saying(factor: Factor) -> str:
    """What of it the value is: `(median)`, `(times)`; nothing where it is the value itself."""
    move = factor.range.move
    return "" if move == "set" else f"({'times' if move == 'stretch' else move}) "
