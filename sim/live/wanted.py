"""What a page asks: a scenario to start from, changes of it, and what to hold the outcome against; and where it is.

Whatever comes from a page is untrusted: it is bounded here, and its values are read as those of `--set` are.
"""

from __future__ import annotations

import secrets
import socket
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, NamedTuple
from urllib.parse import urlencode

from sim.errors import BadScenario, BadUsage, Fault
from sim.live.words import said
from sim.scenario.loading import built, load, with_changes
from sim.scenario.model import Scenario
from sim.scenario.presets import MARK, named, preset_names, told_as
from sim.scenario.resolved import Changed, changed_between, described
from sim.scenario.selling import expected_orders
from sim.scenario.wording import printable

MOST_CHANGES, LONGEST_CHANGE, LONGEST_NAME = 200, 2_000, 200
"""Changes of one question, letters of one, and letters of a scenario's name."""
MOST_ORDERS = 250_000
"""Orders of one replication: more would keep the other pages waiting. The command line has no such bound."""
MOST_SHOWN = 80
"""Replications that a page goes up to."""
SEEDS, LONGEST_TITLE = 2**32, 200
FEW = 3
"""Faults of a policy that does not go with a marketplace, told on one line."""
OPEN_TO_CHANGE = ("policy", "buyers", "market", "costs", "calendars")
"""Parts of a scenario that a page may change."""
POLICY_OF = "policy:"
"""Before the name of what is compared with: its policy alone, in the marketplace of the question."""
YOURS = ("yours", "yours-too")
"""What the changed scenario goes by; the second where the base has the first."""


@dataclass(frozen=True)
class Wanted:
    """One question. Two that are equal have the same answer."""

    start: str
    """Of `Shelf.names`."""
    against: str
    """Of `Shelf.names`, perhaps after `POLICY_OF`; what the outcome is held against."""
    changes: tuple[str, ...] = ()
    """Each as `path=value`, in the words of a scenario file."""
    seed: int | None = None
    """Where all luck starts; None is the scenario's own."""

    def query(self, **more: object) -> str:
        """As the part of an address behind the question mark, from which `wanted_from` reads it again."""
        seed = [] if self.seed is None else [("seed", self.seed)]
        sets = [("set", change) for change in self.changes]
        return urlencode([("from", self.start), ("against", self.against), *seed, *sets, *more.items()])


class Address(NamedTuple):
    """Where the page is found."""

    token: str
    host: str
    port: int

    def __str__(self) -> str:
        everywhere = self.host in ("0.0.0.0", "::")
        host = socket.gethostname() if everywhere else f"[{self.host}]" if ":" in self.host else self.host
        return f"http://{host}:{self.port}/{self.token}/"


def new_token() -> str:
    """Nobody can guess it."""
    return secrets.token_urlsafe(24)


class Shelf:
    """The scenarios that a page may name: the one it was opened with, and the presets. No other file is read."""

    def __init__(self, opened: str) -> None:
        """Raises BadScenario where the scenario is faulty."""
        self._scenario = load(opened)
        place = named(opened)
        self.first = place.stem if told_as(place).startswith(MARK) else printable(place.name)[-LONGEST_NAME:]
        self.names = [self.first, *(name for name in preset_names() if name != self.first)]
        self._load = lru_cache(maxsize=len(self.names))(load)

    def scenario(self, name: str) -> Scenario:
        """Raises BadUsage for a name that is not on the shelf."""
        if name == self.first:
            return self._scenario
        if name not in self.names:
            raise BadUsage(said("faults.no_such_scenario", name=printable(name)[:LONGEST_NAME]))
        return self._load(f"{MARK}{name}")


def wanted_from(told: Mapping[str, Any], shelf: Shelf) -> Wanted:
    """Read a question. Raises BadUsage for what is none."""
    start = told.get("from") or shelf.first
    against = told.get("against") or start
    changes, seed = told.get("set", []), told.get("seed")
    if not (isinstance(changes, list) and all(map(_is_text, (start, against, *changes)))):
        raise BadUsage(said("faults.malformed"))
    if len(changes) > MOST_CHANGES or any(len(one) > LONGEST_CHANGE for one in changes):
        raise BadUsage(said("faults.too_much"))
    for name in (start, against.removeprefix(POLICY_OF)):
        shelf.scenario(name)
    return Wanted(start, against, tuple(changes), number_from(seed, "seed", SEEDS - 1))


def _is_text(given: Any) -> bool:
    """Whether it is text that can be written down: half a character, as JSON may have it, cannot."""
    if not isinstance(given, str):
        return False
    try:
        given.encode()
    except UnicodeEncodeError:
        return False
    return True


