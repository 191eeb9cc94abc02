"""Reports in a real browser: headless Chromium, offline, driven by Playwright.

Without a browser these tests are skipped, and say so; where REFUND_SIM_NEEDS_BROWSER is set, as in CI, that fails.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from sim.api import report
from sim.disk.placing import put_file
from sim.experiment.experiment import run
from sim.experiment.result import Result
from sim.show.files import report_page
from tests.unit.compared import comparison, result, swept
from tests.unit.test_experiment import LIVELY
from tests.worlds import world

NAMES = ("chromium", "chromium-browser", "google-chrome")
NEEDED = "REFUND_SIM_NEEDS_BROWSER"
QUIET = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
"""A browser that talks to nobody of its own accord."""
DESK, PHONE = (1100, 900), (360, 740)
Open = Callable[..., "Opened"]


class Opened:
    """A page of ours in the browser, and what it has asked for and complained of so far."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.requests: list[str] = []
        self.complaints: list[str] = []
        page.on("request", lambda request: self.requests.append(request.url))
        page.on("console", lambda message: self.complaints.append(message.text))
        page.on("pageerror", lambda error: self.complaints.append(str(error)))


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Chromium from the system, whatever it is called there."""
    found = next((path for name in NAMES if (path := shutil.which(name))), None)
    if found is None:
        why = f"no browser found (looked for {', '.join(NAMES)})"
        if os.environ.get(NEEDED):
            pytest.fail(f"{why}, and {NEEDED} is set")
        pytest.skip(why)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=found, args=list(QUIET))
        yield browser
        browser.close()


def slowly_refunded() -> Result:
    followed = LIVELY["experiment"] | {"follow_up": "7 d"}
    return run(world(LIVELY | {"experiment": followed, "policy.refund": {"posting": {"card": "30 d"}}}))


@pytest.fixture(scope="session")
def reports(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """A report of a result and one of a comparison, both with the control, and two without it, on the disk.

    One of them is of claims that were not watched for long enough to say when half of them had their money.
    """
    folder = tmp_path_factory.mktemp("reports")
    compared = comparison("silence-approves", "five-sellers")
    return {
        "result": put_file(folder / "result.html", report_page(result(), swept())),
        "comparison": put_file(folder / "comparison.html", report_page(compared, swept())),
        "plain": report(result(), folder / "plain.html"),
        "watched": report(slowly_refunded(), folder / "watched.html"),
    }


@pytest.fixture
def opened(browser: Browser, reports: dict[str, Path]) -> Iterator[Open]:
    """Opens a report from the disk, with no network, on a desk or on a phone, in a light or a dark room."""
    contexts = []

    def open_report(name: str, *, size: tuple[int, int] = DESK, scheme: str = "light") -> Opened:
        width, height = size
        context = browser.new_context(
            viewport={"width": width, "height": height},
            color_scheme="dark" if scheme == "dark" else "light",
            offline=True,
        )
        contexts.append(context)
        opened = Opened(context.new_page())
        opened.page.goto(reports[name].as_uri())
        return opened

    yield open_report
    for context in contexts:
        context.close()
