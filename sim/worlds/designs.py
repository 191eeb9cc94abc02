"""Designs: which worlds are looked at. A point is a row of numbers from 0 to 1, one for each factor.

NaN means that a factor stays as the base has it.
"""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import product

import numpy as np
from scipy.special import ndtr, ndtri
from scipy.stats import qmc

from sim.arrays import Floats
from sim.errors import BadUsage
from sim.worlds.factors import Factor

MOST_POINTS = 1_000_000
"""More worlds than anybody has the time for."""


@dataclass(frozen=True)
class Design:
    """The worlds of a study."""

    kind: str
    points: Floats
    """A row for each world, a column for each factor."""
    roles: tuple[str, ...]
    """Of each world: `as it stands`, `world`, `low`, `high`; of a Sobol design `A`, `B` or the factor exchanged."""

    def __len__(self) -> int:
        return len(self.points)


def design_of(kind: str, factors: Sequence[Factor], *, points: int = 64, levels: int = 5, seed: int = 1) -> Design:
    """The worlds of a design. Raises BadUsage where there would be too many, or none.

    `latin_hypercube`: so many `points`. `sobol`: so many base points of a Sobol sequence, times factors + 2, as
    Saltelli (2002) lays them out for first-order and total indices. `grid`: every combination of so many
    `levels` of each factor (of all its words). `one_at_a_time`: the base, and each factor alone at its ends.
    """
    if not factors:
        raise BadUsage("found no range that could be varied, expected factors, or ranges in the base's provenance")
    width = len(factors)
    worlds = {"sobol": points * (width + 2), "latin_hypercube": points}.get(kind, 0)
    if kind == "grid":
        worlds = int(np.prod([len(one.words) or levels for one in factors], dtype=float))
    if worlds > MOST_POINTS:
        raise BadUsage(
            f"found a {kind} of {worlds:,} worlds, expected at most {MOST_POINTS:,}: fewer factors or points"
        )
    if kind == "sobol":
        return _saltelli(width, points, seed)
    if kind == "grid":
        return _grid(factors, levels)
    if kind == "one_at_a_time":
        return _one_at_a_time(factors)
    cube = qmc.LatinHypercube(width, rng=np.random.default_rng(seed)).random(points)
    return Design(kind, together(cube, factors), ("world",) * points)


def _saltelli(width: int, points: int, seed: int) -> Design:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)  # of points that are no power of two: less even, not wrong
        both = qmc.Sobol(2 * width, rng=np.random.default_rng(seed)).random(points)
    a, b = both[:, :width], both[:, width:]
    blocks, roles = [a, b], ["A"] * points + ["B"] * points
    for column in range(width):
        exchanged = a.copy()
        exchanged[:, column] = b[:, column]
        blocks.append(exchanged)
        roles += [f"AB{column}"] * points
    return Design("sobol", np.concatenate(blocks), tuple(roles))


def _grid(factors: Sequence[Factor], levels: int) -> Design:
    axes = [levels_of(one, levels) for one in factors]
    points = np.array(list(product(*axes)))
    return Design("grid", points, ("world",) * len(points))


def levels_of(factor: Factor, levels: int) -> list[float]:
    """Where a grid looks: at every word, or evenly from one end of the range to the other."""
    if factor.is_words:
        return [(number + 0.5) / len(factor.words) for number in range(len(factor.words))]
    return list(np.linspace(0, 1, levels)) if levels > 1 else [0.5]


def _one_at_a_time(factors: Sequence[Factor]) -> Design:
    rows, roles = [np.full(len(factors), np.nan)], ["as it stands"]
    for number, factor in enumerate(factors):
        ends = levels_of(factor, 2)
        for u in ends:
            row = np.full(len(factors), np.nan)
            row[number] = u
            rows.append(row)
            roles.append(str(factor.value_at(u)))
    return Design("one_at_a_time", np.array(rows), tuple(roles))


def together(cube: Floats, factors: Sequence[Factor]) -> Floats:
    """The points with factors that move together doing so: correlated on the scale of normal quantiles.

    Source: the Gaussian copula (Iman & Conover 1982 for designs). Raises BadUsage for correlations that cannot be.
    """
    names = [one.name for one in factors]
    matrix = np.eye(len(factors))
    for row, factor in enumerate(factors):
        for other, correlation in factor.correlated.items():
            if other in names:
                column = names.index(other)
                matrix[row, column] = matrix[column, row] = correlation
    if np.array_equal(matrix, np.eye(len(factors))):
        return cube
    try:
        root = np.linalg.cholesky(matrix + 1e-9 * np.eye(len(factors)))
    except np.linalg.LinAlgError:
        raise BadUsage("found correlations between ranges that cannot all hold at once") from None
    return np.asarray(ndtr(ndtri(np.clip(cube, 1e-9, 1 - 1e-9)) @ root.T))
