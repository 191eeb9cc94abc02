"""The engines that live through replications: the marketplace in SimPy, and its compiled twin.

What comes out is the same to the bit; only the time it takes differs (`engine_choice`). Either is imported when
it is chosen and not before.
"""

from __future__ import annotations

import sys
from collections.abc import Callable

from sim.chance.facts import Draws
from sim.chance.past import NO_PAST, Past
from sim.chance.streams import BY_NUMPY, LuckSource
from sim.records.table import Records
from sim.scenario.calendars import Calendar
from sim.scenario.model import Scenario
from sim.vocabulary import Party

AUTO, SIMPY, COMPILED = "auto", "simpy", "compiled"
ENGINES = (AUTO, SIMPY, COMPILED)

Tell = Callable[[str], None]
"""Told a line that a user may want to read while the work goes on."""


def source_of(engine: str) -> LuckSource:
    """What draws the luck that an engine is given: the same bits, by machine code where that is at hand anyway."""
    if engine == COMPILED:
        from sim.compiled.filling import BY_MACHINE_CODE

        return BY_MACHINE_CODE
    return BY_NUMPY


def live(
    engine: str,
    scenario: Scenario,
    draws: Draws,
    calendars: dict[Party, Calendar],
    *,
    with_journal: bool = False,
    past: Past = NO_PAST,
) -> Records:
    """One replication on an engine: the facts in, the records out. Raises BeyondCalendar."""
    if engine == COMPILED:
        from sim.compiled.engine import run_compiled

        return run_compiled(scenario, draws, calendars, past=past)
    from sim.market.engine import run_simpy

    return run_simpy(scenario, draws, calendars, with_journal=with_journal, past=past)


def to_stderr(line: str) -> None:
    """Tell whoever reads along."""
    sys.stderr.write(line)
