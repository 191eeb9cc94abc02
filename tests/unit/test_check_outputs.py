"""What a check writes for people, for a CI and for programs: each form whole, and nothing in it unmeant."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from collections import Counter
from dataclasses import replace
from functools import cache, partial
from html.parser import HTMLParser
from math import nan
from pathlib import Path
from xml.etree import ElementTree as XML

import pytest
from prometheus_client.openmetrics.parser import text_string_to_metric_families
from xmlschema import XMLSchema

from sim.baselines.history import History
from sim.baselines.judgement import CHANGED, UNCHANGED, Check
from sim.errors import BadUsage, UserError
from sim.experiment.expectations import ExpectationCheck
from sim.experiment.number import Number
from sim.experiment.verdicts import INCONCLUSIVE
from sim.show.checked.files import SIGN, build_check, document_of, files_of, room_for_check
from sim.show.checked.junit import junit
from sim.show.checked.metrics import metrics
from sim.show.checked.page import page_of
from sim.show.checked.summary import LIMIT, add_to_step_summary, summary
from sim.show.checked.words import outcome
from tests.unit.checked import HOSTILE, check, entries, hostile, left_over, scenario_check

EVERY = ("usual", "hostile", "left over", "hostile left over")
HISTORY = History(tuple(entries()))
FIXTURES = Path(__file__).parents[1] / "fixtures"
JUNIT = XMLSchema(FIXTURES / "junit-10.xsd")
"""Jenkins' schema, which `docs/ci.md` names, out of pytest's source distribution; its licence stands in it."""


@cache
def written(name: str = "usual") -> dict[str, bytes]:
    checks = {
        "usual": check,
        "hostile": hostile,
        "left over": left_over,
        "hostile left over": partial(left_over, HOSTILE),
    }
    return dict(files_of(checks[name](), HISTORY))


def numbered(count: int, letters: int = 0) -> Check:
    """So many scenarios, the reason of each so long."""
    one = scenario_check("silence-approves")
    one = replace(one, reason=f"{one.reason}{letters * 'x'}")
    return replace(check(), scenarios=tuple(replace(one, scenario=f"scenario-{number}") for number in range(count)))


# -------------------------------------------------------------------------------------------- the folder


@pytest.mark.slow
def test_every_ci_finds_its_file() -> None:
    assert {"summary.md", "index.html", "junit.xml", "check.json", "metrics.txt"} <= set(written())
    charts = {path for path in written() if path.startswith("charts/silence-approves/")}
    names = ("headlines", "measures", "time_to_money", "trend")
    assert charts == {f"charts/silence-approves/{name}.{form}" for name in names for form in ("svg", "png")}
    assert {path for path in written() if path.startswith("charts/same/")} == {
        "charts/same/headlines.svg",
        "charts/same/headlines.png",
    }


def write_check(one: Check, out: Path, *, force: bool = False) -> Path:
    """As the command does, whose check comes in between."""
    with room_for_check(out, force=force) as site:
        return build_check(one, site)


@pytest.mark.slow
def test_the_folder_is_written_whole_and_replaced_only_by_force(tmp_path: Path) -> None:
    place = tmp_path / "out" / "check"
    assert write_check(check("same"), place) == place
    assert json.loads((place / SIGN).read_text())["exit_code"] == 0
    with pytest.raises(BadUsage, match="already there; use --force"):
        write_check(check("same"), place)
    write_check(check("no-limit"), place, force=True)
    assert not (place / "charts" / "same").exists()
    assert [path.name for path in place.parent.iterdir()] == ["check"]


def test_a_folder_of_somebody_elses_is_never_replaced(tmp_path: Path) -> None:
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "thesis.txt").write_text("years of work")
    with pytest.raises(BadUsage, match="not written by refund-sim"):
        write_check(check("same"), tmp_path / "mine", force=True)


@pytest.mark.parametrize("place", [".", "..", "/", "a/.."])
def test_the_folder_needs_a_name_of_its_own(place: str) -> None:
    with pytest.raises(BadUsage, match="no name of a folder"):
        write_check(check("same"), Path(place), force=True)


# -------------------------------------------------------------------------------------------- summary.md


def test_the_summary_begins_with_what_came_of_it() -> None:
    assert summary(check()).startswith(f"## refund-sim check: {outcome(check())}\n")
    assert outcome(check()) == (
        "1 scenario changed · 1 inconclusive · 1 unchanged · 2 expectations failed · 2 expectations not settled"
    )
    assert outcome(check("same")) == "1 scenario unchanged"


def test_the_worst_stands_first_and_what_is_unchanged_takes_one_row() -> None:
    told = summary(check("same", "no-limit", "silence-approves"))
    assert told.index("`silence-approves`") < told.index("`no-limit`") < told.index("`same`")
    assert "### ✗ `silence-approves`: changed" in told
    assert "`same`:" not in told


def test_the_summary_says_why_how_much_and_whose_story_to_read() -> None:
    told = summary(check("silence-approves"))
    for said in (
        "silence approves",
        "| money recovered | ",
        "| settled by silence: at most 10 % | ",
        "| **fail** |",
        "orders end otherwise",
        "- `refund-sim trace scenarios/a.yaml --order ",
        "95 % intervals over replications",
    ):
        assert said in told, said


def test_every_form_says_with_which_changes_a_baseline_was_recorded() -> None:
    told = "recorded with market.orders_per_day=80; a check sets these too, and its own after them"
    plain = summary(check("same", "three")).replace("\\", "")
    assert f"- same, three: {told}" in plain
    assert f"same, silence-approves, no-limit: {told}" in written()["index.html"].decode()
    assert document_of(check())["scenarios"][0]["recorded"]["changes"] == ("market.orders_per_day=80",)
    one = scenario_check("same")
    as_it_stands = replace(one, recorded=replace(one.recorded, changes=()))
    assert "recorded with" not in summary(replace(check("same"), scenarios=(as_it_stands,)))


def test_the_summary_says_since_when() -> None:
    assert "changed since 0060123" in summary(check("silence-approves"), History(tuple(entries(7))))


@pytest.mark.parametrize(("count", "letters"), [(3, 0), (30, 50_000), (20_000, 50_000)])
def test_the_summary_stays_within_what_github_shows(count: int, letters: int) -> None:
    told = summary(numbered(count, letters))
    assert len(told.encode()) <= LIMIT
    if count == 3:
        assert "left out" not in told
    else:
        assert "left out here for want of room: see `index.html`" in told
        assert f"{count:,} scenarios changed" in told.splitlines()[0]


def test_a_step_that_has_said_much_leaves_less_room(tmp_path: Path) -> None:
    file = tmp_path / "step.md"
    file.write_text("x" * (LIMIT - 6_000) + "\n")
    add_to_step_summary(numbered(20), None, file)
    added = file.read_text()[LIMIT - 6_000 :]
    assert file.stat().st_size <= LIMIT
    assert added.startswith("\n## refund-sim check")
    assert "The details of" in added
    full = file.read_bytes() + b"y" * LIMIT
    file.write_bytes(full)
    add_to_step_summary(check("same"), None, file)
    assert file.read_bytes() == full


def test_a_summary_that_cannot_be_written_is_said(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="cannot write the step's summary"):
        add_to_step_summary(check("same"), None, tmp_path)


# -------------------------------------------------------------------------------------------- junit.xml


def suites(content: bytes) -> list[XML.Element]:
    return list(XML.fromstring(content))


def test_junit_has_a_suite_per_scenario_and_a_case_per_judgement() -> None:
    found = check()
    for suite, one in zip(suites(junit(found)), found.scenarios, strict=True):
        assert suite.attrib["name"] == one.scenario
        assert len(suite) == 1 + len(one.headlines) + len(one.expectations)


@pytest.mark.slow
@pytest.mark.parametrize("name", EVERY)
def test_junit_is_valid_by_the_published_schema(name: str) -> None:
    JUNIT.validate(written(name)["junit.xml"].decode())


def test_the_published_schema_finds_what_it_has_no_place_for() -> None:
    told = written()["junit.xml"].decode()
    assert not JUNIT.is_valid(told.replace("<testsuites ", '<testsuites skipped="1" ', 1))


def test_junits_counts_are_those_of_its_cases() -> None:
    root = XML.fromstring(junit(check()))
    for element in (root, *root):
        found = Counter(inner.tag for inner in element.iter())
        expected = {"tests": found["testcase"], "failures": found["failure"], "errors": 0}
        expected |= {"skipped": found["skipped"]} if element is not root else {}
        assert {name: int(element.attrib[name]) for name in expected} == expected


def test_changed_fails_inconclusive_is_skipped_unchanged_passes() -> None:
    found = check()
    for suite, one in zip(suites(junit(found)), found.scenarios, strict=True):
        verdicts = [one.verdict, *(each.verdict for each in (*one.headlines, *one.expectations))]
        kinds = [[inner.tag for inner in case] for case in suite]
        words = {CHANGED: ["failure"], "fail": ["failure"], INCONCLUSIVE: ["skipped"], UNCHANGED: [], "pass": []}
        assert kinds == [words[verdict] for verdict in verdicts]


@pytest.mark.slow
def test_a_measure_that_moved_in_one_block_only_is_suspected_in_every_form() -> None:
    one = scenario_check("no-limit")
    first, *rest = one.headlines
    doubted = replace(first, verdict=INCONCLUSIVE, is_confirmed=False)
    found = check("no-limit", measures=(doubted, *rest))
    for path, content in files_of(found):
        if path in ("summary.md", "index.html", "junit.xml"):
            assert "suspected, not confirmed" in content.decode(), path
    about = f'measure="{first.measure}",scenario="no-limit",unit="{first.unit}"'
    assert f"refund_sim_suspected{{{about}}} 1.0" in metrics(found).decode()


def test_an_expectation_whose_value_is_not_known_is_inconclusive_in_every_form_and_exits_with_4() -> None:
    unknown = ExpectationCheck(
        "refunded_within_30d",
        "refunded within 30 d",
        "share",
        "at_most",
        0.5,
        Number(nan),
        6,
        INCONCLUSIVE,
        nan,
    )
    found = check("same", expectations=(unknown,))
    assert found.exit_code == 4
    assert outcome(found) == "1 scenario unchanged · 1 expectation not settled"
    files = {path: content.decode() for path, content in files_of(found) if not path.startswith("charts")}
    (case,) = [case for case in XML.fromstring(files["junit.xml"].encode()).iter("testcase") if len(case)]
    assert (case.get("name"), case[0].tag) == ("refunded within 30 d: at most 50 %", "skipped")
    (told,) = json.loads(files["check.json"])["scenarios"][0]["expectations"]
    assert (told["verdict"], told["now"]["value"]) == (INCONCLUSIVE, None)
    labels = 'measure="refunded_within_30d",refund_sim_expectation="inconclusive",scenario="same",sense="at_most"'
    assert f"refund_sim_expectation{{{labels}}} 1.0" in files["metrics.txt"]
    assert "| refunded within 30 d: at most 50 % | – | **inconclusive** |" in files["summary.md"]
    assert "NaN" not in "".join(files.values())


# -------------------------------------------------------------------------------------------- new, orphans


def test_what_has_no_counterpart_fails_or_is_allowed() -> None:
    found = left_over()
    assert found.exit_code == 1
    passing = replace(found.new[0], expectations=())
    assert replace(found, orphans=(), new=(passing,)).exit_code == 4
    assert replace(found, new=(passing,), allows_new=True, allows_orphans=True).exit_code == 0
    assert replace(found, orphans=(), allows_new=True).exit_code == 1  # one of its expectations fails


def test_every_form_says_what_has_no_counterpart() -> None:
    assert outcome(left_over()).startswith("1 scenario new · 1 unchanged")
    assert outcome(left_over()).endswith("1 baseline without a scenario")
    for path in ("summary.md", "index.html", "junit.xml", "check.json"):
        text = written("left over")[path].decode()
        assert "there is no baseline of it yet" in text, path
        assert "kept/plain" in text, path


# -------------------------------------------------------------------------------------------- metrics.txt


@cache
def families(name: str = "usual") -> dict[str, list[tuple[str, dict[str, str], float]]]:
    text = written(name)["metrics.txt"].decode()
    return {
        family.name: [(sample.name, sample.labels, sample.value) for sample in family.samples]
        for family in text_string_to_metric_families(text)
    }


def value_of(family: str, **labels: str) -> list[float]:
    return [value for _, about, value in families()[family] if labels.items() <= about.items()]


def test_metrics_end_as_the_specification_asks_and_are_read_by_prometheus() -> None:
    for name in EVERY:
        assert written(name)["metrics.txt"].endswith(b"\n# EOF\n")
        assert "refund_sim_now" in families(name)


def test_metrics_hold_every_measure_with_its_interval() -> None:
    for one in check().scenarios:
        for each in one.measures:
            about = {"scenario": one.scenario, "measure": each.measure, "unit": each.unit}
            for suffix, number in zip(("", "_low", "_high"), each.now.three, strict=True):
                found = value_of(f"refund_sim_now{suffix}", **about)
                assert found == ([] if number != number else [pytest.approx(number, rel=1e-11)])


def test_a_verdict_is_one_of_three_states() -> None:
    for one in check().scenarios:
        for each in one.headlines:
            about = {"scenario": one.scenario, "measure": each.measure}
            assert sorted(value_of("refund_sim_verdict", **about)) == [0, 0, 1]
            assert value_of("refund_sim_verdict", **about, refund_sim_verdict=each.verdict) == [1]


def test_metrics_tell_the_exit_code() -> None:
    assert value_of("refund_sim_exit_code") == [1]


# -------------------------------------------------------------------------------------------- check.json


def test_the_document_is_json_without_nan_and_says_everything() -> None:
    document = json.loads(json.dumps(document_of(check()), allow_nan=False))
    assert document["exit_code"] == 1
    assert document["tally"] == {UNCHANGED: 1, CHANGED: 1, INCONCLUSIVE: 1}
    for told, one in zip(document["scenarios"], check().scenarios, strict=True):
        assert set(told["measures"]) == {each.measure for each in one.measures}
        assert told["verdict"] == one.verdict
        assert [cause["said"] for cause in told["causes"]] == [cause.said for cause in one.causes]
        assert len(told["expectations"]) == len(one.expectations)


# -------------------------------------------------------------------------------------------- index.html


class Seen(HTMLParser):
    """Tags with their attributes, and ids, of a page."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.words: list[str] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.words.append(data)


