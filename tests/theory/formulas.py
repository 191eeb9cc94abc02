"""Exact answers for the worlds of the theory tests. Rates are per unit of time, in any one unit; so are times.

Each formula is derived here or has its source; `test_formulas` holds it against a slow numerical way to the same
number that shares none of the reasoning.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import exp, factorial, inf

import numpy as np
from scipy.linalg import expm
from scipy.special import hyp1f1


@dataclass(frozen=True)
class Desk:
    """M/M/c: requests come at random, `staff` take them in turn, nobody leaves before the answer.

    Source: Gross, Shortle, Thompson and Harris, *Fundamentals of Queueing Theory*, 4th ed. (2008), M/M/1 and M/M/c.
    """

    arrivals: float
    services: float
    staff: int = 1

    @property
    def utilisation(self) -> float:
        """The part of its time that a member of staff is busy."""
        return self.arrivals / (self.services * self.staff)

    @property
    def waits(self) -> float:
        """Erlang C: the chance to find all staff busy. With staff of one this is the utilisation."""
        offered = self.arrivals / self.services
        some_free = sum(offered**n / factorial(n) for n in range(self.staff))
        all_busy = offered**self.staff / factorial(self.staff) / (1 - self.utilisation)
        return all_busy / (some_free + all_busy)

    @property
    def mean_wait(self) -> float:
        """From joining the queue until the work begins."""
        return self.waits / (self.services * self.staff - self.arrivals)

    @property
    def mean_waiting(self) -> float:
        """How many wait, on average over time: Little's law."""
        return self.arrivals * self.mean_wait

    def waits_beyond(self, t: float) -> float:
        """The chance to wait longer than t ≥ 0."""
        return self.waits * exp(-(self.services * self.staff - self.arrivals) * t)

    def takes_beyond(self, t: float) -> float:
        """The chance that wait and work together take longer than t, for arrivals ≠ services × (staff − 1).

        The wait is 0, or exponential in its excess; the work is exponential; their sum is integrated by hand. With
        staff of one it comes to exp(−(services − arrivals) t).
        """
        spare = self.staff - 1 - self.arrivals / self.services
        tail = (1 - exp(-self.services * spare * t)) / spare
        return exp(-self.services * t) * (1 + self.waits * tail)


@dataclass(frozen=True)
class DeskWithClock:
    """M/M/1 + D: one member of staff, and requests leave when their clock runs out, even in the middle of the work.

    Source: Barrer, "Queuing with impatient customers and ordered service", *Operations Research* 5 (1957).

    Let V be the time until the desk would be through with everybody who is there now, if nobody else came. A
    request that finds V = v waits v and is worked on for min(S, D − v), so V jumps from v to min(v + S, D), and
    then falls at rate 1: nothing above D ever counts. The density f of V on (0, D) follows from level crossing,
    falls through x being as frequent as jumps over it, with p the chance of V = 0, λ arrivals and μ services:

        f(x) = λ (p exp(−μx) + ∫₀ˣ f(y) exp(−μ(x − y)) dy)     hence     f(x) = λ p exp(−(μ − λ) x).

    Everything adds up to 1, which gives p. Arrivals see time averages (PASTA), so a request misses its clock with
    chance E exp(−μ(D − V)) = p exp(−μD) (1 + λ ∫₀ᴰ exp(λx) dx) = p exp(−(μ − λ)D). It needs λ ≠ μ, but not λ < μ.
    """

    arrivals: float
    services: float
    clock: float

    @property
    def surplus(self) -> float:
        return self.services - self.arrivals

    @property
    def idle(self) -> float:
        """The chance to be taken up at once, and the part of the time that the desk has nothing to do."""
        return self.surplus / (self.services - self.arrivals * exp(-self.surplus * self.clock))

    @property
    def misses(self) -> float:
        """The share of requests that the clock ends."""
        return self.idle * exp(-self.surplus * self.clock)

    @property
    def utilisation(self) -> float:
        return 1 - self.idle

    @property
    def mean_wait(self) -> float:
        """Until the work begins. It always begins, for nobody's V exceeds D: ∫₀ᴰ P(V > t) dt."""
        cut_off = exp(-self.surplus * self.clock)
        area = (1 - cut_off) / self.surplus - self.clock * cut_off
        return self.idle * self.arrivals / self.surplus * area

    def waits_beyond(self, t: float) -> float:
        """P(V > t), for 0 ≤ t ≤ clock."""
        tail = exp(-self.surplus * t) - exp(-self.surplus * self.clock)
        return self.idle * self.arrivals / self.surplus * tail

    def takes_beyond(self, t: float) -> float:
        """The chance not to be settled within 0 ≤ t < clock: P(V ≤ t < V + S), which is f(t)/λ, and P(V > t)."""
        return self.idle * exp(-self.surplus * t) + self.waits_beyond(t)


