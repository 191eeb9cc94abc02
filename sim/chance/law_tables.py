"""The inverse of a law as a table, so that luck becomes a whole number in some nanoseconds, whatever the law.

A law is cut into cells, the narrower the nearer they are to luck 0 or 1, and in each it is a polynomial that is
found by asking the law itself and compared with it. Where that might be rounded otherwise than the law's own value
the table does not say, and the law is asked (`sampler`): in one of many thousand draws, in a cell in which the law
bends, and where no polynomial was near enough. A law of a few steps needs no cells. So the numbers are the law's
own, to the last.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import Any, NamedTuple, TypeAlias

import numpy as np

from sim.arrays import Floats, Ints
from sim.chance.drawings import ByBounds, ByLaw
from sim.scenario.distributions.laws import Law, StepLaw
from sim.scenario.durations import LONGEST, NEVER

OCTAVES, IN_AN_OCTAVE = 20, 8
"""Cells between 2⁻²¹ and 1/2; with 8 to an octave, a cell's width is a twelfth of its distance from the end, or
less. Luck that is nearer to the end falls into the first one, 1/2 itself into the last: neither of them says."""
CELLS = OCTAVES * IN_AN_OCTAVE + 2
LOWEST = 2.0 ** -(OCTAVES + 1)
TERMS = 8
"""Of a polynomial: one line of a processor's cache."""
NEAR_ENOUGH = 2.0**-17
"""How far a polynomial may be from the law where they are compared, or the law is asked about the whole cell."""
AS_FAR, AT_LEAST = 16, 2.0**-17
"""Where a value is so many times as near to the middle between two whole numbers as the polynomial of its cell is
off at the most, and nearer than that in any case, the law is asked. A value is smooth within a cell, and so is what
it is off by."""
MOST = 2.0**50
"""Beyond it a float holds no fractions that could be told."""
FEW = 16
"""Steps of a law that are looked through one by one; one with more is cut into cells as any other."""
ROOTS = -np.cos((2 * np.arange(TERMS) + 1) * np.pi / (2 * TERMS))
"""Where a polynomial meets the law, a cell being from -1 to 1: Chebyshev's, which let it stray least in between."""
BETWEEN = np.concatenate([[-1.0], (ROOTS[1:] + ROOTS[:-1]) / 2, [1 - 2.0**-20]])
"""Where they are compared: it is off most about there."""
_FITTED = np.linalg.inv(np.vander(ROOTS, TERMS, increasing=True))


def _edges() -> Floats:
    """Where the cells begin, counted from the end, and where the last one does."""
    of_octaves = LOWEST * 2.0 ** np.arange(OCTAVES)[:, None] * (1 + np.arange(IN_AN_OCTAVE) / IN_AN_OCTAVE)
    return np.array([*of_octaves.ravel(), 0.5])


EDGES = _edges()


Triple: TypeAlias = tuple[int, int, int]


class DrawingPlan(NamedTuple):
    """How luck comes to some columns, laid out for machine code."""

    columns: Ints
    """By column, in the order of decisions: the decision, which grouping counts (-1: none), and where its groups
    begin among those of all columns."""
    groups: Ints
    """By group: which of the tables is its law's, -1 for one in steps; and where its steps begin and end."""
    tables: Floats
    """By table, side (luck below 1/2, or above) and cell: the factors of the powers of where in the cell it is.
    NaN where the law is to be asked, infinite for NEVER."""
    certain: Floats
    """By table, side and cell: the law is asked where a value is farther from a whole number."""
    bounds: Floats
    """Where steps end; the last of a law's has no end."""
    values: Ints
    """What they come to."""


def plan_of(drawings: Sequence[ByLaw | ByBounds], groupings: Sequence[str]) -> DrawingPlan:
    """Of columns in the order of their decisions; those that mean the same share one."""
    return _plan(
        tuple(
            (int(one.decision), -1 if one.by is None else groupings.index(one.by), *one.meant()) for one in drawings
        )
    )


@lru_cache(maxsize=128)
def _plan(meant: tuple[tuple[Any, ...], ...]) -> DrawingPlan:
    columns, groups = list[Triple](), list[Triple]()
    bounds, values, cut = list[float](), list[int](), dict[tuple[Law, float], int]()
    for decision, which, laws, grain in meant:
        columns.append((decision, which, len(groups)))
        for law in laws:
            begins, steps = len(values), _steps(law, grain)
            if steps:
                bounds += steps[0]
                values += steps[1]
            table = -1 if steps else cut.setdefault((law, grain.factor), len(cut))
            groups.append((table, begins, len(values)))
    tables = [_cut(*one) for one in cut]
    return DrawingPlan(
        np.array(columns, dtype=np.int64).reshape(-1, 3),
        np.array(groups, dtype=np.int64).reshape(-1, 3),
        np.array([one.table for one in tables]).reshape(-1, 2, CELLS, TERMS),
        np.array([one.certain for one in tables]).reshape(-1, 2, CELLS),
        np.array(bounds, dtype=np.float64),
        np.array(values, dtype=np.int64),
    )


def _steps(law: Law | tuple[float, ...], grain: Any) -> tuple[Sequence[float], Sequence[int]] | None:
    """Where steps end and what they come to; None for a law that has none, or many."""
    if isinstance(law, tuple):  # bounds, and what is said in turn
        return (*law, np.inf), grain
    if not isinstance(law, StepLaw) or len(law.values) > FEW:
        return None
    ends = law.cumulative[:-1]
    return (*ends, np.inf), grain.whole(law, np.array([0.0, *ends])).tolist()


class _Cut(NamedTuple):
    """A law in cells."""

    table: Floats
    certain: Floats


@lru_cache(maxsize=256)
def _cut(law: Law, factor: float) -> _Cut:
    into_cells = EDGES[:-1, None] + np.diff(EDGES)[:, None] / 2 * (1 + np.concatenate([ROOTS, BETWEEN]))
    table, certain = np.full((2, CELLS, TERMS), np.nan), np.zeros((2, CELLS))
    for side, luck in enumerate((into_cells, 1 - into_cells)):
        values = law.ppf(luck.ravel()).reshape(luck.shape)
        table[side, 1:-1], certain[side, 1:-1] = _polynomials(values, factor)
    for bend in law.bends():
        side = int(bend >= 0.5)
        cell = int(np.searchsorted(EDGES, 1 - bend if side else bend, side="right"))
        table[side, max(cell - 1, 0) : cell + 2] = np.nan  # its neighbours too: a level is a sum, and rounded
    return _Cut(table, certain)


def _polynomials(values: Floats, factor: float) -> _Cut:
    """By cell, from its values where a polynomial meets them, and where it is compared with them."""
    never = np.all(values == NEVER, axis=1)
    values = np.where(np.abs(values) < LONGEST, values, np.nan) * factor
    middle = values[:, TERMS // 2]
    found = (values[:, :TERMS] - middle[:, None]) @ _FITTED.T  # what is small is rounded to little
    found[:, 0] += middle
    off = np.abs(found @ np.vander(BETWEEN, TERMS, increasing=True).T - values[:, TERMS:]).max(axis=1)
    sure = (off < NEAR_ENOUGH) & np.all(np.abs(values[:, TERMS:]) < MOST, axis=1)
    found[~sure] = np.nan
    found[never] = [np.inf] + [0.0] * (TERMS - 1)
    return _Cut(found, 0.5 - np.maximum(AS_FAR * off, AT_LEAST))
