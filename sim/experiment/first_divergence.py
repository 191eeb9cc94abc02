"""Where two stories of one order part: at the first step that differs."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from sim.chance.facts import Ints
from sim.experiment.columns import COLUMNS
from sim.experiment.on_demand import ColumnValues, Rows, numbers_in, values_of
from sim.experiment.predicates import has_word
from sim.scenario.durations import NEVER
from sim.vocabulary import Route, Stage
from sim.vocabulary.stages import STAGES, instant_of, seen_at

ASKING, LIMIT, MONEY, END, NEVER_PART = "asking", "dispatch_limit", "money", "end", "never"
_IN_TURN = tuple(STAGES)
_RETURNING = _IN_TURN.index(Stage.INSPECTION)
"""A return comes before the inspection of what came back."""
_BY_A_ROUTE = {
    "freed_at": Route.FREE_CANCELLATION,
    "limit_at": Route.NOT_DISPATCHED,
    "charged_back_at": Route.CHARGEBACK,
}
"""Instants at which money falls due without a verdict of those below."""


def _steps_of(*stages: Stage) -> dict[str, tuple[str, ...]]:
    """By stage: when it is come to and over, and when its verdict grants the money or passes the case on."""
    return {
        stage.word: (
            *seen_at(stage),
            instant_of(stage, "settled"),
            *((instant_of(stage, "granted"), instant_of(stage, "passed_on")) if STAGES[stage].grants else ()),
            *(("charged_back_at",) if stage is Stage.CHARGEBACK else ()),
        )
        for stage in stages
    }


_STEPS = {
    ASKING: ("asked_at",),
    "free_cancellation": ("freed_at",),
    LIMIT: ("limit_at",),
    "dispatch": ("dispatched_at",),
    "delivery": ("delivered_at", "missed_at"),
    **_steps_of(*_IN_TURN[:_RETURNING]),
    "return": ("return_posted_at", "return_received_at"),
    **_steps_of(*_IN_TURN[_RETURNING:]),
    "refund": ("refund_due_at", "refunded_at"),
}
"""What can happen first in one story and not, or only later, in the other. In the order of an order's life, which
also says what comes first within one second: a parcel that leaves ends the request, not the other way round."""
PARTINGS = (*_STEPS, END, MONEY, NEVER_PART)
"""Where two stories of one order may part.

A step that only one of them takes, or takes earlier, parts them there; so does a verdict (of a cancellation, a
dispute, a mediation) that grants the money in only one, or hands the case to the platform at once in only one.
`end`: they only end otherwise, or at another time. `money`: they differ in nothing but who pays how much. `never`:
they do not differ.
"""
_ENDINGS, _AMOUNTS = ("outcome", "route"), ("refund", "buyer_cost", "seller_cost", "platform_cost")
_DECIDE = tuple(text.column for text in STAGES.values() if text.grants)
"""Requests whose verdict may grant the money."""


def differ(base: Rows, other: Rows, mine: Ints, its: Ints) -> NDArray[np.bool_]:
    """Whether anything that `diverged_at` looks at is another in these rows of two tables of claims."""
    read = [name for name in map(str, base) if name in _ENDINGS or name in _AMOUNTS or name.endswith("_at")]
    different = np.zeros(len(mine), dtype=bool)
    for name in read:
        one, two = values_of(base, name), values_of(other, name)
        is_coded = isinstance(one, pd.Categorical) and one.dtype == two.dtype
        different |= _comparable(one, is_coded)[mine] != _comparable(two, is_coded)[its]
    return different


def _comparable(column: ColumnValues, is_coded: bool) -> NDArray[Any]:
    """As whole numbers where that can be: what did not happen is then no different from itself."""
    if is_coded and isinstance(column, pd.Categorical):
        return column.codes
    values = np.asarray(column)
    return values.astype("datetime64[s]", copy=False).view(np.int64) if values.dtype.kind == "M" else values


def diverged_at(base: Rows, other: Rows) -> NDArray[np.object_]:
    """For each claim of two tables with the columns of `Result.orders` and the same rows: a word of `PARTINGS`.

    KeptRows from instants alone, so no journal is needed.
    """
    mine, its = _instants(base), _instants(other)
    steps = [(stage, column) for stage, columns in _STEPS.items() for column in columns]
    first = np.array([np.where(mine[c] == its[c], NEVER, np.minimum(mine[c], its[c])) for _, c in steps])
    ends_otherwise = _differ(base, other, _ENDINGS) | (mine["ended_at"] != its["ended_at"])
    without_a_step = np.where(ends_otherwise, END, np.where(_differ(base, other, _AMOUNTS), MONEY, NEVER_PART))
    # The first of several minima: what comes first within one second.
    at_first = np.array([stage for stage, _ in steps])[first.argmin(axis=0)]
    return np.where(first.min(axis=0) < NEVER, at_first, without_a_step).astype(object)


def _differ(base: Rows, other: Rows, columns: tuple[str, ...]) -> NDArray[np.bool_]:
    return np.asarray(np.any([numbers_in(base, c) != numbers_in(other, c) for c in columns], axis=0))


def _instants(claims: Rows) -> dict[str, Ints]:
    """Every instant that is told, in seconds of any one clock; NEVER where it did not happen."""
    at = {name: _seconds(numbers_in(claims, name)) for name in COLUMNS if name.endswith("_at") and name in claims}
    at |= {
        name: np.where(has_word(claims, "route", route.word), at["refund_due_at"], NEVER)
        for name, route in _BY_A_ROUTE.items()
    }
    return at | _verdicts(at)


def _verdicts(at: dict[str, Ints]) -> dict[str, Ints]:
    """When each request was settled for the buyer, or passed on to the platform at once; NEVER where it was not."""
    settled = {stage: at[f"{stage}_settled_at"] for stage in _DECIDE}
    # What granted the money is the last verdict before it, or before the return that it waits for.
    is_granted = (at["limit_at"] == NEVER) & (at["charged_back_at"] == NEVER)
    money = np.where(is_granted, np.minimum(at["return_posted_at"], at["refund_due_at"]), -1)
    heard = {
        stage: np.where((instant <= money) & (money < NEVER), instant, -1) for stage, instant in settled.items()
    }
    last = np.maximum.reduce(list(heard.values()))
    granted = {stage: np.where((instant == last) & (last >= 0), instant, NEVER) for stage, instant in heard.items()}
    platform = at["mediation_opened_at"]
    return {
        **{f"{stage}_granted_at": instant for stage, instant in granted.items()},
        **{f"{stage}_passed_on_at": np.where(platform == settled[stage], platform, NEVER) for stage in settled},
    }


def _seconds(moments: NDArray[np.datetime64]) -> Ints:
    seconds = moments.astype("datetime64[s]", copy=False).view(np.int64)
    return np.where(np.isnat(moments), NEVER, seconds)
