"""The live page as a person meets it: levers turned by mouse and keyboard, on a desk and on a phone."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.browser.conftest import DESK, PHONE
from tests.scenario_files import BASE_FILE

pytestmark = [pytest.mark.browser, pytest.mark.slow]

CLOCK, SILENCE = "#policy-cancellation-clock", "#policy-cancellation-on-silence"
SERIOUS = ("serious", "critical")
PATIENCE = 60_000
"""Milliseconds; a machine may have other things to do."""


@pytest.fixture(scope="module", autouse=True)
def patient() -> Iterator[None]:
    """Nothing here fails because a machine has other things to do."""
    expect.set_options(timeout=PATIENCE)
    yield
    expect.set_options(timeout=5_000)


@pytest.fixture(scope="module")
def served() -> Iterator[tuple[subprocess.Popen[str], str]]:
    """The command, and the address that it has printed."""
    command = [sys.executable, "-m", "sim", "open", str(BASE_FILE), "--no-browser"]
    program = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    assert program.stdout
    yield program, program.stdout.readline().strip()
    program.send_signal(signal.SIGTERM)
    _, told = program.communicate(timeout=30)
    assert "Traceback" not in told
    assert program.returncode == 130


@pytest.fixture
def visit(browser: Browser, served: tuple[subprocess.Popen[str], str]) -> Iterator[Visit]:
    """Opens the page on a desk or on a phone, in a light or a dark room, each time as somebody else."""
    visiting = Visit(browser, served[1])
    yield visiting
    visiting.leave()


class Visit:
    """Visitors of the page, and what their browsers complained of."""

    def __init__(self, browser: Browser, address: str) -> None:
        self.address = address
        self.complaints: list[str] = []
        self.contexts: list[BrowserContext] = []
        self._browser = browser

    def __call__(self, query: str = "", size: tuple[int, int] = DESK, scheme: str = "light") -> Page:
        context = self._browser.new_context(
            viewport={"width": size[0], "height": size[1]}, color_scheme="dark" if scheme == "dark" else "light"
        )
        context.set_default_timeout(PATIENCE)
        self.contexts.append(context)
        page = context.new_page()
        page.on("console", lambda message: self.complaints.append(message.text))
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        page.goto(self.address + query)
        answered(page)
        return page

    def leave(self) -> None:
        for context in self.contexts:
            context.close()


def answered(page: Page) -> None:
    """Wait for an answer with all of its sections."""
    expect(page.locator("#compared h2")).to_be_visible(timeout=PATIENCE)
    expect(page.locator("#compared")).not_to_have_attribute("aria-busy", "true")


def replications(page: Page) -> int:
    return int(page.locator("body").get_attribute("data-replications") or 0)


def interval(page: Page) -> float:
    """The drawn interval's length."""
    line = page.locator(".surety .thick")
    return float(line.get_attribute("x2") or 0) - float(line.get_attribute("x1") or 0)


def test_a_lever_that_is_turned_changes_the_answer_and_undo_takes_it_back(visit: Visit) -> None:
    page = visit()
    before = page.locator("#answer .answer").first.inner_text()
    page.select_option("#policy-dispute-default-on-silence", "decline")
    expect(page.locator("#answer .versus-answer")).to_be_visible()
    assert page.locator("#answer .answer").first.inner_text() != before
    expect(page.locator(".lever.is-changed .mark:visible")).to_have_text("changed")
    expect(page.locator("#story h4")).to_have_count(2)
    page.click("#undo")
    expect(page.locator("#answer .versus-answer")).to_have_count(0)
    assert page.input_value("#policy-dispute-default-on-silence") == "approve"
    assert page.locator("#undo").is_disabled()
    assert visit.complaints == []


def test_the_interval_narrows_while_one_looks(visit: Visit) -> None:
    page = visit()
    count, length = replications(page), interval(page)
    expect(page.locator("body")).not_to_have_attribute("data-replications", str(count))
    assert replications(page) > count
    assert interval(page) < length


def test_the_slider_moves_with_the_keyboard_and_takes_the_field_along(visit: Visit) -> None:
    page = visit()
    slider = page.locator(f".lever:has({CLOCK}) .slider")
    slider.focus()
    page.keyboard.press("ArrowLeft")
    assert page.input_value(CLOCK) == "7 d"
    assert slider.get_attribute("aria-valuetext") == "7 d"
    expect(page.locator("#answer .changed b")).to_have_text("7 d")


def test_a_fault_stands_beside_its_lever_and_goes_when_it_is_mended(visit: Visit) -> None:
    page = visit()
    page.fill(CLOCK, "three")
    page.press(CLOCK, "Enter")
    fault = page.locator(f"{CLOCK}-fault")
    expect(fault).to_contain_text("expected a duration")
    assert page.get_attribute(CLOCK, "aria-invalid") == "true"
    page.fill(CLOCK, "3 d")
    page.press(CLOCK, "Enter")
    expect(fault).to_have_text("")
    expect(page.locator("#answer .changed b")).to_have_text("3 d")


def test_nothing_is_kept_of_what_cannot_be(visit: Visit) -> None:
    page = visit()
    page.fill(CLOCK, "")
    page.press(CLOCK, "Enter")
    expect(page.locator(f"{CLOCK}-fault")).to_contain_text("expected a value")
    expect(page.locator("#save")).not_to_have_attribute("href", re.compile("."))
    page.fill(CLOCK, "3 d")
    page.press(CLOCK, "Enter")
    expect(page.locator("#save")).to_have_attribute("href", re.compile("clock%3D3"))


