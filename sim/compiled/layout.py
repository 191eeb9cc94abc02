"""How an order, a desk and a policy lie in memory: records of whole numbers, read by the names of the story.

An order is one record: `order.facts.asked`, `order.life.refunded_at`, `order.parcel.ships_at`, and per stage
`order.asks[stage].notice` and `order.requests[stage].settled_at`. Every field is 64 bits wide, so that the same
memory is also a row of words: first the facts, then the outcomes, then what is nobody else's business.
"""

from __future__ import annotations

from typing import Any, NamedTuple, get_type_hints

import numpy as np
from numpy.typing import NDArray

from sim.chance.facts import ASKS, PLAIN, Ask
from sim.records.life import COLUMNS
from sim.rules.terms import PayerAt, Since, Span, Terms
from sim.scenario.costs import MOST_ROWS
from sim.scenario.durations import NEVER
from sim.vocabulary import Stage

Record = Any
"""One record of those below. Numba knows its fields; mypy cannot."""
RecordRows = NDArray[np.void]
Codes = NDArray[np.int64]

STEPS = ("opened_at", "joined_at", "started_at", "settled_at", "settled_by", "work")
"""What becomes of a request, as in the outcome table."""


def record_of(*fields: str) -> np.dtype[np.void]:
    """A record of whole numbers."""
    return np.dtype([(field, "i8") for field in fields])


ASK = record_of(*Ask._fields)
FACTS = record_of(*PLAIN)
REQUEST = record_of(*STEPS)
PARCEL = record_of("ships_at", "dispatch_due", "waits_since", "is_stopped", "travels")
OF_REQUESTS = {f"{stage.word}_{step}": (stage, step) for stage in Stage for step in STEPS}
LIFE = record_of(*(column for column in COLUMNS if column not in OF_REQUESTS))
COURSE = record_of(
    "decided_at",
    "taken_over_at",
    "comes_after_refusal_at",
    "buyer_may_call_at",
    "rounds_made",
    "outcome_before",  # what stands if the last resort fails
    "stage",  # of the question put last, the only one that can be pending
    "answerer",  # the party whose desk it was put to
    "interrupted_at",  # when something outside would settle it
    "deadline",
    "leaves_at",  # when it is settled unless answered
    "why_it_leaves",
    "desk",  # where it stands
    "now",  # how far the story has come
)
ORDER = np.dtype(
    [
        ("facts", FACTS),
        ("asks", ASK, (len(Stage),)),
        ("life", LIFE),
        ("requests", REQUEST, (len(Stage),)),
        ("parcel", PARCEL),
        *COURSE.descr,
    ]
)
FACTS_OF_AN_ORDER = (*PLAIN, *(f"{ask}.{field}" for ask in ASKS for field in Ask._fields))
"""The columns of `Draws.claims`, in the order of an order's first words."""
OUTCOMES_OF_AN_ORDER = (*(LIFE.names or ()), *OF_REQUESTS)
"""The columns of the outcome table, in the order of the words that come next."""
GIVEN, TOLD, WORDS = len(FACTS_OF_AN_ORDER), len(OUTCOMES_OF_AN_ORDER), ORDER.itemsize // 8
"""How many words of an order are facts, how many are outcomes, and how many it has in all."""
OF_LIFE = len(LIFE.names or ())
"""How many outcomes are the order's own; those of its requests follow, stage by stage."""


def _blank() -> Codes:
    order = np.zeros(1, dtype=ORDER)
    for part in ("life", "requests"):
        for field in order[part].dtype.names or ():
            if field.endswith("_at"):
                order[part][field] = NEVER
    order["parcel"]["waits_since"] = NEVER
    for instant in ("decided_at", "taken_over_at", "comes_after_refusal_at", "buyer_may_call_at"):
        order[instant] = NEVER
    words: Codes = order.view(np.int64)
    return words


BLANK = _blank()
"""An order of which nothing is known, and to which nothing has happened."""
HEAP = record_of("begins", "size", "room")
ENTRY = record_of("first", "second", "third")
DESK = np.dtype(
    [
        ("queue", HEAP),
        *record_of("party", "free", "discipline", "choice_is_due", "waiting", "since", "queue_seconds").descr,
    ]
)
METHOD = record_of("may_charge_back", "posting_kind")
"""What the policy says of one payment method."""


def _of_lever(lever: Any) -> Any:
    """How a field of `Terms` lies in memory: a number, or the numbers that it is made of."""
    inner = {Span: SPAN, Since: SINCE, Since | None: SINCE}
    return inner.get(lever, "i8")


SPAN = record_of(*Span._fields)
SINCE = np.dtype([("anchor", "i8"), ("span", SPAN), ("until", "i8"), ("later", "i8")])
REQUEST_TERMS = np.dtype([("clock", SPAN), ("on_silence", "i8"), ("on_interruption", "i8")])
BY_METHOD = ("may_charge_back", "posting_kinds")
"""Levers that stand in `METHOD`, because there may be any number of payment methods."""
_LEVERS = {
    name: lever for name, lever in get_type_hints(Terms).items() if name not in (*BY_METHOD, "payers", "requests")
}
TERMS = np.dtype(
    [
        *((name, _of_lever(lever)) for name, lever in _LEVERS.items()),
        ("payers", record_of(*PayerAt._fields), (MOST_ROWS,)),
        ("requests", REQUEST_TERMS, (len(Stage),)),
    ]
)


OUT_OF_PLAY = -1
NOT_GIVEN = -1
"""The anchor of a window that the policy does not have."""


class MarketRules(NamedTuple):
    """What a story needs to know besides its order."""

    policy: RecordRows
    """`TERMS` by claim kind: of the policy, and once more of the one that comes into force."""
    methods: RecordRows
    """`METHOD` by claim kind and payment method, likewise."""
    almanac: Codes
    """All calendars; see `calendars`."""
    in_force_from: int
    """When the second policy comes into force; NEVER where there is none."""
    staffed_from: int
    """Until then whoever is noticed is taken up; from then on only by staff who are free."""


class MarketState(NamedTuple):
    """Everything there is, while it is being lived through."""

    world: MarketRules
    orders: RecordRows
    """`ORDER`: those in play, in any row."""
    row_of: Codes
    """Claim → the row in which it is lived through; OUT_OF_PLAY before and after."""
    desks: RecordRows
    """`DESK`: sellers by number, mediation, buyers, bank."""
    agenda: RecordRows
    """One `HEAP`: what is bound to happen."""
    entries: RecordRows
    """`ENTRY`: what lies on the agenda and in the queues."""
