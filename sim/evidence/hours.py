"""Business time and opening hours between instants that a log tells: what a party's calendar lets one conclude."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from sim.arrays import Floats, Ints
from sim.scenario.calendars import Calendar
from sim.scenario.durations import DAY, Kind


class Hours(NamedTuple):
    """A party's calendar as arrays."""

    opens: Ints
    closes: Ints
    days: Ints
    rank: Ints

    @classmethod
    def of(cls, calendar: Calendar) -> Hours:
        """The same tables."""
        return cls(
            *(
                np.array(table, dtype=np.int64)
                for table in (calendar.opens, calendar.closes, calendar.days, calendar.rank)
            )
        )

    def axis(self, at: Floats) -> Floats:
        """Business seconds since the start, 24 hours to the day; a day off counts as its end (rulebook §1)."""
        known = np.where(np.isnan(at), 0, np.clip(at, 0, len(self.rank) * DAY - 1)).astype(np.int64)
        rank = self.rank[known // DAY]
        is_business = np.append(self.days, -1)[rank] == known // DAY
        return np.where(np.isnan(at), np.nan, rank * DAY + np.where(is_business, known % DAY, 0))

    def lasted(self, since: Floats, until: Floats, kind: Kind) -> Floats:
        """How long it took, in seconds of a kind."""
        return self.axis(until) - self.axis(since) if kind is Kind.BUSINESS else until - since

    def spell(self, at: Floats) -> Ints:
        """The last spell that had opened by then; −1 before the first."""
        return np.searchsorted(self.opens, np.nan_to_num(at, nan=0.0), side="right") - 1

    def looked_between(self, answered: Floats, work: float, most: float) -> tuple[Floats, Floats]:
        """When staff who answered then had looked at the request: not before, not after.

        `work` is what an answer takes on average, `most` what hardly any exceeds. An answer that lands within the
        first such stretch of a spell was to a request noticed at any time since the spell before had closed.
        """
        place = np.maximum(self.spell(answered), 0)
        since_opening = answered - self.opens[place]
        at_opening = since_opening <= most
        closed = np.where(place > 0, self.closes[np.maximum(place - 1, 0)], 0)
        begun = answered - np.minimum(work, np.maximum(since_opening, 0))
        return np.where(at_opening, np.minimum(closed, begun), begun), begun

    def last_look(self, by: Floats, work: Floats | float) -> Floats:
        """The last instant at which staff could have looked and still have answered by then."""
        place = np.maximum(self.spell(by), 0)
        inside = by <= self.closes[place]
        worked = np.where(inside, by, self.closes[place])
        fits = worked - self.opens[place] >= work
        before = self.closes[np.maximum(place - 1, 0)]
        return np.where(fits, worked - work, np.where(place > 0, before - work, 0.0))

    def worked(self, at: Floats) -> Floats:
        """Working time since the start, in seconds: what staff could have done by then."""
        before = np.concatenate([[0], np.cumsum(self.closes - self.opens)])
        place = self.spell(at)
        inside = np.minimum(at, self.closes[np.maximum(place, 0)]) - self.opens[np.maximum(place, 0)]
        done = before[np.maximum(place, 0)] + np.maximum(inside, 0)
        return np.where(np.isnan(at), np.nan, np.where(place < 0, 0.0, done))
