"""The base scenario with what was learnt in place of what it assumed, each number with its provenance; and what a
log lets one expect of its run."""

from __future__ import annotations

import copy
from collections.abc import Iterable, Iterator
from datetime import timedelta
from typing import Any

import numpy as np
from scipy import special

from sim.arrays import Bools
from sim.evidence.finding import Finding
from sim.evidence.log import OrdersPiece
from sim.evidence.training_data import TrainingData
from sim.scenario.durations import DAY
from sim.scenario.expectations import WITHIN
from sim.scenario.loading import built
from sim.scenario.model import Scenario
from sim.scenario.resolved import described
from sim.scenario.selling import daily_rates

TYPE = "market.sellers.types"
IDENTIFIED = "the log alone tells it"
SAID = ".said"
"""How the path of a finding ends that holds the shares of what is said."""


def scenario_of(data: TrainingData, findings: Iterable[Finding], name: str, source: dict[str, str]) -> Scenario:
    """The base with what was learnt in place of what it assumed."""
    findings = list(findings)
    raw = copy.deepcopy(described(data.base))
    raw |= {"name": name, "title": f"{data.base.title or data.base.name}, fitted" if source else data.base.title}
    raw.pop("expect", None)
    warm_up = data.base.experiment.warm_up.seconds // DAY
    raw["start"] = (data.start + timedelta(days=int(data.first // DAY) - warm_up)).isoformat()
    raw["market"]["sellers"].pop("roster", None)
    raw["market"]["sellers"]["types"] = {kind: _type_of(data, kind) for kind in data.kinds}
    for finding in findings:
        _put(raw, finding)
    raw["provenance"] = _provenance(raw, findings, source)
    return built(raw, name)


def _type_of(data: TrainingData, kind: str) -> Any:
    """The base's type of that name; of another name its most common one, whose days off are its own."""
    template = data.template(kind)
    of_base = described(data.base)["market"]["sellers"]["types"]
    name = next(name for name, one in data.base.market.sellers.types.items() if one is template)
    return copy.deepcopy(of_base[name]) | ({} if name == kind else {"closed": []})


def _put(raw: dict[str, Any], finding: Finding) -> None:
    """One value at its path; a law takes the place of the base's law, a mapping of shares is laid over."""
    steps = finding.path.removesuffix(SAID).split(".")
    if finding.path.endswith(SAID):
        steps.append("")
    at = raw
    for step in steps[:-1]:
        if not isinstance(at.get(step), dict):
            at[step] = {}  # absent, or none
        at = at[step]
    if not steps[-1]:
        at.update({name: share for name, share in finding.value.items() if share or name in at})
        return
    at[steps[-1]] = finding.value
    if steps[-1] == "notice":
        at.pop("notice_share_of_clock", None)


def _provenance(raw: dict[str, Any], findings: list[Finding], source: dict[str, str]) -> dict[str, Any]:
    """What the base said of what stays, and of what was learnt how it was."""
    learnt = [finding.path.removesuffix(SAID) for finding in findings]
    kept = {
        path: _on_its_own(statement, learnt)
        for path, statement in raw.get("provenance", {}).items()
        if not any(_meets(path, one) for one in learnt) and not path.startswith(TYPE)
    }
    if not source:
        return kept
    of_types: dict[str, Any] = {}
    for kind, blocks in raw["market"]["sellers"]["types"].items():
        of_types |= _of_a_type(f"{TYPE}.{kind}", blocks, learnt)
    return (
        kept
        | of_types
        | {_place(finding): _statement(finding, source) for finding in findings if finding.value not in (0, "none")}
    )


def _of_a_type(path: str, blocks: dict[str, Any], learnt: list[str]) -> dict[str, Any]:
    """What a seller type has of the base: what the log told nothing of may take half or twice as long."""
    said = {"kind": "assumed", "from": "the base's most common type, where the log tells nothing"}
    between = {"stretch": [0.5, 2]}
    own = [
        name
        for name, block in blocks.items()
        if isinstance(block, dict) and not any(_meets(f"{path}.{name}", one) for one in learnt)
    ]
    if not own:
        return {path: said | {"kind": "derived"}}
    others = {f"{path}.{name}": said | {"range": between} for name in own[1:]}
    return {path: said | {"range": between | {"at": own[0]}}} | others


def _on_its_own(statement: dict[str, Any], learnt: list[str]) -> dict[str, Any]:
    """A statement of the base, whose range moves no longer with what was learnt: that has no range."""
    between = statement.get("range")
    if not isinstance(between, dict) or "correlated" not in between:
        return statement
    stay = [other for other in between["correlated"] if not any(_meets(other, one) for one in learnt)]
    others = {other: between["correlated"][other] for other in stay}
    alone = {word: value for word, value in between.items() if word != "correlated"}
    return statement | {"range": alone | ({"correlated": others} if others else {})}


def _place(finding: Finding) -> str:
    return f"{finding.path.removesuffix(SAID)}.accept" if finding.path.endswith(SAID) else finding.path


def _meets(path: str, other: str) -> bool:
    return path == other or path.startswith(f"{other}.") or other.startswith(f"{path}.")


def _statement(finding: Finding, source: dict[str, str]) -> dict[str, Any]:
    said: dict[str, Any] = {
        "kind": "fitted",
        **source,
        "n": finding.n,
        "censored": finding.censored,
        "method": finding.method,
    }
    if finding.interval is not None:
        said["interval"] = [_plain(end) for end in finding.interval]
    said["identified"] = finding.identified or IDENTIFIED
    return said


def _plain(end: Any) -> Any:
    return end if isinstance(end, str | int) else float(end)


# ------------------------------------------------------------------- the scenario in one of its worlds


WorldChanges = dict[str, Any]
"""By path: what stands there in one world, in place of what the scenario says."""


def changes_between(findings: Iterable[Finding], found: Iterable[Finding]) -> WorldChanges:
    """What of a world is not as it was found at first."""
    before = _by_path(findings)
    return {path: value for path, value in _by_path(found).items() if path in before and before[path] != value}


def _by_path(findings: Iterable[Finding]) -> WorldChanges:
    told: WorldChanges = {}
    for one in findings:
        if one.path.endswith(SAID):
            told |= {f"{one.path.removesuffix(SAID)}.{name}": share for name, share in one.value.items()}
        else:
            told[one.path] = one.value
    return told


# --------------------------------------------------- `expect:` lines, between which the measures of a run must lie
# A claim that begins after dispatch and is never voiced is in no log, and has no money back. So of all claims a
# log knows at least how many there are, and of shares of them at most how large: one-sided bounds. All orders are
# there.


WIDER = 1.5
"""From 95 % intervals, on the logit, to such as are missed on either side once in some hundred logs."""
LEAST = 30
"""Claims below which nothing is expected of them."""
BoundsOfLog = dict[str, float]


def expected_of(data: TrainingData, fitted: Scenario, daily: tuple[float, float]) -> dict[str, BoundsOfLog]:
    """By measure its bounds, as `expect:` says them; `daily` is the 95 % interval of orders on a plain day."""
    return dict(_expected(data, fitted, daily))


def _expected(
    data: TrainingData, fitted: Scenario, daily: tuple[float, float]
) -> Iterator[tuple[str, BoundsOfLog]]:
    begin, cohort = (int(one.seconds // DAY) for one in (fitted.experiment.warm_up, fitted.experiment.cohort))
    orders = sum(daily_rates(fitted.market, fitted.start, begin + cohort)[begin:])
    level = fitted.market.orders_per_day
    low, high = (orders * (1 + WIDER * (end / level - 1)) for end in daily)
    yield "orders", {"at_least": float(np.floor(low)), "at_most": float(np.ceil(high))}
    claims = data.log.claims
    voiced = ~np.isnan(claims.at("requested")) | ~np.isnan(claims.at("dispute_opened"))
    if int(voiced.sum()) < LEAST:
        return
    yield "claims", {"at_least": float(np.floor(low * _claimed(data, voiced)))}
    yield from _with_money(data, voiced)


def _claimed(data: TrainingData, voiced: Bools) -> float:
    """The share of orders that were claimed for, at the least."""

    def claimed(piece: OrdersPiece) -> Bools:
        hits = np.zeros(piece.orders.rows, dtype=bool)
        hits[piece.row[voiced[piece.claims]]] = True
        return hits

    share, interval, _ = data.share_of_orders(claimed)
    return _farther(share, interval)[0]


def _with_money(data: TrainingData, voiced: Bools) -> Iterator[tuple[str, BoundsOfLog]]:
    """The share of claims refunded within so many days, at the most: of those that were watched for so long."""
    claims = data.log.claims
    if not claims.has("refunded"):
        return
    begun = np.fmin(claims.at("requested"), claims.at("dispute_opened"))
    money = claims.ends("refunded")[0]
    for days in WITHIN:
        watched = voiced & (begun + days * DAY < data.log.cut)
        if int(watched.sum()) < LEAST:
            continue
        hits = money - begun <= days * DAY
        share, interval, _ = data.share_of_claims(hits, watched)
        yield f"refunded_within_{days}d", {"at_most": round(_farther(share, interval)[1], 4)}


def _farther(share: float, interval: tuple[float, float]) -> tuple[float, float]:
    if not 0 < share < 1:
        return interval
    centre = special.logit(share)
    low, high = (special.expit(centre + WIDER * (special.logit(end) - centre)) for end in interval)
    return float(low), float(high)
