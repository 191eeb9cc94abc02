"""The engines that live through replications: the marketplace in SimPy, and its compiled twin.

What comes out is the same to the bit; only the time it takes differs (`choosing`). The twin is imported when it is
chosen and not before: Numba takes half a second to import, and where its machine code is not on disk yet, seconds
to compile.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Any

import numpy as np

from sim.chance.facts import ASKS, PLAIN, Ask, Bought, Draws, OrderFacts
from sim.market.world import run_simpy
from sim.records.table import Records
from sim.scenario.calendars import Calendar
from sim.scenario.model import Scenario
from sim.vocabulary import Party

AUTO, SIMPY, COMPILED = "auto", "simpy", "compiled"
ENGINES = (AUTO, SIMPY, COMPILED)
COMPILING = "compiling the engine, this once: ten to twenty seconds\n"

Tell = Callable[[str], None]
"""Told a line that a user may want to read while the work goes on."""


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
