"""The page of a stress test, or of a study: one file that can be forwarded, like every report; and the folder.

points.parquet    a row per world and response, with its interval
worlds.parquet    a row per world: the value of every factor
indices.csv       what each factor decides of each response
stress.json       (or study.json) what is said of them
report.html       the same for people
"""

from __future__ import annotations

import io
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from markupsafe import Markup

from sim.experiment.number import Number
from sim.scenario.wording import per_cent
from sim.show.across.document import (
    amount,
    answer,
    as_it_stands_told,
    index_told,
    level,
    share_told,
    stress_document,
    study_document,
    swing_told,
    title,
    told_as_fitted,
    told_of_lacking,
    told_of_regret,
    verdict_told,
    what_decides,
)
from sim.show.across.pictures import Bar, Heat, bar, curve, differences, heat_map, swing
from sim.show.rows import json_of
from sim.show.standalone import filled, page_style
from sim.worlds.deciding import Survival
from sim.worlds.estimating import Response
from sim.worlds.factors import Factor
from sim.worlds.stress import Stressed
from sim.worlds.studying import Plan, Study, partial_curve, parts_of, swings

PACKAGE = "sim.show.across"
CELLS = 4
"""Parts of a factor's range, along either side of a map."""
BARS, CURVES = 12, 4


SHARES_NOTE = (
    "Shares of the variation between worlds, the noise of simulation taken out; the thin line is the 95 % interval."
)
ENDS = "What each does alone"
ENDS_NOTE = "From end to end of its range; the thin line is the world as it stands."


class Curve(NamedTuple):
    """A partial curve and what it is of."""

    factor: str
    picture: Markup


class ResponseChapter(NamedTuple):
    """One response, or one difference."""

    heading: str
    said: str
    facts: list[str]
    dots: Markup
    decides: str
    note: str
    bars: list[tuple[Bar, Markup, str]]
    curves: list[Curve]
    heat: Markup
    heat_of: str


def stress_page(result: Stressed) -> str:
    """The whole page."""
    headline = [one for one in result.survivals if one.measure == result.headline]
    plan = result.study.plan
    return _page(
        plan,
        heading=plan.title,
        answers=[*(answer(one) for one in headline), *told_as_fitted(result.study)],
        chapters=[_of_survival(result.study, one) for one in result.survivals],
    )


def study_page(study: Study) -> str:
    """The whole page."""
    rows = study.noise.to_dict("records")
    told = _of_ends if study.plan.design.kind == "one_at_a_time" else _of_response
    chapters = [told(study, one, row) for one, row in zip(study.plan.responses, rows, strict=True)]
    return _page(study.plan, heading=study.plan.title, answers=[*told_as_fitted(study)], chapters=chapters)


def _page(plan: Plan, *, heading: str, answers: list[str], chapters: list[ResponseChapter]) -> str:
    return filled(
        PACKAGE,
        page_style(PACKAGE),
        heading=heading,
        answers=answers,
        chapters=chapters,
        plan=plan,
        how=_how(plan),
    )  # fmt: skip


def _how(plan: Plan) -> str:
    often = "as often as its precision asks" if plan.effort.precision else f"{plan.effort.replications} times"
    often += f" (up to {plan.effort.until_clear} while unclear)" if plan.effort.until_clear else ""
    often += f", taking turns at {len(plan.fitted)} fitted worlds," if plan.fitted else ""
    return (
        f"{len(plan.design):,} worlds ({plan.design.kind.replace('_', ' ')}), each lived through {often} under "
        f"every policy on the same orders; {len(plan.factors)} assumptions varied; seed {plan.effort.seed}."
    )


def _of_survival(study: Study, one: Survival) -> ResponseChapter:
    response = Response(one.measure, one.policy, one.base)
    least, half, most = (amount(each, one.unit, signed=True) for each in one.spread)
    facts = [
        f"Surely so in {one.surely:,} worlds, surely not in {one.surely_not:,}; the others are unclear at so few "
        "replications, which draws the share towards a half or below.",
        *(f"{line[0].upper()}{line[1:]}." for line in told_of_regret(one)),
        f"Between worlds from {least} (5 %) over {half} (half) to {most} (95 %).",
    ]
    if one.same:
        facts.append(
            f"In {one.same:,} worlds nothing differs at all; they count among those where it does not hold."
        )
    if not np.isnan(one.noise_share):
        facts.append(f"Noise of simulation is {per_cent(one.noise_share)} of the variance of what is shown.")
    bars = [Bar(each.factor, each.share) for each in one.decides[:BARS]]
    heading = f"{title(one.measure)}: {one.policy} less {one.base}"
    said = f"That way in {share_told(one.share)} of worlds: {verdict_told(one)}."
    return _chapter(study, response, heading, said, facts, bars)


