"""Draws for some of the orders: luck by order number, turned into values by the inverse of a law."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from sim.chance.decisions import Decision
from sim.chance.facts import Ints
from sim.chance.streams import Floats, Luck
from sim.errors import UserError
from sim.scenario.distributions import AmountLaw, DurationLaw, ShareLaw, draw

MILLION = 1_000_000
MOST_MONEY = 1e12


class Drawer:
    """Draws for the orders `numbers` among the first `count`.

    Luck is fetched for all orders and picked by number, so that an order's value does not depend on which other
    orders are asked about; laws are inverted for the picked ones only.
    """

    def __init__(self, luck: Luck, count: int, numbers: Ints) -> None:
        self._luck, self._count, self.numbers = luck, count, numbers

    def luck(self, decision: Decision) -> Floats:
        """One uniform per picked order."""
        return self._luck.picked(decision, self._count, self.numbers)

    def _luck_where(self, decision: Decision, *, matters: bool) -> Floats:
        """None is fetched for what is certain, whatever the luck."""
        return self.luck(decision) if matters else np.zeros(len(self.numbers))

    def happens(self, decision: Decision, chance: float) -> Ints:
        """1 where it happens, with this chance; else 0."""
        return (self._luck_where(decision, matters=0 < chance < 1) < chance).astype(np.int64)

    def duration(self, decision: Decision, law: DurationLaw) -> Ints:
        """Whole seconds of the law's kind."""
        return draw(law, self._luck_where(decision, matters=not law.is_certain))

    def cents(self, decision: Decision, law: AmountLaw) -> Ints:
        """Money, rounded once to whole cents. Raises UserError above a million million: nobody means that."""
        amounts = law.ppf(self._luck_where(decision, matters=not law.is_certain))
        if np.any(amounts > MOST_MONEY):
            raise UserError(
                f"{law} gave an amount of {amounts.max():.3g}, expected at most {MOST_MONEY:.0e}: truncate it"
            )
        return np.rint(amounts * 100).astype(np.int64)

    def millionths(self, decision: Decision, law: ShareLaw) -> Ints:
        """A share, rounded once to millionths."""
        shares = law.ppf(self._luck_where(decision, matters=not law.is_certain))
        return np.rint(shares * MILLION).astype(np.int64)

    def by_group(self, groups: Ints, of_group: Callable[[Drawer, int], Ints]) -> Ints:
        """Values whose law depends on a group (the seller's type, the payment method): each group draws its own."""
        values = np.zeros(len(self.numbers), dtype=np.int64)
        for group in np.flatnonzero(np.bincount(groups)).tolist():
            members = groups == group
            values[members] = of_group(Drawer(self._luck, self._count, self.numbers[members]), group)
        return values
