"""Tiny worlds for stories: an order or a few, their luck told by hand, everything else at rest.

    story = tell({"policy.cancellation.on_silence": "approve"}, cancellation=says_nothing(), ships_at=30 * DAY)
    assert story.refunded_at == (2 + 9) * DAY

One seller who never sleeps, and a bank that takes no time. Unless the story says otherwise, an order of 100.00
is paid at 0, regretted on day 2, shipped on day 5 and delivered on day 25; the cancel button is there for nine
days, the seller's clock is nine days for a cancellation and five for a dispute, and a dispute may be opened
until 15 days after delivery. Everybody who is asked says yes at once. Changes to the scenario are written as
`--set` has them; luck is written as the fields of `ClaimFacts`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from copy import deepcopy
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from sim.chance.decisions import Decision
from sim.chance.draws import draw_replication
from sim.chance.facts import ASKS, PLAIN, Ask, Bought, ClaimFacts, Draws, OrderFacts
from sim.chance.shared import Memories
from sim.chance.streams import Floats, Luck, Numbers
from sim.market.engine import run_simpy
from sim.records.checks import check
from sim.records.journal import Entry
from sim.scenario.calendars import Calendar
from sim.scenario.consistency import complaints
from sim.scenario.durations import DAY, NEVER
from sim.scenario.loading import load
from sim.scenario.model import Calendars, Scenario
from sim.scenario.selling import all_calendars
from sim.vocabulary import Disposition, Outcome, Party, Route, Settled

Changes = Mapping[str, Any]
"""Path in the scenario → what stands there, as in `{"policy.cancellation.clock": "3 d"}`."""

_YES = {"accept": 1}
_SELLER = {"share": 1, "arrange": "0", "dispatch": "5 d", "cancellation": _YES, "dispute": _YES}
_DISPUTE = {
    "opens": {"after": "delivered"},
    "closes": {"after": "delivered", "within": "15 d"},
    "clock": "5 d",
    "on_silence": "decline",
}
TINY: dict[str, Any] = {
    "name": "tiny",
    "start": "2018-10-01",  # a Monday
    "experiment": {"warm_up": "0", "cohort": "1 d", "run_out": "0"},
    "market": {
        "orders_per_day": 50,
        "order_value": 100,
        "payment_methods": {"card": 1},
        "sellers": {"count": 1, "types": {"plain": _SELLER}},
        "carrier": {"transit": "20 d"},
    },
    "buyers": {"regret": {"probability": 1, "after": "2 d"}},
    "policy": {
        "cancellation": {"window": {"within": "9 d"}, "clock": "9 d", "on_silence": "decline"},
        "dispute": {"default": _DISPUTE},
        "refund": {"posting": {"card": "0"}},
    },
}
MEDIATED = {"policy.mediation": {"rulings": {"buyer": 1, "seller": 0}}}
"""There is a platform that rules. What it says in a story is told by hand."""
OFFICE_HOURS = {"hours": {"mon-fri": "09:00-18:00"}}
MON, TUE, WED, THU, FRI, SAT, SUN, NEXT_MON = (day * DAY for day in range(8))
"""Midnights of the first week."""


def world(changes: Changes | None = None) -> Scenario:
    """The tiny world with some changes. Fails on a world that no scenario file may describe."""
    scenario = described(changes)
    assert complaints(scenario) == []
    return scenario


def described(changes: Changes | None = None) -> Scenario:
    """The same, whether or not its parts agree with each other."""
    raw = deepcopy(TINY)
    for path, value in (changes or {}).items():
        *folders, last = path.split(".")
        place = raw
        for folder in folders:
            place = place.setdefault(folder, {})
        place[last] = deepcopy(value)
    return Scenario.model_validate(raw)


SCENARIOS = Path(__file__).parents[1] / "scenarios"


@cache
def the_article(what_if: str = "aliexpress") -> Scenario:
    """The article's own scenario file, or a what-if beside it: kept small, and nobody ever sleeps in it."""
    four_weeks = {"experiment.warm_up": "0", "experiment.cohort": "28 d", "experiment.run_out": "0"}
    return load(SCENARIOS / f"{what_if}.yaml", four_weeks).model_copy(update={"calendars": Calendars()})


def calendars_of(scenario: Scenario) -> dict[Party, Calendar]:
    """When each party works."""
    return all_calendars(scenario)


# ------------------------------------------------------------------------------------ luck, told by hand


def says(what: Disposition, after: int = 0, *, share: int = 0, work: int = 0, patience: int = NEVER) -> Ask:
    """What will be said by someone who looks `after` so long, or after a `share` of the clock (in millionths),
    and then works on it so long; and how long the asker would wait."""
    return Ask(int(what), after, share, work, patience)


def accepts(after: int = 0, **more: int) -> Ask:
    return says(Disposition.ACCEPT, after, **more)


def refuses(after: int = 0, **more: int) -> Ask:
    return says(Disposition.REFUSE, after, **more)


