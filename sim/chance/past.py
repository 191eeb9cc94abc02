"""What lies behind when a market is begun in the middle: facts until an instant, luck from then on."""

from __future__ import annotations

from typing import NamedTuple

from sim.scenario.durations import NEVER
from sim.scenario.model import Scenario


class Past(NamedTuple):
    """Until `until`, with that second, everything happened as the facts say, whoever else was at the desks."""

    until: int = 0
    then: Scenario | None = None
    """The scenario whose policy comes into force then. What is asked already keeps the clock it was asked under."""

    @property
    def staffed_from(self) -> int:
        """From then on desks are staffed as the scenario says; before, whoever is noticed is taken up at once."""
        return self.until + 1 if self.until else 0

    @property
    def in_force_from(self) -> int:
        """From then on the policy of `then` holds: what happens in the second `until` is past."""
        return self.until + 1 if self.then else NEVER


NO_PAST = Past()
"""A market that begins with its first order."""
