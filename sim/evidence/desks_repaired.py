"""Desks blur what is seen: an answer comes after noticing, a queue and the work. Repaired by simulated moments.

What was estimated as noticing contains the wait at the desk, which the simulated desk adds once more; and a late
answer looks like silence. So the fitted world is lived through, seen as the log was seen, and noticing (a lognormal
law) and silence are moved until as many simulated answers come between the tenths of the logged ones as in the log:
least squares on counts, by Gauss and Newton (McFadden, *Econometrica* 57 (1989), with chi-square weights).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from scipy import special

from sim.evidence.families import LOGNORMAL, Family, quantile
from sim.evidence.finding import Finding
from sim.evidence.lesson import Lesson
from sim.evidence.lived import lived_through
from sim.evidence.log import Bools, Floats
from sim.evidence.moments import MomentsSearch, Spread, search_all
from sim.evidence.of_dispatch import shipped_instead
from sim.evidence.of_offers import offered
from sim.evidence.survival import Sample, kaplan_meier
from sim.evidence.wording import duration, law_of, shares
from sim.scenario.durations import DAY, Kind
from sim.scenario.model import Scenario
from sim.scenario.wording import per_cent

REPLICATIONS = 4
MANY = 20_000
"""Claims from which on one replication does: its own luck is small, and it takes as long as many of a small log."""
TENTHS = np.arange(1, 11) / 10
"""Of those that are answered at last: between these it is counted."""
LEVELS = (0.25, 0.5, 0.75)
"""Where a law is held against the one it took the place of."""
LEAST = 30
"""Answers below which there is nothing to repair by."""
Build = Callable[[list[Finding]], Scenario]


class DeskStage(NamedTuple):
    """What sellers are asked, and what the columns of the log and of a simulated world call it."""

    name: str
    asked: str
    closed: str
    status: str
    simulated: str


STAGES = (
    DeskStage("cancellation", "requested", "closed", "status", "request"),
    DeskStage("dispute", "dispute_opened", "dispute_closed", "dispute_status", "dispute"),
)


def repaired(lesson: Lesson, findings: list[Finding], build: Build, *, jobs: int | None = 1) -> list[Finding]:
    """The findings, noticing and silence repaired where the desk has finite staff."""
    learnt = {one.path for one in findings}
    wanted = {
        path: (number, stage, told)
        for number, kind in enumerate(lesson.kinds)
        for stage in STAGES
        if f"{(path := _path(kind, stage))}.notice" in learnt
        and (told := _logged(lesson, number, stage)) is not None
    }
    if not wanted or lesson.base.market.sellers.staff == "unlimited":
        return findings
    at = {path: _begun(findings, path) for path in wanted}
    search = {path: MomentsSearch(logged, at[path]) for path, (_, _, logged) in wanted.items()}

    def lived(there: Mapping[str, Floats]) -> dict[str, Floats]:
        return _simulated(lesson, build(_with(findings, there)), wanted, jobs)

    search_all(search, lived)
    errors = {path: one.errors(_replications(lesson)) for path, one in search.items()}
    return _with(findings, {path: one.at for path, one in search.items()}, errors)


WantedCounts = Mapping[str, tuple[int, DeskStage, Spread]]


def _begun(findings: list[Finding], path: str) -> Floats:
    """Where the search begins: a lognormal law through the quartiles of what was estimated, and its silence."""
    notice = next(one for one in findings if one.path == f"{path}.notice")
    said = next(one for one in findings if one.path == f"{path}.said")
    low, middle, high = (np.log(quantile(*_law(notice, "law"), level)) for level in LEVELS)
    sigma = np.clip((high - low) / (2 * 0.6744897501960817), 0.2, 2.0)
    return np.array([middle, np.log(sigma), special.logit(np.clip(said.value["silent"], 0.03, 0.6))])


def _path(kind: str, stage: DeskStage) -> str:
    return f"market.sellers.types.{kind}.{stage.name}"


def _spread(lasted: Floats, answered: Bools) -> Spread | None:
    if int(answered.sum()) < LEAST:
        return None
    times, reached = _reached(lasted, answered)
    edges = np.interp(TENTHS * reached[-1], reached, times)
    parts = _parts(edges, times, reached)
    return Spread(edges, parts, _watched(lasted, edges, parts))


def _watched(lasted: Floats, edges: Floats, parts: Floats) -> Floats:
    """Those still there at the end of each part, over the share that would be: who ended otherwise tells less."""
    still = len(lasted) - np.searchsorted(np.sort(lasted), edges, side="left")
    unanswered = 1 - np.concatenate([[0.0], np.cumsum(parts[:-2])])
    seen = np.maximum(still / np.maximum(unanswered, 1e-3), 1.0)
    return np.append(seen, seen[-1])


def _reached(lasted: Floats, answered: Bools) -> tuple[Floats, Floats]:
    none = np.zeros(len(lasted), dtype=np.int64)
    return kaplan_meier(Sample.of(lasted, np.where(answered, lasted, np.inf), none))


def _parts(edges: Floats, times: Floats, reached: Floats) -> Floats:
    by_then = np.concatenate([[0.0], reached])[np.searchsorted(times, edges, side="right")]
    return np.diff(by_then, prepend=0.0, append=1.0)


def _logged(lesson: Lesson, kind: int, stage: DeskStage) -> Spread | None:
    claims = lesson.log.claims
    asked, closed = claims.at(stage.asked), claims.at(stage.closed)
    some = (lesson.kind_of_claim == kind) & ~np.isnan(asked) & ~lesson.status("free", of=stage.status)
    answered = lesson.status("accepted", "refused", of=stage.status)
    if stage.name == "dispute":
        countered = offered(lesson) & ~np.isnan(asked)
        closed = np.where(countered, np.fmin(claims.at("offer_opened"), closed), closed)
        answered |= countered & ~np.isnan(closed)
    lasted = np.where(np.isnan(closed), lesson.log.cut, closed) - asked
    if stage.name == "cancellation":
        answered |= shipped_instead(lesson)
    return _spread(lasted[some], answered[some])


def _replications(lesson: Lesson) -> int:
    return 1 if lesson.log.claims.rows >= MANY else REPLICATIONS


def _simulated(lesson: Lesson, scenario: Scenario, wanted: WantedCounts, jobs: int | None) -> dict[str, Floats]:
    """The fitted world over as many days, cut when the log was cut: what was counted in the log, counted in it."""
    days = int((lesson.beyond - lesson.first) // DAY)
    changes = {
        "experiment.cohort": f"{days} d",
        "experiment.follow_up": "0 d",
        "experiment.replications": _replications(lesson),
    }
    claims = pd.concat([one.claims for one in lived_through(scenario.with_changes(changes), jobs)])
    cut = np.datetime64(scenario.start, "s") + np.timedelta64(scenario.experiment.warm_up.seconds + days * DAY, "s")
    told: dict[str, Floats] = {}
    for path, (kind, stage, logged) in wanted.items():
        asked = claims[f"{stage.simulated}_opened_at"]
        until = claims[f"{stage.simulated}_settled_at"].fillna(pd.Timestamp(cut)).to_numpy()
        lasted = (until - asked.to_numpy()) / np.timedelta64(1, "s")
        answered = claims[f"{stage.simulated}_settled_by"] == "answered"
        if stage.name == "cancellation":
            answered |= _at_once(claims)
        some = ((claims["seller_type"] == lesson.kinds[kind]) & asked.notna()).to_numpy(bool)
        if not (some & answered.to_numpy(bool)).any():
            told[path] = np.append(np.zeros(len(logged.edges)), 1.0)
            continue
        told[path] = _parts(logged.edges, *_reached(lasted[some], answered.to_numpy(bool)[some]))
    return told


def _at_once(claims: pd.DataFrame) -> Any:
    """Sent instead of answered: label and scan are of one time, and the request ended then."""
    same = claims["arranged_at"] == claims["dispatched_at"]
    return (claims["request_settled_by"] == "shipped_over") & same


def _with(
    findings: list[Finding], at: Mapping[str, Floats], errors: Mapping[str, Floats] | None = None
) -> list[Finding]:
    """The findings with these medians, sigmas and silences."""
    moved = []
    for one in findings:
        path, _, name = one.path.rpartition(".")
        if path in at and name == "notice":
            one = _noticed_anew(one, at[path][:2], None if errors is None else float(errors[path][0]))
        elif path in at and name == "said":
            one = _said_anew(one, float(at[path][2]), None if errors is None else float(errors[path][2]))
        moved.append(one)
    return moved


def as_repaired(finding: Finding, like: Finding) -> Finding:
    """Noticing and silence in another world, moved as those of the world that was repaired."""
    if "unrepaired" not in like.beside:
        return finding
    if "law" not in like.beside:
        more = _logit(like.value["silent"]) - _logit(like.beside["unrepaired"])
        return _said_anew(finding, _logit(finding.value["silent"]) + more, None)
    before, after = (np.log([quantile(*_law(like, law), q) for q in LEVELS]) for law in ("unrepaired", "law"))
    at = np.log([quantile(*_law(finding, "law"), q) for q in LEVELS]) + after - before
    return _noticed_anew(finding, np.array([at[1], np.log(max((at[2] - at[0]) / 1.349, 0.05))]), None)


def _logit(share: float) -> float:
    return float(special.logit(np.clip(share, 0.005, 0.98)))


def _law(finding: Finding, which: str) -> tuple[Family, Floats]:
    family, parameters = finding.beside[which]
    return family, parameters


def _noticed_anew(finding: Finding, law: Floats, error: float | None) -> Finding:
    """A lognormal law; its interval is that of the moments, or that of the likelihood where this is wider."""
    before = _law(finding, "law")
    interval: tuple[Any, Any] | None = finding.interval
    if error is not None and (ends := finding.beside.get("median_between")) is not None:
        reach = max(1.96 * error, float(np.log(ends[1] / ends[0])) / 2)
        low, high = (duration(float(np.exp(float(law[0]) + side * reach)), Kind.WALL) for side in (-1, 1))
        interval = low, high
    return replace(
        finding,
        value=law_of(LOGNORMAL, law, Kind.WALL),
        method="lognormal, interval-censored by opening hours, then simulated moments",
        about="median",
        interval=interval,
        beside={"unrepaired": before, **finding.beside, "law": (LOGNORMAL, law)},
    )


def _said_anew(finding: Finding, at: float, error: float | None) -> Finding:
    said = dict(finding.value)
    silent = float(special.expit(at))
    answers = 1 - said["silent"]
    share = (1 - silent) / answers if answers > 0 else 1.0
    moved = {name: value * share if name != "silent" else silent for name, value in said.items()}
    beside = {"unrepaired": said["silent"], **finding.beside}
    identified = finding.identified
    if error is not None:
        low, high = special.expit([at - 1.96 * error, at + 1.96 * error])
        beside["silent"] = [float(low), float(high)]
        identified = f"silent {per_cent(low, 1)} to {per_cent(high, 1)}" + (f"; {identified}" if identified else "")
    return replace(
        finding,
        value=shares(moved),
        method=f"{finding.method.removesuffix(', then simulated moments')}, then simulated moments",
        identified=identified,
        beside=beside,
    )
