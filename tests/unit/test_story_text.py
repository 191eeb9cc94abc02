"""The story of an order reads as a person would tell it, and every way a claim can go has its words."""

from __future__ import annotations

from datetime import date
from typing import Any

import numpy as np
import pytest

from sim.chance.facts import Draws
from sim.errors import BadUsage
from sim.market.engine import run_simpy
from sim.records.journal import Activity
from sim.scenario.durations import DAY, HOUR, MINUTE, NEVER
from sim.show.phrases import deadline, length, money
from sim.show.sentences import SENTENCES
from sim.show.story import story_of
from sim.vocabulary import Reason
from tests.told import draws_of, story, told
from tests.worlds import (
    MEDIATED,
    accepts,
    an_order,
    calendars_of,
    refuses,
    says_nothing,
    ships,
    splits,
    world,
)

BUYER_PAYS_POSTAGE = {"policy.return.default.payer": "buyer"}
SHIPPED_AT_ONCE: dict[str, Any] = {"asked": 6 * DAY}
"""The parcel left on day 5 and is there on day 25; the buyer's mind changed in between."""


def test_a_whole_story_has_dates_in_the_margin_and_ends_with_the_bottom_line() -> None:
    luck = {"asked": 9 * HOUR, "value": 24_10, "ships_at": 12 * DAY, "transit": 20 * DAY}
    assert (
        str(story({"title": "Silence declines"}, cancellation=says_nothing(), goes_on=0, **luck))
        == """\
Order 0 · Silence declines

Mon  1 Oct 2018  00:00  The buyer paid 24.10 USD by card to seller 0, of the
                        type 'plain'.
                        The seller arranged the shipment.
                 09:00  9 h after paying, the buyer changed their mind (not
                        needed any more).
                        The buyer asked to cancel; the seller has until
                        Wed 10 Oct 09:00 to answer.
Wed 10 Oct 2018  09:00  The seller said nothing in 9 days; silence declines
                        under this policy.
                        The buyer did not want to wait for the parcel and open a
                        dispute.
Sat 13 Oct 2018  00:00  The parcel left.
Fri  2 Nov 2018  00:00  The parcel arrived, 20 days after it left.

Given up: no money, 9 days after the mind had changed.
It cost the buyer nothing but time."""
    )


def test_a_free_cancellation_needs_nobody() -> None:
    text = told({"policy.cancellation.free_until": {"within": "24 h"}}, asked=5 * HOUR + 12 * MINUTE)
    assert "5 h 12 min after paying, the buyer changed their mind (not needed any more)." in text
    assert "Cancelling was still free, so nobody had to agree: 100.00 USD fell due." in text
    assert "The money was back (card) at once." in text
    assert "Refunded in full by free cancellation: 100.00 USD, 0 s after the mind had changed." in text


def test_a_seller_who_agrees_is_told_from_notice_to_answer() -> None:
    text = told(cancellation=accepts(after=DAY, work=2 * HOUR))
    assert "The seller took it up. Thu 4 Oct 2018" not in text
    assert (
        "Thu 4 Oct 2018 00:00 The seller took it up. 02:00 The seller agreed to cancel. 100.00 USD fell due."
        in text
    )


def test_a_request_that_waits_for_the_office_to_open_says_how_long() -> None:
    office = {"calendars.seller.hours": {"mon-fri": "09:00-18:00"}}
    text = told(office, cancellation=accepts(after=HOUR, work=HOUR))
    assert "01:00 The seller noticed the request." in text
    assert "09:00 The seller took it up, after it had waited 8 h." in text


def test_a_dispatch_during_a_request_is_told_as_shipped_over_and_only_once() -> None:
    text = told(cancellation=says_nothing(), dispute=refuses(after=HOUR))
    assert "Shipped over: the parcel left while the request was open" in text
    assert text.count("cannot be intercepted") == 1
    assert "The parcel arrived, 20 days after it left." in text


def test_a_seller_who_ships_instead_of_answering_is_told_so() -> None:
    text = told(cancellation=ships(after=DAY), goes_on=0)
    assert "The seller shipped at once instead of answering: what has been shipped cannot be intercepted." in text
    assert "The buyer did not want to wait for the parcel and open a dispute." in text


