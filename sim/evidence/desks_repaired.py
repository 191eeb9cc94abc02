"""Desks blur what is seen: an answer comes after noticing, a queue and the work. Repaired by simulated moments.

What was estimated as noticing contains the wait at the desk, which the simulated desk adds once more. So the
fitted world is lived through, seen as the log was seen, and noticing is shortened until the simulated answers come
when the logged ones came (McFadden, *Econometrica* 57 (1989); here a few damped steps on quartiles).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from sim.evidence.families import LOGNORMAL, Family, quantile
from sim.evidence.finding import Finding
from sim.evidence.lesson import Lesson
from sim.evidence.lived import lived_through
from sim.evidence.log import Floats
from sim.evidence.of_dispatch import shipped_instead
from sim.evidence.survival import Sample, kaplan_meier
from sim.evidence.wording import duration, law_of, shares
from sim.scenario.durations import DAY, Kind
from sim.scenario.model import Scenario

STEPS = 4
REPLICATIONS = 3
LEVELS = (0.25, 0.5, 0.75)
"""Of those that are answered at last: where answers are compared."""
DAMPED = 0.7
"""How much of a difference is taken back in one step."""
LEAST = 30
"""Answers below which there is nothing to repair by."""
Build = Callable[[list[Finding]], Scenario]


class Stage(NamedTuple):
    """What sellers are asked, and what the columns of the log and of a simulated world call it."""

    name: str
    asked: str
    closed: str
    status: str
    simulated: str


STAGES = (
    Stage("cancellation", "requested", "closed", "status", "request"),
    Stage("dispute", "dispute_opened", "dispute_closed", "dispute_status", "dispute"),
)


def repaired(lesson: Lesson, findings: list[Finding], build: Build, *, jobs: int | None = 1) -> list[Finding]:
    """The findings, noticing and silence repaired where the desk has finite staff."""
    learnt = {one.path for one in findings}
    wanted = {
        path: told
        for number, kind in enumerate(lesson.kinds)
        for stage in STAGES
        if f"{(path := _path(kind, stage))}.notice" in learnt
        and (told := _logged(lesson, number, stage)) is not None
    }
    if not wanted or lesson.base.market.sellers.staff == "unlimited":
        return findings
    for _ in range(STEPS):
        simulated = _simulated(lesson, build(findings), jobs)
        for path, target in wanted.items():
            if path in simulated:
                findings = _moved(findings, path, target, simulated[path])
    return findings


Answers = tuple[Floats, float]
"""The quartiles of answering times among those answered at last (s), and what share that is."""


def _path(kind: str, stage: Stage) -> str:
    return f"market.sellers.types.{kind}.{stage.name}"


def _quartiles(lasted: Floats, answered: np.ndarray) -> Answers | None:
    if int(answered.sum()) < LEAST:
        return None
    none = np.zeros(len(lasted), dtype=np.int64)
    times, reached = kaplan_meier(Sample.of(lasted, np.where(answered, lasted, np.inf), none))
    most = float(reached[-1])
    return np.interp(np.array(LEVELS) * most, reached, times), most


def _logged(lesson: Lesson, kind: int, stage: Stage) -> Answers | None:
    claims = lesson.log.claims
    asked, closed = claims.at(stage.asked), claims.at(stage.closed)
    some = (lesson.kind_of_claim == kind) & ~np.isnan(asked) & ~lesson.status("free", of=stage.status)
    lasted = np.where(np.isnan(closed), lesson.log.cut, closed) - asked
    answered = lesson.status("accepted", "refused", of=stage.status)
    if stage.name == "cancellation":
        answered |= shipped_instead(lesson)
    return _quartiles(lasted[some], answered[some])


def _simulated(lesson: Lesson, scenario: Scenario, jobs: int | None) -> dict[str, Answers]:
    """The fitted world over as many days, cut when the log was cut."""
    days = int((lesson.beyond - lesson.first) // DAY)
    changes = {
        "experiment.cohort": f"{days} d",
        "experiment.follow_up": "0 d",
        "experiment.replications": REPLICATIONS,
    }
    claims = pd.concat([one.claims for one in lived_through(scenario.with_changes(changes), jobs)])
    cut = np.datetime64(scenario.start, "s") + np.timedelta64(scenario.experiment.warm_up.seconds + days * DAY, "s")
    told: dict[str, Answers] = {}
    for stage in STAGES:
        asked = claims[f"{stage.simulated}_opened_at"]
        until = claims[f"{stage.simulated}_settled_at"].fillna(pd.Timestamp(cut)).to_numpy()
        lasted = (until - asked.to_numpy()) / np.timedelta64(1, "s")
        answered = claims[f"{stage.simulated}_settled_by"] == "answered"
        if stage.name == "cancellation":
            answered |= _at_once(claims)
        for kind in lesson.kinds:
            some = (claims["seller_type"] == kind) & asked.notna()
            found = _quartiles(lasted[some.to_numpy()], answered[some].to_numpy(bool))
            if found is not None:
                told[_path(kind, stage)] = found
    return told


def _at_once(claims: pd.DataFrame) -> Any:
    """Sent instead of answered: label and scan are of one time, and the request ended then."""
    same = claims["arranged_at"] == claims["dispatched_at"]
    return (claims["request_settled_by"] == "shipped_over") & same


def _moved(findings: list[Finding], path: str, target: Answers, simulated: Answers) -> list[Finding]:
    ratio = np.clip(target[0] / np.maximum(simulated[0], 60.0), 0.25, 4.0)
    silence = target[1] - simulated[1]
    return [
        _noticed_anew(one, ratio)
        if one.path == f"{path}.notice"
        else _said_anew(one, silence)
        if one.path == f"{path}.said"
        else one
        for one in findings
    ]


def as_repaired(finding: Finding, like: Finding) -> Finding:
    """Noticing in another world, moved as that of the world that was repaired."""
    if "unrepaired" not in like.beside:
        return finding
    before, after = (np.array([quantile(*_law(like, law), q) for q in LEVELS]) for law in ("unrepaired", "law"))
    return _noticed_anew(finding, after / before, by=1.0)


def _law(finding: Finding, which: str) -> tuple[Family, Floats]:
    family, parameters = finding.beside[which]
    return family, parameters


def _noticed_anew(finding: Finding, ratio: Floats, by: float = DAMPED) -> Finding:
    """A lognormal law through the moved quartiles, by least squares on the logarithm."""
    law = _law(finding, "law")
    z = np.array([-0.6744897501960817, 0.0, 0.6744897501960817])
    at = np.log([quantile(*law, q) for q in LEVELS]) + by * np.log(ratio)
    sigma = float(np.clip((at @ z) / (z @ z), 0.05, 4.0))
    moved = np.array([float(at.mean()), np.log(sigma)])
    return replace(
        finding,
        value=law_of(LOGNORMAL, moved, Kind.WALL),
        method="lognormal, interval-censored by opening hours, then simulated moments",
        interval=_scaled(finding, float(np.exp(moved[0])), quantile(*law, 0.5)),
        beside={"unrepaired": law, **finding.beside, "law": (LOGNORMAL, moved)},
    )


def _scaled(finding: Finding, median: float, before: float) -> tuple[str, str] | None:
    ends = finding.beside.get("median_between")
    if ends is None:
        return finding.interval
    finding.beside["median_between"] = moved = tuple(end * median / before for end in ends)
    return duration(moved[0], Kind.WALL), duration(moved[1], Kind.WALL)


def _said_anew(finding: Finding, more_answers: float) -> Finding:
    said = dict(finding.value)
    silent = float(np.clip(said["silent"] - DAMPED * more_answers, 0.0, 0.98))
    answers = 1 - said["silent"]
    share = (1 - silent) / answers if answers > 0 else 1.0
    moved = {name: value * share if name != "silent" else silent for name, value in said.items()}
    return replace(
        finding,
        value=shares(moved),
        method=f"{finding.method.removesuffix(', then simulated moments')}, then simulated moments",
    )
