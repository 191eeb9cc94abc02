"""What an aim is a sum of: measures, what a policy's levers are, and what they cost."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import NamedTuple

from sim.experiment.light import Pair, calendars_at_hand
from sim.experiment.measures import MEASURES
from sim.scenario.calendars import Calendar
from sim.scenario.costs import PER_1000_ORDERS, PER_CLAIM
from sim.scenario.durations import DAY, HOUR
from sim.scenario.model import Scenario
from sim.scenario.provenance import Bound, measured
from sim.vocabulary import Party

COSTS = {f"platform_cost{per}": f"platform_account{per}" for per in (PER_CLAIM, PER_1000_ORDERS)}
"""What the platform pays, all together, is what its account lacks in the end: it starts with nothing."""
STAFF = "market.sellers.staff"
_RATE = re.compile(r"(\d+(?:\.\d+)?)\s*([A-Z]{3})\s*(?:an? |per |/ ?)\s*(hour|day)")


class DeskRate(NamedTuple):
    """What one of a lever costs: `120 USD a day`, or `15 USD an hour` that its desk is open."""

    amount: float
    currency: str
    per: str
    """`hour` or `day`."""

    def __str__(self) -> str:
        return f"{self.amount:g} {self.currency} {'an' if self.per == 'hour' else 'a'} {self.per}"


def rate_of(written: str) -> DeskRate | None:
    """A rate as a file writes it; None for anything else."""
    found = _RATE.fullmatch(written.strip())
    return DeskRate(float(found[1]), found[2], found[3]) if found else None


def known_names() -> tuple[str, ...]:
    """Every measure that an aim or a bound may name."""
    return (*MEASURES, *COSTS)


def behind(name: str) -> str:
    """The measure that it is worked out from."""
    return COSTS.get(name, name)


def pair_of(name: str, sums: Mapping[str, Pair]) -> Pair:
    """What a replication adds to it: part and whole."""
    part, whole = sums[behind(name)]
    return (-part if name in COSTS else part), whole


def size_of(value: Bound) -> float:
    """A lever's value as a number: of a length of time its days."""
    size = measured(value)
    if size is None:
        return float("nan")
    return size[1] / DAY if isinstance(value, str) else size[1]


def cost_of(scenario: Scenario, path: str, value: Bound, rate: DeskRate) -> float:
    """What a lever costs in all over the days of the cohort.

    Of `market.sellers.staff` every seller has so many, but for those whose roster says otherwise. A day is every
    day of the calendar; an hour is one in which the desk is open.
    """
    sellers = scenario.market.sellers
    everyone = sellers.count if sellers.roster is None else sum(one.staff is None for one in sellers.roster)
    each = everyone if path == STAFF else 1
    units = scenario.experiment.cohort.seconds / DAY if rate.per == "day" else _hours_open(scenario, path)
    return size_of(value) * each * rate.amount * units


def _hours_open(scenario: Scenario, path: str) -> float:
    """Of the desk that a lever belongs to, while the cohort's orders come."""
    party = Party.SELLER if path.startswith("market.sellers") else Party.PLATFORM
    return open_between(calendars_at_hand(scenario)[party], *scenario.experiment.cohort_window) / HOUR


def open_between(calendar: Calendar, first: int, beyond: int) -> int:
    """Seconds of opening from an instant to another."""
    spells = zip(calendar.opens, calendar.closes, strict=True)
    return sum(max(0, min(closes, beyond) - max(opens, first)) for opens, closes in spells)
