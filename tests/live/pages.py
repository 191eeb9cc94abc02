"""The live page's program without a network: asked by a test as a browser asks it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from starlette.testclient import TestClient

from sim.experiment.hands import Jobs
from sim.live.answering import AnswerDesk
from sim.live.bench import Bench, Remembering
from sim.live.server import program
from sim.live.wanted import Address, Shelf
from tests.scenario_files import BASE_FILE

ADDRESS = Address("a-token-that-nobody-knows", "127.0.0.1", 8000)
ORIGIN = "http://127.0.0.1:8000"
PAGE = "0123456789abcdef"
SHOWN_AT = (3,)
"""Replications of the second answer, which is the last: tests have no time to look on."""


@contextmanager
def opened(scenario: Path = BASE_FILE, host: str = "127.0.0.1", jobs: Jobs = 1) -> Iterator[TestClient]:
    """A client that knows the address, of a page that was opened with this scenario."""
    with Remembering(jobs) as workers:
        desk = AnswerDesk(Shelf(str(scenario)), workers, SHOWN_AT)
        app = program(desk, Bench(), ADDRESS._replace(host=host))
        with TestClient(app, base_url=ORIGIN) as client:
            yield client


def at(where: str = "", **asked: Any) -> str:
    """A place of the page."""
    return f"/{ADDRESS.token}/{where}"


def asked(client: TestClient, where: str = "answer", **told: Any) -> list[dict[str, Any]]:
    """All answers to a question, as the page's script reads them."""
    reply = client.post(at(where), json={"page": PAGE, **told}, headers={"Origin": ORIGIN})
    assert reply.status_code == 200, reply.text
    return [json.loads(line) for line in reply.text.splitlines()]
