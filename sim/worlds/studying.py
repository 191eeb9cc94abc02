"""A study: policies on the same orders in many worlds, and what the worlds make of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from sim.arrays import Floats, Ints
from sim.experiment.light import expect_measures
from sim.experiment.measures import MEASURES
from sim.experiment.number import Number
from sim.scenario.model import Scenario
from sim.scenario.provenance import Bound
from sim.worlds.designs import Design
from sim.worlds.estimating import Response, Split, known, split_of
from sim.worlds.factors import Factor, LeftOut, briefly
from sim.worlds.indices import Indices, between, given_data, saltelli
from sim.worlds.playing import Effort, FittedWorlds, Means, VariedWorld, play_worlds, worlds_of

LOOKS = 2
"""Replications of each fitted world, when what data leave open is told from what computing does."""
PARTS = 5
"""Of a factor's range, in a curve."""
FIGURES = ("value", "error", "low", "high", "replications")
"""What is kept of a response in a world."""
LEVELLED, MOST_LEVELS = ("grid", "one_at_a_time"), 12
"""Designs that look at few values of each factor: so many are told one by one."""
NAMED = ("response", "measure", "policy", "less", "unit")
"""What every response says of itself."""


@dataclass(frozen=True)
class Plan:
    """All that a study looks at."""

    title: str
    policies: Mapping[str, Scenario]
    factors: tuple[Factor, ...]
    left_out: tuple[LeftOut, ...]
    design: Design
    responses: tuple[Response, ...]
    effort: Effort
    fitted: FittedWorlds = ()
    """Worlds that the base's log could as well have told."""

    @property
    def measures(self) -> tuple[str, ...]:
        """That are needed of each replication."""
        return tuple(sorted({one.measure for one in self.responses} | self.effort.precision.keys()))

    def unit_of(self, measure: str) -> str:
        """What it is counted in: `share`, `d`, the currency of the base."""
        unit = MEASURES[measure].unit
        return next(iter(self.policies.values())).market.currency if unit == "currency" else unit


@dataclass(frozen=True)
class Study:
    """What came of a study.

    `points` has a row per world and response (`world`, `role`, `response`, `measure`, `policy`, `less`, `value`,
    `error`, `low`, `high`, `replications`, `unit`); `worlds` a row per world with the value of every factor, as a
    file would write it; `indices` what each factor decides of each response, `noise` what is noise of simulation.
    Where there are fitted worlds, `as_fitted` has a row per response: its value where nothing is assumed otherwise,
    and half its 95 % interval for want of `data` and for want of `computing`; None elsewhere.
    """

    plan: Plan
    points: pd.DataFrame
    worlds: pd.DataFrame
    indices: pd.DataFrame
    noise: pd.DataFrame
    as_fitted: pd.DataFrame | None = None

    def values(self, response: Response) -> tuple[Floats, Floats]:
        """Of one response: the value and the error in each world."""
        rows = self.points[self.points["response"] == response.name]
        return rows["value"].to_numpy(dtype=float), rows["error"].to_numpy(dtype=float)


def carried_out(plan: Plan, by: Means) -> Study:
    """Play every world, and say what is known of each. The same plan gives the same study, at any jobs."""
    expect_measures(plan.measures)
    policies = list(plan.policies.values())
    worlds = worlds_of(plan.design, plan.factors, policies, plan.fitted)
    # Only what is known of each response is kept of a world: memory hardly grows with them.
    seen = np.full((len(FIGURES), len(plan.design), len(plan.responses)), np.nan)
    played = play_worlds(worlds, len(plan.design), policies, plan.measures, plan.effort, by)
    for world, sums in enumerate(played):
        by_policy = dict(zip(plan.policies, sums, strict=True))
        for column, response in enumerate(plan.responses):
            one = known(response, by_policy)
            seen[:, world, column] = one.value, one.error, *one.three[1:], one.n
    points = _points_of(plan, seen)
    as_fitted = _as_fitted(plan, Means(by.jobs, by.engine, by.store)) if plan.fitted else None
    return Study(plan, points, worlds_frame(plan), indices_of(plan, points), noise_of(plan, points), as_fitted)


def _as_fitted(plan: Plan, by: Means) -> pd.DataFrame:
    """The fitted worlds alone, each looked at as often."""
    policies, count = list(plan.policies.values()), len(plan.fitted)
    effort = Effort(LOOKS * count, seed=plan.effort.seed)
    nothing = iter([VariedWorld(0, ((),) * len(policies), plan.fitted)])
    (sums,) = play_worlds(nothing, 1, policies, plan.measures, effort, by)
    by_policy = dict(zip(plan.policies, sums, strict=True))
    rows = [(one.name, *split_of(one, by_policy, count), plan.unit_of(one.measure)) for one in plan.responses]
    return pd.DataFrame(rows, columns=["response", *Split._fields, "unit"])


def _points_of(plan: Plan, seen: Floats) -> pd.DataFrame:
    """A row per world and response; words as categories, since there may be a hundred thousand worlds."""
    _, count, width = seen.shape
    named = [(one.name, one.measure, one.of, one.less, plan.unit_of(one.measure)) for one in plan.responses]
    points = pd.DataFrame({"world": np.repeat(np.arange(count), width)})
    points["role"] = pd.Categorical(plan.design.roles).repeat(width)
    in_turn = np.tile(np.arange(width), count)
    for name, words in zip(NAMED, zip(*named, strict=True), strict=True):
        points[name] = pd.Categorical(words).take(in_turn)
    for name, figures in zip(FIGURES, seen, strict=True):
        points[name] = figures.ravel()
    return points.astype({"replications": int})[["world", "role", *NAMED[:-1], *FIGURES, "unit"]]


