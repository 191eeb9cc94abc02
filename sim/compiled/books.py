"""Between the columns that luck and records are kept in and the rows in which orders are lived through."""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from functools import cache
from typing import Any, NamedTuple

import numpy as np

from sim.arrays import LIES_ONCE, TableOfClaims
from sim.chance.facts import Draws
from sim.chance.narrow import WIDTHS, NarrowColumns, NarrowInts
from sim.chance.past import NO_PAST, Past
from sim.compiled.almanac import almanac_of
from sim.compiled.layout import (
    BLANK,
    BY_METHOD,
    DESK,
    ENTRY,
    FACTS_OF_AN_ORDER,
    GIVEN,
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


KNOWN_BEFORE = {"order": "order", "paid_at": "paid", "asked_at": "asked", "saving": "saving"}
"""Outcomes that are facts, whatever happens: what they are called among these."""
AT_A_TIME = 128
"""Claims whose facts are looked up, or whose outcomes are written down, together: column by column, each is read or
written once, and their rows stay near."""


LINE = 8
"""Words in a line of the processor's cache."""


class FactColumns(NamedTuple):
    """The columns of facts that are not the same for all claims."""

    names: list[str]
    """The narrowest first."""
    by_width: Sequence[Sequence[NarrowInts] | NarrowInts]
    """Their columns, by `narrow.WIDTHS`; each lies in one piece."""

    def addresses(self, width: int) -> Codes:
        """Where the columns of a width lie in memory, as long as these facts are kept."""
        columns = self.by_width[width]
        return np.array([column.__array_interface__["data"][0] for column in columns], dtype=np.int64)


class Books(NamedTuple):
    """What is looked up when an order comes into play, and what is written down when it is over."""

    blank: Codes
    """An order of which only is known what is the same for all claims, as words."""
    places: Codes
    """Which of `FACTS_OF_AN_ORDER` are not, the narrowest first."""
    facts_1: Codes
    """These facts, those of one byte: the address of each column. The wider ones follow."""
    facts_2: Codes
    facts_4: Codes
    facts_8: Codes
    begins: Codes
    """Where the words begin of the claims that come into play next."""
    turns: Codes
    """Claims in the order in which their buyers ask."""
    asked: Codes
    """When they do."""
    told: Codes
    """`OUTCOMES_OF_AN_ORDER` by place, the narrowest first."""
    outcomes_1: NarrowInts
    """These outcomes, column after column. First codes of one byte;"""
    outcomes_4: NarrowInts
    """amounts and work of four bytes;"""
    instants_4: NarrowInts
    """instants, kept one second later, 0 for NEVER: where nothing happens, nothing is written;"""
    outcomes_8: NarrowInts
    """or else all of them, as they are, in columns of which there is more to tell than blanks."""
    is_told: Codes
    """Whether there is, likewise by place."""
    does_not_fit: Codes
    """Whether one of them was too large for its row."""
    over: Codes
    """Claims that are over and not written down yet: their numbers, then where their words begin."""
    picked: Codes
    """Of these by place: all; then those who put a request, stage by stage."""
    counts: Codes
    """How many are picked, likewise."""
    words: Codes
    """The market's orders as words."""
    free: Codes
    """First how many rows are free, then which."""


def books_of(facts: FactColumns, draws: Draws, *, narrow: bool = False) -> Books:
    """Open the books for one replication, with a row for every claim; those in play take the lowest.

    What all claims have in common is written down once. Outcomes are `narrow`, or of 64 bits each.
    """
    turns, asked = in_turn(draws.claims["asked"])
    count, told, sizes = len(turns), *_told_places(narrow)
    return Books(
        blank=_blank_of(draws.claims) if count else BLANK,
        places=np.array([FACTS_OF_AN_ORDER.index(name) for name in facts.names], dtype=np.int64),
        facts_1=facts.addresses(0),
        facts_2=facts.addresses(1),
        facts_4=facts.addresses(2),
        facts_8=facts.addresses(3),
        begins=np.empty(AT_A_TIME, dtype=np.int64),
        turns=turns,
        asked=asked,
        told=told,
        outcomes_1=np.zeros(sizes[0] * count, dtype=np.uint8),
        outcomes_4=np.zeros(sizes[1] * count, dtype=np.uint32),
        instants_4=np.zeros(sizes[2] * count, dtype=np.uint32),
        outcomes_8=np.empty(sizes[3] * count, dtype=np.int64),
        is_told=np.zeros(len(told), dtype=np.int64),
        does_not_fit=np.zeros(1, dtype=np.int64),
        over=np.zeros(2 * AT_A_TIME, dtype=np.int64),
        picked=np.tile(np.arange(AT_A_TIME), 1 + len(Stage)),
        counts=np.zeros(1 + len(Stage), dtype=np.int64),
        words=at_a_line(count * WORDS),
        free=np.arange(count, -1, -1),
    )


def at_a_line(count: int) -> Codes:
    """Room for so many words, from where a line of the processor's cache begins."""
    room = np.empty(count + LINE, dtype=np.int64)
    begins = -room.ctypes.data // 8 % LINE
    return room[begins : begins + count]


def in_turn(asked: Codes) -> tuple[Codes, Codes]:
    """Claims in the order in which their buyers ask, by number where they ask at once; and when they do."""
    bits = len(asked).bit_length()
    if asked.max(initial=0) >= 1 << (63 - bits):
        turns = np.argsort(asked, kind="stable")
        return turns, asked[turns]
    both = asked << bits
    both |= np.arange(len(asked))
    both.sort()
    return both & ((1 << bits) - 1), both >> bits


def _blank_of(claims: TableOfClaims) -> Codes:
    blank = BLANK.copy()
    blank[:GIVEN] = [claims[fact][0] for fact in FACTS_OF_AN_ORDER]
    return blank


def facts_of(claims: TableOfClaims) -> FactColumns:
    """Those that are not the same for all claims."""
    if isinstance(claims, NarrowColumns):
        return FactColumns([name for some in claims.names for name in some], claims.stacks)
    columns = {name: claims[name] for name in FACTS_OF_AN_ORDER}
    names = [name for name, column in columns.items() if column.strides != LIES_ONCE]
    in_one_piece = [np.ascontiguousarray(columns[name], dtype=np.int64) for name in names]
    return FactColumns(names, [*([] for _ in WIDTHS[:-1]), in_one_piece])


def told_by_width(*, narrow: bool) -> tuple[Sequence[str], ...]:
    """`OUTCOMES_OF_AN_ORDER` as `Books` writes them down: codes, amounts and work, instants; or, but for what was
    known before, all alike."""
    if not narrow:
        return (), (), (), tuple(name for name in OUTCOMES_OF_AN_ORDER if name not in KNOWN_BEFORE)
    return VERDICTS, ("order", *AMOUNTS, *WORK), INSTANTS, ()


@cache
def _told_places(narrow: bool) -> tuple[Codes, tuple[int, ...]]:
    """Outcomes by place, and how many there are of each width."""
    told = told_by_width(narrow=narrow)
    places = [OUTCOMES_OF_AN_ORDER.index(name) for some in told for name in some]
    return np.array(places, dtype=np.int64), tuple(map(len, told))


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
    orders = books.words.view(ORDER)
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
    policy, methods = _policy_of(scenario)
    then, methods_then = _policy_of(past.then) if past.then else (policy, methods)
    never_closed = {Party.BUYER: round_the_clock(scenario.experiment.calendar_days)}
    return MarketRules(
        np.concatenate([policy, then]),
        np.concatenate([methods, methods_then]),
        almanac_of(calendars | never_closed),
        past.in_force_from,
        past.staffed_from,
    )


def _policy_of(scenario: Scenario) -> tuple[RecordRows, RecordRows]:
    terms = [terms_of(scenario, kind) for kind in ClaimKind]
    by_method = [list(zip(*(getattr(of_kind, lever) for lever in BY_METHOD), strict=True)) for of_kind in terms]
    return np.array([_as_record(of_kind) for of_kind in terms], dtype=TERMS), np.array(by_method, dtype=METHOD)


def _as_record(terms: Terms) -> tuple[Any, ...]:
    absent = Since(NOT_GIVEN, NO_LIMIT)
    given: dict[str, Any] = {name: list(getattr(terms, name)) for name in ("payers", "requests")}
    given |= {name: getattr(terms, name) or absent for name in ("free_until", "trusted_free_until")}
    return tuple(given.get(name, getattr(terms, name)) for name in TERMS.names or ())
