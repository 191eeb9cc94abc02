"""Which law of noticing, and which share that never answers, a log's counts make likely, desks' queues put in.

What is answered by when follows from noticing, opening hours and the work; how much later the queue makes it is
seen in simulated worlds, as a shift of the logit of what is answered by then. Noticing later than can be seen and
silence look much alike: so all laws between `BOUNDS` are looked at, not only the way from where a search begins.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np
from scipy import optimize, special

from sim.arrays import Bools, Floats
from sim.scenario.durations import LONGEST
from sim.scenario.unbounded_requests import RARE

BOUNDS: tuple[tuple[float, float], ...] = (
    (np.log(300.0), np.log(60 * 86_400.0)),
    (np.log(0.1), np.log(4.0)),
    (-7.0, 3.0),
)
"""Of the logarithms of median (s) and sigma, and of the logit of silence."""
COARSE, NEAR = (25, 13, 13), 17
ROUNDS = 4
"""How often what is likely is looked at nearer."""
UNLIKELY = 15.0
"""So far below the most likely, in logarithms, a law is out of question."""
USUAL_SPREAD = 0.75
"""Where counts tell nothing, sigma is 0.2 to 4.3 (95 %), its logarithm around 0; all silence is alike likely."""
CELLS = np.linspace(np.log(30.0), np.log(90 * 86_400.0), 241)
LEAST_CHANCE = 1e-9
FARTHEST = -float(special.ndtri(RARE / 2))
IMPOSSIBLE = 1e9
"""No scenario may hold a law of which so rare a value is beyond what durations may be."""


@dataclass(frozen=True)
class AnswerTable:
    """A life table: of those still unanswered at the end of one part, how many are answered in the next."""

    edges: Floats
    """Instants since asking (s) at which the parts end."""
    ends: Floats
    """The share of those still there that is answered in each part."""
    n: Floats
    """How many were there to be answered, those in part who ended otherwise meanwhile."""

    @classmethod
    def of(cls, levels: Floats, lasted: Floats, answered: Bools, times: Floats, reached: Floats) -> AnswerTable:
        """Of requests that lasted so long, answered or not; `reached` of all are answered by `times`, at last."""
        edges = np.unique(np.interp(levels * reached[-1], reached, times))
        ends = cls(edges, edges, edges).ends_of(times, reached)
        came = np.diff(np.searchsorted(np.sort(lasted[answered]), edges, side="right"), prepend=0)
        some = (came > 0) & (ends > 0)
        return cls(edges[some], ends[some], came[some] / ends[some])

    def by_then(self, times: Floats, reached: Floats) -> Floats:
        """What is reached by the edges."""
        told: Floats = np.concatenate([[0.0], reached])[np.searchsorted(times, self.edges, side="right")]
        return told

    def ends_of(self, times: Floats, reached: Floats) -> Floats:
        """The share of those still there that is answered in each part, where so much is reached by these times."""
        left = 1 - self.by_then(times, reached)
        before = np.concatenate([[1.0], left[:-1]])
        return np.asarray(1 - np.divide(left, before, out=np.ones_like(left), where=before > 0))

    def log_likelihood(self, ends: Floats) -> Floats:
        """Of other shares, part by part a binomial's."""
        return np.asarray((self.n * (self.ends * np.log(ends) + (1 - self.ends) * np.log1p(-ends))).sum(axis=-1))

    def misses(self, ends: Floats) -> float:
        """Squared standard errors."""
        return float((self.n * (self.ends - ends) ** 2 / (ends * (1 - ends))).sum())


@dataclass(frozen=True)
class LastLooks:
    """How long after asking staff could have looked last, to have answered by each edge: shares in `CELLS`."""

    shares: Floats

    @classmethod
    def of(cls, waited: Floats) -> LastLooks:
        """Of the waits of some requests (rows), by edge (columns)."""
        logs = np.log(np.clip(waited, np.exp(CELLS[0]), np.exp(CELLS[-1])))
        counts = [np.histogram(column[waited[:, edge] > 0], CELLS)[0] for edge, column in enumerate(logs.T)]
        return cls(np.array(counts, dtype=np.float64).T / max(len(waited), 1))

    def noticed(self, median: Floats, sigma: Floats) -> Floats:
        """The share noticed early enough, of laws by the logarithms of their median and sigma; edges come last."""
        middles = (CELLS[1:] + CELLS[:-1]) / 2
        z = (middles - np.asarray(median)[..., None]) / np.exp(np.asarray(sigma)[..., None])
        return np.asarray(np.clip(special.ndtr(z) @ self.shares, LEAST_CHANCE, 1 - LEAST_CHANCE))


