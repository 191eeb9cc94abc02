"""Many durations at once are over when each by itself would be."""

from __future__ import annotations

from datetime import date

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.chance.instants import instants_after
from sim.errors import BeyondCalendar
from sim.rules.clocks import instant_after
from sim.scenario.calendars import Calendar, CalendarSpec, resolve
from sim.scenario.durations import DAY, HOUR, NEVER, Kind

DAYS = 60
WEEKS: tuple[dict[str, object], ...] = (
    {},
    {"hours": {"mon-fri": "09:00-18:00"}},
    {"hours": {"mon-sat": ["09:00-12:00", "13:30-18:00"], "sun": "00:00-24:00"}},
    {"hours": {"mon": "09:00-18:00"}, "closed": [{"from": "2018-10-15", "to": "2018-10-28", "why": "away"}]},
)
CALENDARS = [resolve(CalendarSpec.model_validate(week), date(2018, 10, 1), DAYS) for week in WEEKS]
instants = st.integers(0, 20 * DAY) | st.integers(0, 20 * 24).map(lambda hours: hours * HOUR) | st.just(NEVER)
amounts = st.integers(0, DAY) | st.integers(0, 48).map(lambda hours: hours * HOUR) | st.just(NEVER)


@given(
    calendar=st.sampled_from(CALENDARS),
    kind=st.sampled_from(Kind),
    begun=st.lists(st.tuples(instants, amounts), min_size=1, max_size=30),
)
def test_many_at_once_are_over_when_each_by_itself_would_be(
    calendar: Calendar, kind: Kind, begun: list[tuple[int, int]]
) -> None:
    since, lasts = np.array(begun, dtype=np.int64).T
    together = instants_after(since, kind, lasts, calendar)
    assert together.tolist() == [instant_after(t, kind, length, calendar) for t, length in begun]


@pytest.mark.parametrize("kind", [Kind.BUSINESS, Kind.WORK])
@pytest.mark.parametrize("since", [DAYS * DAY, -1, DAYS * DAY - 1])
def test_what_no_calendar_knows_is_beyond_it(kind: Kind, since: int) -> None:
    with pytest.raises(BeyondCalendar):
        instant_after(since, kind, 99 * DAY, CALENDARS[1])
    with pytest.raises(BeyondCalendar):
        instants_after(np.array([0, since]), kind, np.array([0, 99 * DAY]), CALENDARS[1])
