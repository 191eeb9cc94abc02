"""After the parcel has left: when may a dispute be opened, is it worth it, who goes to the platform?"""

from __future__ import annotations

from sim.scenario.durations import NEVER


def is_too_late(at: int, last: int) -> bool:
    """Windows and limits include their last instant: opening, escalating and posting are in time until then.

    What never happens is too late for any window, even for one without end.
    """
    return at > last or at >= NEVER


def is_worth_it(expected: int, return_cost: int, hassle: int) -> bool:
    """Go on only if the money expected back exceeds the postage the buyer would pay plus the hassle (all cents).

    Source: between a fifth and two fifths of buyers keep what they would send back because of cost or trouble
    (surveys named in docs/model.md, "Inputs").
    """
    return expected > return_cost + hassle


def chance_to_escalate_lapses_at(decided: int, last: int) -> int:
    """When a buyer who may call the platform no longer can; at once where there is no deadline to wait for."""
    return last if last < NEVER else decided