@dataclass
class LawSearch:
    """What is likely of one law of noticing and its silence, given how late the queue makes answers."""

    logged: AnswerTable
    looks: LastLooks
    lived: LastLooks
    """Of the requests that were made on the days that are simulated: what those days' holidays do is no queue's."""
    at: Floats = field(default_factory=lambda: np.zeros(3))
    shift: Floats | float = 0.0
    """What the queue does to the logit of the share that is answered by each edge, of those ever answered."""
    simulated: float = np.inf
    """How many times as much as the log holds is simulated: the shift is no surer."""
    unlike: float = 1.0
    """By how much more than luck counts vary, since sellers of one type are not alike."""

    def __post_init__(self) -> None:
        self.at = self.most_likely(self.logged, self._coarsely())

    def learn(self, by_then: Floats, simulated: float) -> None:
        """What was answered by the edges in a world simulated where the search is: it goes on from there."""
        told = np.clip(by_then / (1 - special.expit(self.at[2])), 1e-6, 1 - 1e-6)
        self.shift = special.logit(told) - special.logit(self.lived.noticed(self.at[0], self.at[1]))
        self.simulated = simulated
        self.__dict__.pop("likely", None)
        self.at = self.most_likely(self.logged, self._coarsely())

    def ends(self, median: Floats, sigma: Floats, silence: Floats) -> Floats:
        """The shares of a life table that follow from laws; silence as a logit."""
        answered = special.expit(special.logit(self.looks.noticed(median, sigma)) + self.shift)
        left = 1 - special.expit(-np.asarray(silence))[..., None] * answered
        before = np.concatenate([np.ones((*left.shape[:-1], 1)), left[..., :-1]], axis=-1)
        return np.asarray(np.clip(1 - left / before, LEAST_CHANCE, 1 - LEAST_CHANCE))

    def plausible(self, table: AnswerTable, median: Floats, sigma: Floats, silence: Floats) -> Floats:
        """The logarithm of how likely laws are, what is usual of sigma among it."""
        unusual = 0.5 * (np.asarray(sigma) / USUAL_SPREAD) ** 2
        farthest = np.asarray(median) + FARTHEST * np.exp(sigma)
        unusual = np.where(farthest > np.log(LONGEST), IMPOSSIBLE, unusual)
        return np.asarray(table.log_likelihood(self.ends(median, sigma, silence)) - unusual)

    def most_likely(self, table: AnswerTable, begin: Floats) -> Floats:
        """From one law to the most likely one."""

        def unlikely(at: Floats) -> float:
            return -float(self.plausible(table, *at))

        corners = begin + 0.1 * np.vstack([np.zeros(3), np.eye(3)])
        effort: Any = {"initial_simplex": corners, "maxiter": 600}
        best = optimize.minimize(unlikely, begin, method="Nelder-Mead", bounds=BOUNDS, options=effort)
        return np.asarray(best.x)

    def at_ends(self, ends: Floats, luck: np.random.Generator) -> Floats:
        """Where it would have come to had the log had these shares, the simulation's own luck among them."""
        noise = luck.normal(size=len(ends)) * np.sqrt(ends * (1 - ends) / self.logged.n / self.simulated)
        told = AnswerTable(self.logged.edges, np.clip(ends + noise, 0.0, 1.0), self.logged.n)
        return self.most_likely(told, self.at)

    def _coarsely(self) -> Floats:
        axes, told = self._near(1)
        place = np.unravel_index(int(told.argmax()), told.shape)
        return np.array([axis[one] for axis, one in zip(axes, place, strict=True)])

    def between(self, of: int) -> tuple[float, float]:
        """The 95 % interval of median, sigma or silence (0, 1, 2), as the search has it."""
        axes, mass = self.likely
        weighs = mass.sum(axis=tuple(other for other in range(3) if other != of))
        low, high = np.interp([0.025, 0.975], (np.cumsum(weighs) - weighs / 2) / weighs.sum(), axes[of])
        return min(float(low), float(self.at[of])), max(float(high), float(self.at[of]))

    @cached_property
    def likely(self) -> tuple[list[Floats], Floats]:
        """Laws on a grid, and what each weighs: counts less sure for the simulation's luck and unlike sellers."""
        axes, told = self._near(ROUNDS)
        surer = max(self.logged.misses(self.ends(*self.at)) / max(len(self.logged.n) - 3, 1), self.unlike, 1.0)
        silence = special.expit(axes[2])
        told = (told - told.max()) / (surer * (1 + 1 / self.simulated)) + np.log(silence * (1 - silence))
        return axes, np.exp(told - told.max())

    def _near(self, rounds: int) -> tuple[list[Floats], Floats]:
        axes = [np.linspace(*ends, count) for ends, count in zip(BOUNDS, COARSE, strict=True)]
        told = self._on(axes)
        for _ in range(rounds - 1):
            axes = [_around(axis, told, number) for number, axis in enumerate(axes)]
            told = self._on(axes)
        return axes, told

    def _on(self, axes: list[Floats]) -> Floats:
        return self.plausible(self.logged, *np.meshgrid(*axes, indexing="ij", sparse=True))


def _around(axis: Floats, told: Floats, number: int) -> Floats:
    """The part of an axis where anything is likely, and a step to either side."""
    best = told.max(axis=tuple(other for other in range(3) if other != number))
    there = np.flatnonzero(best >= best.max() - UNLIKELY)
    low, high = max(there[0] - 1, 0), min(there[-1] + 1, len(axis) - 1)
    return np.linspace(axis[low], axis[high], NEAR)
