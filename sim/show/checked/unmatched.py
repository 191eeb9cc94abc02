"""What is said of scenarios and baselines that have no counterpart, and of what nobody asked for: plain text."""

from __future__ import annotations

from sim.baselines.judgement import NewScenario, Orphan
from sim.show.checked.words import size_of


def new_told(one: NewScenario) -> str:
    """Why there is no verdict: `there is no baseline of it yet (930 claims in 20 replications)`."""
    return "there is no baseline of it yet" + (f" ({size_of(one)})" if one.replications else "")


def orphan_told(one: Orphan) -> str:
    """`the scenario of the baseline in baselines/x is no longer there`."""
    return f"the scenario of the baseline in {one.place} is no longer there"