def number_from(given: Any, what: str, most: int, least: int = 0) -> int | None:
    """A whole number of a question, or None where none is given. Raises BadUsage."""
    if given in (None, ""):
        return None
    text = str(given)
    is_number = not isinstance(given, bool) and text.isascii() and text.isdecimal() and len(text) <= 10
    if not (is_number and least <= int(text) <= most):
        raise BadUsage(said("faults.number", what=what, least=f"{least:,}", most=f"{most:,}"))
    return int(text)


@dataclass(frozen=True)
class Understood:
    """A question, with the scenarios that it is about."""

    wanted: Wanted
    start: Scenario
    """As it stands on the shelf, with the seed that is wanted."""
    mine: Scenario
    base: Scenario | None
    """None where nothing differs from it."""
    changed: tuple[Changed, ...]
    """What of the start is changed, and to what."""


def understood(wanted: Wanted, shelf: Shelf) -> Understood:
    """The scenarios of a question. Raises BadScenario with the faults of its changes."""
    _expect_open_to_change(wanted.changes)
    start = _seeded(shelf.scenario(wanted.start), wanted.seed)
    mine = with_changes(start, wanted.changes) if wanted.changes else start
    changed = tuple(changed_between(start, mine))
    mine = mine if changed else start
    base = _base(wanted, shelf, mine)
    if mine != base:
        name = next(name for name in YOURS if name != base.name)
        mine = mine.model_copy(update={"name": name, "title": _title(start, len(changed))})
        from sim.experiment.comparison import expect_comparable  # the page's address is told before it is loaded

        expect_comparable(base, [mine])
    expect_not_too_large(mine)
    expect_not_too_large(base)
    return Understood(wanted, start, mine, base if mine != base else None, changed)


def _base(wanted: Wanted, shelf: Shelf, mine: Scenario) -> Scenario:
    other = shelf.scenario(wanted.against.removeprefix(POLICY_OF))
    if not wanted.against.startswith(POLICY_OF):
        return _seeded(other, wanted.seed)
    try:
        return under_the_policy_of(other, mine)
    except BadScenario as fault:
        told = "; ".join(f"{one.path}: {one.message}" for one in fault.faults[:FEW])
        raise BadUsage(said("faults.policy_elsewhere", name=printable(other.name), told=told)) from None


def under_the_policy_of(other: Scenario, world: Scenario) -> Scenario:
    """The world's orders, buyers and sellers under the policy of another scenario, which gives the name.

    Raises BadScenario where that policy lacks what the world needs.
    """
    its, here = described(other, with_defaults=False), described(world, with_defaults=False)
    sources = {
        path: source
        for scenario in (its, here)
        for path, source in scenario.get("provenance", {}).items()
        if (path.split(".")[0] == "policy") == (scenario is its)
    }
    title = said("titles.policy_of", title=other.title or other.name)[:LONGEST_TITLE]
    return built(
        {**here, "name": other.name, "title": title, "policy": its["policy"], "provenance": sources}, other.name
    )


def _seeded(scenario: Scenario, seed: int | None) -> Scenario:
    if seed is None:
        return scenario
    from sim.experiment.experiment import with_numbers

    return with_numbers(scenario, seed=seed)


def _title(start: Scenario, changes: int) -> str:
    title = start.title or start.name
    how = said("titles.changed", changes=changes, s="" if changes == 1 else "s")
    return f"{title[: LONGEST_TITLE - len(how)]}{how}" if changes else title


def _expect_open_to_change(changes: tuple[str, ...]) -> None:
    paths = [change.partition("=")[0].strip() for change in changes]
    if empty := [path for path, change in zip(paths, changes, strict=True) if not change.partition("=")[2].strip()]:
        raise BadScenario(
            [Fault("page", 0, 0, printable(path)[:LONGEST_NAME], said("faults.empty")) for path in empty]
        )
    closed = [path for path in paths if path.split(".")[0] not in OPEN_TO_CHANGE]
    if closed:
        what = said("faults.closed", parts=", ".join(OPEN_TO_CHANGE))
        raise BadScenario([Fault("page", 0, 0, printable(path)[:LONGEST_NAME], what) for path in closed])


def expect_not_too_large(scenario: Scenario) -> None:
    """Raises BadScenario for a world that a page would have to wait for."""
    orders = expected_orders(scenario)
    if not orders <= MOST_ORDERS:
        message = said("faults.too_large", orders=f"{orders:,.0f}", most=f"{MOST_ORDERS:,}")
        raise BadScenario([Fault("page", 0, 0, "market.orders_per_day", message)])
