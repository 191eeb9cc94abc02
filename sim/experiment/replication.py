"""One replication: luck is drawn, the market lives through it, and what must always hold is checked."""

from __future__ import annotations

from collections import deque
from dataclasses import replace

import numpy as np

from sim.chance.draws import draw_replication
from sim.chance.shared import AFRESH, Known
from sim.compiled import machine_code
from sim.experiment.engines import COMPILED, SIMPY, live, source_of
from sim.experiment.stopwatch import Stopwatch
from sim.records.checks import check
from sim.records.table import Records
from sim.scenario.calendars import Calendar
from sim.scenario.model import Scenario
from sim.scenario.selling import all_calendars
from sim.vocabulary import Party


def calendars_of(scenario: Scenario) -> dict[Party, Calendar]:
    """When each party works, unrolled for as long as a run can last. One set serves every replication."""
    return all_calendars(scenario)


def replicate(
    scenario: Scenario,
    replication: int,
    calendars: dict[Party, Calendar],
    *,
    with_journal: bool = False,
) -> Records:
    """One independent execution, played to its end and checked.

    Pure: the same arguments give the same records. Raises BrokenInvariant (a defect of ours) and BeyondCalendar.
    """
    records = play(scenario, replication, calendars, with_journal=with_journal)
    check(scenario, records, calendars)
    return records


def play(
    scenario: Scenario,
    replication: int,
    calendars: dict[Party, Calendar],
    *,
    engine: str = SIMPY,
    with_journal: bool = False,
    watch: Stopwatch | None = None,
    known: Known = AFRESH,
) -> Records:
    """One independent execution, not checked yet; `watch` takes the time of the draws and of the engine.

    `known` is what was drawn of the same replication for other scenarios.
    """
    watch = watch or Stopwatch()
    with watch.on("draws"):
        draws = draw_replication(scenario, replication, calendars, source_of(engine), known)
    with watch.on("engine"):
        return live(engine, scenario, draws, calendars, with_journal=with_journal)


def replicate_for(scenario: Scenario, replication: int, calendars: dict[Party, Calendar], order: int) -> Records:
    """As `replicate` with a journal, of which only the entries of one order are sure to be there.

    Where machine code is at hand, the compiled engine lives through the replication, and the one order's story is
    told again in SimPy, alone. It has to say what the outcome table says, or the whole replication is told again.
    """
    if not machine_code.is_at_hand():
        return replicate(scenario, replication, calendars, with_journal=True)
    records = play(scenario, replication, calendars, engine=COMPILED)
    check(scenario, records, calendars)
    places = np.flatnonzero(records.claims["order"] == order)
    if not len(places):
        return records
    from sim.market.engine import is_as_told, live_alone

    row = {column: int(told[places[0]]) for column, told in records.claims.items()}
    life, journal = live_alone(scenario, records.draws, calendars, int(places[0]), row)
    if not is_as_told(life, row):
        return replicate(scenario, replication, calendars, with_journal=True)
    return replace(records, journal=journal)


_CALENDARS: deque[Calendar] = deque(maxlen=128)


def known_calendar(calendar: Calendar) -> Calendar:
    """The one that is known already, of two that are equal: what is drawn by it is found again by it."""
    # Of a copy: whoever hands in an executor of threads adds to it meanwhile.
    found = next((one for one in tuple(_CALENDARS) if one == calendar), None)
    if found is None:
        _CALENDARS.append(calendar)
    return found or calendar
