"""Which engine lives through the replications: the marketplace in SimPy, or its compiled twin.

What comes out is the same to the bit; only the time it takes differs. The twin is imported when it is chosen and
not before: Numba takes half a second to import, and where its machine code is not on disk yet, seconds to compile.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np

from sim.chance.arrivals import cumulative_rate
from sim.chance.facts import ASKS, PLAIN, Ask, Bought, Draws, OrderFacts
from sim.errors import BadUsage
from sim.market.world import run_simpy
from sim.records.table import Records
from sim.scenario.calendars import Calendar
from sim.scenario.model import Scenario
from sim.vocabulary import Party

AUTO, SIMPY, COMPILED = "auto", "simpy", "compiled"
ENGINES = (AUTO, SIMPY, COMPILED)
PAYS_FROM = 250_000
"""Expected claims from which the compiled engine is the quicker one even when it has to be compiled first.

Measured side by side on a busy machine: 80 µs for a claim in SimPy, 2 µs in the twin, 17.6 s to compile it, once
after each installation (half of all that on a quiet one). With its code on disk it starts in half a second and pays
from some 10,000 claims on: ask for it.
"""
COMPILING = "compiling the engine, this once: ten to twenty seconds\n"

Tell = Callable[[str], None]
"""Told a line that a user may want to read while the work goes on."""


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
    """How many claims a replication has, roughly: those of whom some claim for two reasons are counted twice."""
    buyers = scenario.buyers
    notices = [notice for notice in (buyers.not_received, buyers.defect) if notice is not None]
    chance = buyers.regret.probability + sum(notice.probability for notice in notices)
    return float(cumulative_rate(scenario)[1][-1]) * min(chance, 1.0)


def live(
    engine: str, scenario: Scenario, draws: Draws, calendars: dict[Party, Calendar], *, with_journal: bool = False
) -> Records:
    """One replication on an engine: the facts in, the records out. Raises BeyondCalendar."""
    if engine == COMPILED:
        from sim.compiled.engine import run_compiled

        return run_compiled(scenario, draws, calendars)
    return run_simpy(scenario, draws, calendars, with_journal=with_journal)


def prepare(scenario: Scenario, calendars: dict[Party, Calendar], tell: Tell) -> None:
    """Have the machine code ready, on disk as well, before workers ask for it all at once; say if that takes long.

    A replication without any orders is enough: the code is the same for all.
    """
    from numba.core import event

    class Teller(event.Listener):  # type: ignore[misc]
        """Numba compiles parts of parts; the user hears of it once."""

        is_told = False

        def on_start(self, _: Any) -> None:
            if not self.is_told:
                tell(COMPILING)
            self.is_told = True

        def on_end(self, _: Any) -> None:
            """Nothing needs to be said."""

    with event.install_listener("numba:compile", Teller()):
        live(COMPILED, scenario, _nothing(), calendars)


def to_stderr(line: str) -> None:
    """Tell whoever reads along."""
    sys.stderr.write(line)


def _nothing() -> Draws:
    """The facts of no orders at all."""
    none = np.empty(0, dtype=np.int64)
    columns = [*PLAIN, *(f"{ask}.{field}" for ask in ASKS for field in Ask._fields)]
    orders = OrderFacts(none, lambda some: Bought(some, some, some, some))
    return Draws(orders, dict.fromkeys(columns, none), none)
