"""The outcome table of one replication: a column per fact, whole seconds and cents, one row per claim."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from sim.arrays import TableOfClaims
from sim.chance.facts import Draws, Ints
from sim.records.journal import Journal
from sim.records.life import COLUMNS, Life


@dataclass(frozen=True)
class Records:
    """What one replication leaves behind; the same from either engine."""

    draws: Draws
    claims: TableOfClaims
    """A column for each of `life.COLUMNS`, one row per claim, ascending by order number."""
    queue_seconds: Ints
    """Per desk (sellers by number, mediation, buyers, bank): the area under its queue's length."""
    journal: Journal

    def __len__(self) -> int:
        return len(self.claims["order"])


def record(lives: list[Life], draws: Draws, queue_seconds: list[int], journal: Journal) -> Records:
    """Lay the lives side by side, by order number."""
    rows = np.frombuffer(b"".join(lives), dtype=np.int64).reshape(len(lives), len(COLUMNS))
    in_turn = np.argsort(rows[:, COLUMNS.index("order")])
    claims = dict(zip(COLUMNS, np.ascontiguousarray(rows[in_turn].T), strict=True))
    return Records(draws, claims, np.array(queue_seconds, dtype=np.int64), journal)
