"""Which engine is the quicker one for so many claims. It settles how long a run takes, and nothing else."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from sim.chance.arrivals import cumulative_rate
from sim.chance.draws import draw_replication
from sim.chance.shared import Memory
from sim.compiled import machine_code, places
from sim.errors import BadUsage
from sim.experiment import making
from sim.experiment.engines import AUTO, COMPILED, ENGINES, SIMPY, Tell
from sim.experiment.memory import PlannedLoad, expect_to_fit, fits
from sim.experiment.replication import calendars_of
from sim.scenario.model import Scenario
from sim.scenario.selling import expected_orders
from sim.scenario.wording import counted

PAYS_FROM = 3_000
"""Expected claims from which the compiled engine is the quicker one when its machine code is at hand.

It is loaded in a tenth of a second, in which SimPy lives through so many: 31 to 40 µs each, to 0.7 to 0.9 µs.
"""
COMPILING_PAYS_FROM = 300_000
"""Expected claims from which it is the quicker one even when it has to be compiled first, for 10 to 20 s."""
LOOKED_AT = 5000
"""Orders that the share of claims is seen in."""
MISFIT = "the compiled one does not run here: "
NO_PLACE = "no machine code is at hand, and no folder for it can be written to"


class EngineChoice(NamedTuple):
    """An engine, and why it is this one."""

    engine: str
    """`simpy` or `compiled`."""
    why: str
    is_worth_saying: bool = False
    """Whether a user might wonder."""
    is_for_want_of_code: bool = False
    """Whether it is SimPy only because there is no machine code yet, which can be made meanwhile."""


def chosen(
    asked: str | EngineChoice,
    scenarios: Sequence[Scenario],
    replications: int | None = None,
    *,
    with_journal: bool = False,
    jobs: int = 1,
) -> EngineChoice:
    """The engine for so many replications of each of these scenarios (or its own number): all that one command
    lives through.

    A choice that was made for more than these stands. Raises BadUsage for an engine that does not exist, and for a
    journal from the one that writes none; UserError where so many `jobs` need more memory than there is.
    """
    if isinstance(asked, EngineChoice):
        return asked
    if asked not in ENGINES:
        raise BadUsage(f"found engine {asked!r}, expected one of {', '.join(ENGINES)}")
    if asked == COMPILED and with_journal:
        raise BadUsage("the compiled engine keeps no journal: use --engine simpy (or auto) with --keep journal")
    if asked != AUTO and fits(_at_most(scenarios, replications), asked, jobs):
        return EngineChoice(asked, "asked for")
    loads = loads_of(scenarios, replications)
    choice = EngineChoice(asked, "asked for") if asked != AUTO else _quicker(loads, with_journal=with_journal)
    expect_to_fit(loads, choice.engine, jobs)
    return choice


def loads_of(scenarios: Sequence[Scenario], replications: int | None = None) -> list[PlannedLoad]:
    """What is to be lived through: so many replications of each, or its own number."""
    return [
        PlannedLoad(one, replications or one.experiment.replications, expected_claims(one)) for one in scenarios
    ]


def _at_most(scenarios: Sequence[Scenario], replications: int | None) -> list[PlannedLoad]:
    """The same if every order claimed: known without drawing any, and in small worlds all that one has to know."""
    return [
        PlannedLoad(one, replications or one.experiment.replications, expected_orders(one)) for one in scenarios
    ]


def _quicker(loads: Sequence[PlannedLoad], *, with_journal: bool) -> EngineChoice:
    claims = sum(one.replications * one.claims for one in loads)
    if with_journal:
        return EngineChoice(SIMPY, "only SimPy keeps the journal", is_worth_saying=claims >= PAYS_FROM)
    return quicker_for(claims)


def quicker_for(claims: float) -> EngineChoice:
    """The engine for so many claims, wherever they come from."""
    if claims < PAYS_FROM:
        return EngineChoice(SIMPY, f"the quicker one for so few claims (about {claims:,.0f})")
    about = f"about {counted(round(claims), 'claim')}"
    if machine_code.is_at_hand():
        return EngineChoice(COMPILED, f"its machine code is at hand ({about})")
    if misfit := machine_code.unfit():
        return EngineChoice(SIMPY, MISFIT + misfit, is_worth_saying=True)
    if claims >= COMPILING_PAYS_FROM:
        return EngineChoice(COMPILED, f"the quicker one for so many claims ({about}), compiled first", True)
    if not places.can_keep():
        return EngineChoice(SIMPY, NO_PLACE, is_worth_saying=True)
    return EngineChoice(SIMPY, f"no machine code is at hand yet ({about})", is_for_want_of_code=True)


def made_ready(choice: EngineChoice, whose: str, tell: Tell) -> EngineChoice:
    """Have the chosen engine ready to run, and say what a user might wonder about. Where the compiled one turns out
    not to run here it is SimPy after all: nothing but the time differs."""
    if choice.is_worth_saying:
        tell(f"{whose}: engine {choice.engine}, {choice.why}\n")
    if choice.engine == COMPILED and (misfit := making.have_ready(tell)):
        tell(f"{whose}: engine {SIMPY}, {MISFIT}{misfit}\n")
        return EngineChoice(SIMPY, MISFIT + misfit)
    if choice.is_for_want_of_code:
        making.begin_beside(tell)
    return choice


_SMALL = Memory()
"""Small replications of the scenarios asked about last: most of them have the same claims."""


def expected_claims(scenario: Scenario) -> float:
    """How many claims a replication has, roughly: as many of its orders as in a small one of the same scenario.

    Who claims for a parcel that does not come depends on how often that happens, which no formula here knows.
    """
    orders = float(cumulative_rate(scenario)[1][-1])
    rate = scenario.market.orders_per_day * min(LOOKED_AT / max(orders, 1.0), 1.0)
    market = scenario.market.model_copy(update={"orders_per_day": rate})
    small = scenario.model_copy(update={"market": market})
    draws = draw_replication(small, 0, calendars_of(small), known=_SMALL)
    return orders * len(draws.claims["order"]) / max(len(draws.orders), 1)
