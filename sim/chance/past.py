"""What lies behind when a market is begun in the middle: facts until an instant, luck from then on."""

from __future__ import annotations

from typing import NamedTuple

from sim.scenario.model import Scenario


class Past(NamedTuple):
    """Until `until` everything is known to have happened as the facts say, whoever else was at the desks."""

    until: int = 0
    """From then on desks are staffed as the scenario says; before, whoever is noticed is taken up at once."""
    then: Scenario | None = None
    """The scenario whose policy comes into force then. What is asked already keeps the clock it was asked under."""


NO_PAST = Past()
"""A market that begins with its first order."""
