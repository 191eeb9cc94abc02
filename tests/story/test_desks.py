"""Desks: staff, queues and opening hours. Day 2 is Wednesday 3 October; offices are open from nine to six."""

from __future__ import annotations

import pytest

from sim.scenario.durations import DAY, HOUR, MINUTE, NEVER, SECOND
from sim.vocabulary import Outcome, Route, Settled
from tests.worlds import (
    FRI,
    MEDIATED,
    MON,
    NEXT_MON,
    OFFICE_HOURS,
    SAT,
    THU,
    TUE,
    WED,
    Story,
    accepts,
    an_order,
    refuses,
    says_nothing,
    tell,
    tell_all,
)

AN_HOUR = accepts(work=1 * HOUR)


def staff(members: int | str) -> dict[str, object]:
    return {"market.sellers.staff": members}


def started(*stories: Story) -> list[int]:
    return [story.cancellation_started_at for story in stories]


# ---------------------------------------------------------------------------------------- the queue


@pytest.mark.parametrize(
    ("members", "hours"), [(1, [0, 1, 2]), (2, [0, 0, 1]), (3, [0, 0, 0]), ("unlimited", [0, 0, 0])]
)
def test_as_many_are_served_at_once_as_there_are_staff(members: int | str, hours: list[int]) -> None:
    stories = tell_all(staff(members), *(an_order(number, cancellation=AN_HOUR) for number in range(3)))
    assert started(*stories) == [WED + wait * HOUR for wait in hours]


def test_whoever_joined_first_is_served_first() -> None:
    busy, late, early = tell_all(
        staff(1),
        an_order(0, cancellation=AN_HOUR),
        an_order(1, cancellation=accepts(after=20 * MINUTE, work=1 * HOUR)),
        an_order(2, cancellation=accepts(after=10 * MINUTE, work=1 * HOUR)),
    )
    assert started(busy, early, late) == [WED, WED + 1 * HOUR, WED + 2 * HOUR]


def test_a_desk_may_serve_the_nearest_deadline_first() -> None:
    # Order 2 asked a day before order 1, so its nine days end a day earlier, though it joined later.
    by_deadline = staff(1) | {"market.sellers.discipline": "earliest_deadline"}
    busy, late, urgent = tell_all(
        by_deadline,
        an_order(0, cancellation=AN_HOUR),
        an_order(1, asked=WED, cancellation=accepts(after=10 * MINUTE, work=1 * HOUR)),
        an_order(2, asked=TUE, cancellation=accepts(after=24 * HOUR + 20 * MINUTE, work=1 * HOUR)),
    )
    assert started(busy, urgent, late) == [WED, WED + 1 * HOUR, WED + 2 * HOUR]


def test_a_request_without_a_clock_ranks_last() -> None:
    # Disputes have no clock here: order 1's was there first, order 2's cancellation goes before it.
    changes = staff(1) | {"market.sellers.discipline": "earliest_deadline", "policy.dispute.default.clock": "none"}
    delivered = {"asked": WED, "ships_at": MON, "transit": TUE}
    busy, no_clock, clock = tell_all(
        changes,
        an_order(0, cancellation=AN_HOUR),
        an_order(1, **delivered, dispute=accepts(after=10 * MINUTE, work=1 * HOUR)),
        an_order(2, cancellation=accepts(after=20 * MINUTE, work=1 * HOUR)),
    )
    assert started(busy, clock) == [WED, WED + 1 * HOUR]
    assert no_clock.dispute_started_at == WED + 2 * HOUR


def test_a_buyer_who_leaves_the_queue_gives_up_the_place() -> None:
    busy, leaver, heir = tell_all(
        staff(1),
        an_order(0, cancellation=AN_HOUR),
        an_order(1, cancellation=accepts(after=10 * MINUTE, work=1 * HOUR, patience=30 * MINUTE)),
        an_order(2, cancellation=accepts(after=20 * MINUTE, work=1 * HOUR)),
    )
    assert leaver.cancellation_settled_by is Settled.WITHDRAWN
    assert (leaver.cancellation_started_at, leaver.cancellation_work) == (None, 0)
    assert started(busy, heir) == [WED, WED + 1 * HOUR]


def test_a_queue_may_make_a_seller_miss_its_clock() -> None:
    an_hour_to_answer = staff(1) | {"policy.cancellation.clock": "1 h"}
    answered, missed = tell_all(
        an_hour_to_answer,
        an_order(0, cancellation=AN_HOUR),
        an_order(1, cancellation=accepts(work=1 * SECOND)),
    )
    assert answered.cancellation_settled_by is Settled.ANSWERED
    assert missed.cancellation_settled_by is Settled.SILENCE


def test_each_seller_has_a_desk_of_its_own() -> None:
    two_sellers = staff(1) | {"market.sellers.count": 2}
    stories = tell_all(
        two_sellers,
        *(an_order(number, seller=seller, cancellation=AN_HOUR) for number, seller in enumerate([0, 1, 0])),
    )
    assert started(*stories) == [WED, WED, WED + 1 * HOUR]


def test_one_seller_has_one_desk_for_all_that_it_is_asked() -> None:
    returns = {"policy.return.default": {"payer": "buyer", "refund_on": "inspected", "inspection": {}}}
    delivered = {"ships_at": MON, "transit": TUE}
    dispute, inspection = tell_all(
        staff(1) | returns,
        an_order(0, asked=WED, **delivered, dispute=AN_HOUR),
        an_order(1, asked=TUE, **delivered, return_delay=1 * DAY, inspection=AN_HOUR),
    )
    assert dispute.dispute_started_at == WED
    assert inspection.inspection_opened_at == WED
    assert inspection.inspection_started_at == WED + 1 * HOUR


