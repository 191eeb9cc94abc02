"""Whom the live page refuses: who does not come from the page itself, asks too much, or for what is not there."""

from __future__ import annotations

import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from threading import Event
from typing import Any

import pytest
from starlette.testclient import TestClient

from sim.live.answering import AnswerDesk
from sim.live.bench import MOST_ASKED
from tests.live.pages import ADDRESS, ORIGIN, PAGE, asked, at, opened

JSON = {"Content-Type": "application/json", "Origin": ORIGIN}


@pytest.fixture(scope="module")
def page() -> Iterator[TestClient]:
    """The page of the small marketplace."""
    with opened() as client:
        yield client


PLACES = ("", "scenario.yaml", "summary.json", "report")


@pytest.mark.parametrize("where", PLACES)
@pytest.mark.parametrize(
    "token", ["", "another-token", ADDRESS.token[:-1], ADDRESS.token + "x", ADDRESS.token.upper()]
)
def test_without_the_token_nothing_is_answered(page: TestClient, token: str, where: str) -> None:
    reply = page.get(f"/{token}/{where}" if token else f"/{where}")
    assert reply.status_code == 403
    assert "refund" not in reply.text.replace("refused", "").replace("refund-sim open", "")


def test_a_question_without_the_token_is_refused(page: TestClient) -> None:
    assert page.post("/answer", json={"page": PAGE}, headers={"Origin": ORIGIN}).status_code == 403


@pytest.mark.parametrize(
    "origin",
    [
        None,
        "null",
        "http://evil.example",
        "https://127.0.0.1:8000",
        "http://127.0.0.1:9000",
        f"{ORIGIN}.evil.example",
    ],
)
@pytest.mark.parametrize("where", ["answer", "order"])
def test_a_question_of_another_origin_is_refused(page: TestClient, where: str, origin: str | None) -> None:
    headers = {"Content-Type": "application/json"} | ({"Origin": origin} if origin else {})
    assert page.post(at(where), content=json.dumps({"page": PAGE}), headers=headers).status_code == 403


@pytest.mark.parametrize("site", ["cross-site", "same-site"])
def test_what_another_site_asks_the_browser_to_fetch_is_refused(page: TestClient, site: str) -> None:
    for where in PLACES:
        assert page.get(at(where), headers={"Sec-Fetch-Site": site}).status_code == 403


@pytest.mark.parametrize(
    "host",
    ["evil.example:8000", "127.0.0.1", "127.0.0.1:80", "127.0.0.1.evil.example:8000", "192.168.1.7:8000", ""],
)
def test_a_name_that_was_turned_towards_this_machine_is_refused(page: TestClient, host: str) -> None:
    assert page.get(at(), headers={"Host": host}).status_code == 403


def test_to_others_the_page_is_known_by_its_addresses_and_not_by_any_name() -> None:
    with opened(host="0.0.0.0") as page:
        assert page.get(at(), headers={"Host": "192.168.1.7:8000"}).status_code == 200
        assert page.get(at(), headers={"Host": "evil.example:8000"}).status_code == 403


@pytest.mark.parametrize("size", [64 * 1024 + 1, 1_000_000])
def test_an_oversized_question_is_refused(page: TestClient, size: int) -> None:
    told = json.dumps({"page": PAGE, "set": ["x" * size]})
    assert page.post(at("answer"), content=told, headers=JSON).status_code == 413


def test_an_oversized_question_that_hides_its_length_is_refused(page: TestClient) -> None:
    def parts() -> Iterator[bytes]:
        for _ in range(100):
            yield b"x" * 10_000

    assert page.post(at("answer"), content=parts(), headers=JSON).status_code == 413


def test_an_oversized_address_is_refused(page: TestClient) -> None:
    assert page.get(at(), params={"set": "x" * 20_000}).status_code == 414