def test_a_mind_that_changed_after_dispatch_has_nothing_to_cancel() -> None:
    text = told(**SHIPPED_AT_ONCE, dispute=accepts())
    assert "The parcel had left: what has been shipped cannot be intercepted." in text
    assert "The buyer opened a dispute over 100.00 USD; the seller must agree and has until Wed 31 Oct" in text


def test_a_mind_that_changed_after_the_window_hears_when_it_ended() -> None:
    text = told(asked=3 * DAY, window_ends=2 * DAY)
    assert "The time for cancelling this product had been over since Wed 3 Oct 00:00." in text


def test_a_policy_without_cancellation_is_told_as_one() -> None:
    text = told({"policy.cancellation": "none"})
    assert "This policy knows no cancellation." in text


def test_the_reason_game_is_told_with_its_reason() -> None:
    blamed = {"reason": Reason.NO_ANSWER, "asked_to_change": 1}
    agreed = told(cancellation=accepts(), agrees_to_change=1, **blamed)
    assert "changed their mind (the seller does not answer)" in agreed
    assert "the seller asked for another reason; the buyer agreed. The seller agreed to cancel." in agreed
    stood_firm = told(cancellation=accepts(), agrees_to_change=0, **blamed)
    assert "the buyer would not have it. The seller agreed to cancel." in stood_firm
    assert "It counts against the seller's record." in stood_firm


def test_who_found_it_cheaper_hears_whether_it_was_worth_it() -> None:
    cheaper = {"found_cheaper": 1, "saving": 7_65}
    assert "elsewhere it costs 7.65 USD less (stated: not needed any more)" in told(**cheaper)
    assert "It was worth it: buying elsewhere saved 7.65 USD." in told(**cheaper)
    dear = told(BUYER_PAYS_POSTAGE, **cheaper, **SHIPPED_AT_ONCE, dispute=accepts(), return_cost=11_06)
    assert "It was not worth it: buying elsewhere saved 7.65 USD, getting out of this order cost 11.06 USD." in dear
    in_vain = told(**cheaper, **SHIPPED_AT_ONCE, dispute=refuses())
    assert "Buying elsewhere would have saved 7.65 USD; without the money back it saved nothing." in in_vain


def test_a_plea_and_a_return_are_part_of_the_story() -> None:
    text = told(
        BUYER_PAYS_POSTAGE,
        **SHIPPED_AT_ONCE,
        dispute=accepts(),
        writes_first=1,
        return_cost=8_20,
        return_transit=DAY,
    )
    assert "Having written to the seller first, the buyer opened a dispute" in text
    assert "The buyer sent the goods back and paid 8.20 USD postage." in text
    assert "The goods were back with the seller." in text
    assert "It cost the buyer 8.20 USD." in text


def test_what_was_bought_is_told_where_the_scenario_names_groups() -> None:
    groups = {"market.product_groups": {"fashion": 0.25, "books": 0.75}}
    bought = "by card for something of the group 'books' to seller 0, of the type 'plain'."
    assert bought in told(groups, product_group=1)
    scenario = world(groups)
    records = run_simpy(scenario, no_claims(draws_of(an_order(product_group=1))), calendars_of(scenario))
    assert bought in " ".join(str(story_of(records, scenario, calendars_of(scenario), order=0)).split())


def test_postage_that_the_seller_pays_is_told_as_the_sellers() -> None:
    text = told({"policy.return.default.payer": "seller"}, **SHIPPED_AT_ONCE, dispute=accepts(), return_cost=8_20)
    assert "The buyer sent the goods back; the seller paid 8.20 USD postage." in text
    assert "It cost the seller 8.20 USD." in text


def test_mediation_says_who_called_it_and_how_it_ruled() -> None:
    refused = {**SHIPPED_AT_ONCE, "dispute": refuses(), "escalates_after": 2 * DAY}
    text = told(MEDIATED, **refused, mediation=splits(after=DAY))
    assert "The buyer called in the platform, which has no deadline to rule." in text
    assert "The platform ruled that both bear a part. 50.00 USD of 100.00 USD fell due." in text
    assert "Partly refunded after mediation: 50.00 USD of 100.00 USD, 22 days after" in text
    assert "The platform ruled for the seller." in told(MEDIATED, **refused, mediation=refuses())
    assert "The platform ruled for the buyer." in told(MEDIATED, **refused, mediation=accepts())