@cache
def seen(name: str = "usual") -> Seen:
    return Seen(written(name)["index.html"].decode())


@pytest.mark.parametrize("name", EVERY)
def test_the_page_loads_nothing_and_runs_nothing(name: str) -> None:
    allowed = {"href": "#", "xlink:href": "#"}
    for tag, attributes in seen(name).tags:
        assert tag not in ("script", "link", "img", "iframe", "object", "form", "base", "image", "foreignobject")
        assert not any(key.startswith("on") or key in ("src", "style", "srcset", "action") for key in attributes)
        assert all((attributes[key] or "").startswith(start) for key, start in allowed.items() if key in attributes)


def test_its_policy_names_its_one_style_by_hash_and_nothing_else() -> None:
    page = written()["index.html"].decode()
    (style,) = re.findall(r"<style>(.*?)</style>", page, re.DOTALL)
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    (policy,) = [a["content"] for tag, a in seen().tags if a.get("http-equiv") == "Content-Security-Policy"]
    assert policy == f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'"


def test_the_page_is_for_light_and_dark_and_for_a_phone() -> None:
    page = written()["index.html"].decode()
    assert "prefers-color-scheme: dark" in page
    assert '<meta name="viewport" content="width=device-width, initial-scale=1">' in page


@pytest.mark.parametrize("name", EVERY)
def test_no_id_stands_twice_and_every_reference_finds_its_own(name: str) -> None:
    ids = [attributes["id"] for _, attributes in seen(name).tags if "id" in attributes]
    assert [one for one, count in Counter(ids).items() if count > 1] == []
    for _, attributes in seen(name).tags:
        for key in ("href", "xlink:href", "aria-labelledby"):
            if reference := attributes.get(key):
                assert reference.removeprefix("#") in ids
        if reference := attributes.get("clip-path"):
            assert reference.removeprefix("url(#").removesuffix(")") in ids


