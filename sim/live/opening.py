"""Opening the page: a free port of this machine, a token in the address, a browser, and a quiet end."""

from __future__ import annotations

import os
import socket
import sys
import webbrowser
from collections.abc import Callable
from contextlib import ExitStack
from importlib.util import find_spec

from sim.errors import BadUsage, UserError
from sim.experiment.hands import Jobs
from sim.live.wanted import Address, Shelf, Wanted, new_token, understood
from sim.live.words import said

LOOPBACK = "127.0.0.1"
LOCAL = (LOOPBACK, "::1", "localhost")
NEEDED = ("starlette", "uvicorn")
Say = Callable[[str], object]


def _to_stdout(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def _to_stderr(line: str) -> None:
    sys.stderr.write(f"{line}\n")


def open(
    scenario: str = "aliexpress",
    *,
    host: str = LOOPBACK,
    port: int = 0,
    browser: bool = True,
    jobs: Jobs = 1,
    changes: tuple[str, ...] = (),
    say: Say = _to_stdout,
    tell: Say = _to_stderr,
) -> None:
    """Serve the live page of a scenario until interrupted: levers on one side, what they do on the other.

    `scenario` is a file or a preset. The page is for this machine only unless `host` says otherwise; `port` 0 takes
    a free one. With `browser` the page is opened in it, where there is a screen. `jobs` processes share the work;
    `changes` (`path=value`) are made to begin with. `say` hears the address, which holds a token; `tell` hears what
    else one should know.

    Raises UserError where the extra `[page]` is not installed, BadScenario for a faulty scenario or change,
    BadUsage where the port or host cannot be had, and KeyboardInterrupt when it is ended.
    """
    if missing := [name for name in NEEDED if find_spec(name) is None]:
        raise UserError(said("opening.missing", packages=" and ".join(missing)))
    shelf = Shelf(scenario)
    wanted = Wanted(shelf.first, shelf.first, changes)
    understood(wanted, shelf)
    with _listening(host, port) as listening:
        address = Address(new_token(), host, listening.getsockname()[1])
        where = f"{address}?{wanted.query()}" if changes else str(address)
        say(where)
        tell(said("opening.how_to_end"))
        if host not in LOCAL:
            tell(said("opening.to_others", host=host))
        if browser and _has_screen():
            webbrowser.open(where)
        from sim.live.server import serve  # which loads all that answers need

        serve(shelf, wanted, address, listening, jobs)


def _listening(host: str, port: int) -> socket.socket:
    """A socket that only we listen to. Raises BadUsage where there is none to be had."""
    try:
        family, kind, protocol, _, place = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        with ExitStack() as unless_it_listens:
            listening = unless_it_listens.enter_context(socket.socket(family, kind, protocol))
            if os.name != "nt":  # there it would let others listen, too
                listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            listening.bind(place)
            listening.listen()  # a browser may come before all is loaded, and waits
            unless_it_listens.pop_all()
    except (OSError, UnicodeError) as refused:
        why = getattr(refused, "strerror", None) or refused
        raise BadUsage(said("opening.no_port", host=host, port=port, why=why)) from None
    return listening


def _has_screen() -> bool:
    """Without one a browser of the terminal might open, and take it over."""
    return sys.platform != "linux" or bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))
