"""The rules, one by one: facts in, verdict out, no engine. Clocks and answering have files of their own."""

from __future__ import annotations

import numpy as np
import pytest

from sim.rules import claims, refunds, requests
from sim.scenario.durations import DAY, NEVER
from sim.vocabulary import Discipline, Disposition, Party, Settled, Verdict

SILENT, ACCEPT, REFUSE, SHIP, SPLIT, COUNTER = Disposition


# ------------------------------------------------------------------------------ before the parcel leaves


def test_the_button_is_there_until_the_last_second_of_its_window() -> None:
    assert claims.may_cancel(asked=9 * DAY, window_ends=9 * DAY, ships_at=NEVER)
    assert not claims.may_cancel(asked=9 * DAY + 1, window_ends=9 * DAY, ships_at=NEVER)


def test_the_button_is_gone_in_the_second_of_the_dispatch() -> None:
    assert claims.may_cancel(asked=5 * DAY - 1, window_ends=9 * DAY, ships_at=5 * DAY)
    assert not claims.may_cancel(asked=5 * DAY, window_ends=9 * DAY, ships_at=5 * DAY)


def test_the_last_free_second_is_free() -> None:
    assert claims.is_free(asked=DAY, free_until=DAY)
    assert not claims.is_free(asked=DAY + 1, free_until=DAY)
    assert claims.is_free(asked=DAY, free_until=NEVER)


def test_a_dispatch_at_the_limit_is_in_time() -> None:
    assert not claims.is_never_sent(ships_at=7 * DAY, dispatch_due=7 * DAY)
    assert claims.is_never_sent(ships_at=7 * DAY + 1, dispatch_due=7 * DAY)
    assert claims.is_never_sent(ships_at=NEVER, dispatch_due=7 * DAY)


def test_without_a_limit_nothing_is_too_late() -> None:
    assert not claims.is_never_sent(ships_at=NEVER, dispatch_due=NEVER)


@pytest.mark.parametrize(
    ("ships_at", "limit_passes_at", "interrupted_at"), [(5, 7, 5), (7, 5, 5), (NEVER, 7, 7), (NEVER, NEVER, NEVER)]
)
def test_dispatch_or_its_limit_ends_a_request_from_outside(
    ships_at: int, limit_passes_at: int, interrupted_at: int
) -> None:
    assert claims.interrupted_at(ships_at, limit_passes_at, held=False) == interrupted_at
    assert claims.interrupted_at(ships_at, limit_passes_at, held=True) == NEVER


def test_where_shipping_is_held_who_would_have_shipped_refuses() -> None:
    said = {what: claims.answer_while_held(what) for what in Disposition}
    assert said == {what: what for what in Disposition} | {SHIP: REFUSE}


def test_a_held_parcel_leaves_at_the_later_of_its_due_instant_and_the_answer() -> None:
    assert claims.ships_after_hold(planned=5, released=8) == 8
    assert claims.ships_after_hold(planned=8, released=5) == 8
    assert claims.ships_after_hold(planned=NEVER, released=5) == NEVER


def test_the_limit_stands_still_while_shipping_is_held() -> None:
    assert claims.due_after_hold(dispatch_due=7, held_since=2, released=5) == 10
    assert claims.due_after_hold(dispatch_due=7, held_since=2, released=2) == 7
    assert claims.due_after_hold(dispatch_due=NEVER, held_since=2, released=5) == NEVER


# ----------------------------------------------------------------------------- after the parcel has left


def test_a_window_includes_its_last_instant() -> None:
    assert not claims.is_too_late(at=15 * DAY, last=15 * DAY)
    assert claims.is_too_late(at=15 * DAY + 1, last=15 * DAY)
    assert not claims.is_too_late(at=400 * DAY, last=NEVER)


def test_it_is_worth_it_only_if_more_comes_back_than_it_costs() -> None:
    assert claims.is_worth_it(expected=100_00, return_cost=60_00, hassle=39_99)
    assert not claims.is_worth_it(expected=100_00, return_cost=60_00, hassle=40_00)
    assert not claims.is_worth_it(expected=0, return_cost=0, hassle=0)


def test_a_chance_to_escalate_lapses_with_its_deadline_or_at_once() -> None:
    assert claims.chance_to_escalate_lapses_at(decided=30, last=34) == 34
    assert claims.chance_to_escalate_lapses_at(decided=30, last=NEVER) == 30


# --------------------------------------------------------------------------------- the money on its way


@pytest.mark.parametrize(
    ("amount", "share", "part"),
    [
        (100_00, 0, 0),
        (100_00, 1_000_000, 100_00),
        (99_99, 500_000, 50_00),  # half a cent is rounded up
        (1, 499_999, 0),
        (1, 500_000, 1),
        (0, 700_000, 0),
        (10**13, 333_333, 3_333_330_000_000),
    ],
)
def test_a_share_is_so_many_millionths_with_half_a_cent_rounded_up(amount: int, share: int, part: int) -> None:
    assert refunds.share_of(amount, share) == part


