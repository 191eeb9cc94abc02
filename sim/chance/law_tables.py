"""The inverse of a law as a table, so that luck becomes a whole number in some nanoseconds, whatever the law.

A law is cut into cells, the narrower the nearer they are to luck 0 or 1, and in each it is a polynomial that is
found by asking the law itself and compared with it. Where that might be rounded otherwise than the law's own value
the table does not say, and the law is asked (`sampler`): in one of some thousand draws, in a cell in which the law
steps or bends, and where no polynomial was near enough. So the numbers are the law's own, to the last.
"""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple

import numpy as np

from sim.arrays import Floats, Ints
from sim.scenario.distributions.laws import Law
from sim.scenario.durations import LONGEST, NEVER

OCTAVES, IN_AN_OCTAVE = 20, 8
"""Cells between 2⁻²¹ and 1/2; with 8 to an octave, a cell's width is a twelfth of its distance from the end, or
less. Luck that is nearer to the end falls into the first one, 1/2 itself into the last: neither of them says."""
CELLS = OCTAVES * IN_AN_OCTAVE + 2
LOWEST = 2.0 ** -(OCTAVES + 1)
TERMS = 8
"""Of a polynomial: one line of a processor's cache."""
NEAR_ENOUGH, IN_DOUBT = 2.0**-17, 2.0**-13
"""How far a polynomial may be from the law where they are compared, and from the middle between two whole numbers
where the law is asked: sixteen times as far. A value is smooth within a cell, and so is what it is off by."""
MOST = 2.0**50
"""Beyond it a float holds no fractions that could be told."""
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


class LawTables(NamedTuple):
    """The laws of a decision, by group."""

    of_groups: Ints
    """Which of the tables is a group's."""
    tables: Floats
    """By table, side (luck below 1/2, or above) and cell: the factors of the powers of where in the cell it is.
    NaN where the law is to be asked, infinite for NEVER."""


@lru_cache(maxsize=128)
def tables_of(laws: tuple[Law, ...], factor: float) -> LawTables:
    """The laws, so many times as large; those that are equal share one."""
    of_laws = {law: table for table, law in enumerate(dict.fromkeys(laws))}
    return LawTables(np.array([of_laws[law] for law in laws]), np.array([_table(law, factor) for law in of_laws]))


@lru_cache(maxsize=256)
def _table(law: Law, factor: float) -> Floats:
    into_cells = EDGES[:-1, None] + np.diff(EDGES)[:, None] / 2 * (1 + np.concatenate([ROOTS, BETWEEN]))
    table = np.full((2, CELLS, TERMS), np.nan)
    for side, luck in enumerate((into_cells, 1 - into_cells)):
        values = law.ppf(luck.ravel()).reshape(luck.shape)
        table[side, 1:-1] = _polynomials(values, factor)
    for bend in law.bends():
        side = int(bend >= 0.5)
        cell = int(np.searchsorted(EDGES, 1 - bend if side else bend, side="right"))
        table[side, max(cell - 1, 0) : cell + 2] = np.nan  # its neighbours too: a level is a sum, and rounded
    return table


def _polynomials(values: Floats, factor: float) -> Floats:
    """By cell, from its values where a polynomial meets them, and where it is compared with them."""
    never = np.all(values == NEVER, axis=1)
    values = np.where(np.abs(values) < LONGEST, values, np.nan) * factor
    middle = values[:, TERMS // 2]
    found = (values[:, :TERMS] - middle[:, None]) @ _FITTED.T  # what is small is rounded to little
    found[:, 0] += middle
    off = np.abs(found @ np.vander(BETWEEN, TERMS, increasing=True).T - values[:, TERMS:])
    sure = np.all((off < NEAR_ENOUGH) & (np.abs(values[:, TERMS:]) < MOST), axis=1)
    found[~sure] = np.nan
    found[never] = [np.inf] + [0.0] * (TERMS - 1)
    return found
