"""What many worlds say, on a terminal."""

from __future__ import annotations

import math
from collections.abc import Iterator

import pandas as pd

from sim.experiment.number import Number
from sim.scenario.wording import counted, per_cent
from sim.show.across.document import (
    MOST_TOLD,
    amount,
    answer,
    as_it_stands_told,
    index_told,
    level,
    share_told,
    swing_told,
    title,
    told_as_fitted,
    told_of_lacking,
    told_of_regret,
    told_of_unclear,
    verdict_told,
    what_decides,
)
from sim.worlds.stress import Stressed
from sim.worlds.studying import Plan, Study, swings

SHOWN_FROM = 0.005
"""A share of the variance below which an assumption decides nothing: it would be written 0.00."""


def stress_lines(result: Stressed) -> Iterator[str]:
    """The verdict, every measure, and what decides."""
    plan = result.study.plan
    yield f"{counted(len(plan.design), 'world')}, {counted(len(plan.factors), 'assumption')} varied at once"
    for one in result.survivals:
        if one.measure == result.headline:
            yield ""
            yield answer(one)
            yield from (f"  {line}" for line in told_of_regret(one))
            share = "an unknown part" if math.isnan(one.noise_share) else f"{per_cent(one.noise_share)}"
            yield f"  noise of simulation: {share} of the variance of the differences"
            if unclear := told_of_unclear(result.study, one):
                yield f"  {unclear}"
            deciding = [each for each in one.decides[:MOST_TOLD] if each.share.value >= SHOWN_FROM]
            heading = what_decides(each.share for each in deciding)
            yield f"  {heading} (alone)" if deciding else "  no assumption decides it alone"
            for each in deciding:
                yield f"    {index_told(each.share)}  {each.factor}"
        else:
            there = amount(one.at_base.value, one.unit, signed=True)
            how = f"that way in {share_told(one.share)} of worlds: {verdict_told(one)}"
            yield f"  {title(one.measure)}: {there} as the file has it, {how}"
    yield from _as_fitted(result.study)
    yield from _left_out(plan)


def study_lines(study: Study) -> Iterator[str]:
    """Every response: its mean, how it differs between worlds, and what decides."""
    plan = study.plan
    yield f"{plan.title}: {counted(len(plan.design), 'world')} ({plan.design.kind.replace('_', ' ')})"
    for response, row in zip(plan.responses, study.noise.to_dict("records"), strict=True):
        unit = row["unit"]
        mean = amount(row["mean"], unit, signed=True) if response.is_difference else level(row["mean"], unit)
        spread, noise = (amount(row[name], unit) for name in ("between_worlds", "noise"))
        yield ""
        yield f"{title(response.measure)}, {response.of}{f' less {response.less}' if response.less else ''}:"
        yield from (f"  {line}" for line in told_of_lacking(study, response))
        if plan.design.kind == "one_at_a_time":
            yield f"  {as_it_stands_told(response, row, float(study.values(response)[0][0]))}"
            widest = swings(study, response)[:MOST_TOLD]
            yield from (f"    {one.factor}: {swing_told(one, response, unit)}" for one in widest)
            continue
        yield f"  {mean} on average; ±{spread} between worlds, ±{noise} of noise"
        yield from _decides(study.indices, response.name)
    yield from _as_fitted(study)
    yield from _left_out(plan)


def _decides(indices: pd.DataFrame, response: str) -> Iterator[str]:
    mine = indices[indices["response"] == response].copy()
    by = "total" if mine["total"].notna().any() else "first"
    mine = mine[mine[by] >= SHOWN_FROM].sort_values(by, ascending=False, kind="stable")
    for row in mine.head(MOST_TOLD).to_dict("records"):
        alone, all_told = (
            index_told(Number(row[which], row[f"{which}_low"], row[f"{which}_high"]))
            for which in ("first", "total")
        )
        with_others = f", {all_told} with others" if by == "total" else ""
        yield f"    {alone} alone{with_others}  {row['factor']}"


def _as_fitted(study: Study) -> Iterator[str]:
    if study.as_fitted is not None:
        yield ""
        yield f"In {counted(len(study.plan.fitted), 'fitted world')}, nothing assumed otherwise (95 %):"
        yield from (f"  {line}" for line in told_as_fitted(study))


def _left_out(plan: Plan) -> Iterator[str]:
    if plan.left_out:
        yield ""
        yield "Not varied:"
        yield from (f"  {one.name}: {one.why}" for one in plan.left_out)
