"""The page's program: what it answers, and to what.

    GET  /TOKEN/                     the page, in the state that its address says
    POST /TOKEN/answer               a question; answers come as lines of JSON, each surer than the last
    POST /TOKEN/order                the story of one order
    POST /TOKEN/advice               what one buyer who waits may expect
    GET  /TOKEN/scenario.yaml        what is on the screen, to keep
    GET  /TOKEN/summary.json         its numbers
    GET  /TOKEN/report               its report

Nothing is read from this machine but the scenarios on the shelf, and nothing is written.
"""

from __future__ import annotations

import json
import secrets
import socket
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from functools import cache
from typing import Any

import uvicorn
from markupsafe import Markup
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, PlainTextResponse, Response, StreamingResponse
from starlette.routing import Route

from sim.errors import RefundSimError, UserError
from sim.experiment.hands import Jobs
from sim.live.answering import AnswerDesk
from sim.live.bench import Asked, Bench, Remembering
from sim.live.guard import MOST_QUERY, Guard
from sim.live.levers import parts_of
from sim.live.screen import PACKAGES, file_name, saved
from sim.live.wanted import MOST_SHOWN, POLICY_OF, Address, Shelf, Wanted, number_from, understood, wanted_from
from sim.live.words import said, words
from sim.show.files import summary_of
from sim.show.report.page import stylesheet
from sim.show.standalone import hash_source, json_within, templates_of, text_of

MOST_CONNECTIONS = 100
"""At the same time; more are told to come again."""
LAST_WORDS = 1
"""Seconds that answers under way have to end when the page closes."""
MOST_ORDER, FIRST_SHOWN = 10_000_000, 12
"""The largest number of an order that is looked for; replications of what is taken away where nothing is said."""
BUYER, LONGEST_WORD = ("paid", "asked", "stage", "method", "value", "seller_type"), 60
"""What a buyer may say, and in how many letters each."""
PLAIN_POLICY = "default-src 'none'; frame-ancestors 'none'"


def serve(shelf: Shelf, wanted: Wanted, address: Address, listening: socket.socket, jobs: Jobs) -> None:
    """Answer until told to end. Raises KeyboardInterrupt then."""
    with Remembering(jobs) as workers:
        app = program(AnswerDesk(shelf, workers), Bench(), address, wanted)
        config = uvicorn.Config(
            app,
            log_level="error",
            access_log=False,
            ws="none",
            lifespan="on",
            server_header=False,
            proxy_headers=False,
            limit_concurrency=MOST_CONNECTIONS,
            timeout_graceful_shutdown=LAST_WORDS,
            h11_max_incomplete_event_size=2 * MOST_QUERY,
        )
        uvicorn.Server(config).run(sockets=[listening])


def program(desk: AnswerDesk, bench: Bench, address: Address, first: Wanted | None = None) -> Guard:
    """Everything that is answered, behind its guard. What is asked `first` is worked out before anybody asks."""
    doings = _Doings(desk, bench)

    @asynccontextmanager
    async def life(app: Starlette) -> AsyncIterator[None]:
        if first:
            bench.ask("first", desk.first_answer(first))
        yield
        bench.close()

    routes = [
        Route("/", doings.page),
        Route("/answer", doings.answer, methods=["POST"]),
        Route("/order", doings.order, methods=["POST"]),
        Route("/advice", doings.advice, methods=["POST"]),
        *(Route(place, doings.taken_away) for place in doings.forms),
    ]
    app = Starlette(routes=routes, lifespan=life, exception_handlers={UserError: _refused})
    return Guard(app, address.token, address.host, address.port)