def worlds_frame(plan: Plan) -> pd.DataFrame:
    """A row per world: the value of every factor, as a file would write it; `as it stands` where not moved."""
    columns = {"world": pd.Series(np.arange(len(plan.design))), "role": pd.Series(plan.design.roles)}
    for number, factor in enumerate(plan.factors):
        values = [None if np.isnan(u) else factor.value_at(float(u)) for u in plan.design.points[:, number]]
        columns[factor.name] = _column(values)
    return pd.DataFrame(columns)


def _column(values: Sequence[Bound | None]) -> pd.Series[Any]:
    """Numbers as numbers (NaN: as it stands), everything else as text; at once in a column, which is narrow."""
    if all(value is None or (not isinstance(value, str)) for value in values):
        return pd.Series([np.nan if value is None else float(value) for value in values])
    return pd.Series(["as it stands" if value is None else str(value) for value in values])


def indices_of(plan: Plan, points: pd.DataFrame) -> pd.DataFrame:
    """What each factor decides of each response: `first` alone, `total` with others (of a Sobol design only)."""
    rows = []
    for response in plan.responses:
        mine = points[points["response"] == response.name]
        values, errors = (mine[name].to_numpy(dtype=float) for name in ("value", "error"))
        for factor, found in zip(plan.factors, _indices(plan, values, errors), strict=True):
            row: dict[str, Any] = {"response": response.name, "factor": factor.name}
            for name, index in found._asdict().items():
                row |= {name: index.value, f"{name}_low": index.low, f"{name}_high": index.high}
            rows.append(row)
    return pd.DataFrame(rows)


def _indices(plan: Plan, values: Floats, errors: Floats) -> list[Indices]:

    width, unknown = len(plan.factors), Number(np.nan, np.nan, np.nan)
    if plan.design.kind == "one_at_a_time" or np.isfinite(values).sum() < 8:
        return [Indices(unknown, unknown)] * width
    if plan.design.kind == "sobol" and np.isfinite(values).all():
        noise = between(values, errors)[1]
        return saltelli(values, 0.0 if np.isnan(noise) else noise, width)
    words = [len(one.words) for one in plan.factors]
    return [Indices(one, unknown) for one in given_data(plan.design.points, words, values, errors)]


def noise_of(plan: Plan, points: pd.DataFrame) -> pd.DataFrame:
    """By response: mean, the standard deviation between worlds with the noise taken out, and the noise's own."""
    rows = []
    for response in plan.responses:
        mine = points[points["response"] == response.name]
        if plan.design.kind == "sobol":  # AB worlds repeat what A and B are
            mine = mine[mine["role"].isin(["A", "B"])]
        values, errors = (mine[name].to_numpy(dtype=float) for name in ("value", "error"))
        variance, noise = between(values, errors)
        there = values[np.isfinite(values)]
        named = {"response": response.name, "worlds": len(there), "mean": there.mean() if len(there) else np.nan}
        figures = {"between_worlds": np.sqrt(variance), "noise": np.sqrt(noise)}
        rows.append({**named, **figures, "unit": plan.unit_of(response.measure)})
    return pd.DataFrame(rows)


def parts_of(plan: Plan, factor: Factor, bins: int) -> tuple[list[str], Ints]:
    """The values at which a factor is looked at, or equal parts of its range by the value in the middle, as people
    read them; and for each world in which of them it lies (-1: the factor is as it stands)."""
    u = plan.design.points[:, list(plan.factors).index(factor)]
    is_moved = np.isfinite(u)
    levels, count = np.unique(u[is_moved]), len(factor.words) or bins
    if plan.design.kind in LEVELLED and len(levels) <= MOST_LEVELS:
        part = np.searchsorted(levels, np.nan_to_num(u))
    else:
        levels = (np.arange(count) + 0.5) / count
        part = np.minimum(np.nan_to_num(u) * count, count - 1).astype(int)
    return [briefly(factor.value_at(float(level))) for level in levels], np.where(is_moved, part, -1)


def partial_curve(study: Study, response: Response, factor: Factor) -> pd.DataFrame:
    """How a response goes with one factor, whatever the others are: means by word, by the values that a design has,
    or by equal parts of its range.

    Columns `at` (the word, the value, the middle of a part), `value`, `error` (of the mean over worlds), `worlds`.
    """
    values, _ = study.values(response)
    names, part = parts_of(study.plan, factor, PARTS)
    rows = []
    for number, at in enumerate(names):
        mine = values[np.isfinite(values) & (part == number)]
        error = mine.std(ddof=1) / np.sqrt(len(mine)) if len(mine) > 1 else np.nan
        rows.append({"at": at, "value": mine.mean() if len(mine) else np.nan, "error": error, "worlds": len(mine)})
    return pd.DataFrame(rows)


class Swing(NamedTuple):
    """What one factor does alone, from end to end of its range, or from word to word."""

    factor: str
    at: tuple[str, ...]
    """Its values, as people read them."""
    comes_to: Floats
    """The response there."""

    @property
    def width(self) -> float:
        """Between the least and the greatest; 0 where nothing is known."""
        seen = self.comes_to[np.isfinite(self.comes_to)]
        return float(np.ptp(seen)) if len(seen) else 0.0


def swings(study: Study, response: Response) -> list[Swing]:
    """Of a design that moves one factor at a time: what each does, the widest first."""
    values, _ = study.values(response)
    found = []
    for column, factor in enumerate(study.plan.factors):
        u = study.plan.design.points[:, column]
        here = np.flatnonzero(np.isfinite(u))
        found.append(
            Swing(factor.name, tuple(briefly(factor.value_at(float(u[one]))) for one in here), values[here])
        )
    return sorted(found, key=lambda one: -one.width)
