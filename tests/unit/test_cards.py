"""What a notebook shows of a scenario, a result, a comparison, a story: compact, safe, the same numbers."""

from __future__ import annotations

import pytest

from sim.api import trace
from sim.scenario.policy import policy_rows
from sim.show.notebook import card_of_comparison, card_of_result, card_of_scenario
from sim.show.phrases import HELD
from sim.show.plots import with_plots, with_plots_of_all
from sim.show.two_stories import TwoStories
from tests.unit.compared import comparison, renamed, result
from tests.unit.pages import Page
from tests.worlds import the_article, world

WILD = "<script>alert(1)</script>"


def words(html: str) -> str:
    page = Page(html)
    assert page.unclosed == []
    assert "script" not in page.elements
    return " ".join(page.texts)


def test_a_policy_is_told_in_rows_of_who_is_asked_how_long_and_what_silence_means() -> None:
    rows = [tuple(row) for row in policy_rows(the_article().policy)]
    assert rows == [
        ("cancellation", "seller", "9 d", "decline"),
        ("dispute", "seller", "5 d", "approve"),
        ("mediation", "platform", "no clock", "–"),
        ("inspection", "seller", "10 d", "approve"),
    ]


def test_kinds_of_claim_with_terms_of_their_own_have_rows_of_their_own() -> None:
    dispute = {"opens": {"after": "delivered"}, "clock": "5 d", "on_silence": "decline"}
    terms = {"policy.dispute": {"default": dispute, "defect": {"clock": "2 d"}}}
    questions = {row.question: row.clock for row in policy_rows(world(terms).policy)}
    assert questions["dispute (regret, not received)"] == "5 d"
    assert questions["dispute (defect)"] == "2 d"


def test_a_scenario_shows_its_question_and_its_policy() -> None:
    text = words(the_article()._repr_html_())
    assert "AliExpress, as the article tells it" in text
    assert "How soon, and how likely" in text
    assert "20 replications, seed 1" in text


def test_a_result_shows_its_headline_measures_as_the_table_does() -> None:
    text = words(card_of_result(result()))
    assert "refunded in full" in text
    assert f"{result().about['claims']:,} claims" in text


def test_a_comparison_shows_what_changes_and_the_verdicts() -> None:
    text = words(card_of_comparison(comparison("silence-approves")))
    assert "The title of silence-approves" in text
    assert "silence against the buyer" in text


def test_a_story_shows_every_event_and_its_end() -> None:
    story = trace(world({}), 17)
    text = words(story._repr_html_())
    assert all(event.sentence.replace(HELD, " ") in text for event in story.events)
    assert story.closing[0].replace(HELD, " ") in text


def test_two_stories_tell_once_what_they_share() -> None:
    story, other = trace(world({}), 17), trace(world({"policy.cancellation.clock": "1 h"}), 17)
    text = words(TwoStories(story, other)._repr_html_())
    assert text.count(story.events[0].sentence.replace(HELD, " ")) == 1
    assert "They never part." in words(TwoStories(story, story)._repr_html_())


def test_what_run_and_compare_give_back_shows_itself_in_a_notebook() -> None:
    assert with_plots(lambda: result())()._repr_html_() == card_of_result(result())
    both = comparison("same")
    assert with_plots_of_all(lambda: both)()._repr_html_() == card_of_comparison(both)
    assert repr(with_plots(result)()).startswith("<")
    assert len(repr(with_plots_of_all(lambda: both)())) < 100
    story = trace(world({}), 17)
    assert story._repr_html_() == story._repr_html_()
    assert TwoStories(story, story)._repr_html_() == TwoStories(story, story)._repr_html_()


@pytest.mark.parametrize("field", ["title", "question"])
def test_what_a_scenario_says_stays_text_in_a_notebook(field: str) -> None:
    scenario = world({}).model_copy(update={field: WILD})
    assert WILD in words(card_of_scenario(scenario))
    named = renamed("wild", WILD)
    assert WILD in words(card_of_comparison(named))
    assert WILD in words(card_of_result(named.others[0]))


def test_cards_have_no_colours_of_their_own() -> None:
    cards = card_of_scenario(world({})) + card_of_result(result()) + card_of_comparison(comparison("same"))
    assert "color" not in cards
    assert "background" not in cards
