"""Desks blur what is seen: an answer comes after noticing, a queue and the work. Repaired by simulated moments.

What was estimated as noticing contains the wait at the desk, which the simulated desk adds once more; and a late
answer looks like silence. So the fitted world is lived through, seen as the log was seen, and noticing (a lognormal
law) and silence are moved until as many simulated answers come between the tenths of the logged ones as in the log:
least squares on counts, by Gauss and Newton (McFadden, *Econometrica* 57 (1989), with chi-square weights).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from scipy import special

from sim.evidence.families import LOGNORMAL, Family, quantile
from sim.evidence.finding import Finding
from sim.evidence.fitted_scenario import TYPE
from sim.evidence.incidence import kaplan_meier
from sim.evidence.lesson import Lesson
from sim.evidence.lived import engine_for, lived_through
from sim.evidence.log import Bools, Floats
from sim.evidence.moments import LIVES, FoundLaw, LiveThrough, MomentsSearch, Spread, search_all
from sim.evidence.of_dispatch import shipped_instead
from sim.evidence.of_offers import offered
from sim.evidence.refits import changes_between, in_world
from sim.evidence.survival import Sample
from sim.evidence.wording import duration, law_of, shares
from sim.experiment.jobs import Workers, workers_of
from sim.scenario.durations import DAY, Kind
from sim.scenario.model import Scenario
from sim.scenario.resolved import described
from sim.scenario.wording import per_cent

REPLICATIONS = 4
MANY = 20_000
"""Claims that are enough to simulate: their own luck is small."""
FEWEST_DAYS = 91
"""Days of a large log that are simulated at least: disputes come weeks after payment."""
TENTHS = np.arange(1, 11) / 10
"""Of those that are answered at last: between these it is counted."""
LEVELS = (0.25, 0.5, 0.75)
"""Where the law that the search begins with is held against the one it takes the place of."""
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
        and (told := _spread(*_waited(lesson, number, stage))) is not None
    }
    if not wanted or lesson.base.market.sellers.staff == "unlimited":
        return findings
    at = {path: _begun(findings, path) for path in wanted}
    search = {path: MomentsSearch(logged, at[path]) for path, (_, _, logged) in wanted.items()}
    effort = _effort(lesson)
    with workers_of(jobs) as workers:
        lived = _world_to_move(lesson, findings, at, build, wanted, effort, workers)
        search_all(search, lived)
    found = {path: one.found(effort.of_log) for path, one in search.items()}
    return _with(findings, {path: one.at for path, one in search.items()}, found)


def _world_to_move(
    lesson: Lesson,
    findings: list[Finding],
    at: Mapping[str, Floats],
    build: Build,
    wanted: WantedCounts,
    effort: SimulatedDays,
    workers: Workers,
) -> LiveThrough:
    """What is counted with other laws of noticing than those that the search begins with, cut as the log was."""
    begun = _with(findings, at)
    world = build(begun).with_changes({"experiment.cohort": f"{effort.days} d", "experiment.follow_up": "0 d"})
    document = {key: value for key, value in described(world).items() if key not in ("provenance", "expect")}
    engine = engine_for(world, effort.replications * LIVES)
    cut = np.datetime64(world.start, "s") + np.timedelta64(
        world.experiment.warm_up.seconds + effort.days * DAY, "s"
    )

    def lived(there: Mapping[str, Floats]) -> dict[str, Floats]:
        moved = in_world(document, changes_between(begun, _with(findings, there)))
        seen = lived_through([moved] * effort.replications, engine, workers)
        return dict(_counted(pd.concat([one.claims for one in seen]), cut, lesson, wanted))

    return lived


WantedCounts = Mapping[str, tuple[int, DeskStage, Spread]]


def _begun(findings: list[Finding], path: str) -> Floats:
    """Where the search begins: a lognormal law through the quartiles of what was estimated, and its silence."""
    notice = next(one for one in findings if one.path == f"{path}.notice")
    said = next(one for one in findings if one.path == f"{path}.said")
    low, middle, high = (np.log(quantile(*_law(notice), level)) for level in LEVELS)
    sigma = np.clip((high - low) / (2 * 0.6744897501960817), 0.2, 2.0)
    return np.array([middle, np.log(sigma), special.logit(np.clip(said.value["silent"], 0.03, 0.6))])


def _path(kind: str, stage: DeskStage) -> str:
    return f"{TYPE}.{kind}.{stage.name}"


def _spread(lasted: Floats, answered: Bools, weight: Floats) -> Spread | None:
    if int(answered.sum()) < LEAST:
        return None
    times, reached = _reached(lasted, answered, weight)
    edges = np.interp(TENTHS * reached[-1], reached, times)
    parts = _parts(edges, times, reached)
    return Spread(edges, parts, _watched(lasted, edges, parts))


def _watched(lasted: Floats, edges: Floats, parts: Floats) -> Floats:
    """Those still there at the end of each part, over the share that would be: who ended otherwise tells less."""
    still = len(lasted) - np.searchsorted(np.sort(lasted), edges, side="left")
    unanswered = 1 - np.concatenate([[0.0], np.cumsum(parts[:-2])])
    seen = np.maximum(still / np.maximum(unanswered, 1e-3), 1.0)
    return np.append(seen, seen[-1])


def _reached(lasted: Floats, answered: Bools, weight: Floats | None = None) -> tuple[Floats, Floats]:
    none = np.zeros(len(lasted), dtype=np.int64)
    return kaplan_meier(Sample.of(lasted, np.where(answered, lasted, np.inf), none, weight))


def _parts(edges: Floats, times: Floats, reached: Floats) -> Floats:
    by_then = np.concatenate([[0.0], reached])[np.searchsorted(times, edges, side="right")]
    return np.diff(by_then, prepend=0.0, append=1.0)


def _waited(lesson: Lesson, kind: int, stage: DeskStage) -> tuple[Floats, Bools, Floats]:
    """Of each request to sellers of a type: how long it was open, whether it was answered, and what it weighs."""
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
    return lasted[some], answered[some], lesson.claim_weight[some]


class SimulatedDays(NamedTuple):
    """How much is simulated at each step of the search."""

    days: int
    replications: int
    of_log: float
    """How many times as much as the log holds."""


def _effort(lesson: Lesson) -> SimulatedDays:
    """A small log's days several times over, of a large one as many days as hold enough claims."""
    days, claims = int((lesson.beyond - lesson.first) // DAY), lesson.log.claims.rows
    if claims < MANY:
        return SimulatedDays(days, REPLICATIONS, REPLICATIONS)
    some = min(max(days * MANY // claims, FEWEST_DAYS), days)
    return SimulatedDays(some, 1, some / days)


def _counted(
    claims: pd.DataFrame, cut: np.datetime64, lesson: Lesson, wanted: WantedCounts
) -> Iterator[tuple[str, Floats]]:
    """What was counted in the log, counted in a simulated world."""
    for path, (kind, stage, logged) in wanted.items():
        asked = claims[f"{stage.simulated}_opened_at"]
        until = claims[f"{stage.simulated}_settled_at"].fillna(pd.Timestamp(cut)).to_numpy()
        lasted = (until - asked.to_numpy()) / np.timedelta64(1, "s")
        answered = claims[f"{stage.simulated}_settled_by"] == "answered"
        if stage.name == "cancellation":
            answered |= _at_once(claims)
        some = ((claims["seller_type"] == lesson.kinds[kind]) & asked.notna()).to_numpy(bool)
        if not (some & answered.to_numpy(bool)).any():
            yield path, np.append(np.zeros(len(logged.edges)), 1.0)
        else:
            yield path, _parts(logged.edges, *_reached(lasted[some], answered.to_numpy(bool)[some]))


def _at_once(claims: pd.DataFrame) -> Any:
    """Sent instead of answered: label and scan are of one time, and the request ended then."""
    same = claims["arranged_at"] == claims["dispatched_at"]
    return (claims["request_settled_by"] == "shipped_over") & same


def _with(
    findings: list[Finding], at: Mapping[str, Floats], found: Mapping[str, FoundLaw] | None = None
) -> list[Finding]:
    """The findings with these medians, sigmas and silences."""
    moved = []
    for one in findings:
        path, _, name = one.path.rpartition(".")
        if path in at and name == "notice":
            one = _noticed_anew(one, at[path][:2], None if found is None else found[path])
        elif path in at and name == "said":
            one = _said_anew(one, float(at[path][2]), None if found is None else found[path])
        moved.append(one)
    return moved


def repaired_anew(
    lesson: Lesson, findings: list[Finding], like: Iterable[Finding], luck: np.random.Generator
) -> list[Finding]:
    """Findings of a log weighed anew: noticing and silence go as far as the counts do, without simulating."""
    at = {}
    for one in like:
        if "found" in one.beside:
            path, found = one.path.removesuffix(".notice"), one.beside["found"]
            kind, _, name = path.removeprefix(f"{TYPE}.").rpartition(".")
            stage = next(stage for stage in STAGES if stage.name == name)
            waited = _waited(lesson, lesson.kinds.index(kind), stage)
            at[path] = found.at_counts(_parts(found.logged.edges, *_reached(*waited)), luck)
    return _with(findings, at)


def _law(finding: Finding) -> tuple[Family, Floats]:
    family, parameters = finding.beside["law"]
    return family, parameters


def _noticed_anew(finding: Finding, law: Floats, found: FoundLaw | None) -> Finding:
    """A lognormal law; its interval is that of the moments, or that of the likelihood where this is wider."""
    interval: tuple[Any, Any] | None = finding.interval
    beside = finding.beside | {"law": (LOGNORMAL, law)}
    if found is not None:
        beside |= {"found": found}
        ends = finding.beside["median_between"]
        reach = max(1.96 * float(found.errors[0]), float(np.log(ends[1] / ends[0])) / 2)
        low, high = (duration(float(np.exp(float(law[0]) + side * reach)), Kind.WALL) for side in (-1, 1))
        interval = low, high
    return replace(
        finding,
        value=law_of(LOGNORMAL, law, Kind.WALL),
        method="lognormal, interval-censored by opening hours, then simulated moments",
        about="median",
        interval=interval,
        beside=beside,
    )


def _said_anew(finding: Finding, at: float, found: FoundLaw | None) -> Finding:
    said = dict(finding.value)
    silent = float(special.expit(at))
    answers = 1 - said["silent"]
    share = (1 - silent) / answers if answers > 0 else 1.0
    moved = {name: value * share if name != "silent" else silent for name, value in said.items()}
    beside, identified = dict(finding.beside), finding.identified
    if found is not None:
        reach = 1.96 * float(found.errors[2])
        low, high = special.expit([at - reach, at + reach])
        beside["silent"] = [float(low), float(high)]
        identified = f"silent {per_cent(low, 1)} to {per_cent(high, 1)}" + (f"; {identified}" if identified else "")
    return replace(
        finding,
        value=shares(moved),
        method=f"{finding.method.removesuffix(', then simulated moments')}, then simulated moments",
        identified=identified,
        beside=beside,
    )
