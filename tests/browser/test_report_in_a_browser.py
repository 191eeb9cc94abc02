"""The report as its readers meet it: opened from the disk, offline, by mouse and keyboard, on phones and paper."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

from tests.browser.conftest import DESK, PHONE, Open

pytestmark = [pytest.mark.browser, pytest.mark.slow]

EVERY_REPORT = pytest.mark.parametrize("name", ["result", "comparison", "plain"])
EVERY_SIZE = pytest.mark.parametrize("size", [DESK, PHONE], ids=["desk", "phone"])
SERIOUS = ("serious", "critical")

TEXTS_OUTSIDE = """() => [...document.querySelectorAll("svg.picture")]
    .filter((picture) => picture.getClientRects().length)
    .flatMap((picture) => {
        const edge = picture.closest("section").getBoundingClientRect();
        return [...picture.querySelectorAll("text")]
            .filter((text) => {
                const box = text.getBoundingClientRect();
                return box.left < edge.left || box.right > edge.right + 1;
            })
            .map((text) => text.textContent);
    })"""
"""Words of pictures that leave their card."""
TEXTS_TOUCHING = """() => [...document.querySelectorAll("svg.picture")]
    .filter((picture) => picture.getClientRects().length)
    .flatMap((picture) => {
        const placed = (text) => [text.textContent, text.getBoundingClientRect()];
        const texts = [...picture.querySelectorAll("text")].map(placed);
        return texts.flatMap(([one, a], place) => texts.slice(place + 1)
            .filter(([, b]) => Math.min(a.right, b.right) - Math.max(a.left, b.left) > 2
                && Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top) > 4)
            .map(([other]) => `${one} / ${other}`));
    })"""
"""Words of pictures that lie on others; letters have some air above and below."""


def unfold(page: Page) -> None:
    """Open whatever can be opened."""
    page.evaluate("document.querySelectorAll('details').forEach((one) => { one.open = true; })")


def headline(page: Page) -> str:
    return page.locator("#headline").inner_text()


@EVERY_REPORT
def test_a_report_opens_from_the_disk_and_asks_nobody_for_anything(opened: Open, name: str) -> None:
    report = opened(name)
    assert [url.split("/")[-1] for url in report.requests] == [f"{name}.html"]
    assert report.complaints == []
    assert report.page.locator("h1").inner_text()


def test_a_script_that_is_not_the_pages_own_does_not_run(opened: Open) -> None:
    report = opened("plain")
    report.page.evaluate(
        """() => {
            const script = document.createElement("script");
            script.textContent = "document.title = 'taken over'";
            document.body.append(script);
        }"""
    )
    assert report.page.title() != "taken over"
    assert any("Content Security Policy" in text for text in report.complaints)


# ------------------------------------------------------------------------------------------- the control


def test_turning_the_clock_changes_the_headline_the_curve_and_the_endings(opened: Open) -> None:
    page = opened("result").page
    before = headline(page), curve(page), page.locator("#endings").inner_text()
    page.locator("#clock").fill("0")
    after = headline(page), curve(page), page.locator("#endings").inner_text()
    assert all(one != other for one, other in zip(before, after, strict=True))
    assert "With 1 day to answer" in after[0]
    assert page.locator("#clock").get_attribute("aria-valuetext") == "1 day"


def curve(page: Page) -> str:
    way: str = page.locator("#what-if-picture .wide [data-moves=curve]").get_attribute("d") or ""
    return way


def test_every_answer_of_the_control_is_the_one_on_the_page(opened: Open) -> None:
    page = opened("result").page
    data: dict[str, Any] = json.loads(
        page.locator("#what-if-data").inner_text() or page.locator("#what-if-data").text_content() or ""
    )
    for silence, answers in data["points"].items():
        page.locator(f"input[value={silence}]").check()
        for place, answer in enumerate(answers):
            page.locator("#clock").fill(str(place))
            assert headline(page) == answer["headline"]


def test_the_way_back_leads_to_the_policy_as_it_stands(opened: Open) -> None:
    page = opened("result").page
    before = headline(page), curve(page)
    page.locator("#clock").fill("0")
    page.locator("input[value=close]").check()
    assert headline(page) != before[0]
    page.get_by_role("button", name="Back to the policy as it stands").click()
    assert (headline(page), curve(page)) == before


def test_the_script_draws_the_very_curve_that_the_page_was_written_with(opened: Open) -> None:
    page = opened("result").page
    base = page.locator("#what-if-picture .wide .curve.base").get_attribute("d")
    assert numbers(curve(page)) == pytest.approx(numbers(base or ""), abs=0.11)


def numbers(way: str) -> list[float]:
    return [float(number) for number in way.replace("M", " ").replace("L", " ").split()]


# ------------------------------------------------------------------------------ for everybody, everywhere


@pytest.mark.parametrize("scheme", ["light", "dark"])
@EVERY_REPORT
def test_nobody_is_shut_out(opened: Open, name: str, scheme: str) -> None:
    page = opened(name, scheme=scheme).page
    unfold(page)
    found = Axe().run(page).response["violations"]
    assert [(one["id"], one["nodes"][0]["html"]) for one in found if one["impact"] in SERIOUS] == []


def test_the_keyboard_comes_to_everything_in_the_order_of_the_page_and_is_seen(opened: Open) -> None:
    page = opened("result").page
    places = [focused(page) for _ in range(60) if page.keyboard.press("Tab") is None]
    met = [place for place in places if place["what"] != "BODY"]
    assert met[0]["text"] == "To the answer"
    names = [place["id"] or place["what"] for place in met]
    assert names.index("clock") < names.index("silence") < names.index("reset")
    assert all(place["outline"] != "none" for place in met)
    until_round = [place["top"] for place in met][1 : names.index("reset")]
    assert until_round == sorted(until_round)


def focused(page: Page) -> dict[str, Any]:
    found: dict[str, Any] = page.evaluate(
        """() => {
            const here = document.activeElement;
            const top = Math.round(here.getBoundingClientRect().top + scrollY);
            const outline = getComputedStyle(here).outlineStyle;
            return {what: here.tagName, id: here.id || here.name || "", text: here.textContent, top, outline};
        }"""
    )
    return found


def test_arrow_keys_turn_the_clock(opened: Open) -> None:
    page = opened("result").page
    before = headline(page)
    page.locator("#clock").focus()
    page.keyboard.press("ArrowLeft")
    assert headline(page) != before


@EVERY_SIZE
@pytest.mark.parametrize("name", ["result", "comparison", "plain", "watched"])
def test_no_page_is_wider_than_its_screen_and_no_words_lie_on_others(
    opened: Open, name: str, size: tuple[int, int]
) -> None:
    page = opened(name, size=size).page
    unfold(page)
    assert page.evaluate("document.documentElement.scrollWidth") <= size[0]
    assert page.evaluate(TEXTS_OUTSIDE) == []
    assert page.evaluate(TEXTS_TOUCHING) == []


@EVERY_REPORT
def test_on_paper_tables_are_folded_and_the_appendix_is_not(opened: Open, name: str, tmp_path: Path) -> None:
    page = opened(name).page
    page.pdf(path=tmp_path / "report.pdf")
    assert (tmp_path / "report.pdf").read_bytes().startswith(b"%PDF")
    page.emulate_media(media="print")
    page.evaluate("dispatchEvent(new Event('beforeprint'))")
    assert page.locator("#appendix details:not([open])").count() == 0
    assert page.locator("main details[open]").count() == page.locator("#appendix details").count()
    page.evaluate("dispatchEvent(new Event('afterprint'))")
    assert page.locator("details[open]").count() == 0


def test_without_a_clock_to_turn_the_report_says_why_there_is_no_control(opened: Open) -> None:
    page = opened("plain").page
    assert page.locator("#clock").count() == 0
    assert "--report full" in page.locator("#what-if").inner_text()
