"""One hash per ingredient, so that it can be said which of them changed: the scenario, its draws, the outcomes.

Hashes are taken over whole numbers in canonical order (little-endian, as many bytes as the largest needs), so they
agree between platforms.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from hashlib import sha256

import numpy as np

from sim.chance.facts import Draws, Ints
from sim.records.life import COLUMNS
from sim.scenario.durations import NEVER
from sim.scenario.model import Scenario

WORDS_ONLY = {"name", "title", "question", "as_of", "provenance", "expect"}
"""Parts of a scenario that say something to people and nothing to the engine."""


PRINT = "fingerprint"
NamedColumn = tuple[str, Ints]


def of_scenario(scenario: Scenario) -> str:
    """Of all that plays a part in a run; a new name, title or source leaves it as it was."""
    described = scenario.model_dump(mode="json", by_alias=True, exclude=WORDS_ONLY)
    if scenario.market.sellers.roster is None:  # absent, as before there were rosters
        del described["market"]["sellers"]["roster"]
    return sha256(json.dumps(described, sort_keys=True, allow_nan=False).encode()).hexdigest()


def of_draws(draws: Draws) -> str:
    """Of one replication's luck: when each order is paid, and every fact about every claim, columns by name."""
    if PRINT not in draws.worked_out:
        draws.worked_out[PRINT] = _of_draws(draws)
    return draws.worked_out[PRINT]


def _of_draws(draws: Draws) -> str:
    names = sorted([*(f"claims.{name}" for name in draws.claims), "orders.paid", "refunded_unasked"])
    others = {"orders.paid": draws.orders.paid, "refunded_unasked": draws.refunded_unasked}
    return of_columns(
        ((name, others[name] if name in others else draws.claims[name.removeprefix("claims.")]) for name in names),
        all_of_them=False,
    )


def of_outcomes(claims: Mapping[str, Ints]) -> str:
    """Of one replication's outcome table: every instant, amount and verdict of every claim."""
    return of_columns(((name, claims[name]) for name in COLUMNS), all_of_them=False)


def of_columns(columns: Iterable[NamedColumn], *, all_of_them: bool = True) -> str:
    """Of columns of whole numbers with their names and lengths, in the order given; or of those of them that say
    something of any claim: levers that a file does not pull leave its print alone."""
    digest = sha256()
    for name, column in columns:
        ends = _ends(column)
        if all_of_them or _says_something(column, ends):
            width = _width(*ends)
            digest.update(f"{name}:{len(column)}×{width};".encode())
            digest.update(np.ascontiguousarray(column, dtype=f"<i{width}").data)
    return digest.hexdigest()


def _says_something(column: Ints, ends: tuple[int, int]) -> bool:
    """Whether anything but 0 and NEVER stands there; as a rule the lowest and the highest tell."""
    lowest, highest = ends
    if not {*ends} <= {0, NEVER}:
        return True
    return lowest != highest and bool(((column != 0) & (column != NEVER)).any())


def _width(lowest: int, highest: int) -> int:
    """Bytes that each number of a column needs. Most are yes or no, or a place in a list."""
    return next(width for width in (1, 2, 4, 8) if -(1 << 8 * width - 1) <= lowest and highest < 1 << 8 * width - 1)


def _ends(column: Ints) -> tuple[int, int]:
    """The lowest and the highest; 0 of no numbers."""
    some = column[:1] if column.strides == (0,) else column  # all alike, and there once
    return (int(some.min()), int(some.max())) if len(some) else (0, 0)


def together(parts: list[str]) -> str:
    """One fingerprint for several replications, in their order."""
    return sha256("\n".join(parts).encode()).hexdigest()
