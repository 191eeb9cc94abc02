"""What a stress test or a study has to say, once, for the terminal, the JSON and the page."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import numpy as np
import pandas as pd

from sim.experiment.measures import MEASURES
from sim.experiment.number import Number, finite
from sim.scenario.wording import counted
from sim.worlds.deciding import DOES_NOT, ROBUST, Survival, Where
from sim.worlds.estimating import Response
from sim.worlds.stress import Stressed
from sim.worlds.studying import Plan, Study, Swing

SCHEMA_VERSION = 1
MOST_TOLD = 5
"""Factors that are told of where there is little room."""
FEW, MORE = 0.1, 20
"""Worlds that may be unclear without a word, and how often one is to look again."""


def amount(value: float, unit: str, *, signed: bool = False) -> str:
    """A difference in its unit: `0.4 points`, `0.31 d`, `0.12 USD`."""
    if math.isnan(value):
        return "unknown"
    sign = "+" if signed else ""
    told = f"{value * 100:{sign}.1f} points" if unit == "share" else f"{value:{sign}.2f} {unit}"
    return told.rstrip().replace("-", "−")


def level(value: float, unit: str) -> str:
    """A value of a measure in its unit: `81.2 %`, `6.8 d`, `5.71 USD`."""
    if math.isnan(value):
        return "not known"
    return f"{value * 100:.1f} %" if unit == "share" else amount(value, unit)


def title(measure: str) -> str:
    """What a measure is called."""
    return MEASURES[measure].title


def share_told(share: Number) -> str:
    """`55 % (46 to 63)`."""
    return share.times(100).told(".0f", " %")


def where_told(where: Where) -> str:
    """`where policy.cancellation.ships_while_open is allowed in 71 % (60 to 81) of worlds, elsewhere in 38 % …`."""
    inside, outside = share_told(where.inside), share_told(where.outside)
    return f"where {where.factor} {where.words} it holds in {inside} of worlds, elsewhere in {outside}"


def claim(one: Survival) -> str:
    """What is claimed: that the policy is better, or worse, by what it is in the world as the file has it."""
    change = amount(abs(one.at_base.value), one.unit)
    rises = "rises" if one.at_base.value >= 0 else "falls"
    towards = [
        abs(end) * math.copysign(1, end * one.at_base.value or 1) for end in (one.at_base.low, one.at_base.high)
    ]
    low, high = sorted(towards)
    scale = 100 if one.unit == "share" else 1
    between = f"{low * scale:.2g} to {high * scale:.2g}".replace("-", "−")
    return f"{title(one.measure)} {rises} by {change} ({between})"


def value_told(value: float, response: Response, unit: str) -> str:
    """What a response comes to: a level, or a difference with its sign."""
    return amount(value, unit, signed=True) if response.is_difference else level(value, unit)


def whose(response: Response) -> str:
    """`three days less nine days`."""
    return f"{response.of}{f' less {response.less}' if response.less else ''}"


def told_as_fitted(study: Study) -> Iterator[str]:
    """How sure a response is where nothing is assumed otherwise: for want of data, and of computing."""
    if study.as_fitted is None:
        return
    for response, row in zip(study.plan.responses, study.as_fitted.to_dict("records"), strict=True):
        what, value = (
            f"{title(response.measure)}, {whose(response)}",
            value_told(row["value"], response, row["unit"]),
        )
        data, computing = (amount(row[each], row["unit"]) for each in ("data", "computing"))
        yield f"{what}: {value}, ±{data} for want of data and ±{computing} for want of computing"


def told_of_unclear(study: Study, one: Survival) -> str:
    """In how many worlds the sign is not clear, where that draws the share down; empty where it does not."""
    worlds = len(study.plan.design)
    unclear = worlds - one.surely - one.surely_not
    if unclear <= FEW * worlds:
        return ""
    same = f" (in {counted(one.same, 'world')} nothing differs at all)" if one.same else ""
    how = f"; --until-clear {MORE} looks again there" if not study.plan.effort.until_clear else ""
    return f"unclear in {unclear:,} of {worlds:,} worlds{same}, which draws the share towards a half or below{how}"


def answer(one: Survival) -> str:
    """One difference, in two or three sentences."""
    first = f"{one.policy} against {one.base}: {claim(one)} as the file has it. "
    share = f"It goes that way in {share_told(one.share)} of {one.share.n:,} worlds: {verdict_told(one)}."
    turn = f" It turns: {where_told(one.where)}." if one.where else ""
    return first + share + turn


def stress_document(result: Stressed) -> dict[str, Any]:
    """Ready for JSON: `stress.json`."""
    plan = result.study.plan
    return {
        "schema_version": SCHEMA_VERSION,
        "base": result.base,
        "headline": result.headline,
        "verdicts": result.verdicts,
        "answers": [answer(one) for one in result.survivals if one.measure == result.headline],
        "differences": [_survival(one) for one in result.survivals],
        **_as_fitted(result.study),
        **_laid_out(plan),
    }


def study_document(study: Study) -> dict[str, Any]:
    """Ready for JSON: `study.json`."""
    return {
        "schema_version": SCHEMA_VERSION,
        "study": study.plan.title,
        "responses": _rows(study.noise),
        "indices": _rows(study.indices),
        **_as_fitted(study),
        **_laid_out(study.plan),
    }


def _rows(table: pd.DataFrame) -> list[dict[Any, Any]]:
    return [
        {key: finite(value) if isinstance(value, float) else value for key, value in row.items()}
        for row in table.to_dict("records")
    ]


def _as_fitted(study: Study) -> dict[str, Any]:
    """Half an interval for want of data, and of computing, where there are fitted worlds."""
    return {} if study.as_fitted is None else {"as_fitted": study.as_fitted.to_dict("records")}


def _laid_out(plan: Plan) -> dict[str, Any]:
    return {
        "policies": list(plan.policies),
        "design": plan.design.kind,
        "worlds": len(plan.design),
        "replications": None if plan.effort.precision else plan.effort.replications,
        "precision": dict(plan.effort.precision) or None,
        "until_clear": plan.effort.until_clear or None,
        "fitted_worlds": len(plan.fitted) or None,
        "seed": plan.effort.seed,
        "factors": [{"name": one.name, "paths": list(one.paths), "range": str(one.range)} for one in plan.factors],
        "left_out": [{"name": one.name, "why": one.why} for one in plan.left_out],
    }


def _survival(one: Survival) -> dict[str, Any]:
    return {
        "measure": one.measure,
        "policy": one.policy,
        "base": one.base,
        "unit": one.unit,
        "verdict": one.verdict,
        "at_base": one.at_base.document(),
        "share": one.share.document("worlds"),
        "surely": one.surely,
        "surely_not": one.surely_not,
        "same": one.same,
        "mean": finite(one.mean),
        "quantiles": {"5": finite(one.spread[0]), "50": finite(one.spread[1]), "95": finite(one.spread[2])},
        "greatest_regret": {one.policy: finite(one.regret[0]), one.base: finite(one.regret[1])},
        "noise_share": finite(one.noise_share),
        "decides": [{"factor": each.factor, **each.share.document()} for each in one.decides],
        "where": None if one.where is None else {
            "factor": one.where.factor,
            "condition": one.where.words,
            "inside": one.where.inside.document("worlds"),
            "outside": one.where.outside.document("worlds"),
        },
    }  # fmt: skip


def told_of_regret(one: Survival) -> Iterator[str]:
    """What either choice may cost; nothing where no way is better."""
    if not math.isnan(one.regret[0]):
        lost, kept = (amount(each, one.unit) for each in one.regret)
        yield f"most lost by choosing {one.policy}: {lost}; by staying with {one.base}: {kept}"


def told_of_lacking(study: Study, response: Response) -> list[str]:
    """In how many worlds a response has no value, and what that leaves out; nothing where it has one in all."""
    values, _ = study.values(response)
    if not (lacking := int(np.isnan(values).sum())):
        return []
    without = ", so that there are no total indices" if study.plan.design.kind == "sobol" else ""
    return [f"No value in {lacking:,} of {len(values):,} worlds{without}."]


def as_it_stands_told(response: Response, row: Mapping[Any, Any], base: float) -> str:
    """Where one assumption at a time is moved: the world in which none is."""
    told, noise = value_told(base, response, row["unit"]), amount(row["noise"], row["unit"])
    return f"{told} as it stands; noise of simulation {noise}, since each world has luck of its own"


def swing_told(one: Swing, response: Response, unit: str) -> str:
    """`83.5 % at 4, 68.6 % at 40`."""
    return ", ".join(
        f"{value_told(value, response, unit)} at {at}" for value, at in zip(one.comes_to, one.at, strict=True)
    )


def verdict_told(one: Survival) -> str:
    """The verdict; where too few worlds keep a conclusion from holding, that."""
    if one.verdict == DOES_NOT and one.share.high >= ROBUST:
        return "too few worlds to tell whether it holds"
    return f"it {one.verdict}"


def what_decides(shares: Iterable[Number]) -> str:
    """A heading for indices: none surely decides anything where the intervals of all reach down to nothing."""
    is_told = any(round(one.low, 2) > 0 for one in shares)
    return "What decides it" if is_told else "What may decide it: too few worlds to tell"


def strongest(indices: pd.DataFrame, response: Response, least: float = -math.inf) -> tuple[str, pd.DataFrame]:
    """What decides a response most, from the top: by `total` indices where there are any, else by `first` ones."""
    mine = indices[indices["response"] == response.name]
    by = "total" if mine["total"].notna().any() else "first"
    return by, mine[mine[by] >= least].sort_values(by, ascending=False, kind="stable")


def index_in(row: Mapping[Any, Any], which: str) -> Number:
    """One of the indices of a row, with its interval."""
    return Number(row[which], row[f"{which}_low"], row[f"{which}_high"])


def index_told(index: Number) -> str:
    """`0.42 (0.30 to 0.55)`, kept where shares are."""
    if not index.has_interval:
        return f"{min(max(index.value, 0), 1):.2f} (?)"
    low, high = max(index.low, 0), min(max(index.high, 0), 1)
    return Number(min(max(index.value, 0), 1), low, high).told(".2f")
