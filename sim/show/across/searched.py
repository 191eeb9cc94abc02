"""What a search has found: the terminal, JSON, a table of all policies, and a page."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import pandas as pd
from markupsafe import Markup

from sim.experiment.measures import MEASURES
from sim.scenario.wording import counted
from sim.show.across.document import SCHEMA_VERSION, share_as_json, share_told
from sim.show.across.files import parquet_of
from sim.show.files import finite, json_of
from sim.show.standalone import page_style, security, templates_of
from sim.worlds.estimating import KnownValue
from sim.worlds.searching import SURELY, SURELY_NOT, UNCLEAR, Again, Search

PACKAGE = "sim.show.across"


def policy_told(levers: dict[str, Any]) -> str:
    """`policy.cancellation.clock = 3 d, market.sellers.staff = 2`."""
    return ", ".join(f"{path} = {value}" for path, value in levers.items())


def verdict(result: Search) -> str:
    """What was found, in a sentence or two."""
    counts = {word: sum(one.keeps == word for one in result.candidates) for word in (SURELY, UNCLEAR, SURELY_NOT)}
    said = f"Of {_policies(len(result.candidates))}, {counts[SURELY]} surely keep the bounds, "
    said += f"{counts[SURELY_NOT]} surely do not"
    said += f", and of {counts[UNCLEAR]} it is unclear. " if counts[UNCLEAR] else ". "
    if result.best is None:
        return said + "None can be chosen: none surely keeps them."
    if not result.is_settled:
        return said + f"The best so far is {policy_told(result.best)}; the budget was spent before that was sure."
    sure, within = 1 - result.plan.error, result.plan.indifference
    said += f"The best of those: {policy_told(result.best)}; right, or within {within:g}, "
    return f"{said}{sure * 100:.0f} % of the time.{_as_good(result)}"


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
        yield f"    {' · '.join(_facts(one))}"


def _facts(one: Again) -> list[str]:
    facts = [f"aim {_interval(one.aim)}"]
    facts += [f"{name} {_interval(known, name)}" for name, known in one.bounds.items()]
    facts.append(f"keeps its bounds: {one.keeps}")
    if one.in_worlds:
        facts.append(f"in {share_told(one.in_worlds)} of {one.in_worlds.n} worlds")
    return facts


def _interval(one: KnownValue, measure: str = "") -> str:
    if measure and MEASURES[measure].unit == "share":
        return f"{one.value * 100:.1f} % ({one.low * 100:.1f} to {min(one.high, 1) * 100:.1f})"
    return f"{one.value:.4g} ({one.low:.4g} to {one.high:.4g})"


def search_document(result: Search) -> dict[str, Any]:
    """Ready for JSON: `search.json`."""
    return {
        "schema_version": SCHEMA_VERSION,
        "search": result.plan.search,
        "answer": verdict(result),
        "best": result.best,
        "settled": result.is_settled,
        "error": result.plan.error,
        "indifference": result.plan.indifference,
        "policies": len(result.candidates),
        "replications": result.replications,
        "again": [
            {
                "values": one.levers,
                "aim": _json(one.aim),
                "bounds": {name: _json(known) for name, known in one.bounds.items()},
                "keeps": one.keeps,
                "in_worlds": share_as_json(one.in_worlds) if one.in_worlds else None,
            }
            for one in result.again
        ],
    }


def _json(one: KnownValue) -> dict[str, Any]:
    return {"value": finite(one.value), "low": finite(one.low), "high": finite(one.high), "replications": one.n}


def search_frame(result: Search) -> pd.DataFrame:
    """A row per policy and measure: its levers, the value so far, whether the policy keeps its bounds."""
    rows = []
    for number, one in enumerate(result.candidates):
        for name in one.seen[0]:
            pairs = np.array([sums[name] for sums in one.seen], dtype=float)
            whole = pairs[:, 1].sum()
            value = pairs[:, 0].sum() / whole if whole else np.nan
            levers = {path: str(value) for path, value in one.levers.items()}
            rows.append({"policy": number, **levers, "measure": name, "value": value, "replications": len(pairs),
                         "feasible": one.keeps})  # fmt: skip
    return pd.DataFrame(rows)


def search_files(result: Search) -> Iterator[tuple[str, bytes]]:
    """Every file: its name, and its bytes."""
    yield "points.parquet", parquet_of(search_frame(result))
    yield "search.json", json_of(search_document(result))
    style = page_style(PACKAGE)
    page = templates_of(PACKAGE).get_template("search.html.j2").render(
        policy=security(style),
        style=Markup(style),  # a file of ours
        plan=result.plan,
        answer=verdict(result),
        again=[(policy_told(one.levers), _facts(one)) for one in result.again],
        count=f"{len(result.candidates):,} policies, {result.replications:,} replications",
    )  # fmt: skip
    yield "report.html", page.encode()
