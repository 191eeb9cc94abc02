"""One order under two policies: what is the same is told once, and where they part is seen."""

from __future__ import annotations

from dataclasses import replace

import pytest

from sim.market.engine import run_simpy
from sim.scenario.durations import DAY, HOUR
from sim.show.story import Story, story_of
from sim.show.two_stories import TwoStories
from tests.told import draws_of, story
from tests.unit.test_story_text import no_claims
from tests.worlds import an_order, calendars_of, says_nothing, world

SILENT = {"cancellation": says_nothing(), "ships_at": 30 * DAY}
APPROVES = {"policy.cancellation.on_silence": "approve", "title": "Silence approves"}
PARTING = "here they part"


def declines() -> Story:
    return story({"title": "Silence declines"}, **SILENT)


def approves() -> Story:
    return story(APPROVES, **SILENT)


def split(lines: list[str]) -> tuple[str, str]:
    """What is told up to where they part, and from there on."""
    parting = next(number for number, line in enumerate(lines) if PARTING in line)
    return " ".join(lines[:parting]), " ".join(lines[parting + 1 :])


def test_what_both_share_is_told_once() -> None:
    together, apart = split(TwoStories(declines(), approves()).lines())
    assert together.count("The buyer paid") == together.count("The buyer asked to cancel") == 1
    assert "The buyer paid" not in apart


def test_they_part_at_the_first_sentence_that_differs_even_within_one_second() -> None:
    soon = story({"policy.cancellation.clock": "3 d"}, **SILENT)
    together, apart = split(TwoStories(declines(), soon).lines())
    assert "the buyer changed their mind" in together
    assert apart.count("The buyer asked to cancel; the") == 2


def test_from_there_on_they_stand_side_by_side() -> None:
    _, apart = split(TwoStories(declines(), approves()).lines(100))
    assert "silence declines under this policy.    silence approves under this policy." in apart
    assert "Silence declines                       Silence approves" in apart


def test_in_a_narrow_terminal_they_stand_below_each_other() -> None:
    apart = " ".join(split(TwoStories(declines(), approves()).lines(80))[1].split())
    first, second = (apart.index(f"silence {means} under") for means in ("declines", "approves"))
    assert apart.index("Silence declines") < first < apart.index("Refunded in full after a dispute") < second


@pytest.mark.parametrize("width", [50, 80, 86, 87, 100, 160])
def test_no_line_is_wider_than_the_terminal(width: int) -> None:
    assert max(map(len, TwoStories(declines(), approves()).lines(width))) <= width


def test_equal_stories_never_part() -> None:
    two = TwoStories(story(), story())
    assert two.never_part
    assert "They never part: the order fares the same under both." in two.lines()
    assert not any(PARTING in line for line in two.lines())


def test_stories_that_only_cost_otherwise_do_part() -> None:
    one = story()
    dearer = replace(one, closing=(*one.closing, "It cost the seller 3.00 USD."))
    assert not TwoStories(one, dearer).never_part
    assert "It cost the seller 3.00 USD." in str(TwoStories(one, dearer))


def test_an_order_that_is_a_claim_under_one_policy_only_begins_alike() -> None:
    scenario = world()
    draws = no_claims(draws_of(an_order()), refunded_unasked=[0])
    records = run_simpy(scenario, draws, calendars_of(scenario), with_journal=True)
    unasked = story_of(records, scenario, calendars_of(scenario), order=0)
    assert [event.sentence for event in TwoStories(story(), unasked).together] == [story().events[0].sentence]


def test_two_orders_that_share_no_more_than_a_number_are_not_taken_for_one() -> None:
    first, *rest = story().events
    later = replace(story(), events=(first._replace(at=HOUR), *rest))
    assert "two different orders have this number" in str(TwoStories(story(), later))
    assert "different orders" not in str(TwoStories(declines(), approves()))


def test_machines_are_told_both_and_how_much_they_share() -> None:
    document = TwoStories(declines(), approves()).as_dict()
    shared = document["events_together"]
    assert document["base"]["events"][:shared] == document["other"]["events"][:shared]
    assert document["base"]["events"][shared] != document["other"]["events"][shared]
