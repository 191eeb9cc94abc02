"""Do intervals of means that lean hold the truth? Student's t, Hall's cubic and ours, on worlds drawn with NumPy.

    python -m tests.theory.leaning                20,000 experiments of each kind: a minute of one core

A pool of replications is drawn for each world, and experiments take theirs out of it. Waits at a desk are Lindley's
and Kiefer and Wolfowitz's recursions, so their exact mean is known (`formulas.Desk`), and how they lean is what a
crowded desk makes of them. Widths are medians, in those of Student's t.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from math import exp
from time import process_time
from typing import NamedTuple

import numpy as np

from sim.experiment.estimates import Floats, positive_mean, ratio, signed_mean
from sim.experiment.influence import paired, ratio_of
from sim.experiment.skewness import skewness_of
from tests.theory.formulas import Desk

REPLICATIONS = (2, 3, 5, 10, 20, 50)
REPEATS = 20_000
POOL = 20_000
REQUESTS = 200
"""In each replication."""
Pool = tuple[Floats, ...]
"""What replications find: a mean, or the same mean under each of two policies."""


class World(NamedTuple):
    """A mean that leans."""

    about: str
    draw: Callable[[np.random.Generator, int], Pool]
    truth: float
    is_positive: bool = True


# ------------------------------------------------------------------------------------- worlds


def waits(dice: np.random.Generator, size: int, load: float, *speeds: float, warm_up: int = 600) -> Pool:
    """Mean waits of `REQUESTS` at a desk of one, in mean handling times; with the same luck at several speeds."""
    now, total = np.zeros((len(speeds), size)), np.zeros((len(speeds), size))
    factors = np.array(speeds)[:, None]
    for k in range(warm_up + REQUESTS):
        total += now * (k >= warm_up)
        now = np.maximum(now + factors * dice.exponential(size=size) - dice.exponential(1 / load, size), 0)
    return tuple(total / REQUESTS)


def waits_for_several(dice: np.random.Generator, size: int, load: float, staff: int) -> Pool:
    """The same at a desk of several (Kiefer & Wolfowitz 1955): what is left to do for each, the least first."""
    left, total = np.zeros((size, staff)), np.zeros(size)
    for k in range(200 + REQUESTS):
        left.sort(axis=1)
        total += left[:, 0] * (k >= 200)
        left[:, 0] += dice.exponential(size=size)
        left = np.maximum(left - dice.exponential(1 / (load * staff), (size, 1)), 0)
    return (total / REQUESTS,)


def gains(dice: np.random.Generator, size: int) -> Pool:
    """Of some 40 buyers who found it cheaper: three in five gain something lognormal, and all pay 3 of postage."""
    many = dice.poisson(40, size)
    each = dice.lognormal(2, 1.1, many.sum()) * (dice.random(many.sum()) < 0.6) - 3
    return (np.bincount(np.repeat(np.arange(size), many), each, size) / 40,)


def _mean_wait(load: float, speed: float = 1.0) -> float:
    """At a desk of one whose work takes `speed` times as long (Pollaczek & Khinchine)."""
    return load * speed**2 / (1 - load * speed)


WORLDS = {
    "even": World("a normal mean", lambda dice, n: (dice.normal(5, 1, n),), 5.0),
    "gamma": World("a gamma law of shape 4", lambda dice, n: (dice.gamma(4, 1, n),), 4.0),
    "exponential": World("an exponential law", lambda dice, n: (dice.exponential(size=n),), 1.0),
    "lognormal": World("a lognormal law, σ = 1", lambda dice, n: (dice.lognormal(0, 1, n),), exp(0.5)),
    "M/M/1": World("mean waits, load 0.8", lambda dice, n: waits(dice, n, 0.8, 1.0), _mean_wait(0.8)),
    "M/M/4": World(
        "mean waits, load 0.8", lambda dice, n: waits_for_several(dice, n, 0.8, 4), Desk(0.8 * 4, 1, 4).mean_wait
    ),
    "gains": World(
        "lognormal gains less postage, 40 buyers", gains, 0.6 * exp(2 + 1.1**2 / 2) - 3, is_positive=False
    ),
    "difference": World(
        "mean waits, load 0.8 and 0.72 with the same luck",
        lambda dice, n: waits(dice, n, 0.8, 1.0, 0.9),
        _mean_wait(0.8, 0.9) - _mean_wait(0.8),
        is_positive=False,
    ),
}

# ------------------------------------------------------------------------------------- intervals


class Held(NamedTuple):
    """How often intervals of some kind held the truth, lay below it, and above; and how wide they were."""

    held: float
    below: float
    above: float
    width: float

    def __str__(self) -> str:
        return f"{self.held:6.1%} {self.below:5.1%} {self.above:5.1%} {self.width:5.2f}"


class Tried(NamedTuple):
    """One number of replications in one world."""

    world: str
    replications: int
    student: Held
    hall: Held
    ours: Held


def tried(name: str, pool: Pool, replications: int, repeats: int, seed: int = 7) -> Tried:
    """Experiments whose replications are taken from the pool."""
    world, dice = WORLDS[name], np.random.default_rng((seed, replications))
    taken = dice.integers(0, len(pool[0]), (replications, repeats))
    means, ones = [one[taken] for one in pool], np.ones((replications, 1))
    seen = means[-1] - means[0] if len(pool) > 1 else means[0]
    value, error, steps = ratio(seen, ones)[:3]
    half = steps * error
    lean = skewness_of(seen - value)
    hall = tuple(value - _cubic(side * steps, lean) * error for side in (1, -1))
    if len(pool) > 1:
        low, high = paired(*(ratio_of(one, np.broadcast_to(ones, one.shape)) for one in means)).interval(0.95)
    else:
        _, low, high = (positive_mean if world.is_positive else signed_mean)(seen, ones)
    ends = ((value - half, value + half), hall, (low, high))
    return Tried(name, replications, *(_held(*two, world.truth, half) for two in ends))


def _held(low: Floats, high: Floats, truth: float, half: Floats) -> Held:
    below, above = float((high < truth).mean()), float((low > truth).mean())
    return Held(1 - below - above, below, above, float(np.median((high - low) / (2 * half))))


def _cubic(steps: Floats, lean: Floats) -> Floats:
    """Hall's (1992) cubic transformation, undone: how many standard errors become `steps` of them."""
    is_even = np.abs(lean) < 1e-6
    safe = np.where(is_even, 1.0, lean)
    return np.where(is_even, steps, 3 / safe * (np.cbrt(1 + safe * (steps - safe / 6)) - 1))


def study(repeats: int, *names: str) -> Iterator[Tried]:
    """All worlds, or some, with each number of replications."""
    for name in names or WORLDS:
        pool = WORLDS[name].draw(np.random.default_rng(5), POOL)
        for replications in REPLICATIONS:
            yield tried(name, pool, replications, repeats)


def main() -> None:
    """Print the table."""
    began = process_time()
    head = f"{'held':>6} {'below':>5} {'above':>5} {'width':>5}"
    sys.stdout.write(
        f"{'':<12} {'R':>3} | {'t':^24} | {'Hall':^24} | {'ours':^24}\n{'':<16} | {' | '.join([head] * 3)}\n"
    )
    for one in study(REPEATS):
        sys.stdout.write(f"{one.world:<12} {one.replications:>3} | {one.student} | {one.hall} | {one.ours}\n")
    sys.stdout.write(f"{REPEATS:,} experiments each, {process_time() - began:.0f} s of one core\n")


if __name__ == "__main__":
    main()
