"""How much each factor decides: shares of the variation between worlds, with the noise of simulation taken out."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from sim.arrays import Floats
from sim.experiment.number import Number
from sim.experiment.shares import Z

Counts = npt.NDArray[np.uint16]
RESAMPLES = 500
SEED = 1
BLOCK = 8192
"""Worlds whose sums are worked out at a time: memory does not grow with them."""


class Indices(NamedTuple):
    """Of what varies between worlds, the shares of one factor: alone, and with all that it does beside others."""

    first: Number
    total: Number


def saltelli(values: Floats, noise: float, width: int) -> list[Indices]:
    """First-order and total indices of a Sobol design, whose values stand as A, B, AB₁ … AB_k.

    `noise` is the variance of one value's simulation error, which is independent between worlds. Values are centred
    first. First-order: Saltelli et al. (2010), B·(AB − A), in which noise of A and AB cancels on average. Total:
    Jansen (1999), half the mean square of A − AB, less the noise in it. Intervals: bootstrap over the base points.
    """
    blocks = values.reshape(width + 2, -1)
    rng = np.random.default_rng(SEED)
    samples = rng.integers(0, blocks.shape[1], (RESAMPLES, blocks.shape[1]))
    firsts, totals = zip(*(_of(blocks[:, sample], noise) for sample in samples), strict=True)
    first, total = _of(blocks, noise)
    return [
        Indices(_index(first[one], np.array(firsts)[:, one]), _index(total[one], np.array(totals)[:, one]))
        for one in range(width)
    ]


def _of(blocks: Floats, noise: float) -> tuple[Floats, Floats]:
    centred = blocks - blocks[:2].mean()
    a, b, exchanged = centred[0], centred[1], centred[2:]
    variance = (a.var(ddof=1) + b.var(ddof=1)) / 2 - noise
    if variance <= 0:
        nothing = np.full(len(exchanged), np.nan)
        return nothing, nothing
    # The halves of Saltelli's estimator and of its mirror image, B for A, are as good: their mean is better.
    first = (b * (exchanged - a)).mean(axis=1) / variance
    total = (((a - exchanged) ** 2).mean(axis=1) / 2 - noise) / variance
    return first, total


def _index(value: float, resampled: Floats) -> Number:
    """Normal, as wide as the bootstrap's spread: near 0 a percentile interval of a square leans."""
    error = float(np.nanstd(resampled, ddof=1)) if np.isfinite(resampled).sum() > 2 else np.nan
    return Number(float(value), float(value - Z * error), float(value + Z * error))


def between(values: Floats, errors: Floats) -> tuple[float, float]:
    """The variance of values between worlds with the noise taken out, and the noise: the mean of squared errors.

    With one replication of each the noise is not known: NaN.
    """
    known = np.isfinite(values)
    noise = float(np.mean(errors[known] ** 2)) if known.any() else np.nan
    total = float(np.var(values[known], ddof=1)) if known.sum() > 1 else np.nan
    return (total if np.isnan(noise) else max(total - noise, 0.0)), noise


def given_data(points: Floats, words: list[int], values: Floats, errors: Floats) -> list[Number]:
    """First-order indices from any scattered worlds: how well each factor alone foretells the value.

    By words their means, by numbers a parabola; what chance alone would foretell is taken out (adjusted R²),
    and the noise of simulation with it. `words` has for each factor how many words it has, 0 for a number.
    Intervals: bootstrap over worlds.
    """
    known = np.isfinite(values)
    points, values, errors = points[known], values[known], errors[known]
    counts = _resampled(len(values))
    centred, noises = values - values.mean(), errors**2
    of_values = _sums(counts, np.column_stack([centred, centred**2, noises]))
    found = []
    for column, count in enumerate(words):
        foretold = _foretold(counts, _basis(points[:, column], count), centred, of_values)
        found.append(_index(foretold[0], foretold[1:]))
    return found


def _resampled(worlds: int) -> Counts:
    """How often each world is drawn: in the first row once, which is what was seen, in each other one at random."""
    rng = np.random.default_rng(SEED)
    counts = np.ones((1 + RESAMPLES // 5, worlds), dtype=np.uint16)
    for row in counts[1:]:
        row[:] = np.bincount(rng.integers(0, worlds, worlds), minlength=worlds)
    return counts


def _sums(counts: Counts, columns: Floats) -> Floats:
    """By resample, the sum of each column."""
    blocks = range(0, len(columns), BLOCK)
    parts = (counts[:, at : at + BLOCK].astype(float) @ columns[at : at + BLOCK] for at in blocks)
    return np.asarray(sum(parts))


def _basis(column: Floats, words: int) -> Floats:
    if words:
        chosen = np.minimum((column * words).astype(int), words - 1)
        return np.asarray(np.eye(words)[chosen])
    return np.vander(column - 0.5, 3)


def _foretold(counts: Counts, basis: Floats, centred: Floats, of_values: Floats) -> Floats:
    """By resample: what least squares on the basis, in which a constant lies, foretell of the values, adjusted."""
    worlds, width = basis.shape
    products = (basis[:, :, None] * basis[:, None, :]).reshape(worlds, width * width)
    found = _sums(counts, np.hstack([products, basis * centred[:, None]]))
    sizes, directions = np.linalg.eigh(found[:, : width * width].reshape(-1, width, width))
    is_there = sizes > sizes[:, -1:] * 1e-10
    along = np.einsum("rij,ri->rj", directions, found[:, width * width :])
    explained = np.where(is_there, along**2 / np.where(is_there, sizes, 1.0), 0.0).sum(axis=1)
    rank, (sums, squares, noises) = is_there.sum(axis=1), of_values.T
    total = squares - sums**2 / worlds
    is_known = (total > 1e-12 * squares) & (rank < worlds)
    left = (squares - explained) / np.where(is_known, total, 1.0)
    share = np.where(is_known, 1 - left * (worlds - 1) / np.maximum(worlds - rank, 1), 0.0)
    return np.asarray(share * _noise_taken_out(total / max(worlds - 1, 1), noises / worlds))


def _noise_taken_out(variance: Floats, noise: Floats) -> Floats:
    """By how much a share of all variation is to be enlarged; not where all of it may be noise."""
    is_known = np.isfinite(noise) & (variance > noise)
    return np.where(is_known, variance / np.where(is_known, variance - noise, 1.0), 1.0)
