"""How much each factor decides: shares of the variation between worlds, with the noise of simulation taken out."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from sim.experiment.number import Number
from sim.experiment.shares import Z
from sim.worlds.designs import Floats

RESAMPLES = 500


class Indices(NamedTuple):
    """Of what varies between worlds, the shares of one factor: alone, and with all that it does beside others."""

    first: Number
    total: Number


def saltelli(values: Floats, noise: float, width: int, *, seed: int = 1) -> list[Indices]:
    """First-order and total indices of a Sobol design, whose values stand as A, B, AB₁ … AB_k.

    `noise` is the variance of one value's simulation error, which is independent between worlds. Values are centred
    first. First-order: Saltelli et al. (2010), B·(AB − A), in which noise of A and AB cancels on average. Total:
    Jansen (1999), half the mean square of A − AB, less the noise in it. Intervals: bootstrap over the base points.
    """
    blocks = values.reshape(width + 2, -1)
    rng = np.random.default_rng(seed)
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


def given_data(points: Floats, words: list[int], values: Floats, errors: Floats, *, seed: int = 1) -> list[Number]:
    """First-order indices from any scattered worlds: how well each factor alone foretells the value.

    By words their means, by numbers a parabola; what chance alone would foretell is taken out (adjusted R²),
    and the noise of simulation with it. `words` has for each factor how many words it has, 0 for a number.
    Intervals: bootstrap over worlds.
    """
    rng = np.random.default_rng(seed)
    known = np.isfinite(values)
    points, values, errors = points[known], values[known], errors[known]
    samples = rng.integers(0, len(values), (RESAMPLES // 5, len(values)))
    found = []
    for column, count in enumerate(words):
        foretold = _adjusted(_basis(points[:, column], count))
        scale = _scale(values, errors)
        spread = [
            _adjusted(_basis(points[sample, column], count))(values[sample])
            * _scale(values[sample], errors[sample])
            for sample in samples
        ]
        found.append(_index(foretold(values) * scale, np.array(spread)))
    return found


def _scale(values: Floats, errors: Floats) -> float:
    variance, noise = between(values, errors)
    return 1.0 if np.isnan(noise) or variance <= 0 else float((variance + noise) / variance)


def _basis(column: Floats, words: int) -> Floats:
    if words:
        chosen = np.minimum((column * words).astype(int), words - 1)
        return np.asarray(np.eye(words)[chosen])
    return np.vander(column - 0.5, 3)


def _adjusted(basis: Floats) -> Callable[[Floats], float]:
    rank = int(np.linalg.matrix_rank(basis))

    def share(values: Floats) -> float:
        total = ((values - values.mean()) ** 2).sum()
        if total == 0 or len(values) <= rank:
            return 0.0
        fitted = basis @ np.linalg.lstsq(basis, values, rcond=None)[0]
        left = ((values - fitted) ** 2).sum()
        return float(1 - left / total * (len(values) - 1) / (len(values) - rank))

    return share
