"""A report says what `summary.json` says, lets nobody in, and stands whatever the scenario is called."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from dataclasses import replace
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sim.api import report
from sim.experiment.comparison import comparison_of
from sim.experiment.experiment import run
from sim.experiment.number import finite
from sim.experiment.result import Result
from sim.experiment.sweep import sweep
from sim.scenario.provenance import Provenance
from sim.scenario.wording import printable
from sim.show.files import files_of, summary_of
from sim.show.phrases import HELD
from sim.show.report import report_of
from sim.show.report.answer import answer_of
from sim.show.report.basis import command_of, unsourced_of
from sim.show.report.page import KEY_FIGURES
from sim.vocabulary import Verdict
from tests.unit.busy_market import BUSY
from tests.unit.compared import MEDIAN, comparison, crossing, result, swept
from tests.unit.pages import Page
from tests.worlds import world

CASES: dict[str, dict[str, Any]] = {
    "one replication": {},
    "nobody claims": {"buyers.regret.probability": 0},
    "nobody may cancel": {"policy.cancellation": "none"},
    "nobody gets anything": {
        "policy.cancellation": "none",
        "policy.dispute": "none",
        "policy.dispatch.limit": "none",
    },
}


@cache
def html(name: str = "result") -> str:
    """The page of a kind."""
    if name == "comparison":
        return report_of(comparison("silence-approves", "five-sellers"), swept())
    return report_of(result(), swept() if name == "result" else None)


@cache
def page(name: str = "result") -> Page:
    return Page(html(name))


@cache
def case(name: str) -> Result:
    # A market that cannot be cancelled or disputed in has nothing for desks to do: they stay as they are.
    return run(world(BUSY | CASES[name]), replications=1, jobs=1)


EVERY_PAGE = pytest.mark.parametrize("name", ["result", "comparison", "plain"])


# ------------------------------------------------------------------------------------------- what it says


@EVERY_PAGE
def test_every_number_is_the_one_of_the_summary_to_the_last_digit(name: str) -> None:
    measures = summary_of(result())["measures"]
    differences = (
        comparison("silence-approves", "five-sellers").differences.groupby("measure")["difference"].agg(list)
    )
    numbers = page(name).numbers
    assert {measure for measure, _, _ in numbers} >= set(KEY_FIGURES)
    for measure, exact, _ in numbers:
        known = [measures[measure]["value"], *(finite(one) for one in differences[measure])]
        assert (None if exact is None else json.loads(exact)) in known, measure


@EVERY_PAGE
def test_what_people_read_is_the_exact_number_rounded(name: str) -> None:
    for measure, exact, read in page(name).numbers:
        found = re.match(r"[+−]?([\d,]*\.?\d*) ?(%|points)?", read.replace(HELD, " "))
        if exact is None or not found or not found[1]:
            continue
        scale = 100 if found[2] else 1
        decimals = len(found[1].partition(".")[2])
        assert abs(abs(float(exact)) * scale - float(found[1].replace(",", ""))) <= 0.5001 * 10**-decimals, measure


def test_the_answer_opens_the_page_in_plain_words_with_intervals() -> None:
    text = told(html())
    claims = result().about["claims"]
    answer = text[text.index(f"Of {claims:,} buyers who wanted their money back, ") :]
    assert "asked within a day of paying" in answer
    assert "±" in answer[:200] or "–" in answer[:200]


def test_the_answer_is_two_sentences() -> None:
    assert len(answer_of(result())) == 2
    assert len(answer_of(case("one replication"))) == 1


def test_a_share_that_is_hardly_known_is_told_as_its_interval() -> None:
    summary = result().summary.copy()
    summary.loc["success_rate", ["value", "low", "high"]] = 0.5, 0.17, 0.83
    assert "17 to 83 in 100 got all of it" in told(report_of(replace(result(), summary=summary)))


def test_every_page_begins_with_the_policies() -> None:
    assert told(html()).index("silence means") < told(html()).index("buyers who wanted their money back")
    text = told(html("comparison"))
    assert text.index("What differs between the policies") < text.index("The policies by refunds in full")
    assert "policy.cancellation.on_silence decline approve decline" in text
    assert "with replications 3 instead of 20" in text


def test_who_pays_what_is_on_every_page() -> None:
    assert "refunds seller → buyer" in told(html())
    assert "Who pays what under the base and here" in told(html("comparison"))


def test_a_comparison_opens_with_what_changes() -> None:
    text = told(html("comparison"))
    first, second = (text.index(title) for title in ("The title of silence-approves", "The title of five-sellers"))
    assert text.index("The answer") < first < second < text.index("The base, The title of base")
    assert "as independent runs" in text
    assert "Which orders flip" in text


def test_the_command_to_do_it_again_names_all_that_decides_what_is_on_the_page() -> None:
    one = comparison("silence-approves")
    assert command_of(one, is_full=False) == "refund-sim compare base.yaml silence-approves.yaml"
    asked = {"precision": {"success_rate": "0.01", MEDIAN: "2%"}, "max_replications": 50}
    base = replace(one.base, about=one.base.about | {"asked": asked})
    strict = comparison_of(base, *one.others, margins={"success_rate": 0.01})
    assert command_of(strict, is_full=True) == (
        "refund-sim compare base.yaml silence-approves.yaml --margin success_rate=0.01 "
        "--precision success_rate=0.01 --precision refund_time_median_all=2% --max-replications 50 --report full"
    )
    assert "--margin success_rate=0.01 --precision success_rate=0.01" in told(report_of(strict))
    assert command_of(base, is_full=False).startswith("refund-sim run base.yaml --precision success_rate=0.01 ")


def test_curves_that_cross_are_said_to_cross() -> None:
    assert "Neither is the quicker throughout" in told(report_of(crossing()))


def test_where_numbers_come_from_is_told_with_its_range() -> None:
    source = {"kind": "assumed", "from": "nobody knows", "range": ["1 d", "9 d"]}
    known = {"kind": "sourced", "from": "the rulebook, § 7"}
    stated = Provenance.model_validate({"policy.cancellation.clock": source, "buyers.regret": known})
    text = told(report_of(with_scenario(provenance=stated)))
    assert "1 is assumed, 1 is sourced." in text
    assert "policy.cancellation.clock 3 d plausible: 1 d to 9 d nobody knows" in text
    assert "the rulebook, § 7" in text


def test_numbers_without_provenance_are_counted_and_listed_with_their_values() -> None:
    known = {"kind": "derived", "from": "x"}
    stated = dict.fromkeys(("market", "buyers", "policy", "calendars"), known)
    assert "Without provenance" not in told(report_of(with_scenario(provenance=Provenance.model_validate(stated))))
    part = Provenance.model_validate({key: known for key in stated if key != "policy"})
    numbers = unsourced_of(with_scenario(provenance=part).scenario)
    text = told(report_of(with_scenario(provenance=part)))
    assert f"Of {len(numbers)} numbers it says nothing." in text
    assert f"nobody says where it comes from ({len(numbers)})" in text
    for number in numbers:
        assert f"{number.path} {number.value}" in text
    assert "policy.cancellation.clock 3 d" in text


def test_the_policy_is_told_in_rows() -> None:
    assert "cancellation seller 3 d decline" in told(html())


def test_a_page_says_how_to_have_the_same_numbers_again() -> None:
    text = told(html())
    for word in ("refund-sim run base.yaml --report full", *result().about["fingerprints"].values(), "numpy"):
        assert word in text
    assert result().about["platform"] not in text
    assert "refund-sim run base.yaml." in told(report_of(result()))


def test_the_same_result_gives_the_same_page() -> None:
    assert report_of(result(), swept()) == html()


def told(html: str) -> str:
    """The words of a page, style and script among them, on one line."""
    return " ".join(" ".join(Page(html).texts).replace(HELD, " ").split()).replace(" .", ".")


# ------------------------------------------------------------------------------------------- unusual results


@pytest.mark.parametrize("name", CASES)
def test_a_report_stands_whatever_there_is_to_say(name: str) -> None:
    text = told(report_of(case(name)))
    assert "nan" not in text.lower().replace("finance", "").split()
    assert "None" not in text.split()


def test_a_world_without_claims_says_so() -> None:
    assert "Nobody asked for their money back." in told(report_of(case("nobody claims")))


def test_one_replication_has_no_intervals_and_says_so() -> None:
    text = told(report_of(case("one replication")))
    assert "One replication gives no interval" in text
    assert "95 %" not in text
    assert "one replication cannot tell how much of that was luck" in text


@pytest.mark.parametrize("name", CASES)
def test_no_picture_has_a_way_that_is_none(name: str) -> None:
    ways = [value for tag, key, value in Page(report_of(case(name))).attributes if (tag, key) == ("path", "d")]
    assert [way for way in ways if not re.fullmatch(r"M[-0-9. ]+[-0-9. MLCHhvlcZ]*", way)] == []


def test_a_policy_without_a_clock_has_no_control_and_says_why() -> None:
    assert sweep(case("nobody may cancel").scenario) is None
    assert "This policy has no clock for a seller to answer" in told(report_of(case("nobody may cancel")))


def test_half_never_having_their_money_is_said_in_words() -> None:
    summary = result().summary.copy()
    summary.loc["refund_time_median_all", ["value", "low", "high"]] = np.nan
    assert "Half of them never had all their money" in told(report_of(replace(result(), summary=summary)))


# ------------------------------------------------------------------------------------------- the control


def test_the_control_holds_an_answer_for_every_clock_and_meaning_of_silence() -> None:
    data = json.loads(re.findall(r'id="what-if-data">(.*?)</script>', html())[0])
    assert data["clocks"] == ["1 day", "2 days", "3 days"]
    assert set(data["points"]) == {"approve", "decline", "escalate", "may_escalate", "close"}
    for answers in data["points"].values():
        assert len(answers) == 3
        for answer in answers:
            assert len(answer["share"]) == len(data["days"])
            assert all(low <= high for low, high in zip(answer["low"], answer["high"], strict=True))


def test_the_control_stands_where_the_policy_stands() -> None:
    own = swept().own
    assert (str(own.clock), own.on_silence) == ("3 d", Verdict.DECLINE)
    assert (own.differences.loc["success_rate"] == 0).all()
    assert "This is the policy as it stands." in told(html())


# ------------------------------------------------------------------------------------------- nobody gets in


@EVERY_PAGE
def test_nothing_but_the_pages_own_style_and_script_may_run(name: str) -> None:
    policy = next(value for value in page(name).all("content") if "default-src" in value)
    assert policy.startswith("default-src 'none'; ")
    assert "unsafe" not in policy
    for element in ("style", "script"):
        (text,) = re.findall(rf"<{element}>(.*?)</{element}>", html(name), re.DOTALL)
        digest = base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
        assert f"{element}-src 'sha256-{digest}'" in policy


@EVERY_PAGE
def test_a_page_points_to_nothing_outside_itself(name: str) -> None:
    assert all(value.startswith("#") for value in page(name).all("href"))
    assert not {"src", "srcset", "action", "style"} & {attribute for _, attribute, _ in page(name).attributes}
    assert not [attribute for _, attribute, _ in page(name).attributes if attribute.startswith("on")]
    assert "url(" not in html(name)
    assert "@import" not in html(name)


TEXTS = st.one_of(
    st.text(min_size=1, max_size=80),
    st.sampled_from(
        [
            "</script><script>alert(1)</script>",
            "<img src=x onerror=alert(1)>",
            '" onload="alert(1)',
            "]]><svg/onload=alert(1)>",
            "{{ 7 * 7 }}{% endraw %}",
            "\N{RIGHT-TO-LEFT OVERRIDE}gpj.exe",
            "--><!--",
            "</style></title><b>",
        ]
    ),
)


@pytest.mark.slow
@settings(max_examples=25)
@given(title=TEXTS, question=TEXTS, source=TEXTS, bound=TEXTS, seller=TEXTS)
def test_what_a_scenario_says_stays_text(title: str, question: str, source: str, bound: str, seller: str) -> None:
    statement = {"kind": "assumed", "from": source, "range": [bound, f"{bound}!"]}
    stated = Provenance.model_construct(root=Provenance.model_validate({title: statement}).root)
    named = with_scenario(title=title, question=question, provenance=stated)
    groups = named.by_group.assign(value=seller)
    found = Page(report_of(replace(named, by_group=groups)))
    assert found.elements == harmless().elements
    assert [pair[:2] for pair in found.attributes] == [pair[:2] for pair in harmless().attributes]
    assert printable(title) in found.texts
    assert printable(question) in found.texts


@cache
def harmless() -> Page:
    """The same page about a scenario of which nothing is to be feared."""
    statement = {"kind": "assumed", "from": "a", "range": ["x", "y"]}
    stated = Provenance.model_validate({"a": statement})
    named = with_scenario(title="a", question="a", provenance=stated)
    return Page(report_of(replace(named, by_group=named.by_group.assign(value="a"))))


def with_scenario(**changes: Any) -> Result:
    """The busy market's result, its scenario changed without anybody checking."""
    return replace(result(), scenario=result().scenario.model_copy(update=changes))