@pytest.mark.parametrize(
    "told",
    [
        "",
        "{",
        "[]",
        "null",
        '"text"',
        "[" * 60_000,
        '{"page": "' + PAGE + '", "set": ' + "[" * 30_000 + "]" * 30_000 + "}",
        json.dumps({"page": PAGE, "against": "policy:../../etc/passwd"}),
        json.dumps({"page": PAGE, "against": "policy:policy:aliexpress"}),
        '{"page": 3}',
        '{"page": "short"}',
        '{"page": "../../../../etc/passwd"}',
        json.dumps({"page": PAGE, "from": 3}),
        json.dumps({"page": PAGE, "from": {"a": 1}}),
        json.dumps({"page": PAGE, "set": "policy"}),
        json.dumps({"page": PAGE, "set": [1]}),
        json.dumps({"page": PAGE, "set": ["policy.cancellation.clock=\ud800"]}),
        json.dumps({"page": PAGE, "from": "\udc80"}),
        '{"page": "' + PAGE + '", "seed": ' + "9" * 5000 + "}",
        '{"page": "' + PAGE + '", "set": NaN}',
        json.dumps({"page": PAGE, "set": ["a=b"] * 201}),
        json.dumps({"page": PAGE, "set": ["a=" + "b" * 2000]}),
        json.dumps({"page": PAGE, "seed": -1}),
        json.dumps({"page": PAGE, "seed": 2**32}),
        json.dumps({"page": PAGE, "seed": "1e3"}),
        json.dumps({"page": PAGE, "seed": True}),
        json.dumps({"page": PAGE, "seed": "٣"}),
    ],
)
def test_a_malformed_question_is_refused(page: TestClient, told: str) -> None:
    reply = page.post(at("answer"), content=told, headers=JSON)
    assert reply.status_code == 400
    assert "Traceback" not in reply.text


@pytest.mark.parametrize("kind", ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data", ""])
def test_a_form_of_another_page_is_refused(page: TestClient, kind: str) -> None:
    reply = page.post(at("answer"), content="{}", headers={"Content-Type": kind, "Origin": ORIGIN})
    assert reply.status_code == 415


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH", "OPTIONS", "TRACE"])
def test_other_methods_are_refused(page: TestClient, method: str) -> None:
    assert page.request(method, at("answer")).status_code in (403, 405)


@pytest.mark.parametrize(
    "name",
    [
        "/etc/passwd",
        "../tests/fixtures/base",
        "preset:../../etc/passwd",
        "preset:aliexpress",
        "aliexpress.yaml",
        "file:///etc/passwd",
        "C:\\boot.ini",
        "\x00",
        "",
    ],
)
def test_no_file_of_the_machine_is_read_through_the_page(page: TestClient, name: str) -> None:
    named: dict[str, Any] = {"from": name} if name else {"against": "/dev/zero"}
    reply = page.get(at("scenario.yaml"), params=named)
    assert reply.status_code == 400
    assert "there is no scenario" in reply.text.lower()
    assert "root:" not in reply.text


@pytest.mark.parametrize("name", ["/etc/passwd", "sellers.csv", "../base.yaml"])
def test_no_table_of_the_machine_is_read_through_a_lever(page: TestClient, name: str) -> None:
    (told,) = asked(page, set=[f"market.sellers.roster={name}"])
    assert told["faults"]
    assert "root:" not in json.dumps(told)


@pytest.mark.parametrize(
    "path", ["../", "..%2f..%2fetc/passwd", "//etc/passwd", "%2e%2e/%2e%2e/etc/passwd", "live.js", "static/x"]
)
def test_there_is_nothing_else_to_be_had(page: TestClient, path: str) -> None:
    assert page.get(f"/{ADDRESS.token}/{path}").status_code in (403, 404)


def test_every_answer_forbids_what_it_does_not_need(page: TestClient) -> None:
    for where in ("", "scenario.yaml", "report"):
        headers = page.get(at(where)).headers
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["cache-control"] == "no-store"
        assert headers["x-frame-options"] == "DENY"
        assert headers["cross-origin-resource-policy"] == "same-origin"
    policy = page.get(at()).headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert "frame-ancestors 'none'" in policy


def test_of_many_pages_that_ask_at_once_some_are_told_to_come_again() -> None:
    with opened() as client:
        go, refused = Event(), list[int]()

        def waits(*_: object) -> Iterator[None]:
            go.wait(30)
            yield None

        def ask(number: int) -> int:
            reply = client.post(at("answer"), json={"page": f"{number:016d}"}, headers={"Origin": ORIGIN})
            refused.extend([number] if reply.status_code == 503 else [])
            if len(refused) >= 4:  # which are refused at once, while the others wait
                go.set()
            return reply.status_code

        with pytest.MonkeyPatch.context() as slow, ThreadPoolExecutor(MOST_ASKED + 4) as pages:
            slow.setattr(AnswerDesk, "answer", waits)
            statuses = list(pages.map(ask, range(MOST_ASKED + 4)))
        assert statuses.count(503) == 4
        assert statuses.count(200) == MOST_ASKED
        assert asked(client)[-1]["is_last"]


def test_one_pages_bad_luck_is_not_the_end_of_another(
    page: TestClient, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    from sim.live import screen

    def breaks(*_: object, **__: object) -> None:
        raise ZeroDivisionError("nobody expected this")

    with monkeypatch.context() as broken:
        broken.setattr(screen, "whole", breaks)
        told = asked(page)
        assert "defect" in told[-1]["fault"]
        assert "nobody expected this" in capsys.readouterr().err
    assert asked(page)[-1]["is_last"]
