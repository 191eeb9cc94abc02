"""The story of one order, in plain sentences with times."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import zip_longest
from typing import Any, NamedTuple

import numpy as np

from sim.errors import BadUsage
from sim.experiment.replication import calendars_of, replicate_for
from sim.records.journal import Activity
from sim.records.table import Records
from sim.scenario.calendars import Calendar
from sim.scenario.model import Scenario
from sim.scenario.selling import names_of_kinds
from sim.scenario.wording import printable
from sim.show.case import case_of
from sim.show.endings import closing_of
from sim.show.html_table import table, text, told
from sim.show.phrases import HELD, day_of, money, time_of
from sim.show.sentences import payment, sentence_of
from sim.vocabulary import Party

WIDTH = 80
"""Columns of a terminal, where nothing else is known."""
NARROWEST = 20
"""Columns that a sentence needs at the least to be read."""
_DAY = len("Tue  2 Oct 2018")
MARGIN = len("Tue  2 Oct 2018  14:03  ")
GUTTER = "   "

Sentences = tuple[list[str], ...]
"""What is told of one instant: a list of sentences per story."""


class Event(NamedTuple):
    """Something that happened: when (s since the start), what, and the sentence that tells it."""

    at: int
    activity: Activity
    sentence: str


@dataclass(frozen=True)
class Story:
    """An order's life, ready to be read. `str` gives it for a terminal of 80 columns."""

    order: int
    policy: str
    """The scenario's title."""
    start: date
    events: tuple[Event, ...]
    """In order of time."""
    closing: tuple[str, ...]
    """How it ended, how long that took since the mind changed, what it cost."""

    @property
    def title(self) -> str:
        return f"Order {self.order} · {self.policy}"

    def __str__(self) -> str:
        return "\n".join(self.lines())

    def _repr_html_(self) -> str:
        """What a notebook shows."""
        return f"<div><strong>{text(self.title)}</strong>{self.card_of(self.events)}{self.card_of_closing()}</div>"

    def card_of(self, events: Iterable[Event]) -> str:
        """Some of its events with their times, for a notebook."""
        rows = [
            (f"{day_of(event.at, self.start)}, {time_of(event.at)}", event.sentence.replace(HELD, " "))
            for event in events
        ]
        return table(("when", "what"), rows)

    def card_of_closing(self) -> str:
        """How it ended, for a notebook."""
        return f"<p>{told(self.closing)}</p>"

    def lines(self, width: int = WIDTH) -> list[str]:
        """The story, with dates in a column of their own; each date stands once."""
        body = self.told(self.events, width)
        return [*wrapped([self.title], width), "", *body, "", *wrapped(self.closing, width)]

    def told(self, events: Iterable[Event], width: int) -> Iterator[str]:
        """Some of its events, each moment once."""
        return laid_out(((at, (told,)) for at, told in moments(events).items()), self.start, width)

    def as_dict(self) -> dict[str, Any]:
        """The story for machines: times in ISO 8601, local to the marketplace."""
        midnight = datetime.fromordinal(self.start.toordinal())
        events = [
            {
                "at": (midnight + timedelta(seconds=event.at)).isoformat(),
                "activity": event.activity.title,
                "party": event.activity.party.word,
                "text": event.sentence.replace(HELD, " "),
            }
            for event in self.events
        ]
        return {"title": self.title, "events": events, "closing": list(self.closing)}


def story_of(records: Records, scenario: Scenario, calendars: Mapping[Party, Calendar], order: int) -> Story:
    """Tell what befell an order. The replication must have kept its journal.

    Raises BadUsage where the replication has no such order.
    """
    count = len(records.draws.orders)
    if not 0 <= order < count:
        known = f"one from 0 to {count - 1}" if count else "a scenario with orders: there are none at all"
        raise BadUsage(f"there is no order {order} in this replication, expected {known}")
    policy = printable(scenario.title or scenario.name)
    case = case_of(records, scenario, calendars, order)
    if case is None:
        return Story(order, policy, scenario.start, *_without_a_claim(records, scenario, order))
    told = ((entry, sentence_of(case, entry)) for entry in case.entries)
    events = tuple(Event(entry.at, entry.activity, sentence) for entry, sentence in told if sentence)
    return Story(order, policy, scenario.start, events, closing_of(case))


def _without_a_claim(records: Records, scenario: Scenario, order: int) -> tuple[tuple[Event, ...], tuple[str, ...]]:
    """An order whose buyer never asked for the money back."""
    orders, market = records.draws.orders, scenario.market
    value, seller, seller_type, method, group = (int(column[0]) for column in orders.of(np.array([order])))
    by, kind = list(market.payment_methods)[method], names_of_kinds(market.sellers)[seller_type]
    what = list(market.product_groups)[group] if market.product_groups else ""
    sentence = payment(money(value, market.currency), by, seller, kind, what)
    event = Event(int(orders.paid[order]), Activity.PAID, sentence)
    if order in records.draws.refunded_unasked:
        nothing_sent = "Nothing was sent within the dispatch limit, so the platform refunded the order by itself."
        return (event,), (nothing_sent, "The buyer had not asked for it: there was no claim.")
    return (event,), ("The buyer never asked for the money back: there was no claim.",)


def moments(events: Iterable[Event]) -> dict[int, list[str]]:
    """The sentences by instant."""
    found: dict[int, list[str]] = {}
    for event in events:
        found.setdefault(event.at, []).append(event.sentence)
    return found


def laid_out(rows: Iterable[tuple[int, Sentences]], start: date, width: int) -> Iterator[str]:
    """Dates and times in the margin, then a column per story."""
    day = time = ""
    for at, cells in rows:
        before, (day, time) = (day, time), (day_of(at, start), time_of(at))
        new_day, new_time = day != before[0], (day, time) != before
        yield from columns(cells, width, f"{day if new_day else '':{_DAY}}  {time if new_time else ''}")


def columns(cells: Sentences, width: int, margin: str = "") -> Iterator[str]:
    """Texts next to each other, the margin beside their first line."""
    each = max(NARROWEST, (width - MARGIN - len(GUTTER) * (len(cells) - 1)) // len(cells))
    lines = zip_longest(*(wrapped(sentences, each) for sentences in cells), fillvalue="")
    for number, parts in enumerate(lines):
        beside = "" if number else margin
        yield f"{beside:{MARGIN}}{GUTTER.join(f'{part:{each}}' for part in parts)}".rstrip()


def wrapped(sentences: Iterable[str], width: int) -> list[str]:
    """Each sentence from a line of its own."""
    lines = (line for sentence in sentences for line in textwrap.wrap(sentence, width))
    return [line.replace(HELD, " ") for line in lines]


# ------------------------------------------------------------------------------- from the scenario it happens in


def trace(scenario: Scenario, order: int, replication: int = 0) -> Story:
    """The story of one order, in plain sentences with times; `str` and `lines` give its text.

    Orders are numbered from 0 by payment within a replication; the number is the same under every policy.
    Raises BadUsage where there is no such order or replication.
    """
    if not 0 <= replication < scenario.experiment.replications:
        last = scenario.experiment.replications - 1
        raise BadUsage(f"there is no replication {replication} in this experiment, expected one from 0 to {last}")
    calendars = calendars_of(scenario)
    return story_of(replicate_for(scenario, replication, calendars, order), scenario, calendars, order)
