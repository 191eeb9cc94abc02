"""Simulated moments: a law's parameters are moved until counts in simulated worlds are those of a log."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import NamedTuple

import numpy as np
from scipy import special

from sim.evidence.log import Floats

STEPS = 14
ANEW = (0, 4, 9)
"""The steps before which it is found anew in which direction to go; between them it is learnt on the way."""
LIVES = STEPS + 3 * (len(ANEW) + 1) + 1
"""How often a world is lived through in all."""
NUDGES = np.array([0.15, 0.15, 0.4])
"""By how much the logarithms of median and sigma, and the logit of silence, are moved to find the direction."""
FARTHEST = np.array([0.7, 0.4, 1.2])
"""What one step may not exceed."""
BOLD, CAUTIOUS = 0.3, 4.0
"""By what damping is multiplied after a step that came nearer, and after one that did not."""
BEGUN, LEAST_DAMPED = 0.05, 1e-4
USUAL = np.array([0.0, 0.0, float(special.logit(0.08))])
SPREAD = np.array([np.inf, 0.75, 1.5])
"""What sigma and silence are where counts tell nothing: 0.2 to 4.3, and 0.5 to 62 % (95 %, on logarithm and logit).
Without it, silence and answers too late to be seen run off in place of each other."""


class Spread(NamedTuple):
    """When the answers come that come at last, as counts of which the sum is known."""

    edges: Floats
    """Instants since asking (s) at which a tenth more of them had come."""
    parts: Floats
    """The share of all requests that was answered between these; the last is the share that was not."""
    n: Floats
    """How many could have been seen to be answered between these, had the others not ended otherwise before."""

    def residuals(self, simulated: Floats) -> Floats:
        """In standard errors."""
        return np.asarray((self.parts - simulated) / self.errors)

    @property
    def errors(self) -> Floats:
        return np.asarray(np.sqrt(np.maximum(self.parts, 0.01) / self.n))


class FoundLaw(NamedTuple):
    """Where a search ended, how sure it is, and by how much it would have ended elsewhere for other counts."""

    at: Floats
    errors: Floats
    logged: Spread
    gain: Floats
    simulated: float
    """How many times as much as the log holds."""

    def at_counts(self, parts: Floats, luck: np.random.Generator) -> Floats:
        """Where it would have ended had the log had these counts, the simulation's own luck among them."""
        noise = luck.normal(size=len(parts)) * self.logged.errors / np.sqrt(self.simulated)
        moved = self.gain @ (parts - self.logged.parts + noise)
        return np.asarray(self.at + np.clip(moved, -FARTHEST, FARTHEST))


class MomentsSearch:
    """Where the search for one law of noticing and its silence is (Levenberg, Marquardt; Broyden between)."""

    def __init__(self, logged: Spread, begin: Floats) -> None:
        self.logged, self.at, self.tried = logged, begin, begin
        self.seen = np.empty(0)
        self.slopes = np.empty((0, 0))
        self.damping = BEGUN

    def misses(self, simulated: Floats, there: Floats) -> float:
        """Squared standard errors: of the counts, and of how far sigma and silence are from what is usual."""
        return float((self.logged.residuals(simulated) ** 2).sum() + (((there - USUAL) / SPREAD) ** 2).sum())

    def propose(self) -> Floats:
        """Where to look next."""
        self.tried = self.at + step_of(self.logged, self.at, self.seen, self.slopes, self.damping)
        return self.tried

    def learn(self, simulated: Floats) -> None:
        """What was seen there: nearer than before, or not; how counts change is learnt either way."""
        moved = self.tried - self.at
        if length := float(moved @ moved):
            self.slopes = self.slopes + np.outer(simulated - self.seen - self.slopes @ moved, moved) / length
        if self.misses(simulated, self.tried) < self.misses(self.seen, self.at):
            self.at, self.seen = self.tried, simulated
            self.damping = max(self.damping * BOLD, LEAST_DAMPED)
        else:
            self.damping *= CAUTIOUS

    def found(self, simulated: float) -> FoundLaw:
        """What came of it; in its errors the simulation's own and those of sellers who differ are."""
        weighted = self.slopes / self.logged.errors[:, None]
        spread = np.linalg.pinv(weighted.T @ weighted + np.diag(SPREAD**-2.0))
        degrees = max(len(self.logged.parts) - 1 - len(NUDGES), 1)
        alike = max(self.misses(self.seen, self.at) / degrees, 1.0)
        errors = np.asarray(np.sqrt(np.diag(spread) * alike * (1 + 1 / simulated)))
        gain = spread @ (weighted / self.logged.errors[:, None]).T
        return FoundLaw(self.at, errors, self.logged, gain, simulated)


LiveThrough = Callable[[Mapping[str, Floats]], dict[str, Floats]]


def search_all(search: Mapping[str, MomentsSearch], lived: LiveThrough) -> None:
    """All laws at once: each request sees its own, and desks that they share are hardly busier for it."""
    for path, seen in lived({path: one.at for path, one in search.items()}).items():
        search[path].seen = seen
    for step in range(STEPS):
        if step in ANEW:
            _find_directions(search, lived)
        told = lived({path: one.propose() for path, one in search.items()})
        for path, one in search.items():
            one.learn(told[path])
    _find_directions(search, lived)


def _find_directions(search: Mapping[str, MomentsSearch], lived: LiveThrough) -> None:
    """How the counts change with median, sigma and silence: all are nudged at once."""
    columns: dict[str, list[Floats]] = {path: [] for path in search}
    for number, nudge in enumerate(NUDGES):
        there = lived({path: one.at + nudge * np.eye(len(NUDGES))[number] for path, one in search.items()})
        for path, one in search.items():
            columns[path].append((there[path] - one.seen) / nudge)
    for path, one in search.items():
        one.slopes = np.array(columns[path]).T


def step_of(logged: Spread, at: Floats, simulated: Floats, slopes: Floats, damping: float) -> Floats:
    """Where counts would be the log's if they changed as the slopes say, damped."""
    weighted, usual = slopes / logged.errors[:, None], SPREAD**-2.0
    curve = weighted.T @ weighted + np.diag(usual)
    damped = curve + damping * np.diag(np.maximum(np.diag(curve), 1.0))
    towards = weighted.T @ logged.residuals(simulated) + usual * (USUAL - at)
    return np.clip(np.linalg.solve(damped, towards), -FARTHEST, FARTHEST)
