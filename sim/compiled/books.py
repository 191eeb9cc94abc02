"""Between the columns that luck and records are kept in and the rows in which orders are lived through."""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np

from sim.arrays import LIES_ONCE, TableOfClaims
from sim.chance.facts import Draws
from sim.chance.narrow import WIDTHS, NarrowColumns, NarrowInts
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
    OUTCOMES_OF_AN_ORDER,
    TERMS,
    WORDS,
    Codes,
    MarketRules,
    MarketState,
    RecordRows,
)
from sim.records.life import AMOUNTS, INSTANTS, VERDICTS, WORK
from sim.rules.terms import UNLIMITED as NO_LIMIT
from sim.rules.terms import Since, Terms, terms_of
from sim.scenario.calendars import Calendar, round_the_clock
from sim.scenario.model import Scenario
from sim.scenario.selling import parties_of_kinds, staff_of
from sim.vocabulary import ClaimKind, Discipline, Party, Stage

UNLIMITED = 1 << 40
"""A staff so large that nobody waits; not another path."""
ON_THE_AGENDA = 2 * len(Stage) + 4
"""The most entries that an order can have there: each request's end and answer, with two further rounds."""
IN_QUEUES = {Party.SELLER: 3, Party.PLATFORM: 2, Party.BUYER: 3, Party.BANK: 1}
"""The most requests of an order that a desk's queue can hold."""


AT_A_TIME = 128
"""Claims whose facts are looked up together: column by column, each is read once, and their rows stay near."""


class Books(NamedTuple):
    """What is looked up when an order comes into play, and what is written down when it is over."""

    places: Codes
    """Which of `FACTS_OF_AN_ORDER` are not the same for all claims, the narrowest first."""
    facts_1: NarrowInts
    """These facts, those of one byte: a row for each, a column per claim. The wider ones follow."""
    facts_2: NarrowInts
    facts_4: NarrowInts
    facts_8: NarrowInts
    next: Codes
    """All facts about the claims that come into play next, a row for each."""
    turns: Codes
    """Claims in the order in which their buyers ask."""
    asked: Codes
    """When they do."""
    told: Codes
    """`OUTCOMES_OF_AN_ORDER` by place, the narrowest first."""
    outcomes_1: NarrowInts
    """These outcomes: a row for each, a column per claim. First codes of one byte;"""
    outcomes_4: NarrowInts
    """amounts and work of four bytes;"""
    instants_4: NarrowInts
    """instants, kept one second later, 0 for NEVER: where nothing happens, nothing is written;"""
    outcomes_8: NarrowInts
    """or else all of them, as they are."""
    does_not_fit: Codes
    """Whether one of them was too large for its row."""
    over: Codes
    """First how many claims are over and not written down yet; then their numbers, and their rows."""
    words: Codes
    """The market's orders as rows of words."""
    free: Codes
    """First how many rows are free, then which."""


def books_of(draws: Draws, *, narrow: bool = False) -> Books:
    """Open the books for one replication, with a row for every claim; those in play take the lowest.

    What all claims have in common is written down once. Outcomes are `narrow`, or of 64 bits each.
    """
    names, facts = _facts_of(draws.claims)
    asked = draws.claims["asked"]
    count, turns = len(asked), np.argsort(asked, kind="stable")
    of_the_first = [draws.claims[column][0] if count else 0 for column in FACTS_OF_AN_ORDER]
    told = told_by_width(narrow=narrow)
    facts_1, facts_2, facts_4, facts_8 = facts
    return Books(
        places=np.array([FACTS_OF_AN_ORDER.index(name) for name in names], dtype=np.int64),
        facts_1=facts_1,
        facts_2=facts_2,
        facts_4=facts_4,
        facts_8=facts_8,
        next=np.tile(np.array(of_the_first, dtype=np.int64), (AT_A_TIME, 1)),
        turns=turns,
        asked=asked[turns],
        told=np.array([OUTCOMES_OF_AN_ORDER.index(name) for some in told for name in some], dtype=np.int64),
        outcomes_1=np.zeros((len(told[0]), count), dtype=np.uint8),
        outcomes_4=np.zeros((len(told[1]), count), dtype=np.uint32),
        instants_4=np.zeros((len(told[2]), count), dtype=np.uint32),
        outcomes_8=np.empty((len(told[3]), count), dtype=np.int64),
        does_not_fit=np.zeros(1, dtype=np.int64),
        over=np.zeros(1 + 2 * AT_A_TIME, dtype=np.int64),
        words=np.empty((count, WORDS), dtype=np.int64),
        free=np.arange(count, -1, -1),
    )


def _facts_of(claims: TableOfClaims) -> tuple[list[str], Sequence[NarrowInts]]:
    """Those that are not the same for all claims: their names, and by width their columns."""
    if isinstance(claims, NarrowColumns):
        return [name for some in claims.names for name in some], claims.stacks
    names = [name for name in FACTS_OF_AN_ORDER if claims[name].strides != LIES_ONCE]
    count = len(claims["asked"])
    columns = np.array([claims[name] for name in names], dtype=np.int64).reshape(len(names), count)
    return names, [*(np.empty((0, count), dtype=width) for width in WIDTHS[:-1]), columns]


def told_by_width(*, narrow: bool) -> tuple[Sequence[str], ...]:
    """`OUTCOMES_OF_AN_ORDER` as `Books` writes them down: codes, amounts and work, instants; or all alike."""
    if not narrow:
        return (), (), (), OUTCOMES_OF_AN_ORDER
    return VERDICTS, ("order", *AMOUNTS, *WORK), INSTANTS, ()


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
    return MarketRules(policy, methods, almanac, past.in_force_from, past.staffed_from)


def _as_record(terms: Terms) -> tuple[Any, ...]:
    absent = Since(NOT_GIVEN, NO_LIMIT)
    given: dict[str, Any] = {name: list(getattr(terms, name)) for name in ("payers", "requests")}
    given |= {name: getattr(terms, name) or absent for name in ("free_until", "trusted_free_until")}
    return tuple(given.get(name, getattr(terms, name)) for name in TERMS.names or ())