def test_silence_that_escalates_calls_the_platform_by_itself() -> None:
    by_itself = MEDIATED | {"policy.dispute.default.on_silence": "escalate", "policy.mediation.clock": "7 d"}
    text = told(by_itself, **SHIPPED_AT_ONCE, dispute=says_nothing(), mediation=accepts())
    assert "silence hands the case to the platform under this policy." in text
    assert "The case went to the platform by itself, which has until Wed 7 Nov 00:00 to rule." in text


def test_a_platform_that_comes_after_a_refusal_came_by_itself() -> None:
    comes = MEDIATED | {"policy.dispute.default.steps_in": {"by_itself_after": "7 d", "after_refusal": True}}
    text = told(comes, **SHIPPED_AT_ONCE, dispute=refuses(), escalates=0, mediation=accepts())
    assert "The platform came by itself, which " in text


def test_a_contested_return_is_told() -> None:
    inspected = BUYER_PAYS_POSTAGE | {
        "policy.return.default.refund_on": "inspected",
        "policy.return.default.inspection": {"clock": "3 d"},
    }
    text = told(
        MEDIATED | inspected, **SHIPPED_AT_ONCE, dispute=accepts(), inspection=refuses(), mediation=refuses()
    )
    assert "The seller has until Mon 29 Oct 00:00 to look at what came back." in text
    assert "The seller contested what came back. The buyer called in the platform" in text


ENDINGS = [
    ({}, {"cancellation": refuses(), "goes_on": 0}, "did not want to wait for the parcel"),
    ({}, {"cancellation": says_nothing(patience=DAY)}, "After 1 day the buyer had waited long enough"),
    ({}, SHIPPED_AT_ONCE | {"hassle": 200_00}, "not worth the cost and the trouble: the buyer kept it."),
    ({}, SHIPPED_AT_ONCE | {"dispute": refuses()}, "There was nobody else to turn to. Refused: no money"),
    (
        MEDIATED,
        SHIPPED_AT_ONCE | {"dispute": refuses(), "escalates": 0},
        "The buyer did not take it to the platform.",
    ),
    ({"policy.dispute": "none"}, SHIPPED_AT_ONCE, "This policy knows no dispute"),
    ({}, SHIPPED_AT_ONCE | {"asked": 60 * DAY}, "The time for opening a dispute was over. Expired: no money"),
    (
        BUYER_PAYS_POSTAGE | {"policy.return.default.post_within": "2 d"},
        SHIPPED_AT_ONCE | {"dispute": accepts(), "return_delay": 5 * DAY},
        "The last day for sending the goods back passed without a parcel.",
    ),
    (
        MEDIATED | {"policy.dispute.default.on_silence": "may_escalate", "policy.mediation.escalate_within": "3 d"},
        SHIPPED_AT_ONCE | {"dispute": says_nothing(), "escalates": 0},
        "The buyer did not call in the platform in time.",
    ),
    (
        {"policy.dispute.default.on_silence": "close"},
        SHIPPED_AT_ONCE | {"dispute": says_nothing()},
        "silence closes",
    ),
    ({}, {"ships_at": NEVER, "cancellation": refuses()}, "Still open: the parcel never comes"),
    (
        {"policy.dispatch.limit": "4 d"},
        {"ships_at": NEVER, "cancellation": refuses(), "dispatch_due": 4 * DAY},
        "The dispatch limit passed with nothing sent: the platform refunded the order by itself",
    ),
]


BY_RIGHT = {"policy.dispute.default.needs_consent": False}
WITHDRAWALS = [
    (BY_RIGHT, SHIPPED_AT_ONCE, "Refunded in full after a withdrawal: 100.00 USD"),
    (BY_RIGHT, {"cancellation": refuses(), "goes_on": 0}, "wait for the parcel and withdraw from the purchase."),
    (
        BY_RIGHT | {"policy.dispute.default.closes": {"after": "paid", "within": "9 d"}},
        SHIPPED_AT_ONCE | {"asked": 10 * DAY},
        "The time for withdrawing from the purchase was over. Expired: no money",
    ),
    (
        BY_RIGHT | {"policy.dispute.default.closes": "none"},
        SHIPPED_AT_ONCE | {"dispute_after": NEVER},
        "Still open: the buyer never withdraws",
    ),
]