def test_the_platform_has_a_desk_too() -> None:
    one_case_at_a_time = MEDIATED | {"policy.mediation.staff": 1}
    cases = (an_order(n, asked=6 * DAY, dispute=refuses(), mediation=AN_HOUR) for n in range(2))
    stories = tell_all(one_case_at_a_time, *cases)
    assert [story.mediation_started_at for story in stories] == [25 * DAY, 25 * DAY + 1 * HOUR]


# ------------------------------------------------------------------------------------- opening hours

OFFICE = {"calendars.seller": OFFICE_HOURS}


def at_the_office(asked: int, work: int = 0, **luck: int) -> Story:
    """Asked at this instant, and the seller looks at once."""
    return tell(OFFICE, asked=asked, cancellation=accepts(work=work), **luck)


@pytest.mark.parametrize(
    ("asked", "taken_up"),
    [
        (WED + 8 * HOUR, WED + 9 * HOUR),
        (WED + 9 * HOUR, WED + 9 * HOUR),
        (WED + 18 * HOUR - SECOND, WED + 18 * HOUR - SECOND),
        (WED + 18 * HOUR, THU + 9 * HOUR),
        (FRI + 20 * HOUR, NEXT_MON + 9 * HOUR),
    ],
)
def test_requests_are_taken_up_only_while_the_desk_is_open(asked: int, taken_up: int) -> None:
    story = at_the_office(asked, ships_at=8 * DAY)
    assert story.cancellation_joined_at == asked
    assert story.cancellation_started_at == taken_up


def test_zero_work_that_joined_while_closed_ends_at_the_next_opening() -> None:
    assert at_the_office(WED + 20 * HOUR).refunded_at == THU + 9 * HOUR


def test_work_that_exactly_fits_ends_at_closing() -> None:
    assert at_the_office(WED + 15 * HOUR, work=3 * HOUR).refunded_at == WED + 18 * HOUR


def test_who_is_next_when_the_office_closes_is_served_in_the_morning() -> None:
    first, second = tell_all(
        OFFICE | staff(1),
        an_order(0, asked=WED + 15 * HOUR, cancellation=accepts(work=3 * HOUR)),
        an_order(1, asked=WED + 16 * HOUR, cancellation=AN_HOUR),
    )
    assert first.refunded_at == WED + 18 * HOUR
    assert second.cancellation_started_at == THU + 9 * HOUR


def test_work_that_does_not_fit_goes_on_in_the_morning() -> None:
    story = at_the_office(WED + 15 * HOUR, work=3 * HOUR + SECOND)
    assert story.refunded_at == THU + 9 * HOUR + SECOND
    assert story.cancellation_work == 3 * HOUR + SECOND


def test_a_request_interrupted_at_night_has_taken_only_the_hours_worked() -> None:
    # Taken up on Wednesday at 15:00, it is shipped over on Thursday at 11:00: three hours and two.
    story = at_the_office(WED + 15 * HOUR, work=10 * HOUR, ships_at=THU + 11 * HOUR)
    assert story.cancellation_settled_by is Settled.INTERRUPTED
    assert story.cancellation_work == 5 * HOUR


def test_who_joined_before_opening_is_served_in_the_order_of_joining() -> None:
    second, first = tell_all(
        OFFICE | staff(1),
        an_order(0, asked=WED + 8 * HOUR, cancellation=AN_HOUR),
        an_order(1, asked=WED + 7 * HOUR, cancellation=AN_HOUR),
    )
    assert started(first, second) == [WED + 9 * HOUR, WED + 10 * HOUR]


def test_the_platforms_hours_are_its_own() -> None:
    hours = MEDIATED | OFFICE | {"calendars.platform": {"hours": {"sat": "10:00-12:00"}}}
    # The parcel is there on Friday; the seller refuses at 9:00, the platform opens the day after at 10:00.
    story = tell(hours, asked=FRI, ships_at=TUE, transit=WED, dispute=refuses())
    assert story.mediation_opened_at == FRI + 9 * HOUR
    assert story.mediation_started_at == SAT + 10 * HOUR
    assert story.ending == (Outcome.REFUNDED, Route.MEDIATION)


# --------------------------------------------------------------------------- clocks of the three kinds


@pytest.mark.parametrize(
    ("clock", "runs_out"),
    [
        ("3 d", WED + 3 * DAY + 12 * HOUR),
        ("3 bd", NEXT_MON + 12 * HOUR),  # Thursday, Friday, Monday
        ("10 h of work", THU + 13 * HOUR),  # six hours on Wednesday, four on Thursday
    ],
)
def test_the_sellers_clock_may_count_days_business_days_or_working_time(clock: str, runs_out: int) -> None:
    changes = OFFICE | {"policy.cancellation.clock": clock}
    story = tell(changes, asked=WED + 12 * HOUR, ships_at=NEVER, cancellation=says_nothing())
    assert story.cancellation_settled_by is Settled.SILENCE
    assert story.cancellation_settled_at == runs_out


def test_a_seller_who_stalls_looks_after_a_share_of_its_clock() -> None:
    # Nine tenths of nine days.
    story = tell(cancellation=accepts(share=900_000), ships_at=NEVER)
    assert story.refunded_at == WED + 8 * DAY + 2 * HOUR + 24 * MINUTE
