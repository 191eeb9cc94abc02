"""One hash per ingredient, so that it can be said which of them changed: the scenario, its draws, the outcomes.

Hashes are taken over whole numbers in canonical order (little-endian, as many bytes as the largest needs), so they
agree between platforms.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from hashlib import sha256

import numpy as np

from sim.arrays import LIES_ONCE
from sim.chance.facts import Draws, Ints
from sim.records.life import COLUMNS
from sim.scenario.durations import NEVER
from sim.scenario.model import Scenario
from sim.scenario.resolved import as_json

WORDS_ONLY = {"name", "title", "question", "as_of", "provenance", "expect"}
"""Parts of a scenario that say something to people and nothing to the engine."""


PRINT = "fingerprint"
NamedColumn = tuple[str, Ints]


def of_scenario(scenario: Scenario) -> str:
    """Of all that plays a part in a run; a new name, title or source leaves it as it was."""
    described = {part: said for part, said in as_json(scenario).items() if part not in WORDS_ONLY}
    if scenario.market.sellers.roster is None:  # absent, as before there were rosters
        market = described["market"]
        sellers = {name: said for name, said in market["sellers"].items() if name != "roster"}
        described["market"] = market | {"sellers": sellers}
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
        bits = _bits(column)
        if all_of_them or bits not in (0, NEVER):
            width = next(width for width in (1, 2, 4, 8) if bits < 1 << 8 * width - 1)
            digest.update(f"{name}:{len(column)}×{width};".encode())
            digest.update(np.ascontiguousarray(column, dtype=f"<i{width}").data)
    return digest.hexdigest()


def _bits(column: Ints) -> int:
    """All bits that any of its numbers has; of one below 0 those of −1 − x, as wide as it, and the last.

    Where there is nothing but 0 and NEVER, which is one bit, they are one of these two.
    """
    some = column[:1] if column.strides == LIES_ONCE else column
    bits = int(np.bitwise_or.reduce(some))
    return bits if bits >= 0 else int(np.bitwise_or.reduce(some ^ (some >> 63))) | 1


def together(parts: list[str]) -> str:
    """One fingerprint for several replications, in their order."""
    return sha256("\n".join(parts).encode()).hexdigest()
