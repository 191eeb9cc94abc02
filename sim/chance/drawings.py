"""What is drawn of an order, said before anybody draws it: by which decision's luck, and what luck comes to."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import NamedTuple, TypeAlias

import numpy as np

from sim.arrays import Floats, Ints
from sim.chance.decisions import Decision
from sim.scenario.distributions.families import (
    MOST_MONEY,
    AmountLaw,
    DurationLaw,
    Inverse,
    NumberLaw,
    ShareLaw,
    draw,
)
from sim.scenario.distributions.laws import Law, StepLaw

MILLION = 1_000_000
AnyLaw: TypeAlias = "DurationLaw | NumberLaw"
NOTHING = StepLaw.of([0.0])
"""The law of what there is not."""


class Grain(NamedTuple):
    """What is drawn in whole numbers of."""

    factor: float
    """How many there are in one of what a law speaks of."""
    whole: Callable[[Inverse, Floats], Ints]
    """The whole numbers that luck comes to by a law: rounded once."""


def _cents(law: Inverse, luck: Floats) -> Ints:
    return _rounded(np.minimum(law.ppf(luck), MOST_MONEY) * 100)


def _millionths(law: Inverse, luck: Floats) -> Ints:
    return _rounded(law.ppf(luck) * MILLION)


def _rounded(amounts: Floats) -> Ints:
    whole: Ints = np.rint(amounts).astype(np.int64)
    return whole


SECONDS, CENTS, MILLIONTHS = Grain(1.0, draw), Grain(100.0, _cents), Grain(float(MILLION), _millionths)


class ByLaw(NamedTuple):
    """By the law of each one's group (the seller's type, the payment method), 0 where there is none; one luck
    whatever the group."""

    decision: Decision
    laws: Sequence[AnyLaw | None]
    grain: Grain
    by: str | None = None
    """What the groups are called; None: all are of one group."""

    def certain(self) -> list[int] | None:
        """By group, what comes whatever the luck; None where luck has a say."""
        if not all(law is None or law.is_certain for law in self.laws):
            return None
        return [0 if law is None else _certain(law.to_law(), self.grain) for law in self.laws]

    def meant(self) -> tuple[tuple[Law, ...], Grain]:
        """The laws as mathematics, and what they are rounded to."""
        return tuple(NOTHING if law is None else law.to_law() for law in self.laws), self.grain


class ByBounds(NamedTuple):
    """`in_turn[k]` below the k-th bound of each one's group, the last where none is above (`streams.said`)."""

    decision: Decision
    bounds: Sequence[tuple[float, ...]]
    in_turn: tuple[int, ...]
    by: str | None = None

    def certain(self) -> None:
        """Luck has a say."""

    def meant(self) -> tuple[tuple[tuple[float, ...], ...], tuple[int, ...]]:
        """The bounds of each group, and what lies between them."""
        return tuple(self.bounds), self.in_turn


DrawnBy: TypeAlias = "ByLaw | ByBounds | int"
"""A number is the same for all."""


@lru_cache(maxsize=256)
def _certain(law: Law, grain: Grain) -> int:
    """What any luck comes to."""
    return int(grain.whole(law, np.zeros(1))[0])


def happens(decision: Decision, chance: float, yes: int = 1, no: int = 0) -> DrawnBy:
    """What is said where it happens, with this chance; and where it does not."""
    return ByBounds(decision, [(chance,)], (yes, no)) if 0 < chance < 1 else int(yes if chance >= 1 else no)


def duration(decision: Decision, law: DurationLaw | None) -> ByLaw:
    """Whole seconds of the law's kind; 0 where there is none."""
    return ByLaw(decision, [law], SECONDS)


def cents(decision: Decision, law: AmountLaw) -> ByLaw:
    """Money, rounded once to whole cents; what is drawn beyond `MOST_MONEY`, which is very rare, is so much."""
    return ByLaw(decision, [law], CENTS)


def millionths(decision: Decision, law: ShareLaw) -> ByLaw:
    """A share, rounded once to millionths."""
    return ByLaw(decision, [law], MILLIONTHS)