def test_every_chart_stands_in_the_page_and_says_what_it_shows() -> None:
    drawings = [attributes for tag, attributes in seen().tags if tag == "svg"]
    assert len(drawings) == len([path for path in written() if path.endswith(".svg")])
    assert all((each["aria-label"] or "").count(":") >= 1 and each["role"] == "img" for each in drawings)


def test_a_chart_in_the_page_takes_its_colours_from_it() -> None:
    for _, attributes in seen().tags:
        for key in ("fill", "stroke"):
            assert not str(attributes.get(key, "")).startswith("#"), attributes


def test_a_hostile_title_is_shown_as_it_stands() -> None:
    words = " ".join(seen("hostile").words)
    assert "</script><img src=x onerror=alert(1)>" in words
    assert "\u202e" not in words
    assert "\x07" not in words


def test_a_page_without_charts_or_history_is_whole() -> None:
    page = Seen(page_of(check("same"), {}))
    assert [tag for tag, _ in page.tags].count("section") == 1


def test_the_same_findings_give_the_same_bytes() -> None:
    assert dict(files_of(check("same"))) == dict(files_of(check("same")))
    assert page_of(hostile(), {}) == page_of(hostile(), {})


def test_no_output_shows_a_hostile_text_raw() -> None:
    paths = ("summary.md", "junit.xml", "metrics.txt", "index.html")
    texts = [written("hostile")["charts/silence-approves/headlines.svg"]]
    texts += [written(name)[path] for path in paths for name in ("hostile", "hostile left over")]
    for text in (content.decode() for content in texts):
        assert "\u202e" not in text
        assert HOSTILE not in text
