"""Which engine is the quicker one for so many claims. It settles how long a run takes, and nothing else."""

from __future__ import annotations

from typing import NamedTuple

from sim.chance.arrivals import cumulative_rate
from sim.chance.draws import draw_replication
from sim.errors import BadUsage
from sim.scenario.model import Scenario
from sim.study.engines import AUTO, COMPILED, ENGINES, SIMPY
from sim.study.replication import calendars_of

PAYS_FROM = 300_000
"""Expected claims from which the compiled engine is the quicker one even when it has to be compiled first.

Measured side by side on a quiet machine: 31 to 40 µs for a claim in SimPy, 0.7 to 0.9 µs in the twin, 11.6 s to
compile it, once after each installation. With its code on disk it starts in half a second and pays from some 10,000
claims on: ask for it.
"""
LOOKED_AT = 5000
"""Orders that the share of claims is seen in."""


class Choice(NamedTuple):
    """An engine, and why it is this one."""

    engine: str
    """`simpy` or `compiled`."""
    why: str
    is_worth_saying: bool = False
    """Whether a user might wonder."""


def chosen(asked: str, scenario: Scenario, replications: int, *, with_journal: bool = False) -> Choice:
    """The engine for so many replications of a scenario.

    Raises BadUsage for an engine that does not exist, and for a journal from the one that writes none.
    """
    if asked not in ENGINES:
        raise BadUsage(f"found engine {asked!r}, expected one of {', '.join(ENGINES)}")
    if asked == COMPILED and with_journal:
        raise BadUsage("the compiled engine keeps no journal: use --engine simpy (or auto) with --keep journal")
    if asked != AUTO:
        return Choice(asked, "asked for")
    claims = expected_claims(scenario) * replications
    many = claims >= PAYS_FROM
    if with_journal:
        return Choice(SIMPY, "only SimPy keeps the journal", is_worth_saying=many)
    than = "so many" if many else "so few"
    return Choice(COMPILED if many else SIMPY, f"the quicker one for {than} claims (about {claims:,.0f})", many)


def expected_claims(scenario: Scenario) -> float:
    """How many claims a replication has, roughly: as many of its orders as in a small one of the same scenario.

    Who claims for a parcel that does not come depends on how often that happens, which no formula here knows.
    """
    orders = float(cumulative_rate(scenario)[1][-1])
    rate = scenario.market.orders_per_day * min(LOOKED_AT / max(orders, 1.0), 1.0)
    market = scenario.market.model_copy(update={"orders_per_day": rate})
    small = scenario.model_copy(update={"market": market})
    draws = draw_replication(small, 0, calendars_of(small))
    return orders * len(draws.claims["order"]) / max(len(draws.orders), 1)
