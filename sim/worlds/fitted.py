"""Worlds that were fitted to a log: which a study lives in, and what is not known for want of data."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from sim.arrays import Floats
from sim.evidence.refits import worlds_beside
from sim.experiment.shares import Z
from sim.scenario.moving import place_of
from sim.worlds.estimating import Response, linear_parts
from sim.worlds.factors import Factor
from sim.worlds.playing import FittedWorlds

LOOKS = 2
"""Replications of each fitted world, when what data leave open is told from what computing does."""


class Split(NamedTuple):
    """A response where nothing is assumed otherwise: half its 95 % interval, by what it is for want of."""

    value: float
    data: float
    """What another log of the same marketplace could have told: it goes with more data only."""
    computing: float
    """What other luck could have brought: it goes with more replications."""


def fitted_worlds(base: Path | str, theirs: Sequence[str], factors: Sequence[Factor]) -> FittedWorlds:
    """Those beside a base, without what the policies differ in (`theirs`), and what the factors move.

    Raises as `evidence.refits.worlds_beside` does.
    """
    taken = [*theirs, *(".".join(place_of(path, factor.range)) for factor in factors for path in factor.paths)]
    return tuple(
        json.dumps({path: value for path, value in world.items() if not any(_meet(path, one) for one in taken)})
        for world in worlds_beside(base)
    )


def _meet(path: str, other: str) -> bool:
    return f"{path}.".startswith(f"{other}.") or f"{other}.".startswith(f"{path}.")


def split_of(response: Response, sums: Mapping[str, Mapping[str, Floats]], worlds: int) -> Split:
    """From replications that took turns at so many worlds, each as often: one-way analysis of variance.

    The mean square within worlds is luck's; what the means of worlds vary by beyond their share of it is the data's
    (Scheffé, *The Analysis of Variance*, the random one-way layout).
    """
    value, parts = linear_parts(response, sums)
    by_world = parts.reshape(-1, worlds)
    within = float(by_world.var(axis=0, ddof=1).mean())
    between = max(float(by_world.mean(axis=0).var(ddof=1)) - within / len(by_world), 0.0)
    return Split(value, Z * between**0.5, Z * (within / len(parts)) ** 0.5)