def _of_response(study: Study, response: Response, row: Mapping[Any, Any]) -> ResponseChapter:
    unit = row["unit"]
    mean = amount(row["mean"], unit, signed=True) if response.is_difference else level(row["mean"], unit)
    spread, noise = (amount(row[name], unit) for name in ("between_worlds", "noise"))
    said = f"{mean} on average; standard deviation between worlds {spread}, noise of simulation {noise}."
    mine = study.indices[study.indices["response"] == response.name]
    by = "total" if mine["total"].notna().any() else "first"
    found = mine[mine[by].notna()].sort_values(by, ascending=False, kind="stable").head(BARS)
    bars = [
        Bar(each["factor"], Number(each[by], each[f"{by}_low"], each[f"{by}_high"]))
        for each in found.to_dict("records")
    ]
    return _chapter(study, response, _heading(response), said, told_of_lacking(study, response), bars)


def _heading(response: Response) -> str:
    return f"{title(response.measure)}: {response.of}{f' less {response.less}' if response.less else ''}"


def _of_ends(study: Study, response: Response, row: Mapping[Any, Any]) -> ResponseChapter:
    """Where one assumption at a time is moved: a tornado."""
    found, base = swings(study, response), float(study.values(response)[0][0])
    reach, unit = [base, *(value for one in found for value in one.comes_to)], row["unit"]
    bars = [
        (Bar(one.factor, Number(one.width)), swing(one.comes_to, base, reach), swing_told(one, response, unit))
        for one in found
    ]
    said = f"{as_it_stands_told(response, row, base)}."
    lacking = told_of_lacking(study, response)
    empty = Markup("")
    return ResponseChapter(_heading(response), said, lacking, empty, ENDS, ENDS_NOTE, bars, [], empty, "")


def _chapter(
    study: Study, response: Response, heading: str, said: str, facts: list[str], bars: list[Bar]
) -> ResponseChapter:
    values, _ = study.values(response)
    scale, unit = 1.0, study.plan.unit_of(response.measure)
    if unit == "share":
        scale, unit = 100.0, "points" if response.is_difference else "%"
    by_name = {one.name: one for one in study.plan.factors}
    shown = [by_name[one.name] for one in bars[:CURVES]] or list(study.plan.factors[:CURVES])
    curves = [
        Curve(one.name, curve(partial_curve(study, response, one), scale, unit, response.limits)) for one in shown
    ]
    heat, heat_of = _heat(study, response, shown, scale)
    drawn = [(one, bar(one), index_told(one.share)) for one in bars]
    dots = differences(values, scale, unit) if response.is_difference else Markup("")
    decides = what_decides(one.share for one in bars)
    return ResponseChapter(heading, said, facts, dots, decides, SHARES_NOTE, drawn, curves, heat, heat_of)


def _heat(study: Study, response: Response, shown: list[Factor], scale: float) -> tuple[Markup, str]:
    """Over the two factors that decide most."""
    if len(shown) < 2 or study.plan.design.kind == "one_at_a_time":
        return Markup(""), ""
    across, down = shown[:2]
    values, _ = study.values(response)
    cells = [parts_of(study.plan, one, CELLS) for one in (across, down)]
    table = np.full((len(cells[1][0]), len(cells[0][0])), np.nan)
    for row, column in np.ndindex(*table.shape):
        here = values[(cells[0][1] == column) & (cells[1][1] == row) & np.isfinite(values)]
        table[row, column] = here.mean() if len(here) else np.nan
    picture = heat_map(Heat(cells[0][0], cells[1][0], table), scale, response.is_difference)
    return picture, f"{down.name} (down) and {across.name} (across)"


# ------------------------------------------------------------------------------- the folder


DIGITS = "%.9g"


def stress_files(result: Stressed) -> Iterator[tuple[str, bytes]]:
    """Every file: its name, and its bytes."""
    yield from _tables(result.study)
    yield "stress.json", json_of(stress_document(result))
    yield "report.html", stress_page(result).encode()


def study_files(study: Study) -> Iterator[tuple[str, bytes]]:
    """Every file: its name, and its bytes."""
    yield from _tables(study)
    yield "study.json", json_of(study_document(study))
    yield "report.html", study_page(study).encode()


def _tables(study: Study) -> Iterator[tuple[str, bytes]]:
    yield "points.parquet", parquet_of(study.points)
    yield "worlds.parquet", parquet_of(study.worlds)
    yield "indices.csv", study.indices.to_csv(index=False, float_format=DIGITS).encode()


def parquet_of(table: pd.DataFrame) -> bytes:
    """A table as a Parquet file."""
    buffer = io.BytesIO()
    table.to_parquet(buffer, index=False, compression="zstd")
    return buffer.getvalue()
