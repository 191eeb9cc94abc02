"""What the live page answers: the numbers of a run, faults beside their levers, files that can be run."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from sim.api import compare, run
from sim.experiment.number import finite
from sim.live.levers import LeverShown, parts_of
from sim.live.words import words
from sim.scenario.loading import load
from sim.show.files import summary_of
from tests.live.pages import SHOWN_AT, asked, at, opened
from tests.scenario_files import BASE, BASE_FILE, faults_of

QUICK = ["policy.cancellation.clock=3 d", "policy.cancellation.on_silence=approve"]


@pytest.fixture(scope="module")
def page() -> Iterator[TestClient]:
    """The page of the small marketplace."""
    with opened() as client:
        yield client


def shown(html: str) -> dict[str, float]:
    """The measures that a section shows, exactly as its machine-readable numbers have them."""
    found = re.findall(r'<data value="([^"]+)" data-measure="([^"]+)"', html)
    return {measure: float(value) for value, measure in found}


@pytest.mark.slow
def test_a_page_whose_work_is_done_elsewhere_shows_the_same(page: TestClient) -> None:
    here = asked(page, set=QUICK)[-1]["sections"]["answer"]
    with ThreadPoolExecutor(2) as elsewhere, opened(jobs=elsewhere) as other:
        assert asked(other, set=QUICK)[-1]["sections"]["answer"] == here


def test_the_first_answer_is_rough_and_the_last_is_surer(page: TestClient) -> None:
    first, *_, last = asked(page, set=QUICK)
    assert first["sections"].keys() == {"answer"}
    assert not first["is_last"]
    assert last["is_last"]
    assert last["replications"] == SHOWN_AT[-1]
    assert "got all of it" in first["sections"]["answer"]


def test_the_numbers_on_the_page_are_those_of_the_saved_file_to_the_digit(page: TestClient, tmp_path: Path) -> None:
    last = asked(page, set=QUICK, seed="7")[-1]
    query = {"set": QUICK, "seed": "7", "replications": last["replications"]}
    file = tmp_path / "saved.yaml"
    file.write_text(page.get(at("scenario.yaml"), params=query).text)
    result = run(file, jobs=1)
    measures = summary_of(result)["measures"]
    numbers = shown(last["sections"]["answer"])
    assert len(numbers) >= 6
    assert {name: measures[name]["value"] for name in numbers} == numbers
    told = page.get(at("summary.json"), params=query).json()
    assert told["measures"] == json.loads(json.dumps(measures))


def test_a_saved_file_says_what_was_changed_and_from_what(page: TestClient, tmp_path: Path) -> None:
    reply = page.get(at("scenario.yaml"), params={"set": QUICK})
    assert 'filename="base-changed.yaml"' in reply.headers["content-disposition"]
    assert "policy.cancellation.clock: 3 d instead of 9 d" in reply.text
    file = tmp_path / "saved.yaml"
    file.write_text(reply.text)
    scenario = load(file)
    assert scenario.provenance.root["policy.cancellation.clock"].from_.endswith("it was 9 d")
    assert str(scenario.policy.cancellation.clock) == "3 d"  # type: ignore[union-attr]
    assert scenario.market == load(BASE_FILE).market


def test_the_difference_is_that_of_a_comparison_on_the_same_orders(page: TestClient) -> None:
    last = asked(page, set=QUICK)[-1]
    changes = dict(change.split("=") for change in QUICK)
    expected = compare(BASE_FILE, what_if={"yours": changes}, replications=SHOWN_AT[-1], jobs=1).verdicts
    differences = shown(last["sections"]["compared"])
    assert differences
    for row in expected.to_dict("records"):
        if row["measure"] in differences:
            assert differences[row["measure"]] == finite(row["difference"])


def test_one_flipped_order_is_told_under_both_policies(page: TestClient) -> None:
    story = asked(page, set=["policy.dispute.default.on_silence=decline"])[-1]["sections"]["story"]
    assert story.count("<h4>") == 2
    assert "Here they part" in story


def test_what_is_not_changed_is_compared_with_nothing(page: TestClient) -> None:
    last = asked(page)[-1]
    assert words()["screen"]["alike"] in last["sections"]["compared"]
    assert last["sections"]["story"] == ""


def test_a_change_to_what_stands_there_already_is_none(page: TestClient) -> None:
    last = asked(page, set=["policy.cancellation.clock=9 d"])[-1]
    assert words()["screen"]["alike"] in last["sections"]["compared"]


@pytest.mark.slow
def test_a_preset_can_be_started_from_and_compared_with(page: TestClient) -> None:
    names = {"from": "three-day-clock", "against": "aliexpress"}
    last = asked(page, **names)[-1]
    assert "AliExpress, as the article tells it" in last["sections"]["compared"]
    assert page.get(at(), params=names).status_code == 200


def test_the_policy_of_a_preset_is_compared_on_the_same_orders(page: TestClient) -> None:
    last = asked(page, against="policy:ebay-2024", set=QUICK)[-1]
    shown_there = last["sections"]["compared"]
    assert "Against: The policy of eBay" in shown_there
    assert "independent runs" not in shown_there
    assert "Besides the policy" not in shown_there
    assert "<h4>" in last["sections"]["story"]  # an order that ends otherwise: the same one under both


def test_a_policy_that_lacks_what_the_marketplace_needs_is_not_held_against_it(page: TestClient) -> None:
    methods = "market.payment_methods={card: 0.5, wallet: 0.4, cheque: 0.1}"
    posting = "policy.refund.posting.cheque={constant: 9 d}"
    (told,) = asked(page, against="policy:ebay-2024", set=[methods, posting])
    assert "cannot be held against this marketplace: policy.refund.posting" in told["faults"][0]["message"]


def test_the_order_to_follow_is_one_with_a_claim(page: TestClient) -> None:
    replication, order = asked(page)[-1]["order"]
    (told,) = asked(page, "order", order=order, replication=replication)
    assert "there was no claim" not in told["html"]


def test_what_is_changed_is_told_in_the_words_of_its_lever(page: TestClient) -> None:
    assert "<b>the buyer gets the money</b>" in asked(page, set=QUICK)[0]["sections"]["answer"]


def test_two_currencies_are_not_compared(page: TestClient) -> None:
    (told,) = asked(page, set=["market.currency=EUR"])
    assert "nothing is converted" in told["faults"][0]["message"]


# ------------------------------------------------------------------------------------------ faults


@pytest.mark.parametrize(
    ("change", "path", "message"),
    [
        ("policy.cancellation.clock=3", "policy.cancellation.clock", "a duration such as"),
        ("policy.cancellation.clock= ", "policy.cancellation.clock", "expected a value"),
        ("policy.cancellation.clock=three days", "policy.cancellation.clock", "a duration such as"),
        ("policy.cancellation.on_silence=aprove", "policy.cancellation.on_silence", "did you mean 'approve'"),
        ("policy.cancelation.clock=3 d", "policy.cancelation.clock", "did you mean 'cancellation'"),
        ("market.sellers.count=0", "market.sellers.count", "1"),
        ("policy.mediation.rulings.buyer=0.9", "policy.mediation.rulings", "must sum to 1"),
        ("policy.cancellation.clock=!!python/object 3", "policy.cancellation.clock", "tag"),
        ("policy.cancellation.clock=&a 3 d", "policy.cancellation.clock", "anchor"),
    ],
)
def test_a_fault_names_the_lever_that_it_is_about(page: TestClient, change: str, path: str, message: str) -> None:
    (told,) = asked(page, set=[change])
    (fault,) = told["faults"]
    assert fault["path"] == path
    assert message in fault["message"]


def test_all_faults_are_told_at_once(page: TestClient) -> None:
    (told,) = asked(page, set=["policy.cancellation.clock=3", "market.sellers.staff=0"])
    assert {fault["path"] for fault in told["faults"]} == {"policy.cancellation.clock", "market.sellers.staff"}


@pytest.mark.parametrize(
    "change",
    [
        "extends=/etc/passwd",
        "name=other",
        "experiment.replications=100000",
        "experiment.seed=3",
        "expect.success_rate=1",
    ],
)
def test_what_is_no_lever_cannot_be_changed(page: TestClient, change: str) -> None:
    (told,) = asked(page, set=[change])
    assert "cannot be changed on this page" in told["faults"][0]["message"]


def test_a_world_that_others_would_wait_for_is_refused_beside_its_lever(page: TestClient) -> None:
    (told,) = asked(page, set=["market.orders_per_day=5000"])
    assert told["faults"][0]["path"] == "market.orders_per_day"
    assert "refund-sim run" in told["faults"][0]["message"]


def test_a_faulty_change_is_no_file_and_no_report(page: TestClient) -> None:
    for where in ("scenario.yaml", "report", "summary.json"):
        reply = page.get(at(where), params={"set": "policy.cancellation.clock=3"})
        assert reply.status_code == 400
        assert "policy.cancellation.clock" in reply.text


# ------------------------------------------------------------------------------------------ to take away


def test_the_report_is_of_what_is_on_the_screen(page: TestClient) -> None:
    reply = page.get(at("report"), params={"set": QUICK, "replications": SHOWN_AT[-1]})
    assert reply.status_code == 200
    assert "policy.cancellation.clock" in reply.text
    assert shown(reply.text)["success_rate"]


def test_an_order_is_followed_alone_and_beside_its_base(page: TestClient) -> None:
    (alone,) = asked(page, "order", order="3", replication="1")
    assert "Order 3" in alone["html"]
    (beside,) = asked(page, "order", order="3", replication="1", set=QUICK)
    assert "Order 3" in beside["html"]
    (told,) = asked(page, "order", order="9999999")
    assert "there is no order 9999999" in told["faults"][0]["message"]


# ---------------------------------------------------------------------------------------------- the levers


def all_levers() -> list[LeverShown]:
    """Of the small marketplace."""
    groups = [group for part in parts_of(load(BASE_FILE)) for group in part.groups]
    return [lever for group in groups for lever in (*group.main, *group.rest)]


def test_every_value_of_a_scenario_has_a_lever_that_says_what_it_is_and_where_it_comes_from() -> None:
    levers = {lever.path: lever for lever in all_levers()}
    clock = levers["policy.cancellation.clock"]
    assert clock.kind == "duration"
    assert clock.value in clock.stops
    assert clock.source == "A source says so: the rules of the marketplace"
    assert clock.is_main
    assert next(word for word, _ in levers["policy.cancellation.on_silence"].choices) == "approve"
    assert levers["buyers.regret.probability"].kind == "share"
    assert levers["buyers.regret.probability"].range == "plausible: 0.01 to 0.3"
    assert levers["market.sellers.count"].low == "1"
    assert levers["policy.dispute.default"].choices[0] == ("", "in force")
    assert len({lever.id for lever in levers.values()}) == len(levers)
    assert all(lever.label for lever in levers.values())


def test_a_lever_set_to_what_it_shows_changes_nothing() -> None:
    """What a page shows is what a file says: each value is read back as itself."""
    scenario = load(BASE_FILE)
    levers = all_levers()
    changes = [f"{lever.path}={lever.value}" for lever in levers if lever.value]
    assert load(BASE_FILE, changes).model_dump(exclude={"provenance"}) == scenario.model_dump(
        exclude={"provenance"}
    )


def test_a_stop_of_a_slider_is_read_as_a_value_of_its_lever() -> None:
    """Other levers may have to be turned as well, such as parts of a whole: that is another fault than a word that
    the reader does not know."""
    levers = [lever for lever in all_levers() if lever.is_main and lever.stops]
    assert levers
    for lever in levers:
        for stop in {lever.stops[0], lever.stops[-1]}:
            faults = faults_of(BASE_FILE, [f"{lever.path}={stop}", "name=*"])  # a name that no scenario may have
            assert not any(f"found '{stop}'" in fault for fault in faults), (lever.path, faults)


def test_the_words_of_the_page_are_all_there() -> None:
    """Whoever translates the page finds each of its words in one file."""
    assert {"page", "screen", "levers", "status", "faults", "opening", "saved"} <= words().keys()
    assert all(
        isinstance(text, str) for section in ("page", "screen", "faults") for text in words()[section].values()
    )


def test_a_name_that_is_code_stays_a_name(tmp_path: Path) -> None:
    file = tmp_path / "nasty.yaml"
    file.write_text(BASE.replace("title: A small marketplace", 'title: "<script>alert(1)</script>"'))
    with opened(file) as page:
        assert "<script>alert" not in page.get(at()).text
        for told in asked(page, set=QUICK):
            assert all("<script>" not in html for html in told["sections"].values())


@pytest.mark.parametrize("change", ["buyers.regret.probability=0", "policy.dispatch.limit=0"])
def test_a_policy_under_which_nobody_claims_has_an_answer(page: TestClient, change: str) -> None:
    last = asked(page, set=[change])[-1]
    assert "Nobody asked for their money back" in last["sections"]["answer"]
    assert "no claims to compare" in last["sections"]["compared"]


def test_a_buyer_who_waits_is_told_the_odds_under_the_policy_as_it_is_turned(page: TestClient) -> None:
    (told,) = asked(page, "advice", paid="4 d", asked="2 d", set=["policy.cancellation.clock=3 d"])
    assert "You paid 4 days ago, asked to cancel 2 days ago" in told["html"]
    assert "The next deadline is in" in told["html"]
    (faulty,) = asked(page, "advice", paid="soon")
    assert faulty["faults"][0]["path"] == "paid"
    (late,) = asked(page, "advice", paid="1 d", asked="2 d")
    assert "“Asked so long ago” at most “Paid so long ago”" in late["faults"][0]["message"]
