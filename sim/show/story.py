"""The story of one order, in plain sentences with times."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from itertools import groupby, zip_longest
from typing import Any, NamedTuple

from sim.errors import BadUsage
from sim.records.journal import Activity
from sim.records.table import Records
from sim.scenario.calendars import Calendar
from sim.scenario.model import Scenario
from sim.scenario.wording import printable
from sim.show.case import Case, case_of
from sim.show.endings import closing_of
from sim.show.phrases import day_of, money, time_of
from sim.show.sentences import sentence_of
from sim.vocabulary import Party

WIDTH = 80
_DAY, _MARGIN = len("Tue  2 Oct 2018"), len("Tue  2 Oct 2018  14:03  ")


class Event(NamedTuple):
    """Something that happened: when (s since the start), what, and the sentence that tells it."""

    at: int
    activity: Activity
    sentence: str


@dataclass(frozen=True)
class Story:
    """An order's life, ready to be read. `str` gives it for a terminal of 80 columns."""

    title: str
    start: date
    events: tuple[Event, ...]
    closing: tuple[str, ...]
    """How it ended, how long that took since the mind changed, what it cost."""

    def __str__(self) -> str:
        return "\n".join(self.lines())

    def lines(self, width: int = WIDTH) -> list[str]:
        """The story with the dates in a column of their own; each is given once."""
        text = [line for event in self.events for line in _wrapped(event.sentence, width - _MARGIN)]
        margins = [margin for event in self.events for margin in self._margins(event, width)]
        body = [f"{margin:{_MARGIN}}{line}" for margin, line in zip(_each_once(margins), text, strict=True)]
        ending = [line for sentence in self.closing for line in _wrapped(sentence, width)]
        return [*_wrapped(self.title, width), "", *body, "", *ending]

    def _margins(self, event: Event, width: int) -> list[tuple[str, str]]:
        lines = len(_wrapped(event.sentence, width - _MARGIN))
        return [(day_of(event.at, self.start), time_of(event.at))] * lines

    def as_dict(self) -> dict[str, Any]:
        """The story for machines: times in ISO 8601, local to the marketplace."""
        midnight = datetime.combine(self.start, time())
        events = [
            {
                "at": (midnight + timedelta(seconds=event.at)).isoformat(),
                "activity": event.activity.title,
                "party": event.activity.party.word,
                "text": event.sentence,
            }
            for event in self.events
        ]
        return {"title": self.title, "events": events, "closing": list(self.closing)}