def test_by_keyboard_alone_a_policy_is_compared_with_a_presets_on_the_same_orders(visit: Visit) -> None:
    page = visit()
    page.focus(CLOCK)
    page.keyboard.press("Control+a")
    page.keyboard.type("2 d")
    page.keyboard.press("Enter")
    page.focus("#against")
    page.keyboard.type("ebay-2024")
    heading = page.locator("#compared h2")
    expect(heading).to_have_text("Against: The policy of eBay, with a month to ask")
    expect(page.locator("#story h4")).to_have_count(2)
    page.focus(".skip")
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "answer"
    page.focus("#undo")  # the way to the answer was no step
    page.keyboard.press("Enter")
    expect(page.locator("#against")).not_to_have_value("policy:ebay-2024")
    assert page.input_value(CLOCK) == "2 d"


def test_the_buyers_question_is_answered_and_its_faults_are_told_at_their_fields(visit: Visit) -> None:
    page = visit(size=PHONE)
    page.fill("#paid", "soon")
    page.press("#paid", "Enter")
    expect(page.locator("#advised .fault")).to_contain_text("expected a duration")
    assert page.get_attribute("#paid", "aria-invalid") == "true"
    page.fill("#paid", "3 d")
    page.press("#paid", "Enter")
    expect(page.locator("#advised tbody tr").first).to_be_visible(timeout=PATIENCE)
    assert page.get_attribute("#paid", "aria-invalid") is None


def test_a_link_restores_the_state_and_two_pages_stay_apart(visit: Visit) -> None:
    first = visit()
    first.fill(CLOCK, "2 d")
    first.press(CLOCK, "Enter")
    expect(first.locator("#answer .changed b")).to_have_text("2 d")
    second = visit("?" + first.url.partition("?")[2])
    assert second.input_value(CLOCK) == "2 d"
    second.fill(CLOCK, "5 d")
    second.press(CLOCK, "Enter")
    expect(second.locator("#answer .changed b")).to_have_text("5 d")
    assert first.input_value(CLOCK) == "2 d"
    assert first.locator("#answer .changed b").inner_text() == "2 d"


def test_what_is_saved_is_a_file_that_runs(visit: Visit, tmp_path: Path) -> None:
    page = visit()
    page.fill(CLOCK, "3 d")
    page.press(CLOCK, "Enter")
    expect(page.locator("#answer .changed b")).to_have_text("3 d")
    with page.expect_download() as download:
        page.click("#save")
    file = tmp_path / download.value.suggested_filename
    download.value.save_as(file)
    command = [sys.executable, "-m", "sim", "validate", str(file)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert "3 d instead of 9 d" in file.read_text()


def test_a_report_of_the_screen_opens_with_its_own_pictures(visit: Visit) -> None:
    page = visit("?set=policy.cancellation.clock%3D3+d")
    with page.expect_popup() as opened:
        page.click("#report")
    report = opened.value
    expect(report.locator("#comparison")).to_be_visible()
    assert report.evaluate("getComputedStyle(document.body).maxWidth") != "none"  # its style is let in
    assert visit.complaints == []


def test_any_other_lever_can_be_set_and_an_order_followed(visit: Visit) -> None:
    page = visit()
    page.fill("#other", "policy.mediation=none")
    page.press("#other", "Enter")
    expect(page.locator("#others code")).to_have_text("policy.mediation=none")
    page.fill("#order", "3")
    page.press("#order", "Enter")
    expect(page.locator("#told h3")).to_have_text("Order 3")


@pytest.mark.parametrize(("size", "scheme"), [(DESK, "light"), (PHONE, "dark")])
def test_nothing_on_the_page_keeps_anybody_out(visit: Visit, size: tuple[int, int], scheme: str) -> None:
    page = visit("?set=policy.dispute.default.on_silence%3Ddecline", size, scheme)
    for summary in page.locator("#levers > details > summary").all():
        summary.click()
    found = Axe().run(page).response["violations"]
    assert [one["id"] for one in found if one["impact"] in SERIOUS] == []
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert visit.complaints == []
    page.emulate_media(media="print")  # on paper only the answers are left
    assert not page.locator("#levers").is_visible()
    assert page.locator("#answer").is_visible()


def test_when_the_program_ends_the_page_says_how_to_start_it_again(browser: Browser) -> None:
    command = [sys.executable, "-m", "sim", "open", str(BASE_FILE), "--no-browser", "-q"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as program:
        assert program.stdout
        visit = Visit(browser, program.stdout.readline().strip())
        page = visit()
        program.kill()
        program.wait()
        page.fill(CLOCK, "3 d")
        page.press(CLOCK, "Enter")
        expect(page.locator("#status")).to_contain_text("refund-sim open")
        assert page.input_value(CLOCK) == "3 d"
        visit.leave()


@pytest.mark.long
def test_two_hundred_moves_leak_nothing(visit: Visit, served: tuple[subprocess.Popen[str], str]) -> None:
    """Neither in the page's program, once its memory is full, nor in the browser."""
    page = visit()
    sizes = []
    for move in range(201):
        page.fill(CLOCK, f"{20 + move} h")
        page.press(CLOCK, "Enter")
        expect(page.locator("#answer .changed b")).to_contain_text(re.compile(r"\d"))
        if move in (100, 200):
            statm = Path(f"/proc/{served[0].pid}/statm").read_text().split()
            sizes.append((int(statm[1]) * os.sysconf("SC_PAGE_SIZE"), page.locator("*").count()))
    (before, nodes), (after, more) = sizes
    assert after < before * 1.15
    assert more < nodes * 1.1
