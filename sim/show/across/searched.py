"""What a search has found: the terminal, JSON, a table of all policies, and a page."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import pandas as pd

from sim.experiment.measures import MEASURES
from sim.experiment.number import Number, finite
from sim.scenario.wording import counted
from sim.show.across.document import SCHEMA_VERSION, share_told
from sim.show.across.page import DIGITS, STYLES, parquet_of
from sim.show.across.pictures import frontier_chart
from sim.show.rows import json_of
from sim.show.standalone import filled
from sim.worlds.amounts import DeskRate, behind
from sim.worlds.bench import SURELY, SURELY_NOT, UNCLEAR, Candidate
from sim.worlds.searching import Again, Search


def policy_told(levers: dict[str, Any]) -> str:
    """`policy.cancellation.clock = 3 d, market.sellers.staff = 2`."""
    return ", ".join(f"{path} = {value}" for path, value in levers.items())


def verdict(result: Search) -> str:
    """What was found, in a sentence or two."""
    said = _kept_told(result) if result.plan.keep else f"{_policies(len(result.candidates))} tried. "
    if result.best is None:
        return said + "None can be chosen: none surely keeps them."
    if result.frontier:
        return said + _frontier_told(result)
    if not result.is_settled:
        return said + f"The best so far is {policy_told(result.best)}; the budget was spent before that was sure."
    sure, all_of = 1 - result.plan.error, "" if result.plan.is_finite else " of those that were tried"
    within = f"{result.indifference:.3g}{_unit_of(result, 0)}"
    said += f"The best{all_of or ' of those'}: {policy_told(result.best)}; right, or within {within}, "
    return f"{said}{sure * 100:.0f} % of the time.{_as_good(result)}"


def _kept_told(result: Search) -> str:
    counts = {word: sum(one.keeps == word for one in result.candidates) for word in (SURELY, UNCLEAR, SURELY_NOT)}
    said = f"Of {_policies(len(result.candidates))}, {counts[SURELY]} surely keep the bounds{_where(result)}, "
    said += f"{counts[SURELY_NOT]} surely do not"
    return said + (f", and of {counts[UNCLEAR]} it is unclear{_why_unclear(result)}. " if counts[UNCLEAR] else ". ")


def _where(result: Search) -> str:
    worlds = result.plan.worlds
    if worlds is None:
        return ""
    turns = f" (taking turns at {counted(result.fitted_worlds, 'fitted world')})" if result.fitted_worlds else ""
    return f" as the file has it and in {worlds.share * 100:g} % of {worlds.points} worlds{turns}"


def _why_unclear(result: Search) -> str:
    """Policies that nobody had to look at in many worlds, one by one."""
    unseen = sum(one.keeps == UNCLEAR and one.in_worlds is None for one in result.candidates)
    if not result.plan.worlds or not unseen:
        return ""
    return f" ({unseen} of them are surely worse by the aim and were not looked at in all those worlds)"


def _frontier_told(result: Search) -> str:
    """From one end of the frontier to the other, in words."""
    first, second = map(str, result.plan.aim)
    ends = [(policy_told(one.levers), *_aims_of(result, one)) for one in (result.frontier[0], result.frontier[-1])]
    said = f"{_policies(len(result.frontier))} cannot be bettered in one aim without losing in the other"
    said += ": " if result.is_settled else " (by their means; of some others that is not sure): "
    units = [_unit_of(result, 0), _unit_of(result, 1)]
    said += f"from {ends[0][0]} ({first}: {ends[0][1]:.4g}{units[0]}; {second}: {ends[0][2]:.4g}{units[1]})"
    if len(result.frontier) > 1:
        said += f" to {ends[1][0]} ({ends[1][1]:.4g}{units[0]}; {ends[1][2]:.4g}{units[1]})"
    return f"{said}."


def _unit_of(result: Search, which: int) -> str:
    """Of an aim, behind its number: the currency where all that it adds up is money; nothing for a mixture."""
    terms = result.plan.aim[which].terms.items()
    is_money = all(isinstance(weight, DeskRate) or _is_in(name, "currency") for name, weight in terms)
    return f" {_currency(result)}" if is_money else ""


def _is_in(name: str, unit: str) -> bool:
    measure = behind(name)
    return measure in MEASURES and MEASURES[measure].unit == unit


def _currency(result: Search) -> str:
    return result.candidates[0].scenario.market.currency


def _aims_of(result: Search, one: Candidate) -> list[float]:
    place = next(number for number, each in enumerate(result.candidates) if each is one)
    return [float(each) for each in result.aims[place]]


def _as_good(result: Search) -> str:
    """Who comes to the same aim on new luck: an aim that a lever does not move cannot choose between its values."""
    first, *others = result.again
    alike = [
        policy_told({path: value for path, value in one.levers.items() if value != first.levers[path]})
        for one in others
        if np.isclose(one.aim.value, first.aim.value, rtol=1e-9)
    ]
    return f" As good by this aim: {'; '.join(alike)}." if alike else ""


def _policies(count: int) -> str:
    return counted(count, "policy", "policies")


def search_lines(result: Search) -> Iterator[str]:
    """The verdict, and the best on luck that the search never saw."""
    yield result.plan.search
    yield verdict(result)
    yield ""
    yield "Run again on luck that the search never saw:"
    for one in result.again:
        yield f"  {policy_told(one.levers)}"
        yield f"    {' · '.join(_facts(result, one))}"


def _facts(result: Search, one: Again) -> list[str]:
    names = ("aim",) if len(one.aims) == 1 else ("first aim", "second aim")
    aims = enumerate(zip(names, one.aims, strict=True))
    facts = [f"{name} {aim.told('.4g', _unit_of(result, which))}" for which, (name, aim) in aims]
    facts += [f"{name} {_bound_told(result, name, known)}" for name, known in one.bounds.items()]
    if one.bounds:
        facts.append(f"keeps its bounds: {one.keeps}")
    if one.in_worlds:
        facts.append(f"in {share_told(one.in_worlds)} of {one.in_worlds.n} worlds")
    return facts


def _bound_told(result: Search, measure: str, one: Number) -> str:
    if _is_in(measure, "share"):
        return one._replace(high=min(one.high, 1)).times(100).told(".1f", " %")
    return one.told(".4g", f" {_currency(result)}" if _is_in(measure, "currency") else "")


def search_document(result: Search) -> dict[str, Any]:
    """Ready for JSON: `search.json`."""
    return {
        "schema_version": SCHEMA_VERSION,
        "search": result.plan.search,
        "answer": verdict(result),
        "best": result.best,
        "settled": result.is_settled,
        "error": result.plan.error,
        "indifference": finite(result.indifference),
        "aims": [str(one) for one in result.plan.aim],
        "units": [_unit_of(result, which).strip() or None for which in range(len(result.plan.aim))],
        "policies": len(result.candidates),
        "feasible": {word: sum(one.keeps == word for one in result.candidates)
                     for word in (SURELY, UNCLEAR, SURELY_NOT)},
        "frontier": [{"values": one.levers, "aims": _aims_of(result, one)} for one in result.frontier],
        "replications": result.replications,
        "worlds": result.plan.worlds and result.plan.worlds.points,
        "fitted_worlds": result.fitted_worlds or None,
        "again": [
            {
                "values": one.levers,
                "aim": one.aim.document("replications"),
                "aims": [aim.document("replications") for aim in one.aims],
                "bounds": {name: known.document("replications") for name, known in one.bounds.items()},
                "keeps": one.keeps,
                "in_worlds": one.in_worlds.document("worlds") if one.in_worlds else None,
            }
            for one in result.again
        ],
    }  # fmt: skip


def search_frame(result: Search) -> pd.DataFrame:
    """A row per policy and measure: its levers, the value so far, whether the policy keeps its bounds."""
    rows = []
    for number, one in enumerate(result.candidates):
        for name in one.seen[0]:
            pairs = np.array([sums[name] for sums in one.seen], dtype=float)
            whole = pairs[:, 1].sum()
            value = pairs[:, 0].sum() / whole if whole else np.nan
            levers = {path: str(value) for path, value in one.levers.items()}
            unit = _currency(result) if _is_in(name, "currency") else MEASURES[name].unit
            rows.append({"policy": number, **levers, "measure": name, "value": value, "replications": len(pairs),
                         "feasible": one.keeps, "unit": unit})  # fmt: skip
    return pd.DataFrame(rows)


def policies_frame(result: Search) -> pd.DataFrame:
    """A row per policy: its levers, its aims so far, whether it keeps its bounds, whether it is on the frontier."""
    on_it = {id(one) for one in result.frontier}
    units = {f"aim_{which + 1}_unit": _unit_of(result, which).strip() for which in range(len(result.plan.aim))}
    return pd.DataFrame(
        {"policy": number, **{path: str(value) for path, value in one.levers.items()},
         **{f"aim_{n}": aim for n, aim in enumerate(result.aims[number], 1)}, "feasible": one.keeps,
         "in_worlds": one.in_worlds.value if one.in_worlds else np.nan, "replications": len(one.seen),
         "frontier": id(one) in on_it, **units}
        for number, one in enumerate(result.candidates)
    )  # fmt: skip


def search_files(result: Search) -> Iterator[tuple[str, bytes]]:
    """Every file: its name, and its bytes."""
    yield "points.parquet", parquet_of(search_frame(result))
    table = policies_frame(result)
    yield "policies.csv", table.to_csv(index=False, float_format=DIGITS).encode()
    if result.frontier:
        mine = table[table["frontier"]].sort_values("aim_1", ascending=result.plan.aim[0].sign > 0, kind="stable")
        yield "frontier.csv", mine.drop(columns="frontier").to_csv(index=False, float_format=DIGITS).encode()
    yield "search.json", json_of(search_document(result))
    page = filled(
        "search.html.j2",
        STYLES,
        heading=result.plan.search,
        plan=result.plan,
        answer=verdict(result),
        again=[(policy_told(one.levers), _facts(result, one)) for one in result.again],
        count=f"{len(result.candidates):,} policies, {result.replications:,} replications",
        chart=frontier_chart(result) if result.frontier else "",
    )
    yield "report.html", page.encode()