def ships(after: int = 0, **more: int) -> Ask:
    return says(Disposition.SHIP, after, **more)


def splits(after: int = 0, **more: int) -> Ask:
    return says(Disposition.SPLIT, after, **more)


def says_nothing(**more: int) -> Ask:
    return says(Disposition.SILENT, **more)


_AN_ORDER = ClaimFacts(
    **dict.fromkeys(ClaimFacts._fields, 0)
    | {"claim": 1, "value": 100_00, "split_share": 500_000, "goes_on": 1, "escalates": 1}
    | {"asked": 2 * DAY, "ships_at": 5 * DAY, "transit": 20 * DAY}
    | {"dispatch_due": NEVER, "window_ends": 9 * DAY}
    | dict.fromkeys(ASKS, accepts())
)


def an_order(number: int = 0, **luck: Any) -> ClaimFacts:
    """One order; what is not said is as at the top of this file."""
    return _AN_ORDER._replace(order=number, **luck)


# ---------------------------------------------------------------------------------- and what came of it


class Story:
    """What became of one order: its columns of the outcome table, None for an instant that never came."""

    def __init__(self, columns: Mapping[str, int], entries: Sequence[Entry]) -> None:
        self._columns, self._entries = columns, entries

    def __getattr__(self, column: str) -> Any:
        value = self._columns[column]
        if column.endswith("_settled_by"):
            return Settled(value)
        return None if value >= NEVER else value

    @property
    def ending(self) -> tuple[Outcome, Route]:
        return Outcome(self._columns["outcome"]), Route(self._columns["route"])

    @property
    def told(self) -> list[str]:
        """What happened, in order of time."""
        return [entry.activity.title for entry in self._entries]

    def details(self, title: str) -> list[str]:
        """What the journal has to say about events of this name."""
        return [entry.detail for entry in self._entries if entry.activity.title == title]


def tell(changes: Changes | None = None, **luck: Any) -> Story:
    """The story of one order in the tiny world."""
    return tell_all(changes, an_order(**luck))[0]


def tell_the_article(**luck: Any) -> Story:
    """The story of one order in the article's world."""
    return play(the_article(), an_order(**luck))[0]


def tell_all(changes: Changes | None, *orders: ClaimFacts) -> list[Story]:
    """The stories of several orders that meet in the tiny world, by order number."""
    return play(world(changes), *orders)


def play(scenario: Scenario, *orders: ClaimFacts) -> list[Story]:
    """What becomes of these orders in a scenario."""
    return _run(scenario, _draws_of(sorted(orders)))


def live_through(scenario: Scenario) -> tuple[Draws, list[Story]]:
    """A scenario left to luck: the facts that were drawn, and what became of each claim."""
    draws = drawn(scenario)
    return draws, _run(scenario, draws)


def drawn(scenario: Scenario, replication: int = 0) -> Draws:
    """What luck settles before anything happens."""
    return draw_replication(scenario, replication, calendars_of(scenario))


def mirrored(patch: pytest.MonkeyPatch, decision: Decision) -> None:
    """Who had much luck of one decision has little, and the other way round: the law is the same, the draws not."""
    drawn_before = Luck.of

    def redrawn(luck: Luck, of: Decision, numbers: Numbers) -> Floats:
        found = drawn_before(luck, of, numbers)
        return np.nextafter(1, 0) - found if of is decision else found

    redrawn_alone(patch, redrawn)


def redrawn_alone(patch: pytest.MonkeyPatch, drawn: Callable[[Luck, Decision, Numbers], Floats]) -> None:
    """Luck is drawn in this way, and what was drawn before in another way is not remembered."""
    patch.setattr(Luck, "of", drawn)
    patch.setattr("sim.experiment.worker._memories", cache(Memories))


def _run(scenario: Scenario, draws: Draws) -> list[Story]:
    """No story is told that breaks what is always true."""
    calendars = calendars_of(scenario)
    records = run_simpy(scenario, draws, calendars, with_journal=True)
    check(scenario, records, calendars)
    told: dict[int, list[Entry]] = {}
    for entry in records.journal.rows():
        told.setdefault(entry.order, []).append(entry)
    table = zip(*(column.tolist() for column in records.claims.values()), strict=True)
    rows = [dict(zip(records.claims, row, strict=True)) for row in table]
    return [Story(row, told[row["order"]]) for row in rows]


def _draws_of(orders: Sequence[ClaimFacts]) -> Draws:
    columns = {name: [getattr(order, name) for order in orders] for name in PLAIN}
    for ask in ASKS:
        fields = {
            f"{ask}.{field}": [getattr(getattr(order, ask), field) for order in orders] for field in Ask._fields
        }
        columns |= fields
    claims = {name: np.array(column, dtype=np.int64) for name, column in columns.items()}
    facts = OrderFacts(
        claims["paid"],
        lambda some: Bought(*(claims[name][some] for name in Bought._fields)),
        lambda some: claims["seller_type"][some],
    )
    return Draws(facts, claims, refunded_unasked=np.array([], dtype=np.int64))
