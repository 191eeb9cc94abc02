"""Who may ask the page's program, and how much: everything else is refused before it is looked at.

A page of some other site, open in the same browser, can send requests to a program on this machine. It knows no
token, its requests name their origin, and a name that it has turned towards this machine is not one of ours.
"""

from __future__ import annotations

import asyncio
import hmac
import ipaddress
import socket

from starlette.datastructures import Headers
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

MOST_BODY, MOST_QUERY = 64 * 1024, 16 * 1024
"""Bytes of a question, and of the part of an address behind the question mark."""
PATIENCE = 10.0
"""Seconds that a question may take to arrive."""
HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cache-Control": "no-store",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
}
"""Of every answer; a page adds a content-security policy of its own."""
_LOCAL = ("localhost", "127.0.0.1", "[::1]")


class Guard:
    """Lets through what comes from the page itself, under `/TOKEN/`, and takes the token away."""

    def __init__(self, app: ASGIApp, token: str, host: str, port: int) -> None:
        self._app = app
        self._token = token.encode()
        self._names = names_of(host)
        self._is_open = host not in ("localhost", "127.0.0.1", "::1")
        self._port = port

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await self._app(scope, receive, send)
            return
        if scope["type"] != "http":
            return  # the server has no other way in
        refusal = self._refusal(scope)
        if refusal:
            await _refuse(scope, receive, send, *refusal)
            return
        body = await _whole(receive) if scope["method"] == "POST" else b""
        if body is None:
            await _refuse(scope, receive, send, 413, "too long, or too slow to arrive")
            return
        inner = dict(scope, path="/" + scope["path"].split("/", 2)[2], headers=scope["headers"])
        await self._app(inner, _replayed(body, receive), _with_headers(send))

    def _refusal(self, scope: Scope) -> tuple[int, str] | None:
        """The status and why; None where nothing is wrong."""
        headers = Headers(scope=scope)
        host = headers.get("host", "")
        if len(headers.getlist("host")) != 1 or not self._is_ours(host):
            return 403, "not a name of this page"
        given, slash, _ = scope["path"].removeprefix("/").partition("/")
        if not slash or not hmac.compare_digest(given.encode(errors="replace"), self._token):
            return 403, "the address lacks the page's token: use the one that refund-sim open has printed"
        if headers.get("sec-fetch-site", "none") not in ("none", "same-origin"):
            return 403, "asked for by another page: paste the address into the browser instead"
        if len(scope.get("query_string", b"")) > MOST_QUERY:
            return 414, "the address is too long"
        if scope["method"] == "POST":
            return _wrong_question(headers, host)
        return None if scope["method"] in ("GET", "HEAD") else (405, "only GET and POST")

    def _is_ours(self, host: str) -> bool:
        """A name of this machine with our port. To others a page may be known by any address, never by any name:
        names can be turned towards this machine by whoever owns them, addresses cannot."""
        name, _, port = host.rpartition(":")
        if port != str(self._port):
            return False
        return name.lower() in self._names or (self._is_open and _is_address(name))


def _wrong_question(headers: Headers, host: str) -> tuple[int, str] | None:
    if headers.get("origin") != f"http://{host}":
        return 403, "asked by another page"
    if headers.get("content-type", "").split(";")[0].strip() != "application/json":
        return 415, "expected application/json"
    length = headers.get("content-length", "0")
    if not (length.isascii() and length.isdecimal() and int(length) <= MOST_BODY):
        return 413, "too long"
    return None


def names_of(host: str) -> frozenset[str]:
    """What this machine may be called in an address of the page."""
    own = {socket.gethostname().lower()} if host not in ("localhost", "127.0.0.1", "::1") else set()
    given = f"[{host}]" if ":" in host else host
    return frozenset({*_LOCAL, given.lower(), *own})


def _is_address(name: str) -> bool:
    try:
        ipaddress.ip_address(name.removeprefix("[").removesuffix("]"))
    except ValueError:
        return False
    return True


async def _whole(receive: Receive) -> bytes | None:
    """The question as it arrives; None where it is too long, does not arrive in time, or breaks off."""
    parts, size = [], 0
    try:
        async with asyncio.timeout(PATIENCE):
            while True:
                message = await receive()
                if message["type"] != "http.request":
                    return None
                parts.append(message.get("body", b""))
                size += len(parts[-1])
                if size > MOST_BODY:
                    return None
                if not message.get("more_body"):
                    return b"".join(parts)
    except TimeoutError:
        return None


def _replayed(body: bytes, receive: Receive) -> Receive:
    """The question once more, and then whatever follows: that the page has gone away."""
    left = [{"type": "http.request", "body": body, "more_body": False}]

    async def again() -> Message:
        return left.pop() if left else await receive()

    return again


def _with_headers(send: Send) -> Send:
    async def sending(message: Message) -> None:
        if message["type"] == "http.response.start":
            told = list(message.get("headers", []))
            ours = {name.lower().encode(): value.encode() for name, value in HEADERS.items()}
            missing = ours.keys() - {name.lower() for name, _ in told}
            message = {**message, "headers": told + [(name, ours[name]) for name in ours if name in missing]}
        await send(message)

    return sending


async def _refuse(scope: Scope, receive: Receive, send: Send, status: int, why: str) -> None:
    answer = PlainTextResponse(f"refused: {why}\n", status, headers={"Connection": "close"})
    await answer(scope, receive, _with_headers(send))
