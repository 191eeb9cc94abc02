"""Whatever stands in a title, it is shown and does nothing: in Markdown, XML, OpenMetrics, HTML and JSON."""

from __future__ import annotations

import json
from dataclasses import replace
from html.parser import HTMLParser
from xml.etree import ElementTree as XML

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from markdown_it.token import Token
from prometheus_client.openmetrics.parser import text_string_to_metric_families as open_metrics
from prometheus_client.parser import text_string_to_metric_families as plain_metrics

from sim.baselines.judgement import Check
from sim.scenario.wording import printable
from sim.show.checked.files import document_of
from sim.show.checked.junit import junit
from sim.show.checked.metrics import metrics
from sim.show.checked.page import page_of
from sim.show.checked.summary import SPLIT, code, escaped, summary
from sim.show.rows import json_of
from tests.unit.checked import HOSTILE, check, scenario_check

SIGNS = st.text(alphabet="`*_[]()<>|\\#@!$&~:.+-='\"{}\n\r\t a1/w", max_size=40)
TRICKS = [
    *("&lt;b&gt;", "&#60;", "<!--", "]]>", "www.example.org", "http://a.b", "x@example.org", "| a |", "```", "\\|"),
    *("a\\", "---", "===", "\ufffe", "\ud800", "\u2028", "{{7*7}}", "%}", "- [ ] a", "1. a", "# EOF"),
]
"""What is markup somewhere."""
TEXTS = st.one_of(SIGNS, st.text(max_size=60), st.sampled_from(TRICKS))
GITHUB = MarkdownIt("commonmark").enable(["table", "strikethrough"])
HARMLESS = {"paragraph_open", "paragraph_close", "inline", "text"}


def hostile_with(text: str) -> Check:
    """A check in which every text of a stranger's is this one."""
    one = scenario_check("silence-approves")
    return check(
        "silence-approves",
        title=text,
        file=text,
        reason=text,
        advice=text,
        causes=tuple(replace(cause, what=text, before=text, now=text, said=text) for cause in one.causes),
        examples=tuple(replace(each, command=text) for each in one.examples),
        recorded=replace(one.recorded, file=text, reason=text, platform=text, versions={text: text}),
    )


def rendered(tokens: list[Token]) -> str:
    """All that is text or code, one after the other."""
    return "".join(
        rendered(token.children) if token.children else token.content if token.type != "inline" else ""
        for token in tokens
    )


def kinds(tokens: list[Token]) -> set[str]:
    return {token.type for token in tokens} | {inner.type for token in tokens for inner in token.children or ()}


def plain(text: str) -> str:
    return text.replace("\u200b", "")


@pytest.mark.slow
@given(TEXTS)
@example(HOSTILE)
def test_escaped_words_are_only_words_in_markdown(text: str) -> None:
    tokens = GITHUB.parse(f"So: {escaped(text)} it is.")
    assert kinds(tokens) <= HARMLESS
    assert plain(rendered(tokens)) == plain(f"So: {printable(text)} it is.")


@given(TEXTS)
@example(HOSTILE)
def test_words_at_the_start_of_a_line_are_only_words_too(text: str) -> None:
    tokens = GITHUB.parse(f"{escaped(text)}\n\nend")
    assert kinds(tokens) <= HARMLESS
    assert (
        plain(rendered(tokens)).strip()
        == plain(f"{printable(text)}end" if not text.strip() else rendered(tokens)).strip()
    )
    assert plain(printable(text)).strip() in plain(rendered(tokens))


@given(TEXTS)
def test_nobody_is_called_from_escaped_words(text: str) -> None:
    shown = escaped(text)
    for sign in "@#":
        assert shown.count(sign) == shown.count(f"\\{sign}{SPLIT}") + (shown.count(SPLIT) if sign == "#" else 0)


@given(TEXTS)
@example("a`b``c")
@example("`")
@example(" a ")
def test_code_is_code_as_it_stands(text: str) -> None:
    tokens = GITHUB.parse(f"x {code(text)} y")
    (inline,) = [token for token in tokens if token.type == "inline"]
    assert [inner.type for inner in inline.children or ()] == ["text", "code_inline", "text"]
    shown = printable(text) or " "
    assert (inline.children or ())[1].content in (shown, f" {shown} " if shown.isspace() else shown)


@given(TEXTS)
@example("a|b")
@example("a\\|b")
@example("`|`")
def test_a_table_keeps_its_cells_whatever_stands_in_one(text: str) -> None:
    for shown in (escaped(text), code(text, in_table=True)):
        tokens = GITHUB.parse(f"| a | b |\n| --- | --- |\n| {shown} | end |\n")
        cells = [token for token in tokens if token.type == "td_open"]
        words = [token.content for token in tokens if token.type == "inline"]
        assert len(cells) == 2
        assert words[-1] == "end"


@settings(max_examples=25)
@given(TEXTS)
@example(HOSTILE)
def test_a_whole_summary_has_our_markup_only(text: str) -> None:
    usual = kinds(GITHUB.parse(summary(hostile_with("plain"))))
    tokens = GITHUB.parse(summary(hostile_with(text)))
    assert kinds(tokens) <= usual
    rows = [token.type for token in tokens].count("tr_open")
    assert rows == [token.type for token in GITHUB.parse(summary(hostile_with("plain")))].count("tr_open")


@settings(max_examples=25)
@given(TEXTS)
@example(HOSTILE)
def test_junit_is_xml_and_says_the_text(text: str) -> None:
    root = XML.fromstring(junit(hostile_with(text)))
    (failure,) = [case[0] for case in root.iter("testcase") if case.get("name") == "is as its baseline"]
    assert failure.get("message") == printable(text)


@pytest.mark.slow
@settings(max_examples=25)
@given(TEXTS)
@example(HOSTILE)
def test_metrics_keep_their_lines_whatever_stands_in_a_label(text: str) -> None:
    exposition = metrics(replace(hostile_with("plain"), platform=text, versions={"numpy": text})).decode()
    labels = {"platform": printable(text), "version_numpy": printable(text)}
    for parsed in (open_metrics, plain_metrics):
        (info,) = [each for each in parsed(exposition) if each.name == "refund_sim_check_info"]
        assert dict(info.samples[0].labels) == labels


class Tags(HTMLParser):
    """What elements a page has, and its words."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.found: list[tuple[str, tuple[str, ...]]] = []
        self.words: list[str] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, tuple(name for name, _ in attrs)))

    def handle_data(self, data: str) -> None:
        self.words.append(data)


PLAIN = Tags(page_of(hostile_with("plain"), {}))


@settings(max_examples=25)
@given(TEXTS.filter(bool))
@example(HOSTILE)
def test_a_page_has_the_same_elements_whatever_is_written_in_it(text: str) -> None:
    page = Tags(page_of(hostile_with(text), {}))
    assert page.found == PLAIN.found
    assert printable(text) in "".join(page.words)


@settings(max_examples=25)
@given(TEXTS)
@example(HOSTILE)
def test_the_document_can_be_read_back(text: str) -> None:
    written = json.dumps(document_of(hostile_with(text)))
    assert json.loads(written)["scenarios"][0]["title"] == text
    json_of(document_of(hostile_with(printable(text)))).decode()
