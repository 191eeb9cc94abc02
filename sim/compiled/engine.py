"""The compiled engine: the same scenario, draws and calendars in, the same records out as from SimPy."""

from __future__ import annotations

from collections.abc import Callable

from sim.chance.facts import Draws
from sim.compiled.books import Books, almanac_for, books_of, market_of
from sim.compiled.desk import CHOOSES, HAPPENS, JOINS, NUMBER, choose, is_opened, joins, settles
from sim.compiled.heap import drop_first
from sim.compiled.jit import edition, kept, step
from sim.compiled.layout import PLACES_OF_FACTS, Market
from sim.compiled.order import live
from sim.records.journal import NoJournal
from sim.records.life import COLUMNS
from sim.records.table import Records
from sim.rules.requests import ANSWERED
from sim.scenario.calendars import Calendar
from sim.scenario.durations import NEVER
from sim.scenario.model import Scenario
from sim.vocabulary import Party

ASKED = list(PLACES_OF_FACTS).index("asked")


def run_compiled(scenario: Scenario, draws: Draws, calendars: dict[Party, Calendar]) -> Records:
    """One replication: the facts in, the records out, without a journal. Raises BeyondCalendar."""
    books = books_of(draws)
    market = market_of(scenario, draws, books, almanac_for(scenario, calendars))
    live_through(market, books)
    claims = dict(zip(COLUMNS, books.outcomes, strict=True))
    return Records(draws, claims, market.desks["queue_seconds"].copy(), NoJournal())


@step
def begins(market: Market, books: Books, number: int) -> None:
    """A buyer's mind changes: the order's facts are looked up, and its story begins."""
    order, words = market.orders[number], books.words
    for place in range(len(books.blank)):
        words[number, place] = books.blank[place]
    for row in range(len(books.places_of_facts)):
        words[number, books.places_of_facts[row]] = books.facts[row, number]
    order.life.order = order.facts.order
    order.life.claim = order.facts.claim
    order.life.saving = order.facts.saving
    order.life.paid_at = order.facts.paid
    order.parcel.ships_at = order.facts.ships_at
    order.parcel.dispatch_due = order.facts.dispatch_due
    order.now = order.facts.asked
    if live(market.world, order):
        is_opened(market, number)


@step
def goes_on(market: Market) -> None:
    """The next thing on the agenda happens."""
    entry = market.entries[market.agenda[0].begins]
    at, turn, number, what = entry.first, entry.second & ~NUMBER, entry.second & NUMBER, entry.third
    drop_first(market.entries, market.agenda[0])
    if turn == CHOOSES:
        choose(market, number, at)
    elif what >= JOINS:
        joins(market, number, what - JOINS, at)
    elif turn == HAPPENS:
        settles(market, number, what, ANSWERED, at)
    else:
        leaves_if_pending(market, number, what, at)


@step
def leaves_if_pending(market: Market, number: int, stage: int, now: int) -> None:
    """Unless it was answered meanwhile, or it is another round's offer that is pending."""
    request = market.orders[number].requests[stage]
    if request.settled_at >= NEVER and request.leaves_at == now:
        settles(market, number, stage, request.why_it_leaves, now)


@step
def read_off(books: Books) -> None:
    """The outcome table, column by column."""
    for number in range(len(books.words)):
        for row in range(len(books.places_of_outcomes)):
            books.outcomes[row, number] = books.words[number, books.places_of_outcomes[row]]


def _entrance(edition: int) -> Callable[[Market, Books], None]:
    @kept
    def live_through(market: Market, books: Books) -> None:
        """Let every buyer ask when the time comes, and play all that follows to its end."""
        edition  # noqa: B018  # part of the name under which the machine code is kept
        asked, agenda, begun = 0, market.agenda[0], 0
        while begun < len(books.turns) or agenda.size:
            if begun < len(books.turns):
                asked = books.facts[ASKED, books.turns[begun]]
                if not agenda.size or asked <= market.entries[agenda.begins].first:
                    begins(market, books, books.turns[begun])
                    begun += 1
                    continue
            goes_on(market)
        read_off(books)

    return live_through


live_through = _entrance(edition())