class _Doings:
    """One function for each thing that is asked for."""

    def __init__(self, desk: AnswerDesk, bench: Bench) -> None:
        self._desk = desk
        self._bench = bench
        self.forms = {"/scenario.yaml": self._scenario, "/summary.json": self._summary, "/report": self._report}
        """In which what is on the screen can be taken away, by place."""

    async def page(self, request: Request) -> Response:
        wanted = _wanted_of(request, self._desk)
        style, script = page_style(), text_of("sim.live", "live.js")
        policy = (
            f"default-src 'none'; style-src '{hash_source(style)}'; script-src '{hash_source(script)}'; "
            "connect-src 'self'; img-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
        )
        text = await self._only(f"page-{secrets.token_hex(8)}", self._rendered(wanted, style, script))
        is_page = isinstance(text, str)
        return HTMLResponse(text, headers={"Content-Security-Policy": policy}) if is_page else _too_many()

    def _rendered(self, wanted: Wanted, style: str, script: str) -> Iterator[str]:
        scenario = self._desk.shelf.scenario(wanted.start)
        seed = scenario.experiment.seed
        filling = {
            "words": words(),
            "script_words": json_within(words()["status"] | words()["page"] | words()["faults"]),
            "style": Markup(style),
            "script": Markup(script),
            "names": self._desk.shelf.names,
            "start": wanted.start,
            "against": wanted.against,
            "policy_of": POLICY_OF,
            "query": wanted.query(),
            "page": secrets.token_hex(16),
            "seed": seed,
            "seed_now": seed if wanted.seed is None else wanted.seed,
            "parts": parts_of(scenario),
            "methods": list(scenario.market.payment_methods),
            "types": list(scenario.market.sellers.types),
            "most": MOST_SHOWN,
        }
        yield templates_of(*PACKAGES).get_template("live.html.j2").render(filling)

    async def answer(self, request: Request) -> Response:
        told, page = await _question(request)
        return self._told(page, self._desk.answer(wanted_from(told, self._desk.shelf)))

    async def order(self, request: Request) -> Response:
        told, page = await _question(request)
        wanted = wanted_from(told, self._desk.shelf)
        order = number_from(told.get("order"), "order", MOST_ORDER) or 0
        replication = number_from(told.get("replication"), "replication", MOST_SHOWN - 1) or 0
        return self._told(f"{page}-order", self._desk.follow(wanted, order, replication))

    async def advice(self, request: Request) -> Response:
        told, page = await _question(request)
        wanted, buyer = wanted_from(told, self._desk.shelf), _buyer_of(told)
        return self._told(f"{page}-advice", self._desk.advise(wanted, buyer))

    def _told(self, page: str, steps: Iterator[Any]) -> Response:
        try:
            asked = self._bench.ask(page, steps)
        except UserError as fault:
            return _bad(fault, 503)
        return StreamingResponse(
            _lines(asked), media_type="application/x-ndjson", headers={"Content-Security-Policy": PLAIN_POLICY}
        )

    def _scenario(self, wanted: Wanted, replications: int) -> Iterator[Response]:
        asked = understood(wanted, self._desk.shelf)
        attached = {"Content-Disposition": f'attachment; filename="{file_name(asked)}"'}
        yield Response(saved(asked, replications), media_type="application/yaml", headers=attached)

    def _summary(self, wanted: Wanted, replications: int) -> Iterator[Response | None]:
        for step in self._desk.results(wanted, replications):
            yield step and JSONResponse(summary_of(step[0]))

    def _report(self, wanted: Wanted, replications: int) -> Iterator[Response | None]:
        for page in self._desk.report(wanted, replications):
            # The page's own policy stands in it: it lets in nothing but its own style and script.
            yield page and HTMLResponse(page, headers={"Content-Security-Policy": "frame-ancestors 'none'"})

    async def taken_away(self, request: Request) -> Response:
        wanted, given = _wanted_of(request, self._desk), request.query_params.get("replications")
        replications = number_from(given, "replications", MOST_SHOWN, least=1) or FIRST_SHOWN
        steps = _caught(self.forms[request.scope["path"]](wanted, replications))
        answer = await self._only(f"away-{secrets.token_hex(8)}", steps)
        if isinstance(answer, dict):
            return PlainTextResponse(f"{answer.get('fault', '')}\n", 500)
        return answer or _too_many()

    async def _only(self, page: str, steps: Iterator[Any]) -> Any:
        """The one answer to a question that has one."""
        try:
            asked = self._bench.ask(page, steps)
        except UserError:
            return None
        return await anext(asked.answers(), None)


def _caught(steps: Iterator[Any]) -> Iterator[Any]:
    """What a user can mend as an answer."""
    try:
        yield from steps
    except RefundSimError as fault:
        yield _bad(fault)


def _too_many() -> Response:
    return PlainTextResponse(said("faults.too_many_questions") + "\n", 503)


async def _refused(_: Request, fault: Exception) -> Response:
    return _bad(fault)


def _bad(fault: Exception, status: int = 400) -> Response:
    return PlainTextResponse(f"{fault}\n", status, headers={"Content-Security-Policy": PLAIN_POLICY})


async def _lines(asked: Asked) -> AsyncIterator[str]:
    async for answer in asked.answers():
        yield json.dumps(answer, allow_nan=False) + "\n"


async def _question(request: Request) -> tuple[dict[str, Any], str]:
    """What a page has sent, and which page it was. Raises UserError for what is no question."""
    try:
        told = json.loads(await request.body())
    except (ValueError, RecursionError):
        raise UserError(said("faults.malformed")) from None
    page = told.get("page") if isinstance(told, dict) else None
    if not (isinstance(page, str) and page.isalnum() and page.isascii() and 16 <= len(page) <= 64):
        raise UserError(said("faults.malformed"))
    return told, page


def _buyer_of(told: dict[str, Any]) -> dict[str, str]:
    """What a buyer has said; what it means is for others to judge. Raises UserError."""
    buyer = {name: told.get(name) or "" for name in BUYER}
    if not all(isinstance(one, str) and len(one) <= LONGEST_WORD and one.isascii() for one in buyer.values()):
        raise UserError(said("faults.malformed"))
    return buyer


def _wanted_of(request: Request, desk: AnswerDesk) -> Wanted:
    asked = request.query_params
    one = {name: asked[name] for name in ("from", "against", "seed") if name in asked}
    return wanted_from({**one, "set": asked.getlist("set")}, desk.shelf)


# ------------------------------------------------------------------------------------ what the page is made of


@cache
def page_style() -> str:
    """The report's style, and what a page with levers needs besides."""
    return stylesheet() + text_of("sim.live", "live.css")
