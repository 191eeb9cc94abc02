"""What the answerer will say: one uniform, the reason game, the plea; and what the seller's record shows."""

from __future__ import annotations

import numpy as np
import pytest

from sim.chance.streams import said
from sim.rules import requests
from sim.vocabulary import Disposition, Reason

SILENT, ACCEPT, REFUSE, SHIP, SPLIT, COUNTER = Disposition
BLAMING = [Reason.NO_ANSWER, Reason.OUT_OF_STOCK, Reason.RAISED_PRICE]
MENU = [reason for reason in Reason if reason not in BLAMING]


@pytest.mark.parametrize("reason", list(Reason))
def test_whoever_found_it_cheaper_says_that_it_is_not_needed(reason: Reason) -> None:
    assert requests.reason_stated(reason, found_cheaper=True) == Reason.NOT_NEEDED
    assert requests.reason_stated(reason, found_cheaper=False) == reason


def test_three_reasons_blame_the_seller_and_the_menu_of_seven_does_not() -> None:
    assert [reason for reason in Reason if requests.blames_the_seller(reason)] == BLAMING
    assert len(MENU) == 7


def test_odds_of_one_leave_a_chance_as_it_was() -> None:
    assert requests.with_odds(0.3, 1) == pytest.approx(0.3, abs=1e-15)


def test_twice_the_odds_of_an_even_chance_are_two_in_three() -> None:
    assert requests.with_odds(0.5, 2) == pytest.approx(2 / 3, abs=1e-15)


@pytest.mark.parametrize("odds", [0.01, 1, 1000])
def test_no_odds_change_what_is_certain(odds: float) -> None:
    assert (requests.with_odds(0, odds), requests.with_odds(1, odds)) == (0, 1)


def test_odds_of_zero_leave_no_chance() -> None:
    assert requests.with_odds(0.9, 0) == 0


def disposition(luck: float, **chances: float) -> int:
    """What an answerer with these chances says with this luck."""
    bounds = [requests.answer_bounds(**chances)]
    return int(said(np.array([luck]), np.zeros(1, dtype=np.int64), bounds, requests.SAID_IN_TURN)[0])


def test_one_uniform_goes_through_silence_shipping_acceptance_and_refusal() -> None:
    # Bounds at 0.1, 0.3 and 0.7; a luck on a bound belongs to what comes next.
    said = {
        0: SILENT,
        0.0999: SILENT,
        0.1: SHIP,
        0.2999: SHIP,
        0.31: ACCEPT,
        0.69: ACCEPT,
        0.71: REFUSE,
        0.9999: REFUSE,
    }
    for luck, what in said.items():
        assert disposition(luck, silent=0.1, ship=0.2, accept=0.4, refuse=0.3, odds=1) == what


def test_odds_move_the_bound_between_yes_and_no_and_nothing_else() -> None:
    # Of those who answer at all (0.7), 4 in 7 say yes; at twice the odds 8 in 11: yes ends at 0.3 + 0.7 · 8/11.
    bound = 0.3 + 0.7 * 8 / 11
    assert disposition(bound - 1e-9, silent=0.1, ship=0.2, accept=0.4, refuse=0.3, odds=2) == ACCEPT
    assert disposition(bound + 1e-9, silent=0.1, ship=0.2, accept=0.4, refuse=0.3, odds=2) == REFUSE
    assert disposition(0.0999, silent=0.1, ship=0.2, accept=0.4, refuse=0.3, odds=2) == SILENT
    assert disposition(0.2999, silent=0.1, ship=0.2, accept=0.4, refuse=0.3, odds=2) == SHIP


@pytest.mark.parametrize(
    ("what", "certain"), [(SILENT, "silent"), (SHIP, "ship"), (ACCEPT, "accept"), (REFUSE, "refuse")]
)
@pytest.mark.parametrize("luck", [0.0, 0.5, 1 - 2**-53])
def test_what_is_certain_is_said_whatever_the_luck(what: Disposition, certain: str, luck: float) -> None:
    chances = dict.fromkeys(("silent", "ship", "accept", "refuse"), 0.0) | {certain: 1.0}
    assert disposition(luck, **chances, odds=3) == what


def test_the_platform_rules_for_the_buyer_or_a_split_or_the_seller() -> None:
    ruled = {0: ACCEPT, 0.4999: ACCEPT, 0.5: SPLIT, 0.5999: SPLIT, 0.61: REFUSE, 0.9999: REFUSE}
    for luck, what in ruled.items():
        bounds = requests.ruling_bounds(buyer=0.5, split=0.1)
        assert said(np.array([luck]), np.zeros(1, dtype=np.int64), [bounds], requests.RULED_IN_TURN) == what


@pytest.mark.parametrize("said", [ACCEPT, REFUSE])
def test_a_seller_who_answers_may_have_the_reason_changed(said: Disposition) -> None:
    assert requests.after_the_reason_game(said, asks=True, agrees=True, said_if_unchanged=REFUSE) == ACCEPT


@pytest.mark.parametrize("said_if_unchanged", [ACCEPT, REFUSE])
def test_a_buyer_who_does_not_change_it_hears_what_is_said_then(said_if_unchanged: Disposition) -> None:
    assert requests.after_the_reason_game(ACCEPT, True, False, said_if_unchanged) == said_if_unchanged


@pytest.mark.parametrize("said", [SILENT, SHIP])
def test_a_seller_who_does_not_answer_never_comes_to_ask(said: Disposition) -> None:
    assert requests.after_the_reason_game(said, asks=True, agrees=True, said_if_unchanged=REFUSE) == said


@pytest.mark.parametrize("said", list(Disposition))
def test_a_seller_who_does_not_ask_says_what_it_would_have_said(said: Disposition) -> None:
    assert requests.after_the_reason_game(said, asks=False, agrees=True, said_if_unchanged=REFUSE) == said


@pytest.mark.parametrize(
    ("shows", "reason", "would_change", "answered", "cancelled"),
    [
        (True, Reason.NO_ANSWER, False, True, True),
        (True, Reason.NO_ANSWER, True, False, True),  # nobody came to ask
        (False, Reason.NO_ANSWER, True, True, True),
        (False, Reason.NO_ANSWER, False, True, False),
        (False, Reason.OTHER, False, True, True),
    ],
)
def test_a_cancellation_shows_if_it_blames_the_seller_and_nobody_changed_that(
    shows: bool, reason: Reason, would_change: bool, answered: bool, cancelled: bool
) -> None:
    assert requests.on_sellers_record(reason, would_change, answered, cancelled) == shows