def test_a_cost_is_paid_by_one_party_and_by_no_other() -> None:
    paid = [refunds.paid_by(party, Party.SELLER, 9_00) for party in (Party.BUYER, Party.SELLER, Party.PLATFORM)]
    assert paid == [0, 9_00, 0]


def test_the_money_arrives_when_the_bank_posts_it_or_when_it_must() -> None:
    assert refunds.arrives_at(bank_posts_at=4, limit=9) == 4
    assert refunds.arrives_at(bank_posts_at=20, limit=9) == 9
    assert refunds.arrives_at(bank_posts_at=20, limit=NEVER) == 20


def test_a_limit_is_used_only_when_the_bank_would_have_been_later() -> None:
    assert [refunds.is_limit_used(posts_at, limit=9) for posts_at in (8, 9, 10)] == [False, False, True]


# ------------------------------------------------------------------------------- a request on its clock


def test_a_request_is_noticed_after_a_delay() -> None:
    assert requests.noticed_at(opened=100, delay=7, share=0, deadline=NEVER) == 107
    assert requests.noticed_at(opened=100, delay=NEVER, share=0, deadline=NEVER) == NEVER


@pytest.mark.parametrize(("share", "noticed"), [(1, 100), (250_000, 350), (999_999, 1099), (1_000_000, 1100)])
def test_a_request_is_noticed_after_a_share_of_its_clock_rounded_down(share: int, noticed: int) -> None:
    assert requests.noticed_at(opened=100, delay=0, share=share, deadline=1100) == noticed


def test_a_share_of_a_hundred_years_is_exact() -> None:
    century = 100 * 365 * DAY
    assert requests.noticed_at(0, 0, 999_999, century) == century * 999_999 // 1_000_000


def test_an_unanswered_request_ends_with_whatever_comes_first() -> None:
    assert requests.leaves_at(interrupted_at=5, gives_up_at=6, deadline=7) == 5
    assert requests.leaves_at(interrupted_at=NEVER, gives_up_at=6, deadline=7) == 6
    assert requests.leaves_at(interrupted_at=NEVER, gives_up_at=NEVER, deadline=7) == 7
    assert requests.leaves_at(interrupted_at=NEVER, gives_up_at=NEVER, deadline=NEVER) == NEVER


def test_at_one_instant_interruption_goes_before_impatience_and_impatience_before_silence() -> None:
    assert requests.why_it_left(at=5, interrupted_at=5, gives_up_at=5) == Settled.INTERRUPTED
    assert requests.why_it_left(at=5, interrupted_at=6, gives_up_at=5) == Settled.WITHDRAWN
    assert requests.why_it_left(at=5, interrupted_at=6, gives_up_at=6) == Settled.SILENCE


def test_a_desk_goes_by_joining_alone_or_by_deadlines_where_no_clock_is_last() -> None:
    assert requests.rank_in_queue(Discipline.FIFO, 7) == requests.rank_in_queue(Discipline.FIFO, NEVER)
    by_deadline = [requests.rank_in_queue(Discipline.EARLIEST_DEADLINE, deadline) for deadline in (7, 8, NEVER)]
    assert by_deadline == sorted(set(by_deadline))


SILENCES = [Verdict.APPROVE, Verdict.DECLINE, Verdict.ESCALATE, Verdict.MAY_ESCALATE, Verdict.CLOSE]


@pytest.mark.parametrize("meaning", SILENCES)
@pytest.mark.parametrize("would_have_said", list(Disposition))
def test_silence_means_what_the_policy_says(meaning: Verdict, would_have_said: Disposition) -> None:
    assert requests.verdict(Settled.SILENCE, would_have_said, meaning) == meaning


@pytest.mark.parametrize(
    ("said", "verdict"),
    [
        (ACCEPT, Verdict.APPROVE),
        (REFUSE, Verdict.DECLINE),
        (SHIP, Verdict.SHIPPED),
        (SPLIT, Verdict.SPLIT),
    ],
)
def test_an_answer_is_its_own_verdict(said: Disposition, verdict: Verdict) -> None:
    assert requests.verdict(Settled.ANSWERED, said, Verdict.CLOSE) == verdict


@pytest.mark.parametrize("would_have_said", list(Disposition))
def test_what_was_interrupted_is_shipped_and_what_was_dropped_is_withdrawn(would_have_said: Disposition) -> None:
    assert requests.verdict(Settled.INTERRUPTED, would_have_said, Verdict.APPROVE) == Verdict.SHIPPED
    assert requests.verdict(Settled.WITHDRAWN, would_have_said, Verdict.APPROVE) == Verdict.WITHDRAWN


@pytest.mark.parametrize("amount", [0, 1, 999_999, 10**14, 10**14 - 1])
@pytest.mark.parametrize("share", [0, 1, 400_000, 999_999, 1_000_000])
def test_a_share_of_the_highest_price_is_no_more_than_the_price_also_in_whole_numbers_of_64_bits(
    amount: int, share: int
) -> None:
    part = refunds.share_of(np.array([amount]), np.array([share]))[0]
    assert part == (amount * share + 500_000) // 1_000_000
    assert part <= amount