@dataclass(frozen=True)
class DeskWithPatience:
    """M/M/1 + M: one member of staff, and each request leaves at rate `leaving`, even in the middle of the work.

    The number of requests is a birth and death chain: up at rate λ, and down from n at rate μ + nθ, so that
    π(n) = π(0) ∏ λ/(μ + kθ). The sum over n is Kummer's function ₁F₁(1; 1 + μ/θ; λ/θ).
    Source: Ancker and Gafarian, "Some queuing problems with balking and reneging. I", *Operations Research* 11
    (1963).
    """

    arrivals: float
    services: float
    leaving: float

    @property
    def idle(self) -> float:
        """The chance that nobody is there."""
        return 1 / float(hyp1f1(1, 1 + self.services / self.leaving, self.arrivals / self.leaving))

    @property
    def withdrawn(self) -> float:
        """The share that leaves without an answer: what comes in and is not worked off."""
        return 1 - self.services * (1 - self.idle) / self.arrivals

    @property
    def mean_stay(self) -> float:
        """Until a request is settled either way: it leaves at rate θ as long as it is there, so this is share/θ."""
        return self.withdrawn / self.leaving


def settles(rate: float, rates: Sequence[float], clock: float = inf) -> float:
    """Exponential clocks race, all stopped at `clock`: the chance that the one with this rate is first in time."""
    return rate / sum(rates) * (1 - exp(-sum(rates) * clock))


def outlasts(t: float, rates: Sequence[float]) -> float:
    """Exponential clocks race: the chance that none has rung by t. The first of them is exponential, too."""
    return exp(-sum(rates) * t)


def phases_end_by(t: float, means: Sequence[float]) -> float:
    """P(X₁ + … + Xₙ ≤ t) for independent exponential phases, equal means allowed; 0 for t ≤ 0.

    The chain of phases has a generator with −1/mean on its diagonal and 1/mean beside it; the first row of its
    matrix exponential says in which phase one is at t. Source: Neuts, *Matrix-Geometric Solutions* (1981), ch. 2.
    """
    if t <= 0:
        return 0.0
    rates = 1 / np.asarray(means, dtype=np.float64)
    generator = np.diag(-rates) + np.diag(rates[:-1], 1)
    return float(1 - expm(generator * t)[0].sum())


def limited_phase_ends_by(t: float, first: float, last: float, limit: float) -> float:
    """P(X + min(Y, limit) ≤ t) for independent exponential phases of different means: an enforced refund limit.

    Either Y is at least the limit, and X has t − limit left; or Y is shorter, and ∫ P(X ≤ t − y) dP(Y ≤ y) runs
    up to the limit (up to t, if that comes first, where the limit plays no part).
    """
    if t <= limit:
        return phases_end_by(t, (first, last))
    a, b = 1 / first, 1 / last
    short = (1 - exp(-b * limit)) - b * exp(-a * t) * (exp((a - b) * limit) - 1) / (a - b)
    return short + exp(-b * limit) * phases_end_by(t - limit, (first,))
