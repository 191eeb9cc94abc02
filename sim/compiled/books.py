"""Between the columns that luck and records are kept in and the rows in which orders are lived through."""

from __future__ import annotations

from collections import deque
from typing import Any, NamedTuple

import numpy as np

from sim.chance.facts import Draws
from sim.chance.past import NO_PAST, Past
from sim.compiled.almanac import almanac_of
from sim.compiled.layout import (
    BY_METHOD,
    DESK,
    ENTRY,
    FACTS_OF_AN_ORDER,
    HEAP,
    METHOD,
    NOT_GIVEN,
    ORDER,
    OUT_OF_PLAY,
    TERMS,
    TOLD,
    WORDS,
    Codes,
    MarketRules,
    MarketState,
    RecordRows,
)
from sim.rules.terms import UNLIMITED as NO_LIMIT
from sim.rules.terms import Since, Terms, terms_of
from sim.scenario.calendars import Calendar, round_the_clock
from sim.scenario.durations import NEVER
from sim.scenario.model import Scenario
from sim.scenario.opening import parties_of_kinds
from sim.scenario.selling import staff_of
from sim.vocabulary import ClaimKind, Discipline, Party, Stage

UNLIMITED = 1 << 40
"""A staff so large that nobody waits; not another path."""
ON_THE_AGENDA = 2 * len(Stage) + 4
"""The most entries that an order can have there: each request's end and answer, with two further rounds."""
IN_QUEUES = {Party.SELLER: 3, Party.PLATFORM: 2, Party.BUYER: 3, Party.BANK: 1}
"""The most requests of an order that a desk's queue can hold."""


AT_A_TIME = 128
"""Claims whose facts are looked up together: column by column, each is read once, and their rows stay near."""
LIES_ONCE = (0,)
"""The strides of a column in which all claims are alike (`OrderSampler.all_alike`)."""


class Books(NamedTuple):
    """What is looked up when an order comes into play, and what is written down when it is over."""

    places: Codes
    """Which of `FACTS_OF_AN_ORDER` are not the same for all claims."""
    facts: Codes
    """These facts: a row for each of `places`, a column per claim."""
    next: Codes
    """All facts about the claims that come into play next, a row for each."""
    turns: Codes
    """Claims in the order in which their buyers ask."""
    asked: Codes
    """When they do."""
    outcomes: Codes
    """A row for each of `OUTCOMES_OF_AN_ORDER`, a column per claim."""
    words: Codes
    """The market's orders as rows of words."""
    free: Codes
    """First how many rows are free, then which."""


def books_of(draws: Draws) -> Books:
    """Open the books for one replication, with a row for every claim; those in play take the lowest.

    What all claims have in common is written down once.
    """
    facts = [draws.claims[column] for column in FACTS_OF_AN_ORDER]
    count, turns = len(facts[0]), np.argsort(draws.claims["asked"], kind="stable")
    places = [place for place, column in enumerate(facts) if column.strides != LIES_ONCE]
    of_the_first = [column[0] if count else 0 for column in facts]
    return Books(
        places=np.array(places, dtype=np.int64),
        facts=np.array([facts[place] for place in places], dtype=np.int64).reshape(len(places), count),
        next=np.tile(np.array(of_the_first, dtype=np.int64), (AT_A_TIME, 1)),
        turns=turns,
        asked=draws.claims["asked"][turns],
        outcomes=np.empty((TOLD, count), dtype=np.int64),
        words=np.empty((count, WORDS), dtype=np.int64),
        free=np.arange(count, -1, -1),
    )


def market_of(scenario: Scenario, draws: Draws, books: Books, world: MarketRules) -> MarketState:
    """Everything as it is before the first buyer asks."""
    desks = desks_of(scenario, draws)
    agenda = np.zeros(1, dtype=HEAP)
    room = np.bincount(draws.claims["seller"], minlength=len(desks)) * IN_QUEUES[Party.SELLER]
    for place, party in enumerate((Party.PLATFORM, Party.BUYER, Party.BANK), start=len(desks) - 3):
        room[place] = len(books.turns) * IN_QUEUES[party]
    ends = np.cumsum(room)
    desks["queue"]["begins"] = ends - room
    desks["queue"]["room"] = room
    agenda["begins"] = ends[-1]
    agenda["room"] = ON_THE_AGENDA * len(books.turns) + len(desks)
    entries = np.empty(ends[-1] + agenda["room"][0], dtype=ENTRY)
    orders = books.words.reshape(-1).view(ORDER)
    row_of = np.full(len(books.turns), OUT_OF_PLAY)
    return MarketState(world, orders, row_of, desks, agenda, entries)


def desks_of(scenario: Scenario, draws: Draws) -> RecordRows:
    """Sellers by number, mediation, the buyers, the bank: free, with nobody waiting."""
    sellers, mediation = scenario.market.sellers, scenario.policy.mediation
    staff, discipline = (mediation.staff, mediation.discipline) if mediation else ("unlimited", Discipline.FIFO)
    desks = np.zeros(sellers.count + 3, dtype=DESK)
    parties = draws.parties_of_sellers(parties_of_kinds(scenario), sellers.count)
    desks["party"] = [*parties.tolist(), Party.PLATFORM, Party.BUYER, Party.BANK]
    desks["free"] = [*map(_members, staff_of(sellers)), _members(staff), UNLIMITED, UNLIMITED]
    desks["discipline"] = [sellers.discipline] * sellers.count + [discipline, Discipline.FIFO, Discipline.FIFO]
    return desks


def _members(staff: int | str) -> int:
    return UNLIMITED if isinstance(staff, str) else staff


_LATEST: deque[tuple[Scenario, dict[Party, Calendar], Past, MarketRules]] = deque(maxlen=4)
"""Some worlds lived in: the replications of a scenario share one."""


def world_of(scenario: Scenario, calendars: dict[Party, Calendar], past: Past = NO_PAST) -> MarketRules:
    """The policy and the calendars, laid out once for all replications that are given the same ones."""
    for known, theirs, before, world in _LATEST:
        if known is scenario and theirs is calendars and before is past:
            return world
    _LATEST.append((scenario, calendars, past, _laid_out(scenario, calendars, past)))
    return _LATEST[-1][-1]


def _laid_out(scenario: Scenario, calendars: dict[Party, Calendar], past: Past) -> MarketRules:
    terms = [terms_of(policy, kind) for policy in (scenario, past.then or scenario) for kind in ClaimKind]
    policy = np.array([_as_record(of_kind) for of_kind in terms], dtype=TERMS)
    by_method = [list(zip(*(getattr(of_kind, lever) for lever in BY_METHOD), strict=True)) for of_kind in terms]
    never_closed = {Party.BUYER: round_the_clock(scenario.experiment.calendar_days)}
    methods, almanac = np.array(by_method, dtype=METHOD), almanac_of(calendars | never_closed)
    return MarketRules(policy, methods, almanac, past.until if past.then else NEVER, past.until)


def _as_record(terms: Terms) -> tuple[Any, ...]:
    absent = Since(NOT_GIVEN, NO_LIMIT)
    given: dict[str, Any] = {name: list(getattr(terms, name)) for name in ("payers", "requests")}
    given |= {name: getattr(terms, name) or absent for name in ("free_until", "trusted_free_until")}
    return tuple(given.get(name, getattr(terms, name)) for name in TERMS.names or ())