@pytest.mark.parametrize(("changes", "luck", "words"), WITHDRAWALS, ids=[words for _, _, words in WITHDRAWALS])
def test_a_right_of_withdrawal_is_never_told_as_a_dispute(
    changes: dict[str, Any], luck: dict[str, Any], words: str
) -> None:
    text = told(changes, **luck)
    assert words in text
    assert "disput" not in text


@pytest.mark.parametrize(("changes", "luck", "words"), ENDINGS, ids=[words for _, _, words in ENDINGS])
def test_every_ending_says_why(changes: dict[str, Any], luck: dict[str, Any], words: str) -> None:
    assert words in told(changes, **luck)


def test_the_limit_of_the_refund_is_told_where_the_bank_would_have_taken_longer() -> None:
    text = told({"policy.refund.within": "9 d"}, posting=30 * DAY)
    assert (
        "The money was back (card), 9 days later, at the policy's limit: the bank would have taken longer." in text
    )


def test_an_order_without_a_claim_is_a_short_story() -> None:
    scenario = world()
    records = run_simpy(scenario, no_claims(draws_of(an_order())), calendars_of(scenario), with_journal=True)
    text = str(story_of(records, scenario, calendars_of(scenario), order=0))
    assert "The buyer paid 100.00 USD by card to seller 0, of the type 'plain'." in " ".join(text.split())
    assert "The buyer never asked for the money back: there was no claim." in text


def test_an_order_refunded_unasked_is_no_claim_either() -> None:
    scenario = world()
    draws = no_claims(draws_of(an_order()), refunded_unasked=[0])
    records = run_simpy(scenario, draws, calendars_of(scenario), with_journal=True)
    assert "the platform refunded the order by itself" in str(
        story_of(records, scenario, calendars_of(scenario), order=0)
    ).replace("\n", " ")


def no_claims(draws: Draws, refunded_unasked: list[int] | None = None) -> Draws:
    """The same orders, none of them regretted."""
    nobody = {name: column[:0] for name, column in draws.claims.items()}
    return Draws(draws.orders, nobody, np.array(refunded_unasked or [], dtype=np.int64))


def test_an_order_that_does_not_exist_is_a_users_mistake() -> None:
    scenario = world()
    records = run_simpy(scenario, draws_of(an_order()), calendars_of(scenario), with_journal=True)
    with pytest.raises(BadUsage, match="there is no order 7 in this replication, expected one from 0 to 0"):
        story_of(records, scenario, calendars_of(scenario), order=7)


def test_every_activity_of_the_journal_has_a_sentence() -> None:
    assert set(SENTENCES) == set(Activity)


@pytest.mark.parametrize("width", [60, 80, 100])
def test_no_line_is_wider_than_the_terminal(width: int) -> None:
    lines = story(MEDIATED, **SHIPPED_AT_ONCE, dispute=refuses(), mediation=accepts()).lines(width)
    assert max(map(len, lines)) <= width


def test_amounts_and_deadlines_are_never_broken_across_lines() -> None:
    for width in range(50, 100):
        lines = story(value=24_10, cancellation=says_nothing()).lines(width)
        assert not any(line.endswith(("24.10", "until Mon", "Oct")) for line in lines)


def test_a_story_for_machines_has_iso_times_and_plain_spaces() -> None:
    document = story().as_dict()
    first = document["events"][0]
    assert (first["at"], first["activity"], first["party"]) == ("2018-10-01T00:00:00", "paid", "buyer")
    assert "\N{NO-BREAK SPACE}" not in repr(document)


def test_a_title_cannot_move_the_terminals_cursor() -> None:
    assert "\x1b" not in str(story({"title": "red \x1b[31m"}))


def test_lengths_of_time_are_rounded_to_what_people_say() -> None:
    said = {40: "40 s", 12 * MINUTE: "12 min", 5 * HOUR + 12 * MINUTE + 20: "5 h 12 min", DAY - 1: "1 day"}
    said |= {9 * DAY: "9 days", 26 * DAY + 3 * HOUR + 5: "26 d 3 h", 0: "0 s"}
    assert {seconds: length(seconds).replace("\N{NO-BREAK SPACE}", " ") for seconds in said} == said


def test_money_and_dates_do_not_depend_on_a_locale() -> None:
    assert money(1_024_10, "USD") == "1,024.10\N{NO-BREAK SPACE}USD"
    assert deadline(10 * DAY + 19 * HOUR + 15 * MINUTE, date(2018, 10, 1)).split() == ["Thu", "11", "Oct", "19:15"]
