"""What is told to those who wait is no more than their stories can say."""

from __future__ import annotations

import numpy as np
import pytest

import sim
from sim.errors import BadUsage
from sim.show.forecast_document import _of_100
from sim.waiting.outlook import FEWEST, quantiles, share, together


def test_of_a_few_stories_nothing_is_said_of_how_long_they_take() -> None:
    days = np.array([3.0] * (FEWEST - 1) + [np.inf] * 100)
    assert set(quantiles(days, of_all=False).values()) == {None}
    assert quantiles(np.append(days, 3.0), of_all=False)[0.5] == 3.0


@pytest.mark.parametrize(("chance", "told"), [(0, "0"), (0.005, "< 1"), (0.68, "68"), (0.995, "> 99"), (1, "100")])
def test_hardly_ever_is_not_never(chance: float, told: str) -> None:
    assert _of_100(chance) == told


def test_endings_that_exclude_each_other_are_counted_together() -> None:
    first, second = np.arange(100) < 20, np.arange(100) >= 70
    assert together([share(first), share(second)]) == share(first | second)


def test_a_claim_that_does_not_exist_is_named() -> None:
    with pytest.raises(BadUsage, match="claim: found 'refund', expected one of regret, not_received, defect"):
        sim.advise("aliexpress", paid="8 d", claim="refund")
