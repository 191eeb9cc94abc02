"""Within one second: first what happens, then staff choose, then what nobody answered leaves (rulebook §3).

Asked on day 2, Wednesday 3 October; the seller's clock runs out on day 11.
"""

from __future__ import annotations

from sim.scenario.durations import DAY, HOUR, SECOND
from sim.vocabulary import Outcome, Route, Settled
from tests.worlds import (
    MEDIATED,
    OFFICE_HOURS,
    THU,
    WED,
    Story,
    accepts,
    an_order,
    refuses,
    says_nothing,
    ships,
    tell,
    tell_all,
)

ONE_SELLER = {"market.sellers.staff": 1}
LATER = 30 * DAY
NOON = 2 * DAY + 12 * HOUR


def settled_by(story: Story) -> Settled:
    return story.cancellation_settled_by


# ------------------------------------------------------------------- one order: an answer goes first


def test_an_answer_in_the_last_second_of_the_clock_is_an_answer() -> None:
    story = tell(cancellation=accepts(after=9 * DAY), ships_at=LATER)
    assert settled_by(story) is Settled.ANSWERED
    assert story.refunded_at == 11 * DAY


def test_a_second_later_it_was_silence() -> None:
    story = tell(cancellation=accepts(after=9 * DAY + SECOND), ships_at=LATER)
    assert settled_by(story) is Settled.SILENCE
    assert story.cancellation_settled_at == 11 * DAY


def test_work_that_ends_in_the_last_second_of_the_clock_is_an_answer() -> None:
    on_time = tell(cancellation=accepts(after=8 * DAY, work=24 * HOUR), ships_at=LATER)
    assert (settled_by(on_time), on_time.cancellation_settled_at) == (Settled.ANSWERED, 11 * DAY)
    late = tell(cancellation=accepts(after=8 * DAY, work=24 * HOUR + SECOND), ships_at=LATER)
    assert (settled_by(late), late.cancellation_settled_at) == (Settled.SILENCE, 11 * DAY)


def test_a_seller_who_stalls_for_its_whole_clock_still_answers_in_time() -> None:
    story = tell(cancellation=accepts(share=1_000_000), ships_at=LATER)
    assert (settled_by(story), story.cancellation_settled_at) == (Settled.ANSWERED, 11 * DAY)


def test_an_answer_in_the_second_of_the_dispatch_stops_the_parcel() -> None:
    story = tell(cancellation=accepts(after=3 * DAY), ships_at=5 * DAY)
    assert story.ending == (Outcome.REFUNDED, Route.CANCELLATION)
    assert story.dispatched_at is None


def test_an_answer_in_the_second_that_patience_ends_is_an_answer() -> None:
    assert settled_by(tell(cancellation=accepts(after=1 * DAY, patience=1 * DAY))) is Settled.ANSWERED


def test_a_seller_who_ships_at_once_in_the_second_of_the_dispatch_limit_is_in_time() -> None:
    limit = {"policy.dispatch.limit": "4 d"}
    story = tell(limit, cancellation=ships(after=2 * DAY), dispatch_due=4 * DAY)
    assert story.dispatched_at == 4 * DAY
    assert story.ending == (Outcome.REFUNDED, Route.DISPUTE)


# -------------------------------------------------- one order: dispatch, then impatience, then the clock

THREE_DAYS = {"policy.cancellation.clock": "3 d"}


def test_a_dispatch_goes_before_impatience_and_the_clock() -> None:
    story = tell(THREE_DAYS, cancellation=says_nothing(patience=3 * DAY), ships_at=5 * DAY)
    assert (settled_by(story), story.cancellation_settled_at) == (Settled.INTERRUPTED, 5 * DAY)


def test_impatience_goes_before_the_clock() -> None:
    story = tell(THREE_DAYS, cancellation=says_nothing(patience=3 * DAY), ships_at=LATER)
    assert (settled_by(story), story.cancellation_settled_at) == (Settled.WITHDRAWN, 5 * DAY)


def test_a_request_opened_in_the_very_second_of_the_dispatch_limit_may_still_be_answered() -> None:
    limit = {"policy.dispatch.limit": "7 d"}
    luck = {"asked": 7 * DAY, "ships_at": LATER, "dispatch_due": 7 * DAY}
    assert tell(limit, cancellation=accepts(), **luck).ending == (Outcome.REFUNDED, Route.CANCELLATION)
    story = tell(limit, cancellation=says_nothing(), **luck)
    assert settled_by(story) is Settled.INTERRUPTED
    assert story.ending == (Outcome.REFUNDED, Route.NOT_DISPATCHED)
    assert story.refunded_at == 7 * DAY


def test_one_second_may_hold_a_whole_story() -> None:
    # The clock runs out, the platform is called, rules at once, and the bank takes no time.
    escalates = MEDIATED | {"policy.cancellation.on_silence": "escalate"}
    story = tell(escalates, cancellation=says_nothing(), ships_at=LATER)
    assert story.cancellation_settled_at == story.mediation_started_at == story.refunded_at == 11 * DAY


