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
from typing import Any

import numpy as np
import pandas as pd

from sim.experiment.number import Number
from sim.scenario.wording import per_cent
from sim.show.across import document
from sim.show.across.pictures import bar, curve, differences, heat_map, swing
from sim.show.rows import json_of
from sim.show.standalone import filled
from sim.worlds.deciding import Survival
from sim.worlds.estimating import Response
from sim.worlds.factors import Factor
from sim.worlds.stress import Stressed
from sim.worlds.studying import Plan, Study, partial_curve, parts_of, swings

STYLES = ("page.css", "worlds.css")
CELLS = 4
"""Parts of a factor's range, along either side of a map."""
BARS, CURVES = 12, 4
SHARES_NOTE = (
    "Shares of the variation between worlds, the noise of simulation taken out; the thin line is the 95 % interval."
)
ENDS = "What each does alone"
ENDS_NOTE = "From end to end of its range; the thin line is the world as it stands."
Filling = dict[str, Any]
"""What the template needs of one response, or one difference."""


def stress_page(result: Stressed) -> str:
    """The whole page."""
    answers = [document.answer(one) for one in result.survivals if one.measure == result.headline]
    return _page(result.study, answers, [_of_survival(result.study, one) for one in result.survivals])


def study_page(study: Study) -> str:
    """The whole page."""
    rows = study.noise.to_dict("records")
    told = _of_ends if study.plan.design.kind == "one_at_a_time" else _of_response
    return _page(study, [], [told(study, one, row) for one, row in zip(study.plan.responses, rows, strict=True)])


def _page(study: Study, answers: list[str], chapters: list[Filling]) -> str:
    return filled(
        "worlds.html.j2",
        STYLES,
        heading=study.plan.title,
        answers=[*answers, *document.told_as_fitted(study)],
        chapters=chapters,
        plan=study.plan,
        how=_how(study.plan),
    )


def _how(plan: Plan) -> str:
    often = "once" if plan.effort.replications == 1 else f"{plan.effort.replications} times"
    often = "as often as its precision asks" if plan.effort.precision else often
    often += f" (up to {plan.effort.until_clear} while unclear)" if plan.effort.until_clear else ""
    often += f", taking turns at {len(plan.fitted)} fitted worlds," if plan.fitted else ""
    return (
        f"{len(plan.design):,} worlds ({plan.design.kind.replace('_', ' ')}), each lived through {often} under "
        f"every policy on the same orders; {len(plan.factors)} assumptions varied; seed {plan.effort.seed}."
    )


def _of_survival(study: Study, one: Survival) -> Filling:
    response = Response(one.measure, one.policy, one.base)
    least, half, most = (document.amount(each, one.unit, signed=True) for each in one.spread)
    facts = [
        f"Surely so in {one.surely:,} worlds, surely not in {one.surely_not:,}; the others are unclear at so few "
        "replications, which draws the share towards a half or below.",
        *(f"{line[0].upper()}{line[1:]}." for line in document.told_of_regret(one)),
        f"Between worlds from {least} (5 %) over {half} (half) to {most} (95 %).",
    ]
    if one.same:
        facts.append(
            f"In {one.same:,} worlds nothing differs at all; they count among those where it does not hold."
        )
    if not np.isnan(one.noise_share):
        facts.append(f"Noise of simulation is {per_cent(one.noise_share)} of the variance of what is shown.")
    said = f"That way in {document.share_told(one.share)} of worlds: {document.verdict_told(one)}."
    shares = {each.factor: each.share for each in one.decides[:BARS]}
    return _chapter(study, response, said, facts) | _what_decides(study, response, shares)


def _of_response(study: Study, response: Response, row: Mapping[Any, Any]) -> Filling:
    mean = document.value_told(row["mean"], response, row["unit"])
    spread, noise = (document.amount(row[name], row["unit"]) for name in ("between_worlds", "noise"))
    said = f"{mean} on average; standard deviation between worlds {spread}, noise of simulation {noise}."
    by, found = document.strongest(study.indices, response)
    shares = {each["factor"]: document.index_in(each, by) for each in found.head(BARS).to_dict("records")}
    facts = document.told_of_lacking(study, response)
    return _chapter(study, response, said, facts) | _what_decides(study, response, shares)


def _of_ends(study: Study, response: Response, row: Mapping[Any, Any]) -> Filling:
    """Where one assumption at a time is moved: a tornado."""
    found, base = swings(study, response), float(study.values(response)[0][0])
    reach, unit = [base, *(value for one in found for value in one.comes_to)], row["unit"]
    bars = [
        (one.factor, swing(one.comes_to, base, reach), document.swing_told(one, response, unit)) for one in found
    ]
    said = f"{document.as_it_stands_told(response, row, base)}."
    chapter = _chapter(study, response, said, document.told_of_lacking(study, response))
    return chapter | {"decides": ENDS, "note": ENDS_NOTE, "bars": bars}


def _chapter(study: Study, response: Response, said: str, facts: list[str]) -> Filling:
    """What is said of any response, without pictures."""
    heading = f"{document.title(response.measure)}: {document.whose(response)}"
    return {"heading": heading, "said": said, "facts": facts, "dots": "", "curves": [], "heat": "", "heat_of": ""}


def _what_decides(study: Study, response: Response, shares: Mapping[str, Number]) -> Filling:
    """Pictures of how a response differs between worlds, and of the assumptions that it differs by."""
    values, _ = study.values(response)
    scale, unit = 1.0, study.plan.unit_of(response.measure)
    if unit == "share":
        scale, unit = 100.0, "points" if response.is_difference else "%"
    by_name = {one.name: one for one in study.plan.factors}
    shown = [by_name[name] for name in shares][:CURVES] or list(study.plan.factors[:CURVES])
    heat, heat_of = _heat(study, response, shown, scale)
    return {
        "dots": differences(values, scale, unit) if response.is_difference else "",
        "decides": document.what_decides(shares.values()),
        "note": SHARES_NOTE,
        "bars": [(name, bar(share), document.index_told(share)) for name, share in shares.items()],
        "curves": [
            (one.name, curve(partial_curve(study, response, one), scale, unit, response.limits)) for one in shown
        ],
        "heat": heat,
        "heat_of": heat_of,
    }


def _heat(study: Study, response: Response, shown: list[Factor], scale: float) -> tuple[str, str]:
    """Over the two factors that decide most."""
    if len(shown) < 2 or study.plan.design.kind == "one_at_a_time":
        return "", ""
    across, down = shown[:2]
    values, _ = study.values(response)
    (names_across, columns), (names_down, rows) = (parts_of(study.plan, one, CELLS) for one in (across, down))
    table = np.full((len(names_down), len(names_across)), np.nan)
    for row, column in np.ndindex(*table.shape):
        here = values[(columns == column) & (rows == row) & np.isfinite(values)]
        table[row, column] = here.mean() if len(here) else np.nan
    picture = heat_map(names_across, names_down, table * scale, signed=response.is_difference)
    return picture, f"{down.name} (down) and {across.name} (across)"


# ------------------------------------------------------------------------------- the folder


DIGITS = "%.9g"


def stress_files(result: Stressed) -> Iterator[tuple[str, bytes]]:
    """Every file: its name, and its bytes."""
    yield from _tables(result.study)
    yield "stress.json", json_of(document.stress_document(result))
    yield "report.html", stress_page(result).encode()


def study_files(study: Study) -> Iterator[tuple[str, bytes]]:
    """Every file: its name, and its bytes."""
    yield from _tables(study)
    yield "study.json", json_of(document.study_document(study))
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