# ------------------------------------------------------------------------------------------- a page as pages are


@EVERY_PAGE
def test_every_element_is_closed_and_every_name_is_there_once(name: str) -> None:
    assert page(name).unclosed == []
    names = page(name).all("id")
    assert len(names) == len(set(names))
    pointed = {
        word
        for kind in ("aria-labelledby", "aria-describedby", "for")
        for value in page(name).all(kind)
        for word in value.split()
    }
    assert pointed <= set(names)
    assert {value.removeprefix("#") for value in page(name).all("href")} <= set(names)


@EVERY_PAGE
def test_headings_go_down_one_level_at_a_time(name: str) -> None:
    levels = [int(level) for level in re.findall(r"<h([1-6])", html(name))]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(after - before <= 1 for before, after in pairwise(levels))


@EVERY_PAGE
def test_every_picture_says_what_it_shows_and_where_its_numbers_are(name: str) -> None:
    pictures = re.findall(r"<svg[^>]*role=\"img\".*?</svg>", html(name), re.DOTALL)
    assert len(pictures) >= 8
    for picture in pictures:
        assert re.search(
            r"<title id=\"[^\"]+\">[^<]{10,}</title><desc id=\"[^\"]+\">[^<]*table (above|below)", picture
        )
    assert html(name).count("<caption>") >= 4


def test_a_page_is_light_enough_to_be_forwarded() -> None:
    assert max(len(html(name).encode()) for name in ("result", "comparison", "plain")) < 1_500_000


# ------------------------------------------------------------------------------------------- where it is written


def test_a_report_is_written_where_it_is_asked_for_in_place_of_an_older_one(tmp_path: Path) -> None:
    place = tmp_path / "for-the-board.html"
    place.write_text("older")
    assert report(result(), place) == place
    assert place.read_text(encoding="utf-8") == html("plain")
    assert [path.name for path in tmp_path.iterdir()] == ["for-the-board.html"]


@pytest.mark.slow
def test_every_result_folder_has_its_report() -> None:
    assert dict(files_of(result()))["report.html"].decode() == html("plain")