def test_a_desk_that_opens_as_the_clock_runs_out_still_answers() -> None:
    # Asked on Wednesday at 20:00 with 13 hours to answer: Thursday at 9:00, when the office opens.
    changes = {"calendars.seller": OFFICE_HOURS, "policy.cancellation.clock": "13 h"}
    asked = WED + 20 * HOUR
    assert tell(changes, asked=asked, cancellation=accepts()).refunded_at == THU + 9 * HOUR
    assert settled_by(tell(changes, asked=asked, cancellation=accepts(work=1))) is Settled.SILENCE


# ------------------------------------------------------------------------ several orders at one desk


def test_two_who_join_in_the_same_second_are_taken_by_order_number() -> None:
    # Order 1 asked a day earlier, but the seller looks at both in the same second.
    first, second = tell_all(
        ONE_SELLER,
        an_order(0, asked=2 * DAY, cancellation=accepts(after=12 * HOUR, work=1 * HOUR)),
        an_order(1, asked=1 * DAY, cancellation=accepts(after=36 * HOUR, work=1 * HOUR)),
    )
    assert first.cancellation_joined_at == second.cancellation_joined_at == NOON
    assert (first.cancellation_started_at, second.cancellation_started_at) == (NOON, NOON + HOUR)


def test_staff_who_are_free_choose_from_all_who_join_in_that_second() -> None:
    # Order 0 joins first and could be taken up at once; but order 1, whose clock runs out a day sooner, joins at
    # noon as well, and the desk goes by deadlines.
    later, sooner = tell_all(
        ONE_SELLER | {"market.sellers.discipline": "earliest_deadline"},
        an_order(0, asked=2 * DAY, cancellation=accepts(after=12 * HOUR, work=1 * HOUR)),
        an_order(1, asked=1 * DAY, cancellation=accepts(after=36 * HOUR, work=1 * HOUR)),
    )
    assert later.cancellation_joined_at == sooner.cancellation_joined_at == NOON
    assert (sooner.cancellation_started_at, later.cancellation_started_at) == (NOON, NOON + HOUR)


def test_whoever_joins_in_the_second_that_staff_is_freed_is_among_those_chosen_from() -> None:
    # Order 0 keeps the only member of staff busy until noon. Order 1 has waited since before; order 2 joins at
    # noon exactly, but its clock runs out sooner, and the desk goes by deadlines.
    busy, waiting, urgent = tell_all(
        ONE_SELLER | {"market.sellers.discipline": "earliest_deadline"},
        an_order(0, cancellation=accepts(work=12 * HOUR)),
        an_order(1, cancellation=accepts(after=1 * HOUR, work=1 * HOUR)),
        an_order(2, asked=1 * DAY, cancellation=accepts(after=36 * HOUR, work=1 * HOUR)),
    )
    assert busy.cancellation_settled_at == urgent.cancellation_joined_at == NOON
    assert urgent.cancellation_started_at == NOON
    assert waiting.cancellation_started_at == NOON + HOUR


def test_a_request_that_leaves_frees_its_staff_in_the_same_second() -> None:
    impatient, next_in_line = tell_all(
        ONE_SELLER,
        an_order(0, cancellation=accepts(work=24 * HOUR, patience=12 * HOUR)),
        an_order(1, cancellation=accepts(after=1 * HOUR, work=1 * HOUR)),
    )
    assert (settled_by(impatient), impatient.cancellation_settled_at) == (Settled.WITHDRAWN, NOON)
    assert next_in_line.cancellation_started_at == NOON
    assert next_in_line.refunded_at == NOON + HOUR


def meet_at_noon(patient: int, impatient: int) -> list[Story]:
    """At noon one buyer's patience ends, whose request occupies the only member of staff, and so does the patience
    of another, who is next in the queue and needs no work."""
    working = an_order(patient, asked=2 * DAY, cancellation=accepts(work=24 * HOUR, patience=12 * HOUR))
    queueing = an_order(impatient, asked=2 * DAY + 1, cancellation=accepts(patience=12 * HOUR - 1))
    return tell_all(ONE_SELLER, working, queueing)


def test_staff_freed_by_one_who_leaves_takes_up_the_next_before_it_leaves_too() -> None:
    left, answered = meet_at_noon(patient=0, impatient=1)
    assert settled_by(left) is Settled.WITHDRAWN
    assert (settled_by(answered), answered.refunded_at) == (Settled.ANSWERED, NOON)


def test_whoever_leaves_first_in_that_second_is_not_taken_up_any_more() -> None:
    left_the_queue, left_the_desk = meet_at_noon(patient=1, impatient=0)
    assert settled_by(left_the_queue) is settled_by(left_the_desk) is Settled.WITHDRAWN
    assert left_the_queue.cancellation_started_at is None


def test_a_refusal_and_a_yes_of_different_orders_may_fall_in_one_second() -> None:
    stories = tell_all(None, an_order(0, cancellation=refuses()), an_order(1, cancellation=accepts()))
    assert [story.cancellation_settled_at for story in stories] == [2 * DAY, 2 * DAY]
    assert [story.ending[1] for story in stories] == [Route.DISPUTE, Route.CANCELLATION]
