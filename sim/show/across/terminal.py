"""What many worlds say, on a terminal."""

from __future__ import annotations

import math
from collections.abc import Iterator

import pandas as pd

from sim.scenario.wording import counted, per_cent
from sim.show.across import document
from sim.worlds.estimating import Response
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
            yield document.answer(one)
            yield from (f"  {line}" for line in document.told_of_regret(one))
            share = "an unknown part" if math.isnan(one.noise_share) else f"{per_cent(one.noise_share)}"
            yield f"  noise of simulation: {share} of the variance of the differences"
            if unclear := document.told_of_unclear(result.study, one):
                yield f"  {unclear}"
            deciding = [each for each in one.decides[: document.MOST_TOLD] if each.share.value >= SHOWN_FROM]
            heading = document.what_decides(each.share for each in deciding)
            yield f"  {heading} (alone)" if deciding else "  no assumption decides it alone"
            for each in deciding:
                yield f"    {document.index_told(each.share)}  {each.factor}"
        else:
            there = document.amount(one.at_base.value, one.unit, signed=True)
            how = f"that way in {document.share_told(one.share)} of worlds: {document.verdict_told(one)}"
            yield f"  {document.title(one.measure)}: {there} as the file has it, {how}"
    yield from _as_fitted(result.study)
    yield from _left_out(plan)


def study_lines(study: Study) -> Iterator[str]:
    """Every response: its mean, how it differs between worlds, and what decides."""
    plan = study.plan
    yield f"{plan.title}: {counted(len(plan.design), 'world')} ({plan.design.kind.replace('_', ' ')})"
    for response, row in zip(plan.responses, study.noise.to_dict("records"), strict=True):
        unit = row["unit"]
        yield ""
        yield f"{document.title(response.measure)}, {document.whose(response)}:"
        yield from (f"  {line}" for line in document.told_of_lacking(study, response))
        if plan.design.kind == "one_at_a_time":
            yield f"  {document.as_it_stands_told(response, row, float(study.values(response)[0][0]))}"
            widest = swings(study, response)[: document.MOST_TOLD]
            yield from (f"    {one.factor}: {document.swing_told(one, response, unit)}" for one in widest)
            continue
        spread, noise = (document.amount(row[name], unit) for name in ("between_worlds", "noise"))
        mean = document.value_told(row["mean"], response, unit)
        yield f"  {mean} on average; ±{spread} between worlds, ±{noise} of noise"
        yield from _decides(study.indices, response)
    yield from _as_fitted(study)
    yield from _left_out(plan)


def _decides(indices: pd.DataFrame, response: Response) -> Iterator[str]:
    by, rows = document.strongest(indices, response, SHOWN_FROM)
    for row in rows.head(document.MOST_TOLD).to_dict("records"):
        alone, all_told = (document.index_told(document.index_in(row, which)) for which in ("first", "total"))
        yield f"    {alone} alone{f', {all_told} with others' if by == 'total' else ''}  {row['factor']}"


def _as_fitted(study: Study) -> Iterator[str]:
    if study.as_fitted is not None:
        yield ""
        yield f"In {counted(len(study.plan.fitted), 'fitted world')}, nothing assumed otherwise (95 %):"
        yield from (f"  {line}" for line in document.told_as_fitted(study))


def _left_out(plan: Plan) -> Iterator[str]:
    if plan.left_out:
        yield ""
        yield "Not varied:"
        yield from (f"  {one.name}: {one.why}" for one in plan.left_out)
