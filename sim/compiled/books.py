"""Between the columns that luck and records are kept in and the rows in which orders are lived through."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from sim.chance.facts import Draws
from sim.compiled.calendars import almanac_of
from sim.compiled.dealings import NOT_GIVEN
from sim.compiled.layout import (
    BY_METHOD,
    DESK,
    ENTRY,
    HEAP,
    METHOD,
    ORDER,
    OUT_OF_PLAY,
    PLACES_OF_FACTS,
    TERMS,
    Market,
    Records,
    Words,
    World,
)
from sim.records.life import COLUMNS
from sim.rules.terms import UNLIMITED as NO_LIMIT
from sim.rules.terms import Since, Terms, terms_of
from sim.scenario.calendars import Calendar, round_the_clock
from sim.scenario.model import Scenario
from sim.vocabulary import ClaimKind, Discipline, Party, Stage

UNLIMITED = 1 << 40
"""A staff so large that nobody waits; not another path."""
ON_THE_AGENDA = 2 * len(Stage) + 4
"""The most entries that an order can have there: each request's end and answer, with two further offers."""
IN_QUEUES = {Party.SELLER: 3, Party.PLATFORM: 2, Party.BUYER: 3, Party.BANK: 1}
"""The most requests of an order that a desk's queue can hold."""


class Books(NamedTuple):
    """What is looked up when an order comes into play, and what is written down when it is over."""

    facts: Words
    """A row for each of `PLACES_OF_FACTS`, a column per claim."""
    turns: Words
    """Claims in the order in which their buyers ask."""
    outcomes: Words
    """A row for each column of the outcome table, a column per claim."""
    words: Words
    """The market's orders as rows of words."""
    free: Words
    """First how many rows are free, then which."""


def books_of(draws: Draws) -> Books:
    """Open the books for one replication, with a row for every claim; those in play take the lowest."""
    facts = np.stack([draws.claims[column] for column in PLACES_OF_FACTS])
    count = facts.shape[1]
    return Books(
        facts=facts,
        turns=np.argsort(draws.claims["asked"], kind="stable"),
        outcomes=np.empty((len(COLUMNS), count), dtype=np.int64),
        words=np.empty((count, ORDER.itemsize // 8), dtype=np.int64),
        free=np.arange(count, -1, -1),
    )


def market_of(scenario: Scenario, draws: Draws, books: Books, almanac: Words) -> Market:
    """Everything as it is before the first buyer asks."""
    desks = desks_of(scenario)
    agenda = np.zeros(1, dtype=HEAP)
    room = np.bincount(draws.claims["seller"], minlength=len(desks)) * IN_QUEUES[Party.SELLER]
    for place, party in enumerate((Party.PLATFORM, Party.BUYER, Party.BANK), start=len(desks) - 3):
        room[place] = len(books.turns) * IN_QUEUES[party]
    ends = np.cumsum(room)
    desks["queue"]["begins"] = ends - room
    agenda["begins"] = ends[-1]
    entries = np.empty(ends[-1] + ON_THE_AGENDA * len(books.turns) + len(desks), dtype=ENTRY)
    orders = books.words.reshape(-1).view(ORDER)
    row_of = np.full(len(books.turns), OUT_OF_PLAY)
    return Market(world_of(scenario, almanac), orders, row_of, desks, agenda, entries)


def desks_of(scenario: Scenario) -> Records:
    """Sellers by number, mediation, the buyers, the bank: free, with nobody waiting."""
    sellers, mediation = scenario.market.sellers, scenario.policy.mediation
    staff, discipline = (mediation.staff, mediation.discipline) if mediation else ("unlimited", Discipline.FIFO)
    desks = np.zeros(sellers.count + 3, dtype=DESK)
    desks["party"] = [Party.SELLER] * sellers.count + [Party.PLATFORM, Party.BUYER, Party.BANK]
    desks["free"] = [_members(sellers.staff)] * sellers.count + [_members(staff), UNLIMITED, UNLIMITED]
    desks["discipline"] = [sellers.discipline] * sellers.count + [discipline, Discipline.FIFO, Discipline.FIFO]
    return desks


def _members(staff: int | str) -> int:
    return UNLIMITED if isinstance(staff, str) else staff


def world_of(scenario: Scenario, almanac: Words) -> World:
    """The policy and the calendars."""
    terms = [terms_of(scenario, kind) for kind in ClaimKind]
    policy = np.array([_as_record(of_kind) for of_kind in terms], dtype=TERMS)
    by_method = [list(zip(*(getattr(of_kind, lever) for lever in BY_METHOD), strict=True)) for of_kind in terms]
    return World(policy, np.array(by_method, dtype=METHOD), almanac)


def _as_record(terms: Terms) -> tuple[Any, ...]:
    absent = Since(NOT_GIVEN, NO_LIMIT)
    given: dict[str, Any] = {"requests": list(terms.requests)}
    given |= {name: getattr(terms, name) or absent for name in ("free_until", "trusted_free_until")}
    return tuple(given.get(name, getattr(terms, name)) for name in TERMS.names or ())


def almanac_for(scenario: Scenario, calendars: dict[Party, Calendar]) -> Words:
    """Everybody's calendar; buyers never close."""
    return almanac_of(calendars | {Party.BUYER: round_the_clock(scenario.experiment.calendar_days)})
