"""What has no counterpart (a new scenario, a baseline whose scenario is gone), and what was not looked at."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

from sim.experiment.expectations import FAIL, ExpectationCheck
from sim.experiment.verdicts import INCONCLUSIVE

NEW = "new"
"""The verdict of a scenario that has no baseline: there is nothing to hold it against."""


@dataclass(frozen=True)
class NewScenario:
    """A scenario without a baseline. What it expects of itself is judged all the same."""

    scenario: str
    file: str
    """As given on the command line."""
    title: str
    currency: str
    advice: str
    """One plain sentence: how to record it."""
    replications: int
    """That were lived through; 0 where it expects nothing."""
    claims: int
    expectations: tuple[ExpectationCheck, ...]

    @property
    def verdicts(self) -> set[str]:
        """What is said of it and of its expectations."""
        return {NEW, *(one.verdict for one in self.expectations)}

    @property
    def has_failed(self) -> bool:
        """Whether an expectation surely does not hold."""
        return FAIL in self.verdicts

    @property
    def is_open(self) -> bool:
        """Whether an expectation may hold or may not."""
        return INCONCLUSIVE in self.verdicts


@dataclass(frozen=True)
class Orphan:
    """A baseline whose scenario is nowhere in the folder that was asked for."""

    name: str
    """Of its folder."""
    place: str
    """That folder, as given on the command line."""
    advice: str
    """One plain sentence: what to do about it."""


class NotLookedAt(NamedTuple):
    """Something that lies beside what was checked, and was not looked at."""

    place: str
    """Its path."""
    said: str
    """In a plain sentence."""
