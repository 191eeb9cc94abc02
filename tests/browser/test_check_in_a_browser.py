"""The page of a check as its readers meet it: offline, on a desk or a phone, in the dark, with hostile titles."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser

from sim.baselines.history import History
from sim.show.checked.files import charts_of
from sim.show.checked.page import page_of
from tests.browser.conftest import DESK, PHONE, Opened
from tests.unit.checked import HOSTILE, check, entries, hostile

pytestmark = [pytest.mark.browser, pytest.mark.slow]

HISTORY = History(tuple(entries()))
CHECKS = {"usual": check, "hostile": hostile}
EVERY_CHECK = pytest.mark.parametrize("name", list(CHECKS))
EVERY_SIZE = pytest.mark.parametrize("size", [DESK, PHONE], ids=["desk", "phone"])
EVERY_LIGHT = pytest.mark.parametrize("scheme", ["light", "dark"])


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Each check's page, on the disk."""
    folder = tmp_path_factory.mktemp("checks")
    for name, found in CHECKS.items():
        page = page_of(found(), charts_of(found(), HISTORY), HISTORY)
        (folder / f"{name}.html").write_text(page, encoding="utf-8")
    return {name: folder / f"{name}.html" for name in CHECKS}


@pytest.fixture
def opened(
    browser: Browser, pages: dict[str, Path], name: str, size: tuple[int, int], scheme: str
) -> Iterator[Opened]:
    """The page in the browser, everything unfolded."""
    width, height = size
    context = browser.new_context(
        viewport={"width": width, "height": height},
        color_scheme="dark" if scheme == "dark" else "light",
        offline=True,
    )
    opened = Opened(context.new_page())
    opened.page.on("dialog", lambda dialog: opened.complaints.append(dialog.message))
    opened.page.goto(pages[name].as_uri())
    opened.page.evaluate("document.querySelectorAll('details').forEach((one) => { one.open = true; })")
    yield opened
    context.close()


BEYOND_ITS_FRAME = """() => [...document.querySelectorAll("th, td")]
    .filter((cell) => cell.getClientRects().length
        && cell.getBoundingClientRect().right > cell.closest(".wide").getBoundingClientRect().right + 1)
    .map((cell) => cell.textContent)"""
"""Cells of tables that one has to scroll to, such as a verdict on a phone."""


@EVERY_CHECK
@EVERY_SIZE
@EVERY_LIGHT
def test_the_page_opens_quietly_fits_its_screen_and_can_be_read_by_everybody(opened: Opened, name: str) -> None:
    assert [url.split("/")[-1] for url in opened.requests] == [f"{name}.html"]
    assert opened.complaints == []
    width = opened.page.evaluate("document.documentElement.scrollWidth")
    assert width <= opened.page.viewport_size["width"]
    assert opened.page.evaluate(BEYOND_ITS_FRAME) == []
    violations = Axe().run(opened.page).response["violations"]
    assert [(one["id"], one["nodes"][0]["html"]) for one in violations] == []


@pytest.mark.parametrize(("name", "size", "scheme"), [("hostile", DESK, "light")])
def test_a_title_that_tries_to_be_markup_is_read_as_it_stands(opened: Opened) -> None:
    shown = opened.page.locator("section#silence-approves p.faint").first.inner_text()
    assert shown.startswith(HOSTILE[:60])
    assert opened.page.locator("img, script").count() == 0
    assert opened.page.locator("section").count() == 2


@pytest.mark.parametrize(("name", "size", "scheme"), [("usual", DESK, "dark")])
def test_charts_take_the_colours_of_a_dark_page(opened: Opened) -> None:
    lightness = opened.page.evaluate(
        """() => [...document.querySelectorAll("svg.chart text")].map((text) => {
            const [red, green, blue] = getComputedStyle(text).fill.match(/\\d+/g).map(Number);
            return 0.299 * red + 0.587 * green + 0.114 * blue;
        })"""
    )
    assert len(lightness) > 100
    assert min(lightness) > 120


@pytest.mark.parametrize(("name", "size", "scheme"), [("usual", DESK, "light")])
def test_on_paper_no_heading_is_left_alone_and_no_picture_or_row_is_cut(opened: Opened, tmp_path: Path) -> None:
    opened.page.evaluate("document.querySelectorAll('details').forEach((one) => { one.open = false; })")
    opened.page.emulate_media(media="print")
    style = "(what) => [...document.querySelectorAll(what)].map((one) => getComputedStyle(one))"
    assert set(opened.page.evaluate(f"({style})('h2, h3').map((one) => one.breakAfter)")) == {"avoid"}
    assert set(opened.page.evaluate(f"({style})('figure, tr').map((one) => one.breakInside)")) == {"avoid"}
    folded = opened.page.evaluate("getComputedStyle(document.querySelector('summary'), '::after').content")
    assert folded == '" (on the screen)"'
    opened.page.pdf(path=tmp_path / "check.pdf", prefer_css_page_size=True)
    written = (tmp_path / "check.pdf").read_bytes()
    assert b"/MediaBox [0 0 594.9" in written or b"/MediaBox [0 0 595" in written, "A4, as the page says"
