"""Which orders end otherwise under another policy: how many, where their stories part, and what it comes to.

The replication is the unit here as everywhere: orders of one replication meet at the same desks.
"""

from __future__ import annotations

from itertools import pairwise
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from sim.arrays import Ints
from sim.experiment.estimates import Estimate, Floats, share, signed_mean
from sim.experiment.first_divergence import NEVER_PART
from sim.experiment.order_outcomes import NO_CLAIM, WORDS, as_words

EXAMPLES = 3
FEWEST = 50
"""Orders from which on a mean change has an interval. Prices are so skewed that one of fewer orders would hold the
truth less often than it says (`tests/theory/test_flips.py`)."""
_PAIR = ["base_outcome", "other_outcome"]
_KEYS = [*_PAIR, "parts_at"]
_NUMBERS = [
    *("orders", "orders_low", "orders_high", "per_replication"),
    *("time_change", "time_low", "time_high", "money_change", "money_low", "money_high"),
]


class Flips(NamedTuple):
    """Orders of the cohort by how they ended under each of two policies, counted in two ways."""

    by_parting: pd.DataFrame
    """Every order of the cohort, as `Comparison.flips` has them."""
    by_outcome: pd.DataFrame
    """Those whose stories part, wherever that is, as `Comparison.flip_pairs` has them."""


def flips_of(outcomes: pd.DataFrame, by_replication: pd.DataFrame) -> Flips:
    """Every order of the cohort by how it ended under each of two policies that share their luck.

    `outcomes` are those of `outcomes_by_order`; `by_replication` is the base's, which knows how many orders there
    are (`Result.by_replication`).
    """
    sums = by_replication[by_replication["measure"] == "orders"].sort_values("replication")
    cohort = sums["part"].to_numpy(np.float64)
    told = np.bincount(outcomes["replication"].to_numpy(np.int64), minlength=len(cohort)).astype(np.float64)
    everybody = _counted(outcomes, _KEYS, cohort), _all_others(cohort - told, cohort)
    parted = outcomes[outcomes["parts_at"] != NEVER_PART]
    return Flips(_in_order(*everybody), _in_order(_counted(parted, _PAIR, cohort)))


def no_flips() -> Flips:
    """The same tables without any rows: of scenarios whose orders are other orders."""
    nobody = _all_others(np.zeros(1), np.ones(1))
    return Flips(
        _in_order(nobody), _in_order({name: cells for name, cells in nobody.items() if name != "parts_at"})
    )


_Cells = dict[str, NDArray[Any]]
"""A table, its words by their numbers in `WORDS`."""


def _in_order(*rows: _Cells) -> pd.DataFrame:
    """These rows as one table: by how orders ended, and the more frequent first; words as they sort."""
    cells = {name: np.concatenate([some[name] for some in rows]) for name in rows[0]}
    cells["orders"] = cells["orders"].astype(np.int64)
    in_turn = np.lexsort((-cells["orders"], *(cells[name] for name in reversed(_PAIR))))
    return pd.DataFrame(
        {name: as_words(name, cell[in_turn]) if name in WORDS else cell[in_turn] for name, cell in cells.items()}
    )


def _counted(outcomes: pd.DataFrame, keys: list[str], cohort: Floats) -> _Cells:
    """A row for each way to end and to part that occurs, with its numbers and a few examples; what is seen first
    comes first."""
    codes = [outcomes[key].cat.codes.to_numpy(np.int64) for key in keys]
    ways = np.ravel_multi_index(codes, [len(WORDS[key]) for key in keys])
    _, first, groups = np.unique(ways, return_index=True, return_inverse=True)
    size = len(cohort), len(first)
    cells = outcomes["replication"].to_numpy(np.int64) * size[1] + groups

    def by_replication(weights: Floats | None = None) -> Floats:
        return np.bincount(cells, weights, minlength=size[0] * size[1]).reshape(size).astype(np.float64)

    time, money = (by_replication(outcomes[name].to_numpy(np.float64)) for name in ("time_change", "money_change"))
    numbers = _numbers(by_replication(), time, money, cohort)
    table: _Cells = {key: code[first] for key, code in zip(keys, codes, strict=True)} | numbers
    table["examples"] = _lists(_examples(outcomes, groups, size[1]))
    return {name: cells[np.argsort(first)] for name, cells in table.items()}


def _lists(each: list[list[tuple[int, int]]]) -> NDArray[np.object_]:
    column = np.empty(len(each), dtype=object)
    for row, one in enumerate(each):
        column[row] = one
    return column


def _examples(outcomes: pd.DataFrame, groups: Ints, count: int) -> list[list[tuple[int, int]]]:
    """The first few orders of each group."""
    in_turn = np.argsort(groups, kind="stable")
    ends = np.cumsum(np.bincount(groups, minlength=count)).tolist()
    rows = [in_turn[begin : min(begin + EXAMPLES, end)] for begin, end in pairwise([0, *ends])]
    replications, orders = (outcomes[name].to_numpy() for name in ("replication", "order"))
    return [list(zip(replications[some].tolist(), orders[some].tolist(), strict=True)) for some in rows]


def _all_others(orders: Floats, cohort: Floats) -> _Cells:
    """Those that nobody wanted the money back for under either policy, and that were sent in time."""
    nothing = np.zeros((len(cohort), 1))
    numbers = _numbers(orders[:, None], nothing * np.nan, nothing, cohort)
    words = {"base_outcome": NO_CLAIM, "other_outcome": NO_CLAIM, "parts_at": NEVER_PART}
    table: _Cells = {key: np.array([WORDS[key].index(word)]) for key, word in words.items()} | numbers
    table["examples"] = _lists([[]])
    return {name: cells[table["orders"] > 0] for name, cells in table.items()}


def _numbers(orders: Floats, time: Floats, money: Floats, cohort: Floats) -> dict[str, Floats]:
    """Counts and mean changes with their intervals, from sums by replication (axis 0) and group (axis 1)."""
    count, everybody = orders.sum(axis=0), cohort.sum()
    of_all = share(orders, cohort[:, None], everybody)
    is_enough = count >= FEWEST
    # Money leans: most orders are cheap. A time is known where both refund in full, or else for nobody (NaN).
    means = [_known(signed_mean(sums, orders), is_enough) for sums in (time, money)]
    ends = (count, of_all.low * everybody, of_all.high * everybody, count / len(cohort))
    return dict(zip(_NUMBERS, (*ends, *means[0], *means[1]), strict=True))


def _known(mean: Estimate, is_enough: Floats) -> Estimate:
    """Without its interval where it is of too few orders."""
    value, low, high = mean
    return Estimate(value, np.where(is_enough, low, np.nan), np.where(is_enough, high, np.nan))
